use crate::CsharpFixes;
use buildfix_fixer_support::testing::{after, propose};

fn all(text: &str, error: &str) -> Vec<String> {
    after::<CsharpFixes>(&[("a.cs", text)], error)
}

#[test]
fn overrides_what_it_only_hides() {
    let base =
        "abstract class B<T> { public abstract T F(T a, int b); public abstract int P { get; } }\n";
    let error =
        "CS0534: 'C' does not implement inherited abstract member 'B<string>.F(string, int)'";
    let text =
        format!("{base}class ¦C : B<string> {{ public virtual string F(string a, int b) => a; }}");
    assert!(all(&text, error)[0].contains("public override string F(string a, int b)"));
    let text = format!("{base}class ¦C : B<string> {{ public string F(string a, int b) => a; }}");
    assert!(all(&text, error)[0].contains("public override string F(string a, int b)"));
    // Another overload is another member.
    let text = format!("{base}class ¦C : B<string> {{ public string F(string a) => a; }}");
    assert!(all(&text, error)[0].contains("NotImplementedException"));
    let error = "CS0533: 'C.F()' hides inherited abstract member 'B.F()'";
    let text = "abstract class B { public abstract int F(); }\nabstract class C : B { public int ¦F() => 1; }";
    assert!(all(text, error)[0].contains("public override int F()"));
}

#[test]
fn takes_what_the_base_takes_or_the_base_what_it_does() {
    let error = "CS0115: 'C.F(string, bool)': no suitable method found to override";
    let text = "class B { public virtual void F(int a, bool b) { } }\n\
        class C : B { public override void ¦F(string text, bool b = true) { } }";
    let found = all(text, error);
    assert!(
        found[0].contains("override void F(int text, bool b = true)"),
        "{}",
        found[0]
    );
    assert!(
        found[1].contains("virtual void F(string a, bool b)"),
        "{}",
        found[1]
    );
    // Not to override is no repair then.
    assert_eq!(found.len(), 2);
    let error = "CS0115: 'C.F(string)': no suitable method found to override";
    let text = "class A { public virtual void F(string s, out int n) { n = 1; } }\nclass B : A { }\n\
        class C : B { public override void ¦F(string text) { n = 2; } }";
    assert!(all(text, error)[0].contains("override void F(string text, out int n)"));
    let error = "CS0535: 'C' does not implement interface member 'I.F(int, string)'";
    let text = "interface I { void F(int n, string s); }\nclass C : ¦I { public void F(long count, string s) { } }";
    let found = all(text, error);
    assert!(
        found[0].contains("public void F(int count, string s)"),
        "{}",
        found[0]
    );
    assert!(
        found[1].contains("interface I { void F(long n, string s); }"),
        "{}",
        found[1]
    );
    assert!(found[2].contains("NotImplementedException"));
}

#[test]
fn implements_explicitly_what_the_interface_declares() {
    let error = "CS0539: 'C.F(int, Event)' in explicit interface declaration is not found among members of the interface that can be implemented";
    let text = "interface I<T> { void F(int index, ref T value); }\n\
        class C : I<Field>, I<Event> { void I<Event>.¦F(int index, Event value) { } }";
    assert!(all(text, error)[0].contains("void I<Event>.F(int index, ref Event value)"));
    let error = "CS0535: 'C' does not implement interface member 'I.F(int, string)'";
    let text = "interface I { void F(int n); void F(int n, string s); }\n\
        class C : ¦I { public void F(int n) { } public void F(int m, string s, int o) { } }";
    assert!(
        all(text, error)[0].contains("public void F(int m, string s) { }"),
        "{}",
        all(text, error)[0]
    );
}

#[test]
fn extends_again() {
    let text = "static class E { public static bool Has(Box box, int n) => true; public static void Log(this Box b) { } }\n\
        class C { bool M(Box b) => b.¦Has(1); }\nclass Box { }";
    let error = "CS1061: 'Box' does not contain a definition for 'Has' and no accessible extension method 'Has' \
        accepting a first argument of type 'Box' could be found (are you missing a using directive or an assembly reference?)";
    assert!(all(text, error)[0].contains("Has(this Box box, int n)"));
    let error = "CS1501: No overload for method 'Has' takes 1 arguments";
    assert!(all(text, error)[0].contains("Has(this Box box, int n)"));
    let text = text.replace("Has(Box box, int n)", "Has(Box box, int n, int m)");
    assert!(propose::<CsharpFixes>(&[("a.cs", &text)], error).is_empty());
}

#[test]
fn takes_by_reference_in_an_extension_too() {
    let text = "static class E { public static bool Has(this Box box, int n, Type t) { t = null; return true; } }\n\
        class C { bool M(Box b, Type t) => b.Has(1, ¦out t); }\nclass Box { }";
    let error = "CS1615: Argument 2 may not be passed with the 'out' keyword";
    assert!(all(text, error)[0].contains("Has(this Box box, int n, out Type t)"));
}

#[test]
fn shows_the_overload_that_fits() {
    let text = "class W { public void Write(Token t) { } private void Write(Reader r) { } }\n\
        class C { void M(W w, Reader r) { w.Write(¦r); } }";
    let error = "CS1503: Argument 1: cannot convert from 'A.Reader' to 'A.Token'";
    assert!(all(text, error)[0].contains("public void Write(Reader r)"));
    let error = "CS1501: No overload for method 'Write' takes 2 arguments";
    let text = text
        .replace("w.Write(¦r)", "w.¦Write(r, 1)")
        .replace("(Reader r) { }", "(Reader r, int n) { }");
    assert!(all(&text, error)[0].contains("public void Write(Reader r, int n)"));
}

#[test]
fn returns_what_it_returns() {
    let error = "CS0127: Since 'C.F(List<int>)' returns void, a return keyword must not be followed by an object expression";
    let text = "class C { void F(List<int> list) { ¦return list; } }";
    assert!(all(text, error)[0].contains("List<int> F(List<int> list)"));
    let text = "class C { async Task F(List<int> list) { ¦return list == null; } }";
    assert!(all(text, error)[0].contains("async Task<bool> F("));
    let text = "class C { void F(List<int> list) { ¦return Unknown.Value; } }";
    assert!(propose::<CsharpFixes>(&[("a.cs", text)], error).is_empty());
    let error = "CS0126: An object of a type convertible to 'int' is required";
    let text = "class C { int F() { if (a) ¦return; b(); } }";
    assert!(all(text, error)[0].contains("void F()"));
    let text = "class C { int F() { if (a) ¦return; return 1; } }";
    let found = propose::<CsharpFixes>(&[("a.cs", text)], error);
    assert!(found.iter().all(|f| !f.files["a.cs"].contains("void")));
}
