//! What strict checks ask for: a text with the place of the error marked, and
//! the answers that it gets.

use crate::Fixes;
use testing::{answers, first};

#[path = "../../typescript-syntax/testing.rs"]
mod testing;

/// Code, message, before, after the first answer.
type Row = (&'static str, &'static str, &'static str, &'static str);

fn check(rows: &[Row]) {
    for (code, message, before, after) in rows {
        assert_eq!(
            first::<Fixes>(code, message, &[("a.ts", before)]),
            *after,
            "{code}: {before}"
        );
    }
}

/// All answers to an error, as the texts that they make.
fn all(code: &str, message: &str, before: &str) -> Vec<(String, String)> {
    answers::<Fixes>(code, message, &[("a.ts", before)])
        .into_iter()
        .map(|(fix, text)| (fix.applicability, text))
        .collect()
}

const U: &str = "'u' is possibly 'undefined'.";
const OBJECT: &str = "Object is possibly 'null'.";

#[test]
fn nobody_reads_the_result() {
    check(&[
        ("TS18048", U, "¦u.f();", "u?.f();"),
        (
            "TS18048",
            U,
            "async () => { await ¦u.f(); }",
            "async () => { await u?.f(); }",
        ),
        ("TS18048", U, "if (¦u.a) {}", "if (u?.a) {}"),
        ("TS18048", U, "if (a && ¦u.a) {}", "if (a && u?.a) {}"),
        (
            "TS18048",
            U,
            "const same = ¦u.a === 1;",
            "const same = u?.a === 1;",
        ),
        ("TS18048", U, "log(¦u[0]);", "log(u?.[0]);"),
        (
            "TS18048",
            "'u.a' is possibly 'undefined'.",
            "log(¦u.a.b);",
            "log(u.a?.b);",
        ),
        (
            "TS2722",
            "Cannot invoke an object which is possibly 'undefined'.",
            "¦u.f(1);",
            "u.f?.(1);",
        ),
        (
            "TS2531",
            OBJECT,
            "¦document.querySelector('a').focus();",
            "document.querySelector('a')?.focus();",
        ),
        (
            "TS2532",
            "Object is possibly 'undefined'.",
            "log(¦a[0].b);",
            "log(a[0]?.b);",
        ),
        ("TS18048", U, "x = ¦u.a ? 1 : 2;", "x = u?.a ? 1 : 2;"),
        (
            "TS18047",
            "'u' is possibly 'null'.",
            "delete ¦u.a;",
            "delete u?.a;",
        ),
    ]);
}

#[test]
fn something_needs_the_value() {
    check(&[
        (
            "TS18048",
            U,
            "if (¦u.length > 0) {}",
            "if (u !== undefined && u.length > 0) {}",
        ),
        (
            "TS18047",
            "'u' is possibly 'null'.",
            "if (!('a' in ¦u)) {}",
            "if (!(u !== null && 'a' in u)) {}",
        ),
        (
            "TS18048",
            U,
            "for (const x of ¦u) {}",
            "for (const x of u ?? []) {}",
        ),
        (
            "TS18048",
            U,
            "let u: number | undefined; n += ¦u;",
            "let u: number | undefined; n += u ?? 0;",
        ),
        (
            "TS18048",
            U,
            "function f(u?: { s: string }): string { return ¦u.s; }",
            "function f(u?: { s: string }): string { return u?.s ?? \"\"; }",
        ),
        (
            "TS2488",
            "Type 'string[] | undefined' must have a '[Symbol.iterator]()' method that returns an iterator.",
            "const ¦[a] = u.tags;",
            "const [a] = u.tags ?? [];",
        ),
        (
            "TS2488",
            "Type 'string[] | undefined' must have a '[Symbol.iterator]()' method that returns an iterator.",
            "const a = [...¦u.tags];",
            "const a = [...(u.tags ?? [])];",
        ),
        (
            "TS2339",
            "Property 'a' does not exist on type 'T | undefined'.",
            "function f(u?: T) {\n    const { ¦a } = u;\n}",
            "function f(u?: T) {\n    if (u === undefined) {\n        return;\n    }\n    const { a } = u;\n}",
        ),
    ]);
}

#[test]
fn a_statement_waits_for_the_value() {
    check(&[
        (
            "TS18047",
            "'e' is possibly 'null'.",
            "¦e.a = 1;\ne.b = 2;\nlog(1);",
            "if (e !== null) {\n    e.a = 1;\n    e.b = 2;\n}\nlog(1);",
        ),
        (
            "TS18049",
            "'e' is possibly 'null' or 'undefined'.",
            "if (c) ¦e.a = 1; else log(1);",
            "if (c) { if (e != null) { e.a = 1; } } else log(1);",
        ),
        (
            "TS2531",
            OBJECT,
            "¦document.getElementById('a').id = '';",
            "const element = document.getElementById('a');\nif (element !== null) {\n    element.id = '';\n}",
        ),
        (
            "TS2532",
            "Object is possibly 'undefined'.",
            "for (let i = 0; i < n; i++) {\n    x *= ¦rows[i];\n}",
            "for (let i = 0; i < n; i++) {\n    const row = rows[i];\n    if (row === undefined) {\n        continue;\n    }\n    x *= row;\n}",
        ),
        (
            "TS18048",
            U,
            "function f(u?: T): void {\n  const a = ¦u.a;\n  log(a);\n}",
            "function f(u?: T): void {\n  if (u === undefined) {\n    return;\n  }\n  const a = u.a;\n  log(a);\n}",
        ),
    ]);
}

#[test]
fn what_is_certain_comes_before_what_gives_up() {
    let got = all(
        "TS18048",
        U,
        "function f(u?: T): T {\n    return g(¦u.a);\n}",
    );
    assert_eq!(
        got,
        [
            (
                "verified".to_owned(),
                "function f(u?: T): T {\n    return g(u?.a);\n}".to_owned()
            ),
            (
                "verified".to_owned(),
                "function f(u?: T): T {\n    if (u === undefined) {\n        throw new Error(\"u is undefined\");\n    }\n    return g(u.a);\n}"
                    .to_owned()
            ),
            (
                "placeholder".to_owned(),
                "function f(u?: T): T {\n    return g(u!.a);\n}".to_owned()
            ),
        ]
    );
}

#[test]
fn a_guard_stays_out_of_branches_and_loops_that_it_would_stop() {
    // Behind `&&` the value is read only sometimes, and a `while` would never end.
    for before in ["a && (x = ¦u * 2);", "c ? ¦u * 2 : 0;"] {
        assert_eq!(
            all("TS18048", U, before)
                .into_iter()
                .filter(|(tier, _)| tier == "verified")
                .collect::<Vec<_>>(),
            [],
            "{before}"
        );
    }
    let got = all(
        "TS18048",
        U,
        "function f(u?: T) { while (c) { x = ¦u * 2; i++; } }",
    );
    assert!(
        got.iter().all(|(_, text)| !text.contains("continue")),
        "{got:?}"
    );
    // `?.` is illegal there.
    let got = all("TS18048", U, "new ¦u.A();");
    assert!(got.iter().all(|(_, text)| !text.contains("?.")), "{got:?}");
}
