use crate::CsharpFixes;
use buildfix_fixer_support::testing::{after, best, propose};

fn one(text: &str, error: &str) -> String {
    best::<CsharpFixes>(&[("a.cs", text)], error)
}

#[test]
fn fits_modifiers_to_bodies_and_types() {
    for (before, after, error) in [
        (
            "public class C { public abstract int ¦K(); }",
            "public abstract class C { public abstract int K(); }",
            "CS0513: 'C.K()' is abstract but it is contained in non-abstract type 'C'",
        ),
        (
            "class C { public abstract int ¦K() { return 1; } }",
            "class C { public int K() { return 1; } }",
            "CS0500: 'C.K()' cannot declare a body because it is marked abstract",
        ),
        (
            "static class C { public int ¦K() => 1; }",
            "static class C { public static int K() => 1; }",
            "CS0708: 'K': cannot declare instance members in a static class",
        ),
        (
            "class C { private virtual void ¦K() { } }",
            "class C { protected virtual void K() { } }",
            "CS0621: 'C.K()': virtual or abstract members cannot be private",
        ),
        (
            "sealed class C { public virtual void ¦K() { } }",
            "sealed class C { public void K() { } }",
            "CS0549: 'C.K()' is a new virtual member in sealed type 'C'",
        ),
        (
            "class C { public static override string ¦K() => a; }",
            "class C { public override string K() => a; }",
            "CS0112: A static member cannot be marked as 'override'",
        ),
        (
            "class C { void A() { }¦; }",
            "class C { void A() { } }",
            "CS1597: Semicolon after method or accessor block is not valid",
        ),
        (
            "class C { public int A { public ¦get; set; } }",
            "class C { public int A { get; set; } }",
            "CS0273: The accessibility modifier of the 'C.A.get' accessor must be more restrictive than the property or indexer 'C.A'",
        ),
        (
            "class C { const int x = ¦F(); }",
            "class C { static readonly int x = F(); }",
            "CS0133: The expression being assigned to 'C.x' must be constant",
        ),
        (
            "class C { void M() { const int x = ¦F(); } }",
            "class C { void M() { int x = F(); } }",
            "CS0133: The expression being assigned to 'x' must be constant",
        ),
        (
            "class C : B { public override long ¦A() => 1; }",
            "class C : B { public override int A() => 1; }",
            "CS0508: 'C.A()': return type must be 'int' to match overridden member 'B.A()'",
        ),
    ] {
        assert_eq!(one(before, error), after, "{error}");
    }
}

#[test]
fn a_missing_body_is_another_classs_or_a_placeholder() {
    let error =
        "CS0501: 'C.L()' must declare a body because it is not marked abstract, extern, or partial";
    let found = after::<CsharpFixes>(&[("a.cs", "abstract class C { public int ¦L(); }")], error);
    assert_eq!(found[0], "abstract class C { public abstract int L(); }");
    let found = propose::<CsharpFixes>(&[("a.cs", "class C { public int ¦L(); }")], error);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].fix.applicability, "placeholder");
    assert!(found[0].files["a.cs"].contains("int L() => throw new"));
}

#[test]
fn opens_the_base_where_the_workspace_has_it() {
    let error = "CS0506: 'W.M()': cannot override inherited member 'V.M()' because it is not marked virtual, abstract, or override";
    assert_eq!(
        one(
            "class V { public int M() => 1; } class W : V { public override int ¦M() => 2; }",
            error
        ),
        "class V { public virtual int M() => 1; } class W : V { public override int M() => 2; }"
    );
    let library = "class W : Lib.V { public override int ¦M() => 2; }";
    assert!(one(library, error).is_empty());
    let error = "CS0509: 'F': cannot derive from sealed type 'E'";
    let found = propose::<CsharpFixes>(&[("a.cs", "sealed class E { } class ¦F : E { }")], error);
    assert_eq!(found[0].fix.applicability, "suggest");
}

#[test]
fn leaves_closed_classes_alone() {
    let error = "CS0513: 'C.K()' is abstract but it is contained in non-abstract type 'C'";
    assert!(one("sealed class C { public abstract int ¦K(); }", error).is_empty());
}
