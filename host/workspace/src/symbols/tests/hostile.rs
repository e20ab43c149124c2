use super::index;
use proptest::prelude::*;
use std::time::{Duration, Instant};

const PATHS: [&str; 10] = [
    "a.c", "a.cc", "a.cs", "a.go", "a.java", "a.js", "a.py", "a.rs", "a.ts", "a.tsx",
];

#[test]
fn deep_nesting_ends_in_an_answer() {
    for (path, opener) in [
        ("a.cs", "namespace N { class A { "),
        ("a.cc", "namespace n { struct S { "),
        ("a.java", "class A { "),
        ("a.rs", "mod m { pub fn f() {} "),
        ("a.ts", "namespace n { export class A {} "),
        ("a.js", "const a = { b: "),
        ("a.c", "#if A\nint x;\n"),
        ("a.rs", "pub use a::{b, "),
        ("a.rs", "impl &&&&&&&&&&&&&&&&&&"),
        ("a.py", "@a\nclass A:\n "),
        ("a.c", "int (((((((((((((((((((*"),
    ] {
        let text = opener.repeat(100_000 / opener.len());
        let (index, _) = index(&[(path, &text)]);
        let start = Instant::now();
        if let Ok(found) = index.declared_in(path) {
            assert!(found.iter().all(|one| one.container.len() < 2_000));
        }
        assert!(start.elapsed() < Duration::from_secs(20), "{opener}");
    }
}

#[test]
fn many_declarations_cost_no_more_than_their_number() {
    let names: Vec<String> = (0..20_000).map(|number| format!("n{number}")).collect();
    let list = names.join(", ");
    for (path, text) in [
        ("a.c", format!("int {list};")),
        ("a.cs", format!("class A {{ int {list}; }}")),
        ("a.go", format!("package p\nvar {list} int\n")),
        ("a.java", format!("class A {{ int {list}; }}")),
        ("a.py", format!("{list} = 1\n")),
        (
            "a.ts",
            format!("export const {{ {list} }} = x; export {{ {list} }};"),
        ),
        ("a.rs", format!("pub use a::{{ {list} }};")),
    ] {
        let (index, _) = index(&[(path, &text)]);
        let start = Instant::now();
        let found = index.declared_in(path).unwrap();
        assert!(found.len() >= 20_000, "{path}: {}", found.len());
        assert!(
            found
                .iter()
                .all(|one| one.signature.chars().count() <= super::super::MAX_SIGNATURE)
        );
        assert!(
            start.elapsed() < Duration::from_secs(10),
            "{path}: {:?}",
            start.elapsed()
        );
    }
}

#[test]
fn near_names_among_many_are_found_at_once() {
    let mut text = String::new();
    for number in 0..45_000_u32 {
        // Distinct words of letters, so that lengths and letters overlap.
        let word: String = (0..6)
            .map(|place| {
                char::from(b'a' + (number.wrapping_mul(2_654_435_761) >> (place * 5) & 15) as u8)
            })
            .collect();
        text.push_str(&format!("export const {word}{number} = 1;\n"));
    }
    text.push_str("export const configuration = 1;\n");
    let (index, _) = index(&[("a.ts", &text)]);
    assert_eq!(index.find("typescript", "configuration").len(), 1);
    let start = Instant::now();
    let near = index.similar("typescript", "confgiuratoin", 3);
    assert_eq!(near[0].name, "configuration");
    assert!(
        start.elapsed() < Duration::from_secs(1),
        "{:?}",
        start.elapsed()
    );
}

/// Pieces of source, so that grammars get further than with random text.
fn source() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "class A",
        "struct S",
        "enum E",
        "{",
        "}",
        "(",
        ")",
        ";",
        ",",
        "int x",
        "= 1",
        "\n",
        "  ",
        "public ",
        "static ",
        "namespace N",
        "fn f",
        "def f",
        ":",
        "pub ",
        "impl ",
        "trait T",
        "export ",
        "default ",
        "const ",
        "import ",
        "from './a'",
        "*",
        "[",
        "]",
        "<T>",
        "@a ",
        "#if A\n",
        "#endif\n",
        "typedef ",
        "template <class T>",
        "package p\n",
        "func ",
        "type ",
        "interface I",
        "self.x",
        "é",
        "🦀",
        "\0",
        "\"",
        "'",
        "//",
        "/*",
        "*/",
        "this ",
        "record R",
        "->",
        "=>",
        "use a::{b}",
        "macro_rules! m",
        "a as b",
    ]);
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_text_panics(text in prop_oneof![source(), ".{0,200}"], path in prop::sample::select(&PATHS[..])) {
        let (index, _) = index(&[(path, &text)]);
        for symbol in index.declared_in(path).unwrap() {
            prop_assert!(text.get(symbol.start as usize..symbol.end as usize).is_some(), "{symbol:?}");
            prop_assert!(!symbol.signature.contains('\n'));
            let found = index.find(symbol.language, &symbol.name);
            prop_assert!(found.contains(&symbol), "{symbol:?}");
            prop_assert!(index.members(symbol.language, &symbol.container).contains(&symbol));
        }
        let _ = index.similar("csharp", &text, 3);
        let _ = index.members("python", &text);
    }
}
