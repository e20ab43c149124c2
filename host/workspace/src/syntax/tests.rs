use super::*;

fn errors(path: &str, text: &str) -> Vec<ParseError> {
    Syntax::new()
        .parse_errors(path, text, None)
        .expect("a grammar")
}

#[test]
fn every_language_parses() {
    for (path, text) in [
        ("a.c", "int main(void) { return 0; }"),
        ("a.h", "int f(void);"),
        ("a.cc", "class A { int x; };"),
        ("a.C", "namespace n { template<class T> struct A {}; }"),
        ("a.cs", "namespace N; record R(int X);"),
        ("a.go", "package a\n\nfunc F() {}\n"),
        ("a.java", "class A { void f() {} }"),
        ("a.js", "const a = <b>c</b>;"),
        ("a.py", "def f():\n    pass\n"),
        ("a.rs", "fn f() -> u8 { 0 }"),
        ("a.tsx", "const a: b = <c>d</c>;"),
        ("a.ts", "const a = <b>c;"),
    ] {
        assert_eq!(errors(path, text), [], "{path}");
    }
    assert!(matches!(
        Syntax::new().parse_errors("a.txt", "", None),
        Err(SyntaxError::NoGrammar(_))
    ));
}

#[test]
fn a_missing_token_is_named() {
    let found = errors("a.cs", "class A { void F() { return 1 } }");
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].kind, found[0].token.as_str()), ("missing", ";"));
    assert_eq!(found[0].start, 29);
}

#[test]
fn queries_give_captures_in_order_of_place() {
    let syntax = Syntax::new();
    let text = "// é€🦀\nfn one() {}\nfn two() {}\n";
    let found = syntax
        .query(
            "a.rs",
            text,
            "h",
            "(function_item name: (identifier) @name)",
        )
        .expect("a valid query");
    let names: Vec<&str> = found
        .iter()
        .flat_map(|one| &one.captures)
        .map(|capture| &text[capture.start as usize..capture.end as usize])
        .collect();
    assert_eq!(names, ["one", "two"]);
    assert_eq!(found[0].captures[0].kind, "identifier");
}

#[test]
fn a_tree_is_parsed_once() {
    let syntax = Syntax::new();
    for _ in 0..3 {
        syntax
            .query("a.rs", "fn a() {}", "h", "(identifier) @i")
            .unwrap();
        syntax.ancestors("b.rs", "fn a() {}", "h", 3, 4).unwrap();
        syntax.parse_errors("a.rs", "fn a() {}", Some("h")).unwrap();
    }
    assert_eq!(syntax.parses(), 1);
}

#[test]
fn an_invalid_query_is_an_error_with_its_place() {
    let syntax = Syntax::new();
    let message = |query: &str| {
        syntax
            .query("a.rs", "", "h", query)
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        message("(function_item)\n  (no_such_node)"),
        "invalid query at line 2, column 4: no node kind `no_such_node`"
    );
    assert!(message("(function_item nope: (_))").contains("no field `nope`"));
    assert!(message("((identifier) @a (#near? @a))").contains("unknown predicate `#near?`"));
    assert!(message("(identifier").contains("syntax error"));
    assert!(message("(identifier\0)").contains("NUL"));
}

#[test]
fn ancestors_go_from_the_token_outwards() {
    let syntax = Syntax::new();
    let text = "fn f() { g(1) ; }";
    let kinds = |start, end| -> Vec<String> {
        let nodes = syntax.ancestors("a.rs", text, "h", start, end).unwrap();
        nodes.into_iter().map(|node| node.kind).collect()
    };
    assert_eq!(
        kinds(11, 12),
        [
            "integer_literal",
            "arguments",
            "call_expression",
            "expression_statement",
            "block",
            "function_item",
            "source_file"
        ]
    );
    assert_eq!(
        kinds(13, 13)[0],
        ")",
        "a point after a token is that token's"
    );
    assert_eq!(
        kinds(9, 9)[0],
        "identifier",
        "a point between two is the second's"
    );
    assert_eq!(kinds(9, 13)[0], "call_expression");
    assert!(matches!(
        syntax.ancestors("a.rs", text, "h", 5, 4),
        Err(SyntaxError::Range { .. })
    ));
    assert!(matches!(
        syntax.ancestors("a.rs", text, "h", 5, 999),
        Err(SyntaxError::Range { .. })
    ));
}
