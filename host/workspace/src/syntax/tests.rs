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

mod hostile {
    use super::*;
    use proptest::prelude::*;
    use std::time::Instant;

    const PATHS: [&str; 10] = [
        "a.c", "a.cc", "a.cs", "a.go", "a.java", "a.js", "a.py", "a.rs", "a.ts", "a.tsx",
    ];

    /// Texts that drive parsers into deep trees, wide trees and error recovery.
    const UNITS: [&str; 18] = [
        "(",
        "{",
        "[",
        "<",
        "a<",
        "{[(",
        "if x:\n",
        "\"",
        "`${",
        "\0",
        "é{",
        "class A {",
        "-",
        "f(",
        "/*",
        "#if a\n",
        "a b ",
        "namespace a { ",
    ];

    #[test]
    fn repeated_openers_end_in_an_answer() {
        for unit in UNITS {
            for path in PATHS {
                let text = unit.repeat(10_000 / unit.len());
                let syntax = Syntax::new();
                let middle = u32::try_from(text.len() / 2).unwrap();
                let start = Instant::now();
                if let Ok(errors) = syntax.parse_errors(path, &text, Some("h")) {
                    assert!(errors.iter().all(|one| one.end as usize <= text.len()));
                }
                if let Ok(nodes) = syntax.ancestors(path, &text, "h", middle, middle) {
                    assert!(nodes.len() <= MAX_NODES);
                }
                assert!(start.elapsed() < PARSE_TIME * 4, "{unit:?} in {path}");
            }
        }
    }

    #[test]
    fn eight_mebibytes_of_brackets_end_in_bounded_time() {
        let text = "{[(".repeat(MAX_TEXT / 3);
        let start = Instant::now();
        match Syntax::new().parse_errors("a.rs", &text, None) {
            Ok(errors) => assert!(!errors.is_empty(), "this is no Rust"),
            Err(error) => assert_eq!(error, SyntaxError::ParseTime("a.rs".into())),
        }
        assert!(start.elapsed() < PARSE_TIME * 4, "{:?}", start.elapsed());
    }

    #[test]
    fn a_parse_without_end_is_stopped_and_not_tried_again() {
        // Each `<` may open type arguments or compare: the parser follows both.
        let text = "a<".repeat(1 << 20);
        let syntax = Syntax::new();
        let start = Instant::now();
        for _ in 0..3 {
            let error = syntax.parse_errors("a.cs", &text, Some("h")).unwrap_err();
            assert_eq!(error.to_string(), "parsing `a.cs` took longer than 5 s");
        }
        assert_eq!(syntax.parses(), 1);
        assert!(start.elapsed() < PARSE_TIME * 4, "{:?}", start.elapsed());
    }

    #[test]
    fn deep_trees_are_walked_without_recursion() {
        // Each level is a real node here, not a skipped token.
        let text = format!("const a = {}1{};", "[".repeat(100_000), "]".repeat(100_000));
        let syntax = Syntax::new();
        assert_eq!(syntax.parse_errors("a.ts", &text, Some("h")).unwrap(), []);
        let nodes = syntax
            .ancestors("a.ts", &text, "h", 100_010, 100_011)
            .unwrap();
        assert_eq!((nodes[0].kind.as_str(), nodes.len()), ("number", MAX_NODES));
        let found = syntax.query("a.ts", &text, "h", "(array) @a");
        assert!(found.is_ok_and(|found| found.len() == MAX_MATCHES));
    }

    #[test]
    fn a_text_over_the_limit_is_refused() {
        let text = " ".repeat(MAX_TEXT + 1);
        assert!(matches!(
            Syntax::new().parse_errors("a.py", &text, None),
            Err(SyntaxError::TooLarge { .. })
        ));
    }

    #[test]
    fn queries_that_would_overflow_the_compiler_are_refused() {
        let syntax = Syntax::new();
        let refused = |query: &str| {
            let error = syntax.query("a.rs", "fn f() {}", "h", query).unwrap_err();
            assert!(matches!(error, SyntaxError::QuerySize(_)), "{error}");
        };
        refused(&"(".repeat(10_000));
        refused(&"[".repeat(10_000));
        refused(&format!("(function_item {} (_))", "name: ".repeat(5_000)));
        refused(&"(_) ".repeat(20_000));
        // What looks nested inside a string or a comment is not.
        let quoted = format!(
            "((identifier) @a (#eq? @a \"{}\")) ; {}",
            "(".repeat(500),
            "(".repeat(500)
        );
        assert_eq!(
            syntax.query("a.rs", "fn f() {}", "h", &quoted),
            Ok(Vec::new())
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn no_text_panics(text in ".{0,200}", path in prop::sample::select(&PATHS[..]), start in 0_u32..300, length in 0_u32..300) {
            let syntax = Syntax::new();
            for one in syntax.parse_errors(path, &text, Some("h")).unwrap() {
                prop_assert!(text.get(one.start as usize..one.end as usize).is_some(), "{one:?}");
            }
            let _ = syntax.ancestors(path, &text, "h", start, start + length);
            for one in syntax.query(path, &text, "h", "(_) @a").unwrap() {
                for capture in one.captures {
                    prop_assert!(text.get(capture.start as usize..capture.end as usize).is_some(), "{capture:?}");
                }
            }
        }

        #[test]
        fn no_query_panics(query in "[()\\[\\]@#?!.:;\"\\\\_*+a-e \n]{0,60}") {
            let _ = Syntax::new().query("a.rs", "fn f() { a(b) }", "h", &query);
        }
    }
}
