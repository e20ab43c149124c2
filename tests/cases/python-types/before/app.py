class Reader:
    def __init__(self, name: str = None) -> None:
        self.name = name
        self.lines = ["a", "b"]

    def title(self) -> str:
        return self.name.upper

    def count(self) -> list[int]:
        return len(self.lines)

    def report(self):
        print("lines: " + self.count())

    def has(self, line: str) -> bool:
        for other in self.lines:
            if other == line:
                return True

    def raw(self) -> bytes:
        return b"".join(line.encode() for line in self.lines) + "\n"


async def fetch(n: int) -> int:
    return n


async def twice(n: int) -> int:
    m = fetch(n)
    return await m + fetch(n)
