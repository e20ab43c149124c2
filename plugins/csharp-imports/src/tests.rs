use crate::CsharpImports;
use buildfix_fixer_support::testing::{after, best, notes, propose, survives};

const MISSING: &str =
    "could not be found (are you missing a using directive or an assembly reference?)";

fn unknown_type(name: &str) -> String {
    format!("CS0246: The type or namespace name '{name}' {MISSING}")
}

fn unknown_member(ty: &str, name: &str) -> String {
    format!(
        "CS1061: '{ty}' does not contain a definition for '{name}' and no accessible extension method '{name}' \
         accepting a first argument of type '{ty}' could be found (are you missing a using directive or an assembly reference?)"
    )
}

#[test]
fn imports_a_type_of_the_workspace() {
    let files = [
        (
            "a.cs",
            "using System;\n\nnamespace A;\nclass C { ¦Widget w; }",
        ),
        ("b.cs", "namespace Parts.Small; public class Widget { }"),
    ];
    let found = propose::<CsharpImports>(&files, &unknown_type("Widget"));
    assert_eq!(
        found[0].files["a.cs"],
        "using System;\nusing Parts.Small;\n\nnamespace A;\nclass C { Widget w; }"
    );
    assert_eq!(found[0].fix.applicability, "exact");
    assert_eq!(found[0].fix.edits[0].merge, "set");
}

#[test]
fn imports_a_type_of_the_base_library_by_arity() {
    let files = [("a.cs", "namespace A;\nclass C { ¦List<int> w; }")];
    assert!(
        best::<CsharpImports>(&files, &unknown_type("List<>"))
            .starts_with("using System.Collections.Generic;\n")
    );
}

#[test]
fn sees_what_is_global_or_enclosing() {
    // The type is in sight already: it is not an import that is missing.
    let files = [
        ("a.cs", "namespace A.B;\nclass C { ¦Widgt w; }"),
        ("b.cs", "namespace A; public class Widget { }"),
        ("GlobalUsings.cs", "global using System;"),
    ];
    assert_eq!(
        best::<CsharpImports>(&files, &unknown_type("Widgt")),
        "namespace A.B;\nclass C { Widget w; }"
    );
}

#[test]
fn corrects_a_using_directive() {
    let files = [("a.cs", "using System.¦Collectionss;\nclass C { }")];
    let error = "CS0234: The type or namespace name 'Collectionss' does not exist in the namespace 'System' (are you missing an assembly reference?)";
    let found = after::<CsharpImports>(&files, error);
    assert_eq!(found[0], "using System.Collections;\nclass C { }");
    assert_eq!(found.last().unwrap(), "class C { }");
}

#[test]
fn corrects_a_directive_at_any_level() {
    for (written, missing, parent, meant) in [
        ("¦Systm.Text", "Systm", "", "System.Text"),
        ("¦Systm", "Systm", "", "System"),
        ("System.¦Linqq", "Linqq", "System", "System.Linq"),
        (
            "System.Collections.¦Generics",
            "Generics",
            "System.Collections",
            "System.Collections.Generic",
        ),
        ("¦Prts.Small", "Prts", "", "Parts.Small"),
        ("Parts.¦Smal", "Smal", "Parts", "Parts.Small"),
        ("Parts.¦Big", "Big", "Parts", "Parts.BigInternal"),
    ] {
        let text = format!("using {written};\nclass C {{ }}");
        let files = [
            ("a.cs", text.as_str()),
            (
                "b.cs",
                "namespace Parts.Small { class W { } } namespace Parts.BigInternal { class V { } }",
            ),
        ];
        let error = if parent.is_empty() {
            unknown_type(missing)
        } else {
            format!(
                "CS0234: The type or namespace name '{missing}' does not exist in the namespace '{parent}' (are you missing an assembly reference?)"
            )
        };
        assert_eq!(
            best::<CsharpImports>(&files, &error),
            format!("using {meant};\nclass C {{ }}"),
            "{written}"
        );
    }
}

#[test]
fn says_that_a_package_is_missing() {
    let files = [("a.cs", "using ¦Serilog.Core;\nclass C { }")];
    assert!(propose::<CsharpImports>(&files, &unknown_type("Serilog")).is_empty());
    assert!(
        notes::<CsharpImports>(&files, &unknown_type("Serilog"))[0]
            .message
            .contains("package")
    );
}

#[test]
fn leaves_the_use_alone_where_the_directive_is_wrong() {
    let files = [(
        "a.cs",
        "using System.Collectionss;\nclass C { ¦IEnumerator e; }",
    )];
    let error = "CS0305: Using the generic type 'IEnumerator<T>' requires 1 type arguments";
    assert!(propose::<CsharpImports>(&files, error).is_empty());
    assert_eq!(notes::<CsharpImports>(&files, error).len(), 1);
    let without = [("a.cs", "class C { ¦IEnumerator e; }")];
    assert!(best::<CsharpImports>(&without, error).starts_with("using System.Collections;"));
}

#[test]
fn corrects_members_and_extension_methods() {
    let files = [(
        "a.cs",
        "using System.Linq;\nclass C { int Total; void F(int[] a, C c) { a.¦select(x => x); } }",
    )];
    assert!(
        best::<CsharpImports>(&files, &unknown_member("int[]", "select"))
            .contains("a.Select(x => x)")
    );
    let files = [("a.cs", "class C { int Total; void F(C c) { c.¦Totl++; } }")];
    assert!(best::<CsharpImports>(&files, &unknown_member("C", "Totl")).contains("c.Total++"));
    let files = [(
        "a.cs",
        "class C { void F(int[] a) { System.Array.¦Reisze(ref a, 1); } }",
    )];
    let error = "CS0117: 'Array' does not contain a definition for 'Reisze'";
    assert!(best::<CsharpImports>(&files, error).contains("Array.Resize(ref"));
}

#[test]
fn imports_an_extension_method() {
    let files = [
        (
            "a.cs",
            "namespace A;\nclass C { double F(double[] v) => v.¦Magnitude(); }",
        ),
        (
            "b.cs",
            "namespace B.C; public static class X { public static double Magnitude(this double[] v) => 0; }",
        ),
    ];
    assert!(
        best::<CsharpImports>(&files, &unknown_member("double[]", "Magnitude"))
            .starts_with("using B.C;")
    );
}

#[test]
fn corrects_locals_all_at_once() {
    let files = [(
        "a.cs",
        "class C { int F() { var current = 1; ¦curent++; return ¦curent; } }",
    )];
    let error = "CS0103: The name 'curent' does not exist in the current context";
    let found = propose::<CsharpImports>(&files, error);
    assert_eq!(
        found[0].files["a.cs"],
        "class C { int F() { var current = 1; current++; return current; } }"
    );
    assert_eq!(found[0].fix.answers.len(), 2);
    assert_eq!(found[0].fix.applicability, "verified");
}

#[test]
fn offers_no_local_that_is_out_of_reach() {
    let files = [(
        "a.cs",
        "class C { void F() { { int total = 1; G(total); } ¦totl++; int totals = 2; } }",
    )];
    let error = "CS0103: The name 'totl' does not exist in the current context";
    assert!(propose::<CsharpImports>(&files, error).is_empty());
}

#[test]
fn completes_type_arguments() {
    let files = [(
        "a.cs",
        "class C<K> { System.Collections.Generic.List<K> q; C() { q = new ¦List(); } }",
    )];
    let error = "CS0305: Using the generic type 'List<T>' requires 1 type arguments";
    assert!(best::<CsharpImports>(&files, error).contains("new List<K>()"));
}

#[test]
fn declares_what_every_other_type_declares() {
    let other = |n: u32| {
        format!(
            "namespace A; class O{n}<T> {{ private static readonly Ops<T> Ops = Table.Get<T>(); }}"
        )
    };
    let (one, two, three) = (other(1), other(2), other(3));
    let files = [
        (
            "a.cs",
            "namespace A;\nclass C<T>\n{\n    T F(T x) => ¦Ops.Double(x);\n}\n",
        ),
        ("o1.cs", &one),
        ("o2.cs", &two),
        ("o3.cs", &three),
    ];
    let error = "CS0103: The name 'Ops' does not exist in the current context";
    let found = after::<CsharpImports>(&files, error);
    assert!(
        found.iter().any(|t| t
            .contains("{\n    private static readonly Ops<T> Ops = Table.Get<T>();\n\n    T F")),
        "{found:?}"
    );
}

#[test]
fn says_so_when_nothing_is_near() {
    let files = [("a.cs", "class C { ¦Xyzzyfoobarbaz w; }")];
    assert!(propose::<CsharpImports>(&files, &unknown_type("Xyzzyfoobarbaz")).is_empty());
    assert_eq!(
        notes::<CsharpImports>(&files, &unknown_type("Xyzzyfoobarbaz")).len(),
        1
    );
}

#[test]
fn survives_any_text_at_any_point() {
    survives::<CsharpImports>(include_str!("../plugin.toml"));
}
