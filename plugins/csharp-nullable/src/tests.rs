use crate::CsharpNullable;
use buildfix_fixer_support::testing::{after, best, propose, survives};

const UNSET: &str = "must contain a non-null value when exiting constructor. Consider declaring the property as nullable.";

fn unset(name: &str) -> String {
    format!("CS8618: Non-nullable property '{name}' {UNSET}")
}

fn one(text: &str, error: &str) -> Vec<String> {
    after::<CsharpNullable>(&[("a.cs", text)], error)
}

#[test]
fn starts_a_string_empty_unless_null_is_meant() {
    let found = one(
        "class C { public string ¦Name { get; set; } }",
        &unset("Name"),
    );
    assert_eq!(
        found[0],
        "class C { public string Name { get; set; } = string.Empty; }"
    );
    assert_eq!(found[1], "class C { public string? Name { get; set; } }");
    let found = one(
        "class C { public string ¦Name { get; set; } bool F() => Name is null; }",
        &unset("Name"),
    );
    assert!(found[0].contains("string? Name"));
}

#[test]
fn starts_a_collection_in_the_files_style() {
    let error = unset("a").replace("property", "field");
    assert!(one("class C { List<int> ¦a; }", &error)[0].contains("a = new List<int>();"));
    assert!(one("class C { List<int> b = []; List<int> ¦a; }", &error)[0].contains("a = [];"));
    assert!(one("class C { IEnumerable<int> ¦a; }", &error)[0].contains("a = new List<int>();"));
    assert!(one("class C { int[] ¦a; }", &error)[0].contains("a = System.Array.Empty<int>();"));
}

#[test]
fn offers_forgiveness_only_as_a_placeholder() {
    let found =
        propose::<CsharpNullable>(&[("a.cs", "class D { } class C { D ¦d; }")], &unset("d"));
    let tiers: Vec<_> = found.iter().map(|f| f.fix.applicability.as_str()).collect();
    assert_eq!(tiers, ["verified", "placeholder"]);
    assert!(found[1].files["a.cs"].contains("d = null!"));
}

#[test]
fn keeps_what_the_constructor_was_given() {
    let text = "class D { }\nclass C\n{\n    D d;\n\n    public ¦C(D d)\n    {\n        Check();\n    }\n}\n";
    let found = one(text, &unset("d"));
    assert!(
        found[0].contains("        Check();\n        this.d = d;\n    }"),
        "{}",
        found[0]
    );
}

#[test]
fn never_touches_a_value_type() {
    let error = "CS8625: Cannot convert null literal to non-nullable reference type.";
    let found = propose::<CsharpNullable>(
        &[(
            "a.cs",
            "struct S { } class C { void F() { S s; s = ¦null; } }",
        )],
        error,
    );
    assert!(found.iter().all(|f| f.fix.applicability == "placeholder"));
}

#[test]
fn makes_the_reached_declaration_nullable() {
    let error = "CS8625: Cannot convert null literal to non-nullable reference type.";
    let parameter = one("class C { void F(string a, string b = ¦null) { } }", error);
    assert!(parameter[0].contains("string? b = null"));
    let field = one("class C { C next; void F() { this.next = ¦null; } }", error);
    assert!(field[0].contains("C? next;"));
    let argument = one(
        "class C { void G(int i, C c) { } void F() { G(1, ¦null); } }",
        error,
    );
    assert!(argument[0].contains("G(int i, C? c)"));
    let constructed = one(
        "class D { public D(string s) { } } class C { D F() => new D(¦null); }",
        error,
    );
    assert!(constructed[0].contains("D(string? s)"));
    let local = one(
        "class C { string? G() => null; void F() { string s = ¦G(); } }",
        "CS8600: Converting null literal or possible null value to non-nullable type.",
    );
    assert!(local[0].contains("string? s = G()"));
}

#[test]
fn reaches_into_other_files() {
    let files = [
        (
            "a.cs",
            "class C { void F(Node n) { n.Next = ¦G(); } Node? G() => null; }",
        ),
        ("b.cs", "class Node { public Node Next { get; set; } }"),
    ];
    let found = propose::<CsharpNullable>(&files, "CS8601: Possible null reference assignment.");
    assert_eq!(
        found[0].files["b.cs"],
        "class Node { public Node? Next { get; set; } }"
    );
}

#[test]
fn follows_the_parameter_that_the_message_names() {
    let text = "class C<T> { int F(T one, T? two) => 0; int G(T? x) => F(¦x, x); }";
    let error = "CS8604: Possible null reference argument for parameter 'one' in 'int C<T>.F(T one, T? two)'.";
    assert!(one(text, error)[0].contains("F(T? one, T? two)"));
}

#[test]
fn makes_the_return_type_nullable_or_returns_what_else_is_returned() {
    let error = "CS8603: Possible null reference return.";
    let text = "class C { C F(C node, bool b) { if (b) { return node; } return ¦null; } }";
    let found = one(text, error);
    assert!(found[0].contains("C? F(C node"));
    assert!(found[1].ends_with("return node; } }"));
    let task = one("class C { async Task<C> F() { return ¦null; } }", error);
    assert!(task[0].contains("Task<C?> F()"));
}

#[test]
fn completes_an_empty_guard() {
    let error = "CS8602: Dereference of a possibly null reference.";
    let text = "class C\n{\n    C? F(C? n)\n    {\n        if (n is null)\n        {\n        }\n\n        return ¦n.F(n);\n    }\n}\n";
    assert!(one(text, error)[0].contains("        {\n            return null;\n        }"));
}

#[test]
fn gives_tostring_its_fallback_where_it_is_made() {
    let error = "CS8602: Dereference of a possibly null reference.";
    let found = one(
        "class C { int F(C c) { var s = c.ToString(); return ¦s.Length; } }",
        error,
    );
    assert!(found[0].contains("var s = c.ToString() ?? string.Empty;"));
}

#[test]
fn aligns_with_what_is_overridden() {
    let error = "CS8765: Nullability of type of parameter 'obj' doesn't match overridden member (possibly because of nullability attributes).";
    let text = "class C { public override bool ¦Equals(object obj) => true; }";
    assert_eq!(
        best::<CsharpNullable>(&[("a.cs", text)], error),
        "class C { public override bool Equals(object? obj) => true; }"
    );
}

#[test]
fn waits_for_a_repeated_type_to_go() {
    let text = "class C { string a; } class C { string ¦a; }";
    assert!(propose::<CsharpNullable>(&[("a.cs", text)], &unset("a")).is_empty());
}

#[test]
fn survives_any_text_at_any_point() {
    survives::<CsharpNullable>(include_str!("../plugin.toml"));
}
