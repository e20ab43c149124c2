use crate::JavaFixes;
use buildfix_fixer_support::testing::{Place, after_log};

mod names;
mod nullness;

/// As javac prints it: the head, the line, the caret, the rest.
fn log(places: &[Place], message: &str) -> String {
    let (first, rest) = message.split_once('\n').unwrap_or((message, ""));
    places
        .iter()
        .map(|p| {
            let caret = " ".repeat(p.column - 1);
            format!(
                "{}:{}: error: {first}\n{}\n{caret}^\n{rest}\n",
                p.path, p.line, p.source
            )
        })
        .collect()
}

fn tiers(files: &[(&str, &str)], message: &str) -> Vec<(String, String)> {
    after_log::<JavaFixes>(files, |places| log(places, message))
}

fn all(files: &[(&str, &str)], message: &str) -> Vec<String> {
    tiers(files, message)
        .into_iter()
        .map(|(_, text)| text)
        .collect()
}

/// The best text for an error in one file.
fn one(text: &str, message: &str) -> String {
    all(&[("A.java", text)], message)
        .into_iter()
        .next()
        .unwrap_or_default()
}

/// The best text of a method's body, of a class that has what the tests use.
fn body(code: &str, message: &str) -> String {
    let head = "class A { int count; void m(int n) { ";
    let text = one(&format!("{head}{code} }} }}"), message);
    match text.strip_prefix(head).and_then(|t| t.strip_suffix(" } }")) {
        Some(code) => code.to_owned(),
        None => text,
    }
}

fn missing(symbol: &str, location: &str) -> String {
    format!("cannot find symbol\n  symbol:   {symbol}\n  location: {location}")
}

#[test]
fn converts_values() {
    let of =
        |from: &str, to: &str| format!("incompatible types: {from} cannot be converted to {to}");
    let lossy = |from: &str, to: &str| {
        format!("incompatible types: possible lossy conversion from {from} to {to}")
    };
    assert_eq!(
        body("n = Math.sqrt¦(2);", &lossy("double", "int")),
        "n = (int) Math.sqrt(2);"
    );
    assert_eq!(
        body("n = 1.5 ¦* n;", &lossy("double", "int")),
        "n = (int) (1.5 * n);"
    );
    assert_eq!(
        body("float f = ¦1.5;", &lossy("double", "float")),
        "float f = 1.5f;"
    );
    assert_eq!(body("Long l = ¦5;", &of("int", "Long")), "Long l = 5L;");
    assert_eq!(
        body("String s; s = ¦n;", &of("int", "String")),
        "String s; s = String.valueOf(n);"
    );
    assert_eq!(
        body("String s = \"\"; n = ¦s;", &of("String", "int")),
        "String s = \"\"; n = Integer.parseInt(s);"
    );
    assert_eq!(
        body("char c; c = ¦\"x\";", &of("String", "char")),
        "char c; c = 'x';"
    );
    assert_eq!(body("n = ¦\"5\";", &of("String", "int")), "n = 5;");
    assert_eq!(
        body("Object o = n; String s; s = ¦o;", &of("Object", "String")),
        "Object o = n; String s; s = (String) o;"
    );
    assert_eq!(
        body("boolean b; b = ¦n;", &of("int", "boolean")),
        "boolean b; b = n != 0;"
    );
    let text = "class A { String f() { return ¦1; } }";
    let found = all(&[("A.java", text)], &of("int", "String"));
    assert_eq!(
        found[0],
        "class A { String f() { return String.valueOf(1); } }"
    );
    assert!(
        found.contains(&"class A { int f() { return 1; } }".to_owned()),
        "{found:?}"
    );
}

#[test]
fn converts_collections_and_optionals() {
    let of =
        |from: &str, to: &str| format!("incompatible types: {from} cannot be converted to {to}");
    let text = "import java.util.List;\nclass A { List<String> f(String[] a) { return ¦a; } }";
    assert_eq!(
        one(text, &of("String[]", "List<String>")),
        "import java.util.Arrays;\nimport java.util.List;\nclass A { List<String> f(String[] a) { return Arrays.asList(a); } }"
    );
    let text = "import java.util.Optional;\nclass A { Optional<String> f() { return ¦null; } Optional<String> g(String s) { return s; } }";
    assert!(one(text, &of("<null>", "Optional<String>")).contains("return Optional.empty();"));
    assert_eq!(
        body(
            "java.util.Optional<Integer> o = null; n = ¦o;",
            &of("Optional<Integer>", "int")
        ),
        "java.util.Optional<Integer> o = null; n = o.orElseThrow();"
    );
    assert_eq!(
        body(
            "java.util.List<String> l = null; Object[] a; a = ¦l;",
            &of("List<String>", "String[]")
        ),
        "java.util.List<String> l = null; Object[] a; a = l.toArray(new String[0]);"
    );
}

#[test]
fn lets_a_method_return_what_it_returns() {
    assert_eq!(
        one(
            "class A { void f(int n) { return n ¦> 1; } }",
            "incompatible types: unexpected return value"
        ),
        "class A { boolean f(int n) { return n > 1; } }"
    );
}

#[test]
fn declares_exceptions_of_one_method_together() {
    let error = "unreported exception IOException; must be caught or declared to be thrown";
    let text = "class A {\n    void m() {\n        f¦();\n        f¦();\n    }\n    void f() throws java.io.IOException {}\n}\n";
    let found = all(&[("A.java", text)], error);
    assert_eq!(found.len(), 1);
    assert!(
        found[0].starts_with(
            "import java.io.IOException;\n\nclass A {\n    void m() throws IOException {"
        ),
        "{}",
        found[0]
    );
    let text = "class A { void m() throws Error { Thread.sleep¦(1); } }";
    let error =
        "unreported exception InterruptedException; must be caught or declared to be thrown";
    assert_eq!(
        one(text, error),
        "class A { void m() throws Error, InterruptedException { Thread.sleep(1); } }"
    );
}

#[test]
fn throws_on_what_a_lambda_cannot_declare() {
    let text = "class A {\n    Runnable r = () -> {\n        Thread.sleep¦(1);\n    };\n}\n";
    let error =
        "unreported exception InterruptedException; must be caught or declared to be thrown";
    assert_eq!(
        one(text, error),
        "class A {\n    Runnable r = () -> {\n        try {\n            Thread.sleep(1);\n        } catch (InterruptedException e) {\n            Thread.currentThread().interrupt();\n            throw new RuntimeException(e);\n        }\n    };\n}\n"
    );
}

#[test]
fn deletes_nothing_but_copies() {
    let error = "variable x is already defined in method m()";
    let text = "class A {\n    void m() {\n        int x = 1;\n        int ¦x = 1;\n        x++;\n    }\n}\n";
    assert_eq!(
        one(text, error),
        "class A {\n    void m() {\n        int x = 1;\n        x++;\n    }\n}\n"
    );
    assert_eq!(body("int x = 1; int ¦x = 2;", error), "int x = 1; x = 2;");
    assert_eq!(body("int x = 1; String ¦x = \"\";", error), "");
    let error = "method f() is already defined in class A";
    let text = "class A {\n    /** Doc. */\n    void f() { }\n\n    void ¦f() {\n    }\n}\n";
    assert_eq!(
        one(text, error),
        "class A {\n    /** Doc. */\n    void f() { }\n}\n"
    );
    assert_eq!(
        one("class A { void f() { } void ¦f() { f(); } }", error),
        ""
    );
}

#[test]
fn deletes_jumps_that_nothing_reaches() {
    let error = "unreachable statement";
    let text = "class A {\n    int m() {\n        return 1;\n        ¦return 1;\n    }\n}\n";
    assert_eq!(
        one(text, error),
        "class A {\n    int m() {\n        return 1;\n    }\n}\n"
    );
    assert_eq!(body("while (true) { } ¦n++;", error), "");
}

#[test]
fn returns_what_was_made() {
    let error = "missing return statement";
    let text = "class A {\n    String m(String a) {\n        String out = a + a;\n        f(out);\n    ¦}\n}\n";
    let found = tiers(&[("A.java", text)], error);
    assert_eq!(
        found[0].1,
        "class A {\n    String m(String a) {\n        String out = a + a;\n        f(out);\n        return out;\n    }\n}\n"
    );
    let text = "class A {\n    boolean m(int n) {\n        if (n > 1) return true;\n    ¦}\n}\n";
    let found = tiers(&[("A.java", text)], error);
    assert_eq!(found[0].0, "verified");
    assert!(
        found[0].1.contains("        return false;\n    }\n"),
        "{}",
        found[0].1
    );
    let text = "class A {\n    int m() {\n        f();\n    ¦}\n}\n";
    assert_eq!(tiers(&[("A.java", text)], error)[0].0, "placeholder");
}

#[test]
fn begins_variables() {
    let error = "variable x might not have been initialized";
    assert_eq!(
        body("int x; if (n > 1) x = 2; f(¦x);", error),
        "int x = 0; if (n > 1) x = 2; f(x);"
    );
    let text = "import java.util.List;\nclass A { void m() { List<String> x; ¦x.add(\"\"); } }";
    assert_eq!(
        one(text, error),
        "import java.util.ArrayList;\nimport java.util.List;\nclass A { void m() { List<String> x = new ArrayList<>(); x.add(\"\"); } }"
    );
    let found = tiers(
        &[("A.java", "class A { void m() { String x; f(¦x); } }")],
        error,
    );
    assert_eq!(found[0].0, "placeholder");
}

#[test]
fn gives_and_takes_modifiers() {
    let error = "non-static method f(int) cannot be referenced from a static context";
    let text = "class A { public void f(int n) {} void f(String s) {} static void m() { ¦f(1); } }";
    let found = all(&[("A.java", text)], error);
    assert_eq!(
        found[0],
        "class A { public static void f(int n) {} void f(String s) {} static void m() { f(1); } }"
    );
    assert_eq!(
        found[1],
        "class A { public void f(int n) {} void f(String s) {} void m() { f(1); } }"
    );
    assert_eq!(
        body(
            "final int x = 1; ¦x = 2;",
            "cannot assign a value to final variable x"
        ),
        "int x = 1; x = 2;"
    );
    assert_eq!(
        one(
            "class A { private final int x = 1; void m() { this¦.x = 2; } }",
            "cannot assign a value to final variable x"
        ),
        "class A { private int x = 1; void m() { this.x = 2; } }"
    );
    let weaker = "toString() in A cannot override toString() in Object\n  attempting to assign weaker access privileges; was public";
    assert_eq!(
        one(
            "class A { @Override\n String ¦toString() { return null; } }",
            weaker
        ),
        "class A { @Override\n public String toString() { return null; } }"
    );
    let other = "f() in A cannot override f() in B\n  return type long is not compatible with int";
    assert_eq!(
        one("class A extends B { long ¦f() { return 1; } }", other),
        "class A extends B { int f() { return 1; } }"
    );
}

#[test]
fn opens_what_is_private() {
    let files = |b: &'static str, use_: &'static str| [("p/A.java", use_), ("p/B.java", b)];
    let error = "x has private access in B";
    let reader = files(
        "package p;\nclass B { private int x; int getX() { return x; } }",
        "package p;\nclass A { int m(B b) { return b¦.x; } }",
    );
    assert_eq!(
        all(&reader, error)[0],
        "package p;\nclass A { int m(B b) { return b.getX(); } }"
    );
    let inner = "class A extends B { int m() { return ¦x; } }\nclass B { private int x; }\n";
    assert_eq!(
        one(inner, error),
        "class A extends B { int m() { return x; } }\nclass B { protected int x; }\n"
    );
    let same = "class A { int m(B b) { return b¦.x; } }\nclass B { private int x; }\n";
    assert_eq!(
        one(same, error),
        "class A { int m(B b) { return b.x; } }\nclass B { int x; }\n"
    );
}

#[test]
fn follows_small_rules() {
    let error = "unexpected type\n  required: reference\n  found:    int";
    assert_eq!(body("List<¦int> l;", error), "List<Integer> l;");
    assert_eq!(
        body("String s = n¦.toString();", "int cannot be dereferenced"),
        "String s = String.valueOf(n);"
    );
    assert_eq!(
        body("if (!n¦.equals(1)) { }", "int cannot be dereferenced"),
        "if (!(n == 1)) { }"
    );
    assert_eq!(
        body(
            "String s = \"\"; char c = s¦[0];",
            "array required, but String found"
        ),
        "String s = \"\"; char c = s.charAt(0);"
    );
    assert_eq!(
        body(
            "java.util.Map<String, String> l; l¦[0] = \"\";",
            "array required, but Map<String,String> found"
        ),
        "java.util.Map<String, String> l; l.put(0, \"\");"
    );
    assert_eq!(
        body(
            "switch (q) { case Q¦.A: }",
            "an enum switch case label must be the unqualified name of an enumeration constant"
        ),
        "switch (q) { case A: }"
    );
    let operands = "bad operand types for binary operator '+'\n  first type:  BigInteger\n  second type: BigInteger";
    assert_eq!(body("b = a ¦+ c;", operands), "b = a.add(c);");
    assert_eq!(
        one(
            "public class ¦Aa {}",
            "class Aa is public, should be declared in a file named Aa.java"
        ),
        "public class A {}"
    );
}

#[test]
fn survives_odd_texts() {
    let texts = [
        "¦",
        "class A { ¦",
        "class A { void m( { ¦x[ ] } }",
        "é¦→;",
        "¦class A {}",
        "class A { void m() { a¦.b(¦c); } }",
    ];
    let messages = [
        "cannot find symbol\n  symbol:   method é(\n  location: ",
        "cannot find symbol\n  symbol:   variable\n  location: variable of type",
        "package does not exist",
        "incompatible types: a cannot be converted to ",
        "incompatible types: missing return value",
        "unreported exception ;",
        "variable  is already defined in",
        "unreachable statement",
        "missing return statement",
        "variable x might not have been initialized",
        "cannot assign a value to final variable",
        "non-static  cannot be referenced from a static context",
        "A is not abstract and does not override abstract method <T>( in B",
        "method does not override or implement a method from a supertype",
        "a in b cannot override c in d\n  attempting to assign weaker access privileges; was ",
        "x has private access in ",
        "method f in class A cannot be applied to given types;\n  required: \n  found: ",
        "no suitable method found for f",
        "unexpected type\n  found: int",
        "int cannot be dereferenced",
        "array required, but  found",
        "bad operand types for binary operator '+'\n  first type: \n  second type: ",
    ];
    for text in texts {
        for message in messages {
            let _ = all(&[("A.java", text)], message);
        }
    }
}
