use crate::CsharpFixes;
use buildfix_fixer_support::testing::{propose, survives};

fn stubbed(files: &[(&str, &str)], error: &str) -> String {
    let mut found = propose::<CsharpFixes>(files, error);
    let last = found.pop().expect("a stub");
    assert_eq!(last.fix.applicability, "placeholder");
    last.files["a.cs"].clone()
}

#[test]
fn overrides_with_the_bases_arguments() {
    let base = "public abstract class B<T>\n{\n    protected internal abstract T F(T x,\n        string? s = null);\n    public abstract int Q { get; protected set; }\n    public abstract U? G<U>(U? u) where U : struct;\n}\n";
    let error = |m: &str| format!("CS0534: 'D' does not implement inherited abstract member '{m}'");
    let text = "class ¦D : B<double> { }";
    assert_eq!(
        stubbed(
            &[("a.cs", text), ("b.cs", base)],
            &error("B<double>.F(double, string?)")
        ),
        "class D : B<double> {\n    protected internal override double F(double x, string? s = null) => throw new System.NotImplementedException();\n}"
    );
    assert!(
        stubbed(&[("a.cs", text), ("b.cs", base)], &error("B<double>.Q.get"))
            .contains("public override int Q { get => throw new System.NotImplementedException(); protected set => throw new System.NotImplementedException(); }")
    );
    assert!(
        stubbed(
            &[("a.cs", text), ("b.cs", base)],
            &error("B<double>.G<U>(U?)")
        )
        .contains("public override U? G<U>(U? u) where U : struct => throw")
    );
}

#[test]
fn implements_interfaces_of_the_workspace_and_the_library() {
    let error = |m: &str| format!("CS0535: 'C' does not implement interface member '{m}'");
    let text = "interface I<T> { U Map<U>(T t) where U : class; event System.Action E; T this[int k] { get; } }\nclass C : ¦I<int>\n{\n    int a;\n}\n";
    assert!(
        stubbed(&[("a.cs", text)], &error("I<int>.Map<U>(int)")).ends_with(
            "    int a;\n\n    public U Map<U>(int t) where U : class => throw new System.NotImplementedException();\n}\n"
        )
    );
    assert!(
        stubbed(&[("a.cs", text)], &error("I<int>.this[int]"))
            .contains("public int this[int k] => throw")
    );
    assert!(
        stubbed(&[("a.cs", text)], &error("I<int>.E"))
            .contains("public event System.Action E { add => throw")
    );
    let text = "using System;\nclass C : ¦IComparable<C> { }\n";
    assert!(
        stubbed(&[("a.cs", text)], &error("IComparable<C>.CompareTo(C?)"))
            .contains("public int CompareTo(C? other) => throw")
    );
    let text = "class C : System.Collections.Generic.¦IEnumerable<int> { public int GetEnumerator() => 1; }\n";
    assert!(
        stubbed(&[("a.cs", text)], &error("IEnumerable.GetEnumerator()")).contains(
            "System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => throw"
        )
    );
}

#[test]
fn completes_a_property_and_leaves_the_unknown_alone() {
    let text = "interface I { int P { get; set; } } class C : ¦I { public int P { get; } }";
    let error = "CS0535: 'C' does not implement interface member 'I.P.set'";
    let found = propose::<CsharpFixes>(&[("a.cs", text)], error);
    assert!(found.last().unwrap().files["a.cs"].contains("public int P { get; set; } }"));
    let error = "CS0534: 'C' does not implement inherited abstract member 'Unknown.M()'";
    assert!(propose::<CsharpFixes>(&[("a.cs", "class ¦C : Unknown { }")], error).is_empty());
    survives::<CsharpFixes>("csharp/CS0534 csharp/CS0535");
}

#[test]
fn gives_a_collection_its_indexer() {
    let text = "class C : System.Collections.Generic.¦IDictionary<string, int> { }";
    let error =
        "CS0535: 'C' does not implement interface member 'IDictionary<string, int>.this[string]'";
    assert!(
        stubbed(&[("a.cs", text)], error).contains("public int this[string key] { get => throw")
    );
}
