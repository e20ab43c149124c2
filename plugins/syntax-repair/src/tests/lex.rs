use super::*;

fn words(language: &str, text: &str) -> Vec<String> {
    let lang = Lang::of(language).unwrap();
    lex(text, lang)
        .iter()
        .map(|t| text[t.start..t.end].to_owned())
        .collect()
}

fn unclosed(language: &str, text: &str) -> Vec<String> {
    let lang = Lang::of(language).unwrap();
    lex(text, lang)
        .iter()
        .filter(|t| !t.closed)
        .map(|t| text[t.start..t.end].to_owned())
        .collect()
}

#[test]
fn keeps_literals_whole() {
    for (language, text, tokens) in [
        (
            "c",
            "x = 'a' + L\"b\\\"c\"; /* d */",
            vec!["x", "=", "'a'", "+", "L\"b\\\"c\"", ";", "/* d */"],
        ),
        ("cpp", "R\"(a\" b)\" 1'000", vec!["R\"(a\" b)\"", "1'000"]),
        (
            "csharp",
            "$\"a {x[\"k\"]} b\" @\"c:\\\" '\\''",
            vec!["$\"a {x[\"k\"]} b\"", "@\"c:\\\"", "'\\''"],
        ),
        (
            "csharp",
            "\"\"\"raw \" text\"\"\";",
            vec!["\"\"\"raw \" text\"\"\"", ";"],
        ),
        (
            "java",
            "\"\"\"\n a \" b\n\"\"\" 'c'",
            vec!["\"\"\"\n a \" b\n\"\"\"", "'c'"],
        ),
        (
            "go",
            "`a\nb` 'x' := <-c",
            vec!["`a\nb`", "'x'", ":=", "<-", "c"],
        ),
        (
            "python",
            "rb'a' '''b\n''' # c",
            vec!["rb'a'", "'''b\n'''", "# c"],
        ),
        (
            "rust",
            "&'a str 'x' b'\\n' r#\"a\"b\"#",
            vec!["&", "'a", "str", "'x'", "b'\\n'", "r#\"a\"b\"#"],
        ),
        (
            "rust",
            "/* a /* b */ c */ 1..=2",
            vec!["/* a /* b */ c */", "1", "..=", "2"],
        ),
        (
            "typescript",
            "`a ${f({b: 1})} c`; /x[/]\"/g",
            vec![
                "`a ${",
                "f",
                "(",
                "{",
                "b",
                ":",
                "1",
                "}",
                ")",
                "} c`",
                ";",
                "/x[/]\"/g",
            ],
        ),
        ("javascript", "a / b / c", vec!["a", "/", "b", "/", "c"]),
    ] {
        assert_eq!(words(language, text), tokens, "{language}: {text}");
    }
}

#[test]
fn knows_directives_with_their_continuations() {
    let text = "#define A(x) \\\n  { x\nint y; // }\n";
    let lang = Lang::of("c").unwrap();
    let tokens = lex(text, lang);
    assert_eq!(tokens[0].kind, Kind::Directive);
    assert_eq!(
        &text[tokens[0].start..tokens[0].end],
        "#define A(x) \\\n  { x"
    );
    assert_eq!(tokens.last().unwrap().kind, Kind::Comment);
}

#[test]
fn an_unclosed_literal_ends_with_its_line() {
    assert_eq!(unclosed("java", "f(\"abc );\r\nnext\r\n"), ["\"abc );"]);
    assert_eq!(unclosed("c", "g('ab\n"), ["'ab"]);
    assert_eq!(unclosed("csharp", "h($\"a {b} c);\n"), ["$\"a {b} c);"]);
    assert_eq!(unclosed("python", "x = 'abc\n"), ["'abc"]);
    assert_eq!(unclosed("rust", "let x = \"abc;\n"), ["\"abc;\n"]);
    assert_eq!(unclosed("c", "/* abc"), ["/* abc"]);
}
