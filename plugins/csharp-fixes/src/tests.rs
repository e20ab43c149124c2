use crate::CsharpFixes;
use buildfix_fixer_support::testing::{after, best, propose, survives};

fn one(text: &str, error: &str) -> String {
    best::<CsharpFixes>(&[("a.cs", text)], error)
}

fn all(text: &str, error: &str) -> Vec<String> {
    after::<CsharpFixes>(&[("a.cs", text)], error)
}

/// The best fix of an error inside a method's body.
fn body(code: &str, error: &str) -> String {
    let text = one(
        &format!("class C<T> {{ void M(int n) {{ {code} }} }}"),
        error,
    );
    text.strip_prefix("class C<T> { void M(int n) { ")
        .and_then(|t| t.strip_suffix(" } }"))
        .map(str::to_owned)
        .unwrap_or(text)
}

#[test]
fn casts_and_widens() {
    let error = "CS0266: Cannot implicitly convert type 'double' to 'int'. An explicit conversion exists (are you missing a cast?)";
    assert_eq!(body("n = ¦F(1);", error), "n = (int)F(1);");
    assert_eq!(body("n = ¦F(1) + 2;", error), "n = (int)(F(1) + 2);");
    let found = all("class C { void M() { int z = ¦F(); } }", error);
    assert_eq!(found[0], "class C { void M() { double z = F(); } }");
    assert_eq!(found[1], "class C { void M() { int z = (int)F(); } }");
    let argument = "CS1503: Argument 2: cannot convert from 'double' to 'long'";
    assert_eq!(body("G(1, ¦x);", argument), "G(1, (long)x);");
}

#[test]
fn refuses_a_cast_that_can_only_fail() {
    let error = "CS0266: Cannot implicitly convert type 'System.Collections.Generic.Dictionary<int, string>' to \
        'System.Collections.Generic.IDictionary<int, object>'. An explicit conversion exists (are you missing a cast?)";
    assert!(
        propose::<CsharpFixes>(
            &[("a.cs", "class C { object F() { return ¦G(); } }")],
            error
        )
        .is_empty()
    );
}

#[test]
fn converts_without_a_cast() {
    let to =
        |from: &str, to: &str| format!("CS0029: Cannot implicitly convert type '{from}' to '{to}'");
    assert_eq!(
        body("string s = ¦n;", &to("int", "string")),
        "string s = n.ToString();"
    );
    assert_eq!(
        body("if (¦n = 1) { }", &to("int", "bool")),
        "if (n == 1) { }"
    );
    assert_eq!(
        body("n = ¦F();", &to("System.Threading.Tasks.Task<int>", "int")),
        "n = await F();"
    );
    assert_eq!(
        body(
            "int[] a = ¦q;",
            &to("System.Collections.Generic.List<int>", "int[]")
        ),
        "int[] a = q.ToArray();"
    );
    assert_eq!(
        body(
            "float f = ¦1.5;",
            "CS0664: Literal of type double cannot be implicitly converted to type 'float'; use an 'F' suffix to create a literal of this type"
        ),
        "float f = 1.5f;"
    );
}

#[test]
fn corrects_the_declared_type() {
    let text = "class C { int IsEmpty() => n == 0; void M() { if (¦IsEmpty()) { } } }";
    let found = one(
        text,
        "CS0029: Cannot implicitly convert type 'int' to 'bool'",
    );
    assert!(found.contains("bool IsEmpty() =>"));
    let text = "class C { int IsEmpty() => ¦n == 0; }";
    assert!(
        one(
            text,
            "CS0029: Cannot implicitly convert type 'bool' to 'int'"
        )
        .contains("bool IsEmpty()")
    );
    let text = "class C { void M() { int s = ¦\"a\"; } }";
    assert!(
        one(
            text,
            "CS0029: Cannot implicitly convert type 'string' to 'int'"
        )
        .contains("string s = \"a\";")
    );
}

#[test]
fn calls_what_is_named() {
    assert_eq!(
        body(
            "if (¦n < q.Count) { }",
            "CS0019: Operator '<' cannot be applied to operands of type 'int' and 'method group'"
        ),
        "if (n < q.Count()) { }"
    );
    assert_eq!(
        body(
            "x = ¦(double)q.Count / 2;",
            "CS0030: Cannot convert type 'method' to 'double'"
        ),
        "x = (double)q.Count() / 2;"
    );
    assert_eq!(
        body(
            "x = ¦y.z ?? 1;",
            "CS0019: Operator '??' cannot be applied to operands of type 'double' and 'double'"
        ),
        "x = y.z ;"
    );
}

#[test]
fn creates_with_new_and_reads_without_a_call() {
    let error =
        |n: &str| format!("CS1955: Non-invocable member '{n}' cannot be used like a method.");
    assert_eq!(
        body(
            "throw ¦ArgumentException(\"a\");",
            &error("ArgumentException")
        ),
        "throw new ArgumentException(\"a\");"
    );
    assert_eq!(body("n = a.¦Zahl();", &error("Zahl")), "n = a.Zahl;");
}

#[test]
fn passes_by_reference_on_both_sides() {
    let text = "class C { int F(string s, int i) { i++; return i; } void M() { int x = 0; F(\"a\", ref ¦x); } }";
    let found = all(
        text,
        "CS1615: Argument 2 may not be passed with the 'ref' keyword",
    );
    assert!(found[0].contains("F(string s, ref int i)"));
    assert!(found[1].contains("F(\"a\", x)"));
    assert_eq!(
        body(
            "F(¦n);",
            "CS1620: Argument 1 must be passed with the 'ref' keyword"
        ),
        "F(ref n);"
    );
}

#[test]
fn passes_what_bears_the_parameters_name() {
    let text =
        "class C { C R(C a, C b, int key) => a; C M(C node, int key) { return ¦R(node, node); } }";
    let error = "CS7036: There is no argument given that corresponds to the required parameter 'key' of 'C.R(C, C, int)'";
    assert!(one(text, error).contains("R(node, node, key)"));
    let setter =
        "class C { void Put(int k, int value) { } int this[int key] { set => ¦Put(key); } }";
    let error = "CS7036: There is no argument given that corresponds to the required parameter 'value' of 'C.Put(int, int)'";
    assert!(one(setter, error).contains("Put(key, value)"));
}

#[test]
fn writes_type_arguments_where_a_namespace_hides_the_type() {
    let text = "class C<T> { Stack<T> s; C() { s = new ¦Stack(); } }";
    assert!(
        one(
            text,
            "CS0118: 'Stack' is a namespace but is used like a type"
        )
        .contains("new Stack<T>()")
    );
}

#[test]
fn says_which_of_two_is_meant() {
    let found = all(
        "namespace N.M;\nclass C { ¦T x; }",
        "CS0104: 'T' is an ambiguous reference between 'A.T' and 'N.T'",
    );
    assert!(found[0].contains("{ N.T x;") && found[1].contains("{ A.T x;"));
    let error = "CS0121: The call is ambiguous between the following methods or properties: \
        'System.Linq.Enumerable.TakeLast<T>(System.Collections.Generic.IEnumerable<T>, int)' and 'N.Ext.TakeLast<T>(System.Collections.Generic.IEnumerable<T>, int)'";
    assert_eq!(
        body("x = a.b.¦TakeLast(n);", error),
        "x = System.Linq.Enumerable.TakeLast(a.b, n);"
    );
}

#[test]
fn widens_access_like_the_siblings() {
    let files = [
        ("a.cs", "class C { void M(Node n) { n.¦Next = n; } }"),
        (
            "b.cs",
            "class Node { public int A; public int B; private Node Next { get; set; } }",
        ),
    ];
    let error = "CS0122: 'Node.Next' is inaccessible due to its protection level";
    let found = propose::<CsharpFixes>(&files, error);
    assert!(found[0].files["b.cs"].contains("public Node Next"));
    assert!(found[1].files["b.cs"].contains("internal Node Next"));
}

#[test]
fn widens_nested_owners_and_never_narrows() {
    let error = "CS0122: 'C<T>.Item.Size' is inaccessible due to its protection level";
    let text = "class C<T> { class Item { public int A; private int Size; } void M(Item i) { i.¦Size = 1; } }";
    assert!(one(text, error).contains("public int Size;"));
    let text = "class C { private class N { public int Next; } } class D { void M(C.N n) { n.¦Next = 1; } }";
    let error = "CS0122: 'C.N.Next' is inaccessible due to its protection level";
    assert!(one(text, error).contains("public class N { public int Next; }"));
    let error = "CS1527: Elements defined in a namespace cannot be explicitly declared as private, protected, protected internal, or private protected";
    assert_eq!(
        one("namespace N;\nprivate class ¦C { }", error),
        "namespace N;\npublic class C { }"
    );
}

#[test]
fn makes_fields_and_properties_writable() {
    let text = "class C { private readonly int a; void M() { ¦a = 1; } }";
    let error = "CS0191: A readonly field cannot be assigned to (except in a constructor or init-only setter of the type in which the field is defined or a variable initializer)";
    assert!(one(text, error).contains("private int a;"));
    let text = "class C { public int A { get; } } class D { void M(C c) { ¦c.A = 1; } }";
    assert!(
        one(
            text,
            "CS0200: Property or indexer 'C.A' cannot be assigned to -- it is read only"
        )
        .contains("{ get; set; }")
    );
}

#[test]
fn ends_a_switch_section() {
    let text = "class C { void M(int x)\n{\n    switch (x)\n    {\n        ¦case > 0 when x < 9:\n            F();\n        case < 0:\n            break;\n    }\n} }";
    let error = "CS0163: Control cannot fall through from one case label ('case > 0 when x < 9:') to another";
    assert!(one(text, error).contains("            F();\n            break;\n        case < 0:"));
}

#[test]
fn returns_what_was_made() {
    let error = "CS0161: 'C.M()': not all code paths return a value";
    let found = propose::<CsharpFixes>(
        &[(
            "a.cs",
            "class C\n{\n    int ¦M()\n    {\n        int sum = 0;\n        sum = 3;\n    }\n}\n",
        )],
        error,
    );
    assert!(found[0].files["a.cs"].contains("        sum = 3;\n        return sum;\n    }"));
    assert_eq!(found.last().unwrap().fix.applicability, "placeholder");
    let counted = one(
        "class C { int ¦M() { var n = 0; while (F()) { n++; } } }",
        error,
    );
    assert!(counted.contains("return n;"));
}

#[test]
fn starts_variables_and_completes_statements() {
    let error = "CS0165: Use of unassigned local variable 'r'";
    assert_eq!(
        body("List<int> r; ¦r.Add(1);", error),
        "List<int> r = new List<int>(); r.Add(1);"
    );
    assert_eq!(body("int r; n = ¦r;", error), "int r = 0; n = r;");
    let error = "CS0201: Only assignment, call, increment, decrement, await, and new object expressions can be used as a statement";
    assert!(one("class C { void Go() { } void M() { ¦Go; } }", error).contains("{ Go(); }"));
    assert!(one("class C<T> { T[] a; void M() { ¦a[1]; } }", error).contains("a[1] = default!;"));
    assert!(one("class C { bool b; void M() { ¦b == true; } }", error).contains("b = true;"));
}

#[test]
fn replaces_null_of_a_value_type() {
    let error = "CS0037: Cannot convert null to 'bool' because it is a non-nullable value type";
    let found = all(
        "class C { bool M() { bool result = F(); result = G(); return ¦null; } }",
        error,
    );
    assert!(found[0].contains("return result;"));
    assert!(found[1].contains("return false;"));
    let text = "class C { C(int alpha = ¦0.5) { } }";
    assert!(one(text, "CS1750: A value of type 'double' cannot be used as a default parameter because there are no standard conversions to type 'int'").contains("C(double alpha = 0.5)"));
}

#[test]
fn deletes_only_what_does_nothing() {
    let error = "CS0219: The variable 'u' is assigned but its value is never used";
    assert_eq!(
        one(
            "class C\n{\n    void M()\n    {\n        int ¦u = 0;\n        F();\n    }\n}\n",
            error
        ),
        "class C\n{\n    void M()\n    {\n        F();\n    }\n}\n"
    );
    assert_eq!(body("int ¦u = 0; F(); u = 1;", error), " F(); ");
    assert!(
        propose::<CsharpFixes>(&[("a.cs", "class C { void M() { int ¦u = F(); } }")], error)
            .is_empty()
    );
    assert!(
        propose::<CsharpFixes>(
            &[(
                "a.cs",
                "class C { string M() { int ¦u = 0; return $\"{u}\"; } }"
            )],
            error
        )
        .is_empty()
    );
    assert_eq!(
        body(
            "try { } catch (Exception ¦e) { }",
            "CS0168: The variable 'e' is declared but never used"
        ),
        "try { } catch (Exception) { }"
    );
}

#[test]
fn keeps_what_the_constructor_was_given() {
    let text = "class C\n{\n    private readonly double ¦load;\n\n    public C(int n, double load)\n    {\n        this.n = n;\n        for (;;) { }\n    }\n}\n";
    let error =
        "CS0649: Field 'C.load' is never assigned to, and will always have its default value 0";
    assert!(
        one(text, error).contains("        this.n = n;\n        this.load = load;\n        for")
    );
}

#[test]
fn awaits_or_makes_async() {
    let error = "CS1998: This async method lacks 'await' operators and will run synchronously.";
    assert_eq!(
        one("class C { async Task ¦M() { F(); } }", error),
        "class C { async Task M() { await Task.CompletedTask; F(); } }"
    );
    let error = "CS4034: The 'await' operator can only be used within an async lambda expression. Consider marking this lambda expression with the 'async' modifier.";
    assert_eq!(
        body("G(x => { y(); ¦await F(); });", error),
        "G(async x => { y(); await F(); });"
    );
}

#[test]
fn aligns_members_unless_an_explicit_one_is_the_cause() {
    let error = "CS0738: 'C' does not implement interface member 'I.F()'. 'C.F()' cannot implement 'I.F()' because it does not have the matching return type of 'object'.";
    assert_eq!(
        one("class C : ¦I { public int F() => 1; }", error),
        "class C : I { public object F() => 1; }"
    );
    assert!(
        propose::<CsharpFixes>(
            &[(
                "a.cs",
                "class C : ¦I { public int F() => 1; object I.F() => 2; }"
            )],
            error
        )
        .is_empty()
    );
    let error = "CS0115: 'C.ToStrng()': no suitable method found to override";
    assert!(
        one(
            "class C { public override string ¦ToStrng() => \"\"; }",
            error
        )
        .contains("ToString()")
    );
}

#[test]
fn survives_any_text_at_any_point() {
    survives::<CsharpFixes>(include_str!("../plugin.toml"));
}

#[test]
fn means_the_type_that_has_the_member() {
    let text = "namespace A.X { class Json { public string Read(int i) => null; } }\n\
        namespace B.Y { static class Json { public static string Read(string s) => s; } }\n\
        namespace A { class C { string M() => ¦Json.Read(\"\"); } }";
    let error = "CS0104: 'Json' is an ambiguous reference between 'A.X.Json' and 'B.Y.Json'";
    assert!(one(text, error).contains("=> B.Y.Json.Read"));
    let library =
        "namespace A { class C { object M(string s) => ¦JsonSerializer.Deserialize<int>(s); } }";
    let error = "CS0104: 'JsonSerializer' is an ambiguous reference between 'Newtonsoft.Json.JsonSerializer' and 'System.Text.Json.JsonSerializer'";
    assert!(one(library, error).contains("=> System.Text.Json.JsonSerializer.Deserialize"));
}
