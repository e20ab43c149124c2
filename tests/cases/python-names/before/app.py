from colections import defaultdict

from store import Store


class Cart(Store):
    def __init__(self, name: str) -> None:
        super().__init__(nmae=name)
        self.items: List[str] = []
        self.sizes: dict[str, int] = defaultdict(int)
        self.saved = null

    def add(item: str) -> None:
        self.items.apend(item)
        sizes[item] = len(itme)

    def save(self, path: Path) -> None:
        path.write_text(json.dumps(self.items))
