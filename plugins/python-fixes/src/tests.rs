use crate::PythonFixes;
use buildfix_fixer_support::testing::{Place, after_log};

/// As mypy prints it with columns: two marks are the ends of a place.
fn log(places: &[Place], error: &str) -> String {
    let (message, rest) = error.split_once('\n').unwrap_or((error, ""));
    places
        .chunks(2)
        .filter_map(|pair| {
            let [start, end] = pair else { return None };
            let at = format!(
                "{}:{}:{}:{}:{}",
                start.path,
                start.line,
                start.column,
                end.line,
                end.column - 1
            );
            let notes = rest.lines().map(|note| format!("{at}: note: {note}\n"));
            Some(format!(
                "{at}: error: {message}\n{}",
                notes.collect::<String>()
            ))
        })
        .collect()
}

fn tiers(files: &[(&str, &str)], error: &str) -> Vec<(String, String)> {
    after_log::<PythonFixes>(files, |places| log(places, error))
}

fn all(text: &str, error: &str) -> Vec<String> {
    tiers(&[("a.py", text)], error)
        .into_iter()
        .map(|(_, text)| text)
        .collect()
}

fn one(text: &str, error: &str) -> String {
    all(text, error).into_iter().next().unwrap_or_default()
}

fn undefined(name: &str) -> String {
    format!("Name \"{name}\" is not defined  [name-defined]")
}

#[test]
fn imports_what_the_library_has() {
    assert_eq!(
        one("import os\n\n¦json¦.dumps(1)\n", &undefined("json")),
        "import json\nimport os\n\njson.dumps(1)\n"
    );
    let found = tiers(
        &[("a.py", "from typing import Any\n\nx: ¦List¦[int] = []\n")],
        &undefined("List"),
    );
    assert_eq!(
        found[0].1,
        "from typing import Any, List\n\nx: List[int] = []\n"
    );
    assert_eq!(
        one("\"\"\"Doc.\"\"\"\n\nx = ¦Path¦()\n", &undefined("Path")),
        "\"\"\"Doc.\"\"\"\n\nfrom pathlib import Path\n\nx = Path()\n"
    );
}

#[test]
fn imports_what_the_project_has_and_uses() {
    let files = [
        ("p/a.py", "from .c import z\n\nx = ¦Tool¦()\n"),
        ("p/__init__.py", ""),
        ("p/b.py", "class Tool:\n    pass\n"),
        ("p/c.py", "z = 1\n"),
    ];
    let found = tiers(&files, &undefined("Tool"));
    assert_eq!(
        found[0],
        (
            "exact".to_owned(),
            "from .b import Tool\nfrom .c import z\n\nx = Tool()\n".to_owned()
        )
    );
    let files = [
        ("p/a.py", "import os\n\nx: ¦t¦.Any = 1\n"),
        ("p/b.py", "import typing as t\n\ny: t.Any = 1\n"),
    ];
    let found = tiers(&files, &undefined("t"));
    assert!(
        found[0].1.contains("import typing as t\n"),
        "{}",
        found[0].1
    );
    let files = [
        (
            "a.py",
            "from b import (\n    one,\n    two,\n)\n\n¦three¦\n",
        ),
        ("b.py", "one = two = three = 1\nthree = 3\n"),
    ];
    let found = tiers(&files, &undefined("three"));
    assert_eq!(
        found[0].1,
        "from b import (\n    one,\n    three,\n    two,\n)\n\nthree\n"
    );
}

#[test]
fn corrects_names() {
    assert_eq!(
        one(
            "def f(count: int) -> int:\n    return ¦cuont¦\n",
            &undefined("cuont")
        ),
        "def f(count: int) -> int:\n    return count\n"
    );
    assert_eq!(one("x = ¦null¦\n", &undefined("null")), "x = None\n");
    let text = "class A:\n    def __init__(self) -> None:\n        self.count = 1\n    def f(self) -> int:\n        return ¦count¦\n";
    assert!(one(text, &undefined("count")).ends_with("return self.count\n"));
    let text = "class A:\n    def f() -> int:\n        return ¦self¦.n\n";
    assert_eq!(
        one(text, &undefined("self")),
        "class A:\n    def f(self) -> int:\n        return self.n\n"
    );
    let error = "\"A\" has no attribute \"nmae\"  [attr-defined]";
    let text = "class A:\n    def __init__(self) -> None:\n        self.name = 1\n\n¦A().nmae¦\n";
    assert!(one(text, error).ends_with("A().name\n"));
    let error = "Module has no attribute \"jion\"  [attr-defined]";
    assert_eq!(
        one("import os\n¦os.path.jion¦(1)\n", error),
        "import os\nos.path.join(1)\n"
    );
    let error = "Module \"os\" has no attribute \"pth\"; maybe \"path\"?  [attr-defined]";
    assert_eq!(
        one("¦from os import pth¦\n", error),
        "from os import path\n"
    );
}

#[test]
fn corrects_modules() {
    let error = "Cannot find implementation or library stub for module named \"colections.abc\"  [import-not-found]";
    assert_eq!(
        one("¦from colections.abc import Map¦\n", error),
        "from collections.abc import Map\n"
    );
    let files = [
        ("p/a.py", "¦from .uitl import x¦\n"),
        ("p/__init__.py", ""),
        ("p/util.py", "x = 1\n"),
    ];
    let error = "Cannot find implementation or library stub for module named \"p.uitl\"  [import-not-found]";
    assert_eq!(tiers(&files, error)[0].1, "from .util import x\n");
}

#[test]
fn mends_calls() {
    let text = "def f(name: str, n: int = 0) -> None: ...\n¦f(naem=\"x\")¦\n";
    assert!(
        one(
            text,
            "Unexpected keyword argument \"naem\" for \"f\"  [call-arg]"
        )
        .ends_with("f(name=\"x\")\n")
    );
    let text =
        "def f(name: str, sig: bytes) -> None: ...\ndef g(sig: bytes) -> None:\n    ¦f(\"x\")¦\n";
    let error = "Missing positional argument \"sig\" in call to \"f\"  [call-arg]";
    assert!(one(text, error).ends_with("f(\"x\", sig)\n"));
    assert_eq!(
        one(
            "def f(n: int) -> None: ...\n¦f(1, 2)¦\n",
            "Too many arguments for \"f\"  [call-arg]"
        ),
        "def f(n: int) -> None: ...\nf(1)\n"
    );
}

#[test]
fn converts_values() {
    let argument = |from: &str, to: &str| {
        format!(
            "Argument 1 to \"f\" has incompatible type \"{from}\"; expected \"{to}\"  [arg-type]"
        )
    };
    assert_eq!(
        one("f(¦\"x\"¦)\n", &argument("str", "bytes")),
        "f(b\"x\")\n"
    );
    assert_eq!(
        one("f(¦x¦)\n", &argument("str", "bytes")),
        "f(x.encode())\n"
    );
    assert_eq!(
        one("f(¦x + 1¦)\n", &argument("int", "str")),
        "f(str(x + 1))\n"
    );
    assert_eq!(
        one("f(¦x.go¦)\n", &argument("Callable[[], int]", "int")),
        "f(x.go())\n"
    );
    let operator = "Unsupported left operand type for + (\"Callable[[], str]\")  [operator]";
    assert_eq!(one("¦x.upper + \"y\"¦\n", operator), "x.upper() + \"y\"\n");
    let text = "def f(self) -> str:\n    pos = self.pos\n    ¦pos += \"x\"¦\n    return pos\n";
    let error = "Unsupported operand types for + (\"int\" and \"str\")  [operator]";
    assert_eq!(
        one(text, error),
        "def f(self) -> str:\n    pos = str(self.pos)\n    pos += \"x\"\n    return pos\n"
    );
    let error =
        "\"Callable[[], int]\" has no attribute \"__iter__\" (not iterable)  [attr-defined]";
    assert_eq!(
        one("for a in ¦x.items¦: pass\n", error),
        "for a in x.items(): pass\n"
    );
    let error = "Incompatible return value type (got \"Coroutine[Any, Any, int]\", expected \"int\")  [return-value]";
    assert_eq!(
        one("async def f() -> int:\n    return ¦g()¦\n", error),
        "async def f() -> int:\n    return await g()\n"
    );
}

#[test]
fn converts_the_operand_that_is_wrong() {
    let error = "Unsupported operand types for + (\"str\" and \"int\")  [operator]";
    assert_eq!(
        one("print(\"n: \" + ¦f()¦)\n", error),
        "print(\"n: \" + str(f()))\n"
    );
    let error = "Unsupported operand types for + (\"bytes\" and \"str\")  [operator]";
    assert_eq!(one("x = f() + ¦\"x\"¦\n", error), "x = f() + b\"x\"\n");
    let error =
        "Unsupported operand types for + (\"int\" and \"Coroutine[Any, Any, int]\")  [operator]";
    assert_eq!(
        one("async def f() -> int:\n    return 1 + ¦g()¦\n", error),
        "async def f() -> int:\n    return 1 + await g()\n"
    );
}

#[test]
fn says_that_something_is_not_none() {
    let error = "Item \"None\" of \"str | None\" has no attribute \"upper\"  [union-attr]";
    let text = "def f(s: str | None) -> None:\n    x = 1\n    print(¦s.upper¦())\n    print(¦s.upper¦())\n";
    let found = all(text, error);
    assert_eq!(
        found[0],
        "def f(s: str | None) -> None:\n    x = 1\n    assert s is not None\n    print(s.upper())\n    print(s.upper())\n"
    );
    assert_eq!(
        found[1],
        "def f(s: str | None) -> None:\n    x = 1\n    if s is None:\n        return\n    print(s.upper())\n    print(s.upper())\n"
    );
    assert!(all("[¦x.upper¦() for x in y]\n", error).is_empty());
    assert!(
        all("¦g().upper¦()\n", error).is_empty(),
        "a call may give another value each time"
    );
}

#[test]
fn corrects_annotations() {
    let error = "Incompatible default for parameter \"a\" (default has type \"None\", parameter has type \"int\")  [assignment]";
    assert_eq!(
        one(
            "def f(a: int = ¦None¦, b: str | None = None): pass\n",
            error
        ),
        "def f(a: int | None = None, b: str | None = None): pass\n"
    );
    assert_eq!(
        one(
            "from typing import Any\n\ndef f(a: int = ¦None¦): pass\n",
            error
        ),
        "from typing import Any, Optional\n\ndef f(a: Optional[int] = None): pass\n"
    );
    let error =
        "Incompatible return value type (got \"bool\", expected \"list[bool]\")  [return-value]";
    let text = "def f(n: int) -> list[bool]:\n    if n: return ¦True¦\n    return ¦False¦\n";
    assert_eq!(
        all(text, error),
        ["def f(n: int) -> bool:\n    if n: return True\n    return False\n"]
    );
    let error = "Argument 1 of \"go\" is incompatible with supertype \"A\"; supertype defines the argument type as \"int\"  [override]";
    assert_eq!(
        one(
            "class B(A):\n    def go(self, ¦x: str¦) -> int: ...\n",
            error
        ),
        "class B(A):\n    def go(self, x: int) -> int: ...\n"
    );
}

#[test]
fn annotates_functions() {
    let error = "Function is missing a return type annotation  [no-untyped-def]";
    assert_eq!(
        one("¦def f(n: int):\n    print(n)¦\n", error),
        "def f(n: int) -> None:\n    print(n)\n"
    );
    assert_eq!(
        one("¦def f(n: int):\n    return f\"{n}\".upper()¦\n", error),
        "def f(n: int) -> str:\n    return f\"{n}\".upper()\n"
    );
    assert!(all("¦def f(n: int):\n    return g(n)¦\n", error).is_empty());
    let error =
        "Function is missing a type annotation for one or more parameters  [no-untyped-def]";
    let text = "def g(value: Number) -> None: ...\n¦def f(value, n=1) -> None: ...¦\n";
    assert_eq!(
        one(text, error),
        "def g(value: Number) -> None: ...\ndef f(value: Number, n: int = 1) -> None: ...\n"
    );
}

#[test]
fn annotates_what_is_filled() {
    let error = "Need type annotation for \"x\" (hint: \"x: list[<type>] = ...\")  [var-annotated]";
    assert_eq!(
        one(
            "def f() -> None:\n    ¦x¦ = []\n    x.append(\"a\")\n",
            error
        ),
        "def f() -> None:\n    x: list[str] = []\n    x.append(\"a\")\n"
    );
    assert!(all("def f() -> None:\n    ¦x¦ = []\n", error).is_empty());
}

#[test]
fn returns_what_was_made() {
    let error = "Missing return statement  [return]";
    let text = "¦def f(a: str) -> tuple[Mapping[str, int], list[str]]:\n    names: list[str] = []\n    counts: dict[str, int] = {}\n    pass¦\n";
    let found = tiers(&[("a.py", text)], error);
    assert!(
        found[0].1.ends_with("    return counts, names\n"),
        "{}",
        found[0].1
    );
    assert_eq!(found.last().unwrap().0, "placeholder");
    let text = "¦def f(n: int) -> bool:\n    if n:\n        return True¦\n";
    assert!(one(text, error).ends_with("        return True\n    return False\n"));
    let text = "class A:\n    def __init__(self, message: str) -> None:\n        self.message = message\n\n    ¦def __str__(self) -> str:\n        pass¦\n";
    assert!(one(text, error).ends_with("        return self.message\n"));
    assert!(one("¦def f(n: int) -> int:\n    n + 1¦\n", error).ends_with("    return n + 1\n"));
}

#[test]
fn follows_small_rules() {
    let error =
        "\"self\" parameter missing for a non-static method (or an invalid type for self)  [misc]";
    assert_eq!(
        one("class A:\n    ¦def f(x: int) -> int: ...¦\n", error),
        "class A:\n    def f(self, x: int) -> int: ...\n"
    );
    let error = "Attribute function \"f\" with type \"def f(x: int) -> int\" does not accept self argument  [misc]";
    assert_eq!(
        one(
            "class A:\n    def f(x: int) -> int: ...\n    def g(self) -> int: return ¦self.f¦(1)\n",
            error
        ),
        "class A:\n    def f(self, x: int) -> int: ...\n    def g(self) -> int: return self.f(1)\n"
    );
    let error = "Name \"f\" already defined on line 1  [no-redef]";
    assert_eq!(
        one(
            "def f() -> int: return 1\n\n¦def f() -> int: return 1¦\n",
            error
        ),
        "def f() -> int: return 1\n"
    );
    assert!(
        all(
            "def f() -> int: return 1\n¦def f() -> int: return 2¦\n",
            error
        )
        .is_empty()
    );
    let error = "Function \"f\" could always be true in boolean context  [truthy-function]";
    assert_eq!(one("if ¦f¦: pass\n", error), "if f(): pass\n");
    let error = "Function \"builtins.any\" is not valid as a type  [valid-type]\nPerhaps you meant \"typing.Any\" instead of \"any\"?";
    assert_eq!(
        one("def f() -> ¦any¦: ...\n", error),
        "from typing import Any\n\ndef f() -> Any: ...\n"
    );
    let error = "Unused \"type: ignore\" comment  [unused-ignore]";
    assert_eq!(
        one("¦x = 1¦  # type: ignore[misc]\ny = 2\n", error),
        "x = 1\ny = 2\n"
    );
}

#[test]
fn survives_odd_texts() {
    let texts = [
        "¦¦",
        "def f(¦x¦",
        "¦é→¦",
        "class A:\n  def ¦f¦(): return\n",
        "x = ¦(a.b[¦",
    ];
    let manifest = include_str!("../plugin.toml");
    let codes = manifest
        .split("python/")
        .skip(1)
        .filter_map(|rest| rest.split('"').next());
    for code in codes {
        for message in [
            "\"a\" and \"b\"; expected \"c | None\"",
            "Argument 1 of \"",
            "Missing positional argument \"x\" in call to \"f\"",
            "",
        ] {
            for text in texts {
                let _ = all(text, &format!("x {message}  [{code}]"));
                let _ = all(text, &format!("{message}  [{code}]"));
            }
        }
    }
}

/// What the first proposal makes of a text, for an error without a column on
/// the line of the mark.
fn without_column(text: &str, error: &str) -> String {
    let found = after_log::<PythonFixes>(&[("a.py", text)], |places| {
        let line = places.first().map_or(1, |p| p.line);
        format!("a.py:{line}: error: {error}\n")
    });
    found.into_iter().map(|(_, t)| t).next().unwrap_or_default()
}

#[test]
fn finds_what_an_error_without_a_column_means() {
    assert_eq!(
        without_column(
            "def f(t: str) -> str:\n    m = g(t)\n¦    return m.group(0)\n",
            "Item \"None\" of \"Match[str] | None\" has no attribute \"group\"  [union-attr]",
        ),
        "def f(t: str) -> str:\n    m = g(t)\n    assert m is not None\n    return m.group(0)\n"
    );
    assert_eq!(
        without_column(
            "def f(x: dict[str, str] | None) -> str:\n¦    return x[\"a\"]\n",
            "Value of type \"dict[str, str] | None\" is not indexable  [index]",
        ),
        "def f(x: dict[str, str] | None) -> str:\n    assert x is not None\n    return x[\"a\"]\n"
    );
    // Which of the two is meant nobody can tell.
    assert_eq!(
        without_column(
            "def f(a: M | None, b: M | None) -> str:\n¦    return a.group(0) + b.group(0)\n",
            "Item \"None\" of \"M | None\" has no attribute \"group\"  [union-attr]",
        ),
        ""
    );
}

/// What ruff's error at the mark leads to.
fn linted(path: &str, text: &str, error: &str) -> String {
    let found = after_log::<PythonFixes>(&[(path, text)], |places| {
        let at = |p: &Place| format!("{path}:{}:{}: {error}\n", p.line, p.column);
        places.iter().map(at).collect()
    });
    found.into_iter().map(|(_, t)| t).next().unwrap_or_default()
}

#[test]
fn follows_linters() {
    let unused = |name: &str| format!("F401 [*] `{name}` imported but unused");
    assert_eq!(
        linted("a.py", "import ¦os\nimport sys\n", &unused("os")),
        "import sys\n"
    );
    assert_eq!(
        linted(
            "a.py",
            "from typing import ¦List, Optional\n",
            &unused("typing.List")
        ),
        "from typing import Optional\n"
    );
    assert_eq!(
        linted("a.py", "from a import b, ¦c as d\n", &unused("a.c as d")),
        "from a import b\n"
    );
    // Others may use it from there; and a block needs a statement.
    assert_eq!(linted("__init__.py", "import ¦os\n", &unused("os")), "");
    assert_eq!(linted("a.py", "if x:\n    import ¦os\n", &unused("os")), "");
    assert_eq!(
        linted("a.py", "x = ¦json.dumps(1)\n", "F821 Undefined name `json`"),
        "import json\n\nx = json.dumps(1)\n"
    );
    assert_eq!(
        linted(
            "a.py",
            "x = ¦rf\"a\"\n",
            "F541 [*] f-string without any placeholders"
        ),
        "x = r\"a\"\n"
    );
    assert_eq!(
        linted(
            "a.py",
            "x = ¦f\"{{a\"\n",
            "F541 [*] f-string without any placeholders"
        ),
        ""
    );
}
