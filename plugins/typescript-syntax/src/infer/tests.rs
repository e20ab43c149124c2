use super::Infer;
use crate::Project;
use oxc_allocator::Allocator;

/// The type of `x` in a file.
fn of(text: &str) -> Option<String> {
    let host = crate::tests::Files::default();
    let allocator = Allocator::default();
    let project = Project::new(&host, &allocator);
    let source = project.enter("a.ts", text)?;
    let symbol = source.top("x")?;
    Infer::new(&project, &source)
        .symbol(symbol)
        .map(|ty| ty.to_string())
}

#[test]
fn types_of_expressions() {
    for (text, ty) in [
        ("const x = 1", "1"),
        ("let x = 1", "number"),
        ("let x = { a: 1, b: [''] }", "{ a: number; b: string[]; }"),
        ("function f(): A[] { return [] } let x = f()", "A[]"),
        (
            "class C<T> { constructor(public t: T) {} } let x = new C(3)",
            "C<number>",
        ),
        ("class C { p = '' } let x = new C().p", "string"),
        (
            "interface I<T> { m(a: T): T } declare const i: I<boolean>; let x = i.m(true)",
            "boolean",
        ),
        (
            "let x = (a: number, b = '') => a + b",
            "(a: number, b?: string) => string",
        ),
        (
            "const u: unique symbol = Symbol(); let x = () => ({ u } as const)",
            "() => { readonly u: typeof u; }",
        ),
        (
            "let x = async () => { if (Math.random() > 1) { return 1 } return 'a' }",
            "() => Promise<1 | \"a\">",
        ),
        (
            "let c: string[] = []; let x = [...c] as const",
            "readonly string[]",
        ),
        ("let x = Math.random() > 1 ? true : false", "boolean"),
    ] {
        assert_eq!(of(text).as_deref(), Some(ty), "{text}");
    }
}

#[test]
fn what_cannot_be_told_is_not_guessed() {
    for text in [
        "let x = unknownThing",
        "function f<T>(): T { throw 0 } let x = f()",
        "let x = x",
    ] {
        assert_eq!(of(text), None, "{text}");
    }
}
