use super::declared;

const SOURCE: &str = r##"
import os
from x import y as z
MAX: int = 3
_private = 1
a, (b, c) = 1, (2, 3)
def func(a, b: int = 2, *args, **kw) -> str:
    """doc"""
    inner = 1
    return ""
@decorator
async def go(): pass
@dataclass
class Foo(Base, metaclass=M):
    count: int = 0
    name = "x"
    field: str
    def __init__(self, x):
        self.x = x
        self._y, self.z = 1, 2
        self.t: int = 3
        if x:
            self.w = 1
    @property
    def prop(self) -> int: return 1
    @staticmethod
    def st(a): pass
    class Nested:
        def m(self): pass
if True:
    cond = 1
try:
    import json
    HAVE = True
except ImportError:
    HAVE = False
type Alias = int
"##;

const DECLARED: &str = r##"
+ constant [pkg] MAX | MAX: int = 3
- variable [pkg] _private | _private = 1
+ variable [pkg] a | a, (b, c) = 1, (2, 3)
+ variable [pkg] b | a, (b, c) = 1, (2, 3)
+ variable [pkg] c | a, (b, c) = 1, (2, 3)
+ function [pkg] func | def func(a, b: int = 2, *args, **kw) -> str
+ function [pkg] go | @decorator async def go()
+ class [pkg] Foo | @dataclass class Foo(Base, metaclass=M)
+ field [pkg.Foo] count | count: int = 0
+ field [pkg.Foo] name | name = "x"
+ field [pkg.Foo] field | field: str
+ constructor [pkg.Foo] __init__ | def __init__(self, x)
+ field [pkg.Foo] x | self.x = x
- field [pkg.Foo] _y | self._y, self.z = 1, 2
+ field [pkg.Foo] z | self._y, self.z = 1, 2
+ field [pkg.Foo] t | self.t: int = 3
+ field [pkg.Foo] w | self.w = 1
+ property [pkg.Foo] prop | @property def prop(self) -> int
+ method [pkg.Foo] st | @staticmethod def st(a)
+ class [pkg.Foo] Nested | class Nested
+ method [pkg.Foo.Nested] m | def m(self)
+ variable [pkg] cond | cond = 1
+ constant [pkg] HAVE | HAVE = True
+ constant [pkg] HAVE | HAVE = False
+ type [pkg] Alias | type Alias = int
"##;

#[test]
fn every_kind_of_definition() {
    assert_eq!(declared("pkg.py", SOURCE).trim(), DECLARED.trim());
}
