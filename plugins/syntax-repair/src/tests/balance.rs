use super::*;
use crate::lang::Lang;

/// The faults as the line of the bracket and, for an unclosed one, the line
/// before which it should close; lines from 1.
fn found(language: &str, text: &str) -> Vec<(char, usize, usize)> {
    let source = Source::new(text, Lang::of(language).unwrap());
    faults(&source)
        .into_iter()
        .map(|fault| match fault {
            Fault::Unclosed { opener, before } => (
                '-',
                source.token_line(opener) + 1,
                source.token_line(before) + 1,
            ),
            Fault::Surplus { closer } => ('+', source.token_line(closer) + 1, 0),
        })
        .collect()
}

#[test]
fn balanced_text_has_no_faults_however_odd_its_layout() {
    for (language, text) in [
        ("c", "int f()\n{\nreturn 1;\n}\nint x[] = { 1,\n 2 };\n"),
        (
            "cpp",
            "namespace a {\nint x;\n}\nclass B {\npublic:\n  int y;\n};\n",
        ),
        (
            "c",
            "#if A\nint f(int a) {\n#else\nint f() {\n#endif\n  return 1;\n}\n",
        ),
        ("python", "f(a,\n  [1, 2],\n)\n"),
    ] {
        assert_eq!(found(language, text), [], "{text}");
    }
}

#[test]
fn the_indentation_shows_where_a_block_should_end() {
    let text = "class A {\n  void f() {\n    g();\n\n  void h() {\n  }\n}\n";
    assert_eq!(found("java", text)[0], ('-', 2, 5));
    let text = "int f(void)\n{\n\tg();\n\nint h(void)\n{\n}\n";
    assert_eq!(found("c", text)[0], ('-', 2, 5));
    let text = "fn f() {\n    if a {\n        b();\n    c();\n}\n";
    assert_eq!(found("rust", text)[0], ('-', 2, 4));
}

#[test]
fn a_brace_deeper_than_its_block_has_lost_its_opener() {
    let text = "class A {\n  void f()\n    g();\n  }\n}\n";
    assert!(found("java", text).contains(&('+', 4, 0)));
    let text = "void f() {\n}\n}\n";
    assert_eq!(found("c", text)[0], ('+', 3, 0));
}

#[test]
fn a_parenthesis_ends_with_the_block_around_it() {
    let text = "void f() {\n  g(1;\n  h();\n}\n";
    assert!(found("c", text).contains(&('-', 2, 4)));
}
