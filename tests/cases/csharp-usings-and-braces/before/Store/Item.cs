namespace Store.Model
{
    public class Item
    {
        public string Name { get; set; } = "";
        public int Count { get; set; }
    }
}
