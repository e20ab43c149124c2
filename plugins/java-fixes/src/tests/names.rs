//! Names, imports, calls and overrides.

use super::{all, body, missing, one, tiers};

#[test]
fn imports_what_the_library_has() {
    let text =
        "package p;\n\nimport java.io.File;\nimport java.util.Map;\n\nclass A { ¦List<File> f; }\n";
    let found = all(&[("p/A.java", text)], &missing("class List", "class A"));
    assert!(
        found[0].contains("import java.io.File;\nimport java.util.List;\nimport java.util.Map;\n"),
        "{}",
        found[0]
    );
    let text = "package p;\n\nclass A { ¦ArrayList f; }\n";
    let found = tiers(
        &[("p/A.java", text)],
        &missing("class ArrayList", "class A"),
    );
    assert_eq!(found[0].0, "exact");
    assert!(
        found[0]
            .1
            .starts_with("package p;\n\nimport java.util.ArrayList;\n\nclass A"),
        "{}",
        found[0].1
    );
}

#[test]
fn imports_what_the_project_has_and_uses() {
    let a = "package p;\n\nclass A { ¦Tool f; }\n";
    let tool = "package q;\n\npublic class Tool {}\n";
    let found = all(
        &[("p/A.java", a), ("q/Tool.java", tool)],
        &missing("class Tool", "class A"),
    );
    assert_eq!(
        found[0],
        "package p;\n\nimport q.Tool;\n\nclass A { Tool f; }\n"
    );
    let other = "package p;\n\nimport java.awt.List;\n\nclass B { List l; }\n";
    let a = "package p;\n\nclass A { ¦List f; }\n";
    let found = all(
        &[("p/A.java", a), ("p/B.java", other)],
        &missing("class List", "class A"),
    );
    assert!(found[0].contains("import java.awt.List;"), "{}", found[0]);
    let a = "package p;\n\nimport static java.lang.Math.max;\n\nclass A { int f = ¦min(1, max(2, 3)); }\n";
    let found = all(
        &[("p/A.java", a)],
        &missing("method min(int,int)", "class A"),
    );
    assert!(
        found[0].contains("import static java.lang.Math.max;\nimport static java.lang.Math.min;\n"),
        "{}",
        found[0]
    );
}

#[test]
fn corrects_imports() {
    let text = "import java.utl¦.List;\nclass A {}\n";
    assert_eq!(
        one(text, "package java.utl does not exist"),
        "import java.util.List;\nclass A {}\n"
    );
    let text = "import java.utl¦.*;\nclass A {}\n";
    assert_eq!(
        one(text, "package java.utl does not exist"),
        "import java.util.*;\nclass A {}\n"
    );
    let text = "import java.util¦.Lisst;\nclass A {}\n";
    assert_eq!(
        one(text, &missing("class Lisst", "package java.util")),
        "import java.util.List;\nclass A {}\n"
    );
    let text = "import java.io¦.List;\nclass A {}\n";
    assert_eq!(
        all(
            &[("A.java", text)],
            &missing("class List", "package java.io")
        )
        .len(),
        2
    );
}

#[test]
fn corrects_names() {
    assert_eq!(
        body("int cuont = ¦cout;", &missing("variable cout", "class A")),
        "int cuont = count;"
    );
    assert_eq!(
        body(
            "StringBuilder sb = null; sb¦.apend('c');",
            &missing("method apend(char)", "variable sb of type StringBuilder")
        ),
        "StringBuilder sb = null; sb.append('c');"
    );
    assert_eq!(
        body("¦Strin s;", &missing("class Strin", "class A")),
        "String s;"
    );
    assert_eq!(
        body("this¦.q(1);", &missing("method q(int)", "class A")),
        ""
    );
    let inherited = "class A extends Thread { void m() { ¦intterupt(); } }";
    assert_eq!(
        one(inherited, &missing("method intterupt()", "class A")),
        "class A extends Thread { void m() { interrupt(); } }"
    );
    let texts = [
        (
            "p/A.java",
            "package p;\nclass A { void m(B b) { b¦.runn(); } }",
        ),
        ("p/B.java", "package p;\nclass B extends C {}"),
        ("p/C.java", "package p;\nclass C { void run() {} }"),
    ];
    let found = all(&texts, &missing("method runn()", "variable b of type B"));
    assert_eq!(found, ["package p;\nclass A { void m(B b) { b.run(); } }"]);
}

#[test]
fn knows_what_lengths_are_called() {
    let of = |ty: &str, symbol: &str| missing(symbol, &format!("variable x of type {ty}"));
    assert_eq!(
        body(
            "int[] x = {}; n = x¦.length();",
            &of("int[]", "method length()")
        ),
        "int[] x = {}; n = x.length;"
    );
    assert_eq!(
        body(
            "String x = \"\"; n = x¦.length;",
            &of("String", "variable length")
        ),
        "String x = \"\"; n = x.length();"
    );
    assert_eq!(
        body(
            "java.util.List<String> x; n = x¦.length();",
            &of("List<String>", "method length()")
        ),
        "java.util.List<String> x; n = x.size();"
    );
}

#[test]
fn declares_a_local_that_is_only_set() {
    assert_eq!(
        body(
            "¦total = 1; total++;",
            &missing("variable total", "class A")
        ),
        "int total = 1; total++;"
    );
    assert_eq!(
        body("n++; n = ¦other;", &missing("variable other", "class A")),
        ""
    );
}

#[test]
fn mends_calls() {
    let error = "method f in class A cannot be applied to given types;\n  required: int[],int,int\n  found:    int[],int\n  reason: actual and formal argument lists differ in length";
    let text = "class A { void f(int[] a, int n, int size) {} void m(int[] a, int size) { int other = 1; ¦f(a, a.length); } }";
    assert!(
        one(text, error).contains("f(a, a.length, size);"),
        "{}",
        one(text, error)
    );
    let error = "method f in class A cannot be applied to given types;\n  required: int\n  found:    int,String\n  reason: x";
    assert!(
        one(
            "class A { void f(int n) {} void m() { ¦f(1, \"x\"); } }",
            error
        )
        .contains("f(1);")
    );
    let error = "no suitable method found for f(String,int)\n    method A.f(int,String) is not applicable\n      (argument mismatch; String cannot be converted to int)";
    assert!(one("class A { void m() { ¦f(\"x\", 1); } }", error).contains("f(1, \"x\");"));
}

#[test]
fn finds_the_method_that_was_meant_to_override() {
    let error = "A is not abstract and does not override abstract method run() in Runnable";
    let text = "¦class A implements Runnable { public void rnu() {} }";
    assert_eq!(
        one(text, error),
        "class A implements Runnable { public void run() {} }"
    );
    let found = tiers(&[("A.java", "¦class A implements Runnable {\n}\n")], error);
    assert_eq!(found[0].0, "placeholder");
    assert!(
        found[0]
            .1
            .contains("    @Override\n    public void run() {\n"),
        "{}",
        found[0].1
    );
    let error = "method does not override or implement a method from a supertype";
    let text = "class A { ¦@Override public String toSting() { return null; } }";
    assert_eq!(
        one(text, error),
        "class A { @Override public String toString() { return null; } }"
    );
}

#[test]
fn leaves_what_a_wrong_import_explains() {
    let text = "import java.utl.List;\nclass A { ¦List f; }\n";
    assert!(all(&[("A.java", text)], &missing("class List", "class A")).is_empty());
}
