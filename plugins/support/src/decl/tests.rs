use super::*;

fn outline(text: &str) -> Vec<(DeclKind, String)> {
    let source = Source::new(text);
    source
        .decls()
        .iter()
        .map(|d| (d.kind, source.name(d).to_owned()))
        .collect()
}

#[test]
fn reads_types_and_members() {
    use DeclKind as K;
    let text = "using A;\nnamespace N.M;\n[X] public sealed class C<T>(int p) : B<T>, I where T : new()\n{\n\
        private readonly Dictionary<string, List<int>> a = new(), b;\n public C() : base(1) { }\n\
        public int P { get; set; } = 3;\n int Q => 1;\n (int X, T Y)? F<U>(U u) where U : class { var z = 1; return null; }\n\
        IEnumerator IEnumerable<T>.GetEnumerator() => null;\n public T this[int i] => default;\n\
        public static C<T> operator +(C<T> x, C<T> y) => x;\n event Action E;\n enum K { A = 1, B }\n delegate void D(int i);\n ~C() { } }\n\
        record R(int X);";
    let names: Vec<_> = outline(text);
    assert_eq!(
        names,
        [
            (K::Namespace, "M".into()),
            (K::Class, "C".into()),
            (K::Field, "a".into()),
            (K::Field, "b".into()),
            (K::Constructor, "C".into()),
            (K::Property, "P".into()),
            (K::Property, "Q".into()),
            (K::Method, "F".into()),
            (K::Method, "GetEnumerator".into()),
            (K::Indexer, "this".into()),
            (K::Operator, "operator".into()),
            (K::Event, "E".into()),
            (K::Enum, "K".into()),
            (K::EnumMember, "A".into()),
            (K::EnumMember, "B".into()),
            (K::Delegate, "D".into()),
            (K::Destructor, "C".into()),
            (K::Record, "R".into()),
        ]
        .map(|(k, n): (K, String)| (k, n))
    );
}

#[test]
fn knows_the_parts() {
    let source = Source::new("class C<A, B> : X<A> { public string? Name { get; } = null; }");
    let [class, property] = source.decls() else {
        panic!("two declarations")
    };
    assert_eq!(source.slice(class.type_params.clone()), "A, B");
    assert_eq!(source.slice(class.bases.clone()), "X<A>");
    assert_eq!(source.slice(property.ty.clone()), "string?");
    assert_eq!(source.slice(property.modifiers.clone()), "public");
    assert_eq!(property.parent, Some(0));
    assert!(property.init.is_some());
}

#[test]
fn survives_broken_text() {
    for text in [
        "class",
        "class {",
        "class A { int",
        "namespace",
        "class A { ] ) }",
        "enum E { [",
        "class A<",
        "record struct",
    ] {
        let _ = outline(text);
    }
    let deep = "class A {".repeat(20_000);
    assert!(!outline(&deep).is_empty());
}
