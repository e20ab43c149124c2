using System;

namespace Store.Reports
{
    public class Report
    {
        private readonly List<Item> items = new List<Item>();

        public void Add(Item item)
        {
            items.Add(item)
        }

        public int Total()
        {
            return items.Sum(item => item.Cuont);
        }
    }
}
