using System;

class Program
{
    static void Main()
    {
        Console.WriteLine("Café Zoë: 100 € bar")
        return; /* fin */
    }
}
