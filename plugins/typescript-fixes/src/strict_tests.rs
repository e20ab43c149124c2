//! What strict checks ask for: a text with the place of the error marked, and
//! the answers that it gets.

use crate::{
    Fixes,
    tests::testing::{answers, first},
};

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
            "'u.a.b' is possibly 'undefined'.",
            "log(¦u.a?.b.c ?? 1);",
            "log(u.a?.b?.c ?? 1);",
        ),
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
            "for (let i = 0; i < n; i++) {\n    const row = rows[i];\n    if (row !== undefined) {\n        x *= row;\n    }\n}",
        ),
        (
            "TS2532",
            "Object is possibly 'undefined'.",
            "for (let i = 0; i < n; i++) {\n    const x = ¦rows[i].a;\n}",
            "for (let i = 0; i < n; i++) {\n    const row = rows[i];\n    if (row === undefined) {\n        continue;\n    }\n    const x = row.a;\n}",
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
fn a_number_is_made_up_last() {
    let got = all("TS18048", U, "function f(u?: T): number { return ¦u.a; }");
    assert!(got[0].1.contains("throw new Error"), "{got:?}");
    assert!(got[1].1.contains("return u?.a ?? 0;"), "{got:?}");
}

#[test]
fn a_guard_stays_out_of_branches_and_loops_that_it_would_stop() {
    // Behind `&&` the value is read only sometimes, and a `while` would never end.
    for before in ["a && (x = ¦u * 2);", "c ? ¦u * 2 : 0;"] {
        let got = all("TS18048", U, before);
        assert!(
            got.iter().all(|(_, text)| !text.contains("if (")),
            "{got:?}"
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

#[test]
fn an_unknown_value_is_asked_what_it_is() {
    let e = "'e' is of type 'unknown'.";
    check(&[
        (
            "TS18046",
            e,
            "try {} catch (e) { log(¦e.message); }",
            "try {} catch (e) { log(e instanceof Error ? e.message : String(e)); }",
        ),
        (
            "TS18046",
            e,
            "try {} catch (e) { log('a' + ¦e.message); }",
            "try {} catch (e) { log('a' + (e instanceof Error ? e.message : String(e))); }",
        ),
        (
            "TS18046",
            e,
            "try {} catch (e) { s = ¦e.stack; }",
            "try {} catch (e) { s = e instanceof Error ? e.stack : undefined; }",
        ),
        (
            "TS18046",
            e,
            "try {} catch (e) { if (¦e.code === 'A') {} }",
            "try {} catch (e) { if (e instanceof Error && \"code\" in e && e.code === 'A') {} }",
        ),
        (
            "TS18046",
            e,
            "try {} catch (e) { if (¦e.message.includes('A')) {} }",
            "try {} catch (e) { if (e instanceof Error && e.message.includes('A')) {} }",
        ),
        (
            "TS2345",
            "Argument of type 'unknown' is not assignable to parameter of type 'Error'.",
            "try {} catch (e) { fail(¦e); }",
            "try {} catch (e) { fail(e instanceof Error ? e : new Error(String(e))); }",
        ),
        (
            "TS2322",
            "Type 'unknown' is not assignable to type 'string'.",
            "try {} catch (e) { const ¦s: string = e; }",
            "try {} catch (e) { const s: string = String(e); }",
        ),
    ]);
    // A call of something unknown cannot be told to be safe.
    let got = all("TS18046", e, "try {} catch (e) { ¦e.retry(); }");
    assert_eq!(got[0].0, "placeholder");
    // JavaScript has no notation for it.
    let script = "try {} catch (e) { ¦e.retry(); }";
    assert!(answers::<Fixes>("TS18046", e, &[("a.js", script)]).is_empty());
    assert_eq!(all("TS18046", "'j' is of type 'unknown'.", "¦j();"), []);
}

#[test]
fn a_place_is_declared_to_take_what_it_gets() {
    let undefined = "Type 'string | undefined' is not assignable to type 'string'.\n  Type 'undefined' is not assignable to type 'string'.";
    let argument = "Argument of type 'string | undefined' is not assignable to parameter of type 'string'.\n  Type 'undefined' is not assignable to type 'string'.";
    let null = "Type 'null' is not assignable to type 'string'.";
    check(&[
        (
            "TS2322",
            undefined,
            "const ¦a: string = b;",
            "const a: string | undefined = b;",
        ),
        (
            "TS2322",
            null,
            "let ¦a: () => void = null;",
            "let a: (() => void) | null = null;",
        ),
        (
            "TS2322",
            undefined,
            "async function f(): Promise<string> { ¦return b; }",
            "async function f(): Promise<string | undefined> { return b; }",
        ),
        (
            "TS2322",
            undefined,
            "class C { p: string; f(a?: string) { ¦this.p = a; } }",
            "class C { p: string | undefined; f(a?: string) { this.p = a; } }",
        ),
        (
            "TS2322",
            null,
            "let a = '';\n¦a = null;",
            "let a: string | null = '';\na = null;",
        ),
        (
            "TS2322",
            undefined,
            "interface I { p: string }\nconst i: I = { ¦p: b };",
            "interface I { p: string | undefined }\nconst i: I = { p: b };",
        ),
        (
            "TS2345",
            argument,
            "function f(a: string) { log(a); }\nf(¦b);",
            "function f(a: string | undefined) { log(a); }\nf(b);",
        ),
        (
            "TS2322",
            undefined,
            "const a: [string] = [¦b];",
            "const a: [string] = [b ?? \"\"];",
        ),
        // What reaches into its parameter is not asked to do without it first.
        (
            "TS2345",
            argument,
            "function f(a: string) { log(a.length); }\nf(¦b);",
            "function f(a: string) { log(a.length); }\nf(b ?? \"\");",
        ),
        (
            "TS2345",
            argument,
            "class A { m(a: string) {} }\nfunction f(x: A) { x.m(¦b); }",
            "class A { m(a: string | undefined) {} }\nfunction f(x: A) { x.m(b); }",
        ),
        (
            "TS2345",
            argument,
            "class A { constructor(a: string) {} }\nnew A(¦b);",
            "class A { constructor(a: string | undefined) {} }\nnew A(b);",
        ),
    ]);
    // Something else does not fit.
    assert_eq!(
        all(
            "TS2322",
            "Type 'number | undefined' is not assignable to type 'string'.\n  Type 'number' is not assignable to type 'string'.",
            "const ¦a: string = b;",
        ),
        []
    );
}

#[test]
fn an_index_is_one_that_fits() {
    let open = "Element implicitly has an 'any' type because expression of type 'string' can't be used to index type '{ a: number; }'.";
    check(&[
        (
            "TS7053",
            open,
            "const c = { a: 1 };\nfunction f(k: string) { return ¦c[k]; }",
            "const c = { a: 1 };\nfunction f(k: string) { return c[k as keyof typeof c]; }",
        ),
        (
            "TS7053",
            "Element implicitly has an 'any' type because expression of type 'string' can't be used to index type 'T'.",
            "const v = ¦f()[a + b];",
            "const v = f()[(a + b) as keyof T];",
        ),
        (
            "TS7053",
            "Element implicitly has an 'any' type because expression of type 'string' can't be used to index type '{}'.",
            "const o = {};\nfunction f(k: string) { ¦o[k] = 1; }",
            "const o: Record<string, number> = {};\nfunction f(k: string) { o[k] = 1; }",
        ),
        (
            "TS7053",
            "Element implicitly has an 'any' type because expression of type 'string' can't be used to index type '{}'.",
            "class C { o = {}; f(k: string) { ¦this.o[k] = 1; } }",
            "class C { o: Record<string, number> = {}; f(k: string) { this.o[k] = 1; } }",
        ),
        (
            "TS7015",
            "Element implicitly has an 'any' type because index expression is not of type 'number'.",
            "const x = a[¦k];",
            "const x = a[Number(k)];",
        ),
        (
            "TS2538",
            "Type 'undefined' cannot be used as an index type.",
            "const x = a[¦k];",
            "const x = k !== undefined ? a[k] : undefined;",
        ),
        (
            "TS2538",
            "Type 'undefined' cannot be used as an index type.",
            "a[¦k] = 1;",
            "if (k !== undefined) {\n    a[k] = 1;\n}",
        ),
    ]);
    // A literal names what is not there.
    assert_eq!(
        all(
            "TS7053",
            "Element implicitly has an 'any' type because expression of type '\"b\"' can't be used to index type '{ a: number; }'.",
            "¦c['b'];",
        ),
        []
    );
    assert_eq!(
        all(
            "TS7015",
            "index expression is not of type 'number'.",
            "a[¦'b'];"
        ),
        []
    );
}

#[test]
fn every_path_has_a_result() {
    let lacks =
        "Function lacks ending return statement and return type does not include 'undefined'.";
    check(&[
        (
            "TS7030",
            "Not all code paths return a value.",
            "function ¦f(x: boolean) {\n  if (x) {\n    return 1;\n  }\n}",
            "function f(x: boolean) {\n  if (x) {\n    return 1;\n  }\n  return undefined;\n}",
        ),
        (
            "TS7030",
            "Not all code paths return a value.",
            "const f = (x: boolean) => { if (x) { ¦return; } return 1; };",
            "const f = (x: boolean) => { if (x) { return undefined; } return 1; };",
        ),
        (
            "TS2366",
            lacks,
            "function f(x: boolean): ¦string { if (x) return ''; }",
            "function f(x: boolean): string | undefined { if (x) return ''; return undefined; }",
        ),
        (
            "TS2366",
            lacks,
            "async function f(x: boolean): ¦Promise<string> { if (x) return ''; }",
            "async function f(x: boolean): Promise<string | undefined> { if (x) return ''; return undefined; }",
        ),
        (
            "TS2366",
            lacks,
            "function f(x: T): ¦string {\n    switch (x) {\n        case 1: return '';\n    }\n}",
            "function f(x: T): string {\n    switch (x) {\n        case 1: return '';\n    }\n    throw new Error(\"no case fits\");\n}",
        ),
        (
            "TS2366",
            lacks,
            "class C { m(x: T): ¦number | null { if (x) return 1; } }",
            "class C { m(x: T): number | null { if (x) return 1; return null; } }",
        ),
    ]);
}

#[test]
fn a_variable_has_a_value_before_it_is_read() {
    let early = "Variable 'x' is used before being assigned.";
    check(&[
        (
            "TS2454",
            early,
            "let x: number;\nfor (const a of b) ¦x += a;",
            "let x: number = 0;\nfor (const a of b) x += a;",
        ),
        (
            "TS2454",
            early,
            "let x: T;\nif (c) x = d;\nlog(¦x);",
            "let x: T | undefined;\nif (c) x = d;\nlog(x);",
        ),
    ]);
    assert_eq!(all("TS2454", early, "let x = 1;\nlog(¦x);"), []);
}

#[test]
fn only_equal_duplicates_go() {
    let twice = "An object literal cannot have multiple properties with the same name.";
    check(&[
        (
            "TS1117",
            twice,
            "const o = { a: 1, b: 2, ¦a: 1 };",
            "const o = { b: 2, a: 1 };",
        ),
        (
            "TS2451",
            "Cannot redeclare block-scoped variable 'a'.",
            "const a = 1;\nlog(a);\nconst ¦a = 1;\n",
            "const a = 1;\nlog(a);\n",
        ),
        (
            "TS2300",
            "Duplicate identifier 'a'.",
            "interface I {\n    ¦a: string;\n    b: string;\n    a: string;\n}",
            "interface I {\n    a: string;\n    b: string;\n}",
        ),
        (
            "TS2300",
            "Duplicate identifier 'a'.",
            "import { ¦a } from './a';\nimport { a } from './a';\n",
            "import { a } from './a';\n",
        ),
        (
            "TS2393",
            "Duplicate function implementation.",
            "export function ¦f() {\n  g();\n}\nexport function f() {\n  g();\n}\n",
            "export function f() {\n  g();\n}\n",
        ),
    ]);
    let tiers = |code: &str, before: &str| -> Vec<String> {
        all(code, "", before)
            .into_iter()
            .map(|(tier, _)| tier)
            .collect()
    };
    assert_eq!(tiers("TS1117", "const o = { a: 1, ¦a: 2 };"), ["suggest"]);
    // What is called twice may be meant twice.
    assert_eq!(
        tiers("TS2451", "const a = f();\nconst ¦a = f();"),
        ["suggest"]
    );
    assert!(tiers("TS2451", "const a = 1;\nconst ¦a = 2;").is_empty());
}

#[test]
fn no_text_makes_a_strict_rule_fail() {
    let texts = [
        "¦",
        "¦é.",
        "u.¦",
        "¦u.é",
        "¦a[",
        "if (¦a.b",
        "¦u.a = ",
        "for (const x of ¦u",
        "(¦u",
        "¦u?.a.b",
        "export default ¦u.a",
        "class C { x = ¦u.a }",
        "const ¦[",
        "({ a: ¦a, a: ",
        "🦀 = ¦u.🦀",
        "¦return u",
        "x: for (;;) ¦u.a++",
        "switch (x) { case ¦u.a: ¦u.b = 1 }",
    ];
    let messages = [
        "'u' is possibly 'null' or 'undefined'.",
        "'' is possibly 'null'.",
        "Object is possibly 'undefined'.",
        "Cannot invoke an object which is possibly 'null'.",
        "'u' is of type 'unknown'.",
        "Type 'undefined' is not assignable to type 'string'.",
        "Type 'string[] | null' must have a '[Symbol.iterator]()' method",
        "because expression of type 'string' can't be used to index type '{}'.",
    ];
    for code in [
        "TS2531", "TS2722", "TS18048", "TS18046", "TS2322", "TS2345", "TS2488", "TS2339", "TS2538",
        "TS2454", "TS7030", "TS2366", "TS7053", "TS7015", "TS1117", "TS2300",
    ] {
        for (index, text) in texts.into_iter().enumerate() {
            // Not every message with every text, but each with each code.
            for message in messages.iter().skip(index % 4).step_by(4) {
                let _ = answers::<Fixes>(code, message, &[("a.ts", text)]);
            }
        }
    }
}
