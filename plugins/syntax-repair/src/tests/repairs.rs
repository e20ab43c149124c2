//! Broken text and what a compiler says of it, through the whole fixer and the
//! host's own parser. `¦` marks the reported place.

use crate::SyntaxRepair;
use buildfix_sdk::{
    Diagnostic, Fix, Fixer, Host, Node, ParseError, QueryMatch, Request, Response, SourceFile,
    Span, Suggestion, Symbol, TextEdit,
};
use buildfix_workspace::syntax::Syntax;
use proptest::prelude::*;

struct Parser(Syntax);

/// Finds these errors, inside the text or not, in one text and none in others.
struct Canned(Vec<ParseError>, String);

macro_rules! host {
    ($name:ty, |$host:ident, $path:ident, $text:ident| $errors:expr) => {
        impl Host for $name {
            fn log(&self, _: &str, _: &str) {}
            fn read_file(&self, _: &str) -> Result<String, String> {
                Err("none".to_owned())
            }
            fn list_files(&self, _: &str) -> Result<Vec<String>, String> {
                Ok(Vec::new())
            }
            fn query(&self, _: &str, _: &str) -> Result<Vec<QueryMatch>, String> {
                Err("none".to_owned())
            }
            fn ancestors(&self, _: &str, _: u32, _: u32) -> Result<Vec<Node>, String> {
                Err("none".to_owned())
            }
            fn parse_errors(
                &self,
                $path: &str,
                $text: Option<&str>,
            ) -> Result<Vec<ParseError>, String> {
                let $host = self;
                $errors
            }
            fn find(&self, _: &str, _: &str) -> Vec<Symbol> {
                Vec::new()
            }
            fn similar(&self, _: &str, _: &str, _: u32) -> Vec<Symbol> {
                Vec::new()
            }
            fn members(&self, _: &str, _: &str) -> Vec<Symbol> {
                Vec::new()
            }
            fn declared_in(&self, _: &str) -> Result<Vec<Symbol>, String> {
                Ok(Vec::new())
            }
        }
    };
}

host!(Parser, |host, path, text| {
    let text = text.ok_or("no text")?;
    let errors = host
        .0
        .parse_errors(path, text, None)
        .map_err(|e| e.to_string())?;
    Ok(errors
        .into_iter()
        .map(|e| ParseError {
            kind: e.kind.into(),
            token: e.token,
            start: e.start,
            end: e.end,
        })
        .collect())
});

host!(Canned, |host, _path, text| {
    Ok(if text == Some(host.1.as_str()) {
        host.0.clone()
    } else {
        Vec::new()
    })
});

fn request(class: &str, message: &str, text: &str, marks: &[usize]) -> Request {
    let language = class.split('/').next().unwrap().to_owned();
    let ending = match language.as_str() {
        "csharp" => "cs",
        "python" => "py",
        "rust" => "rs",
        "typescript" => "ts",
        other => other,
    };
    let path = format!("src/a.{ending}");
    let diagnostics = (0u32..).zip(marks).map(|(id, at)| {
        let before = &text[..*at];
        let line_start = before.rfind('\n').map_or(0, |n| n + 1);
        Diagnostic {
            id,
            class: class.to_owned(),
            code: String::new(),
            severity: "error".to_owned(),
            message: message.to_owned(),
            arguments: Vec::new(),
            span: Span {
                path: path.clone(),
                start: *at as u32,
                end: *at as u32,
            },
            line: before.matches('\n').count() as u32 + 1,
            column: text[line_start..*at].chars().count() as u32 + 1,
            related: Vec::new(),
            suggestions: Vec::new(),
        }
    });
    Request {
        class: class.to_owned(),
        tool: "test".to_owned(),
        diagnostics: diagnostics.collect(),
        file: SourceFile {
            path: path.clone(),
            text: text.to_owned(),
            hash: String::new(),
        },
        language,
        config: Vec::new(),
    }
}

fn answer(class: &str, message: &str, marked: &str) -> (String, Response) {
    let mut text = String::new();
    let mut marks = Vec::new();
    for part in marked.split('¦') {
        text.push_str(part);
        marks.push(text.len());
    }
    marks.pop();
    let request = request(class, message, &text, &marks);
    let response = SyntaxRepair::fix(&request, &Parser(Syntax::new())).unwrap();
    (text, response)
}

fn apply(fix: &Fix, text: &str) -> String {
    let mut edits: Vec<_> = fix.edits.iter().collect();
    edits.sort_by_key(|e| e.span.start);
    let (mut result, mut at) = (String::new(), 0);
    for edit in edits {
        assert_eq!(
            text[edit.span.start as usize..edit.span.end as usize],
            edit.expect
        );
        result.push_str(&text[at..edit.span.start as usize]);
        result.push_str(&edit.text);
        at = edit.span.end as usize;
    }
    result.push_str(&text[at..]);
    result
}

#[track_caller]
fn repairs(class: &str, message: &str, marked: &str, expected: &str) {
    let (text, response) = answer(class, message, marked);
    let first = response
        .fixes
        .first()
        .unwrap_or_else(|| panic!("no fix: {marked}"));
    assert_eq!(apply(first, &text), expected, "{class}: {message}");
    buildfix_sdk_testing::example(&buildfix_sdk_testing::Example {
        fixer: "buildfix-fixer-syntax-repair",
        class,
        message,
        tier: &first.applicability,
        title: &first.title,
        files: vec![("a".to_owned(), text, expected.to_owned())],
    });
}

#[test]
fn csharp() {
    let class = |body: &str| format!("class A\n{{\n    int F(int x)\n    {{\n{body}\n    }}\n}}\n");
    for (code, message, broken, fixed) in [
        (
            "CS1002",
            "; expected",
            "        return x¦ // why",
            "        return x; // why",
        ),
        ("CS1026", ") expected", "        G(x¦;", "        G(x);"),
        (
            "CS1026",
            ") expected",
            "        if (x > 1¦\n        {\n        }",
            "        if (x > 1)\n        {\n        }",
        ),
        (
            "CS1003",
            "Syntax error, ',' expected",
            "        G(x ¦y);",
            "        G(x, y);",
        ),
        (
            "CS1010",
            "Newline in constant",
            "        G(¦\"abc);",
            "        G(\"abc\");",
        ),
        (
            "CS1012",
            "Too many characters in character literal",
            "        G(¦'abc');",
            "        G(\"abc\");",
        ),
        (
            "CS1002",
            "; expected",
            "        retrun x¦;",
            "        return x;",
        ),
        (
            "CS1513",
            "} expected",
            "        if (x > 1)\n        {\n            G();\n        \n        return x;",
            "        if (x > 1)\n        {\n            G();\n        }\n        return x;",
        ),
        (
            "CS1002",
            "; expected",
            "        a.b = G(x)¦);",
            "        a.b = G(x);",
        ),
        ("CS1002", "; expected", "        G()¦);", "        G();"),
        (
            "CS1002",
            "; expected",
            "        return a.Has x¦) ? G(x) : 0;",
            "        return a.Has( x) ? G(x) : 0;",
        ),
        (
            "CS1010",
            "Newline in constant",
            "        s.Format(x);\n        throw new E(¦\"Can not convert {0}..Format(x));",
            "        s.Format(x);\n        throw new E(\"Can not convert {0}.\".Format(x));",
        ),
        (
            "CS1001",
            "Identifier expected",
            "        G(Kind.¦string, x);",
            "        G(Kind.String, x);",
        ),
    ] {
        let broken = if broken.contains('¦') {
            class(broken)
        } else {
            format!("{}¦", class(broken))
        };
        repairs(&format!("csharp/{code}"), message, &broken, &class(fixed));
    }
    repairs(
        "csharp/CS1002",
        "; expected",
        "class A\n{\n    publci Kind Kind¦\n    {\n        get { return _kind ?? 1; }\n        set { _kind = value; }\n    }\n}\n",
        "class A\n{\n    public Kind Kind\n    {\n        get { return _kind ?? 1; }\n        set { _kind = value; }\n    }\n}\n",
    );
    // An empty body is nobody's intent.
    let text = class(
        "        while (G())\n        {\n            if (x > 1)\n        ¦}\n        return x;",
    );
    let (_, response) = answer("csharp/CS1525", "Invalid expression term '}'", &text);
    assert!(
        response
            .fixes
            .iter()
            .all(|f| f.edits.iter().all(|e| e.text != ";"))
    );
    let extra = "class A\n{\n}\n¦}\n";
    repairs(
        "csharp/CS1022",
        "Type or namespace definition, or end-of-file expected",
        extra,
        "class A\n{\n}\n",
    );
}

#[test]
fn java() {
    let class = |body: &str| format!("class A {{\n  int f(int x) {{\n{body}\n  }}\n}}\n");
    for (slug, message, broken, fixed) in [
        ("expected", "';' expected", "    return x¦", "    return x;"),
        (
            "expected",
            "')' expected",
            "    if (x > 1¦ {\n    }",
            "    if (x > 1) {\n    }",
        ),
        (
            "not-a-statement",
            "not a statement",
            "    ¦retrun x;",
            "    return x;",
        ),
        (
            "expected",
            "';' expected",
            "    retrun¦ x;",
            "    return x;",
        ),
        (
            "unclosed-string-literal",
            "unclosed string literal",
            "    g(¦\"is empty, or so);",
            "    g(\"is empty, or so\");",
        ),
        (
            "unclosed-string-literal",
            "unclosed string literal",
            "    g(¦\"size:  + x);",
            "    g(\"size: \" + x);",
        ),
        (
            "expected",
            "';' expected",
            "    if (x > 1) {\n    } elif (x > 0) ¦{\n    }",
            "    if (x > 1) {\n    } else if (x > 0) {\n    }",
        ),
        (
            "incompatible-types",
            "incompatible types: String cannot be converted to char",
            "    char c = ¦\"a\";",
            "    char c = 'a';",
        ),
        (
            "bad-operand-types",
            "bad operand types for binary operator '=='\n first type:  char\n second type: String",
            "    g(c ¦== \"a\");",
            "    g(c == 'a');",
        ),
    ] {
        repairs(
            &format!("java/{slug}"),
            message,
            &class(broken),
            &class(fixed),
        );
    }
    repairs(
        "java/class-interface-enum-or-record-expected",
        "class, interface, enum, or record expected",
        "¦pubic class A {\n}\n",
        "public class A {\n}\n",
    );
    repairs(
        "java/invalid-method-declaration-return-type-required",
        "invalid method declaration; return type required",
        "class A {\n  public ¦set(int x) {\n    this.x = x;\n  }\n}\n",
        "class A {\n  public void set(int x) {\n    this.x = x;\n  }\n}\n",
    );
    repairs(
        "java/reached-end-of-file-while-parsing",
        "reached end of file while parsing",
        "class A {\n  void f() {\n    g();\n  void h() {\n  }\n¦}\n",
        "class A {\n  void f() {\n    g();\n  }\n  void h() {\n  }\n}\n",
    );
}

#[test]
fn c_and_cpp() {
    let body = |body: &str| format!("int f(int x)\n{{\n{body}\n}}\n");
    for (class, message, broken, fixed) in [
        (
            "c/expected-before",
            "expected ‘;’ before ‘y’",
            "\tx = 2\n\t¦y = 3;",
            "\tx = 2;\n\ty = 3;",
        ),
        (
            "c/expected-after-expression",
            "expected ';' after expression",
            "\tg(x)¦",
            "\tg(x);",
        ),
        (
            "c/expected-expression-before-token",
            "expected expression before ‘;’ token",
            "\tg(¦;",
            "\tg();",
        ),
        (
            "c/expected-before-token",
            "expected ‘)’ before ‘;’ token",
            "\tx = (x * 2¦;",
            "\tx = (x * 2);",
        ),
        (
            "c/expected",
            "expected ')'",
            "\tif (x == 1 ¦adn x)\n\t\treturn 1;",
            "\tif (x == 1 && x)\n\t\treturn 1;",
        ),
        (
            "c/expected-expression",
            "expected expression",
            "\tg(¦\"op, x);",
            "\tg(\"op\", x);",
        ),
        (
            "c/expected-expression",
            "expected expression",
            "\tif (x)\n\t{\n\t}\n\telif (x > 1)\n\t{\n\t}\n\t¦else\n\t{\n\t}",
            "\tif (x)\n\t{\n\t}\n\telse if (x > 1)\n\t{\n\t}\n\telse\n\t{\n\t}",
        ),
        (
            "c/undeclared-first-use-in-this-function",
            "‘reurn’ undeclared (first use in this function)",
            "\t¦reurn;",
            "\treturn;",
        ),
        (
            "cpp/expected-after-case",
            "expected ':' after 'case'",
            "\tswitch (x) {\n\tcase 2\n\t\t--¦x;\n\t}",
            "\tswitch (x) {\n\tcase 2:\n\t\t--x;\n\t}",
        ),
        (
            "c/case-label-does-not-reduce-to-an-integer-constant",
            "case label does not reduce to an integer constant",
            "\tswitch (x) {\n\t¦case \"d\": return 1;\n\t}",
            "\tswitch (x) {\n\tcase 'd': return 1;\n\t}",
        ),
    ] {
        repairs(class, message, &body(broken), &body(fixed));
    }
    repairs(
        "c/expected-after-struct",
        "expected ';' after struct",
        "struct a {\n\tint x;\n}¦\nint y;\n",
        "struct a {\n\tint x;\n};\nint y;\n",
    );
    repairs(
        "cpp/expected-before",
        "expected ‘}’ before ‘B’",
        "enum class E\n{\n    A\n    ¦B\n};\n",
        "enum class E\n{\n    A,\n    B\n};\n",
    );
    repairs(
        "c/expected-declaration-or-statement-at-end-of-input",
        "expected declaration or statement at end of input",
        "int f(void)\n{\n\tg();\n\n\nint\nmain(void)\n{\n\tf();\n¦}\n",
        "int f(void)\n{\n\tg();\n}\n\nint\nmain(void)\n{\n\tf();\n}\n",
    );
    repairs(
        "cpp/expected-declaration-before-token",
        "expected declaration before ‘}’ token",
        "extern \"C\"\n#include <a.h>\n¦}\n",
        "extern \"C\" {\n#include <a.h>\n}\n",
    );
    repairs(
        "cpp/Wreturn-type",
        "non-void function does not return a value",
        "int f() {\n  g();\n  h(1);\n¦}\n",
        "int f() {\n  g();\n  return h(1);\n}\n",
    );
}

#[test]
fn rust() {
    let body = |body: &str| format!("fn f(x: u32) -> u32 {{\n{body}\n}}\n");
    for (slug, message, broken, fixed) in [
        (
            "expected-found",
            "expected `;`, found `y`",
            "    x = 1¦\n    y",
            "    x = 1;\n    y",
        ),
        (
            "expected-one-of-found",
            "expected one of `!`, `.`, `::`, `;`, `?`, `{`, `}`, or an operator, found `y`",
            "    u32 ¦y = 1;\n    y",
            "    let y: u32 = 1;\n    y",
        ),
        (
            "expected-one-of-found",
            "expected one of `!`, `.`, `::`, `;`, found `y`",
            "    u32 ¦y = 1;\n    y += 1;\n    y",
            "    let mut y: u32 = 1;\n    y += 1;\n    y",
        ),
        (
            "expected-one-of-found",
            "expected one of `.`, `;`, `?`, `else`, or an operator, found `elif`",
            "    if x > 1 {\n    } ¦elif x > 0 {\n    }\n    1",
            "    if x > 1 {\n    } else if x > 0 {\n    }\n    1",
        ),
        (
            "expected-identifier-found",
            "expected identifier, found `:`",
            "    g(x > 1 ? 2 ¦: 3)",
            "    g(if x > 1 { 2 } else { 3 })",
        ),
        (
            "expected-one-of-found",
            "expected one of `!`, `(`, `=>`, `if`, `{`, or `|`, found `->`",
            "    match x {\n        1 ¦-> 2,\n        _ => 3,\n    }",
            "    match x {\n        1 => 2,\n        _ => 3,\n    }",
        ),
        (
            "mismatched-closing-delimiter",
            "mismatched closing delimiter: `}`",
            "    assert_eq!¦(x, g(2);\n    1",
            "    assert_eq!(x, g(2));\n    1",
        ),
        (
            "E0308",
            "mismatched types",
            "    if x = ¦1 {\n        2\n    } else {\n        3\n    }",
            "    if x == 1 {\n        2\n    } else {\n        3\n    }",
        ),
        (
            "E0425",
            "cannot find value `y` in this scope",
            "    ¦y = g();\n    y",
            "    let y = g();\n    y",
        ),
        (
            "E0425",
            "cannot find value `null` in this scope",
            "    g(¦null)",
            "    g(None)",
        ),
        (
            "E0765",
            "unterminated double quote string",
            "    g(¦\"abc);\n    1",
            "    g(\"abc\");\n    1",
        ),
    ] {
        repairs(
            &format!("rust/{slug}"),
            message,
            &body(broken),
            &body(fixed),
        );
    }
    repairs(
        "rust/unexpected-closing-delimiter",
        "unexpected closing delimiter: `}`",
        "impl A\n    fn f() {\n        g()\n    }\n¦}\n",
        "impl A {\n    fn f() {\n        g()\n    }\n}\n",
    );
    repairs(
        "rust/this-file-contains-an-unclosed-delimiter",
        "this file contains an unclosed delimiter",
        "impl A {\n    fn f() {\n    }\n\n\n#[test]\nfn t() {\n}¦\n",
        "impl A {\n    fn f() {\n    }\n}\n\n#[test]\nfn t() {\n}\n",
    );
    repairs(
        "rust/return-types-are-denoted-using",
        "return types are denoted using `->`",
        "fn f(x: u8)¦: u8 {\n    x\n}\n",
        "fn f(x: u8) -> u8 {\n    x\n}\n",
    );
    repairs(
        "rust/expected-one-of-or-found",
        "expected one of `!` or `::`, found `f`",
        "func ¦f() {\n}\n",
        "fn f() {\n}\n",
    );
}

#[test]
fn go() {
    let body = |body: &str| format!("package a\n\nfunc f(x int) int {{\n{body}\n}}\n");
    for (message, broken, fixed) in [
        (
            "syntax error: unexpected newline in argument list; possibly missing comma or )",
            "\ty := g(h()¦\n\treturn y",
            "\ty := g(h())\n\treturn y",
        ),
        (
            "syntax error: unexpected newline in composite literal; possibly missing comma or }",
            "\ty := []T{\n\t\t{1, 2}¦\n\t\t{3, 4},\n\t}\n\treturn y",
            "\ty := []T{\n\t\t{1, 2},\n\t\t{3, 4},\n\t}\n\treturn y",
        ),
        (
            "syntax error: unexpected keyword for, expected expression",
            "\tif !g(x {\n\t\t¦for {\n\t\t}\n\t}\n\treturn x",
            "\tif !g(x) {\n\t\tfor {\n\t\t}\n\t}\n\treturn x",
        ),
        (
            "syntax error: unexpected keyword return at end of statement",
            "\tif x > 1 {\n\t\tg()\n\t\n\t¦return x",
            "\tif x > 1 {\n\t\tg()\n\t}\n\treturn x",
        ),
    ] {
        repairs("go/syntax-error", message, &body(broken), &body(fixed));
    }
}

#[test]
fn python_where_a_line_is_all_that_is_known() {
    for (message, broken, fixed) in [
        (
            "Expected `:`, found newline",
            "def f(x)\n    return x\n",
            "def f(x):\n    return x\n",
        ),
        (
            "Expected `:`, found `=`",
            "def f(x):\n¦    if x = 1:\n        return x\n",
            "def f(x):\n    if x == 1:\n        return x\n",
        ),
        (
            "Expected `)`, found newline",
            "def f(x):\n¦    raise E(x\n\n    return 1\n",
            "def f(x):\n    raise E(x)\n\n    return 1\n",
        ),
        (
            "Expected `,`, found name",
            "def f(x):\n    g(x\n¦    h(x)\n",
            "def f(x):\n    g(x)\n    h(x)\n",
        ),
        (
            "Expected `:`, found `if`",
            "def f(x):\n    if x:\n        g()\n¦    else if y:\n        h()\n",
            "def f(x):\n    if x:\n        g()\n    elif y:\n        h()\n",
        ),
    ] {
        let broken = if broken.contains('¦') {
            broken.to_owned()
        } else {
            format!("¦{broken}")
        };
        repairs("python/syntax", message, &broken, fixed);
    }
}

#[test]
fn typescript() {
    repairs(
        "typescript/TS1005",
        "';' expected.",
        "const a = 1 ¦const b = 2;\n",
        "const a = 1; const b = 2;\n",
    );
    repairs(
        "typescript/TS1005",
        "')' expected.",
        "f(a, b¦;\n",
        "f(a, b);\n",
    );
    repairs(
        "typescript/TS1005",
        "'}' expected.",
        "function f() {\n  g();\n\nfunction h() {\n}\n¦",
        "function f() {\n  g();\n}\nfunction h() {\n}\n",
    );
    repairs(
        "typescript/TS1005",
        "',' expected.",
        "const a = { b: 1 ¦c: 2 };\n",
        "const a = { b: 1, c: 2 };\n",
    );
}

#[test]
fn one_repair_answers_the_whole_cascade() {
    let (text, response) = answer(
        "java/not-a-statement",
        "not a statement",
        "class A {\n  int f() {\n    ¦retrun ¦this;\n  }\n}\n",
    );
    assert_eq!(response.fixes[0].answers, [0, 1]);
    assert!(apply(&response.fixes[0], &text).contains("return this;"));
}

#[test]
fn a_token_that_the_message_names_is_exact_unless_there_is_a_rival() {
    let (_, response) = answer(
        "c/expected-after-expression",
        "expected ';' after expression",
        "void f() {\n\tg(1)¦\n\th();\n}\n",
    );
    assert_eq!(response.fixes[0].applicability, "exact");
    let (_, response) = answer(
        "java/expected",
        "';' expected",
        "class A {\n  int f() {\n    retrun¦ this;\n  }\n}\n",
    );
    assert_eq!(response.fixes[0].applicability, "verified");
}

#[test]
fn what_parses_and_what_nobody_can_mend_is_left_alone() {
    let (_, response) = answer(
        "rust/E0308",
        "mismatched types",
        "fn f() {\n    g(¦1);\n}\n",
    );
    assert!(response.fixes.is_empty() && response.notes.is_empty());
    let (_, response) = answer(
        "rust/expected-expression",
        "expected expression, found `%`",
        "% % ¦% (( % }\n",
    );
    assert!(response.fixes.iter().all(|f| f.applicability != "exact"));
}

#[test]
fn the_compilers_own_suggestion_comes_first_if_it_parses() {
    let text = "fn f() {\n    for x of y {\n    }\n}\n";
    let at = text.find(" of").unwrap() + 1;
    let mut request = request(
        "rust/missing-in-loop",
        "missing `in` in `for` loop",
        text,
        &[at],
    );
    for (word, end) in [("in", at + 2), ("% {", at)] {
        request.diagnostics[0].suggestions.push(Suggestion {
            message: format!("try {word}"),
            applicability: "MachineApplicable".to_owned(),
            edits: vec![TextEdit {
                span: Span {
                    path: request.file.path.clone(),
                    start: at as u32,
                    end: end as u32,
                },
                expect: text[at..end].to_owned(),
                text: word.to_owned(),
                merge: String::new(),
            }],
        });
    }
    let response = SyntaxRepair::fix(&request, &Parser(Syntax::new())).unwrap();
    assert_eq!(response.fixes[0].title, "try in");
    assert!(response.fixes.iter().all(|f| f.title != "try % {"));
}

#[test]
fn line_ends_of_windows_stay_whole() {
    repairs(
        "csharp/CS1002",
        "; expected",
        "class A\r\n{\r\n    int F() { return 1¦\r\n    }\r\n}\r\n",
        "class A\r\n{\r\n    int F() { return 1;\r\n    }\r\n}\r\n",
    );
}

const MESSAGES: &[&str] = &[
    "; expected",
    "} expected",
    "expected ‘;’ before ‘}’ token",
    "not a statement",
    "unclosed string literal",
    "expected one of `!`, `.`, `{`, found `x`",
    "mismatched types",
    "cannot find value `x` in this scope",
    "return type required",
    "missing return",
    "unexpected closing delimiter: `)`",
    "Expected `:`, found `=`",
    "case label does not reduce to an integer constant",
    "",
    "‘",
    "syntax error: unexpected EOF, expected }",
    "old-style parameter declarations in prototyped function definition",
    "unterminated double quote string",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    /// Whatever the text, the place, the message and the parser's answers: no
    /// panic, and every edit lies in the text and says what stands there.
    #[test]
    fn survives_anything(
        language in 0usize..9,
        message in 0usize..MESSAGES.len(),
        pieces in prop::collection::vec(prop_oneof![
            "[ \\t\\n]{0,3}", "[a-z]{1,6}", "\\PC{0,4}",
            prop::sample::select(vec![
                "{", "}", "(", ")", "[", "]", ";", ",", ":", "\"", "'", "`", "$\"", "@\"", "r#\"", "/*", "*/", "//",
                "#if", "#else", "#endif", "\n", "\r\n", "if", "else", "elif", "return", "retrun", "case", "=", "==",
                "?", "->", "=>", "${", "\\", "\"\"\"", "'''", "++", "u32 x = 1", "é", "\u{0}", "class", "x", "let",
            ]).prop_map(str::to_owned),
        ], 0..60),
        at in any::<prop::sample::Index>(),
        errors in prop::collection::vec((0u32..200, 0u32..200, any::<bool>()), 0..4),
    ) {
        let classes = [
            "c/expected", "cpp/expected", "csharp/CS1002", "java/expected", "go/syntax-error", "python/syntax",
            "rust/expected", "typescript/TS1005", "rust/E0308",
        ];
        let text = pieces.concat();
        let mut mark = at.index(text.len() + 1);
        while !text.is_char_boundary(mark) {
            mark -= 1;
        }
        let request = request(classes[language], MESSAGES[message], &text, &[mark]);
        let errors = errors
            .into_iter()
            .map(|(start, end, missing)| ParseError {
                kind: if missing { "missing" } else { "error" }.to_owned(),
                token: ";".to_owned(),
                start,
                end,
            })
            .collect();
        for host in [Canned(errors, text.clone()), Canned(Vec::new(), String::new())] {
            let response = SyntaxRepair::fix(&request, &host).unwrap();
            for fix in response.fixes {
                apply(&fix, &text);
            }
        }
    }
}

#[test]
fn python_of_the_second_kind() {
    for (message, broken, fixed) in [
        (
            "Missing parentheses in call to 'print'. Did you mean print(...)?",
            "¦print \"a\", x\nif x: print y,\nprint >>f, z\nprint(\"w\")\n",
            "print(\"a\", x)\nif x: print(y, end=\" \")\nprint(z, file=f)\nprint(\"w\")\n",
        ),
        (
            "Missing parentheses in call to 'exec'. Did you mean exec(...)?",
            "¦exec code in names\n",
            "exec(code, names)\n",
        ),
        (
            "multiple exception types must be parenthesized",
            "try:\n    f()\n¦except ValueError, e:\n    g(e)\nexcept OSError, KeyError:\n    pass\n",
            "try:\n    f()\nexcept ValueError as e:\n    g(e)\nexcept (OSError, KeyError):\n    pass\n",
        ),
        (
            "invalid syntax",
            "¦raise ValueError, \"bad %s\" % x\n",
            "raise ValueError(\"bad %s\" % x)\n",
        ),
        (
            "invalid syntax",
            "¦raise ValueError, text, trace\n",
            "raise ValueError(text).with_traceback(trace)\n",
        ),
        ("invalid syntax", "¦x = a <> b\n", "x = a != b\n"),
        (
            "leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal integers",
            "¦chmod(p, 0755)\n",
            "chmod(p, 0o755)\n",
        ),
        ("invalid decimal literal", "¦n = 10L\n", "n = 10\n"),
    ] {
        repairs("python/SyntaxError", message, broken, fixed);
    }
    let (_, kept) = answer(
        "python/SyntaxError",
        "invalid syntax",
        "¦raise ValueError(a, b)\n",
    );
    assert!(kept.fixes.is_empty());
}

#[test]
fn python_at_the_wrong_depth() {
    for (class, message, broken, fixed) in [
        (
            "python/SyntaxError",
            "'await' outside async function",
            "def f():\n    if x:\n¦        await g()\n",
            "async def f():\n    if x:\n        await g()\n",
        ),
        (
            "python/SyntaxError",
            "'return' outside function",
            "def f():\n    y = 1\n¦return y\n",
            "def f():\n    y = 1\n    return y\n",
        ),
        (
            "python/IndentationError",
            "unexpected indent",
            "def f():\n    y = 1\n¦      z = 2\n    return y\n",
            "def f():\n    y = 1\n    z = 2\n    return y\n",
        ),
        (
            "python/IndentationError",
            "unindent does not match any outer indentation level",
            "def f(x):\n        if x:\n            y = 1\n¦       return y\n",
            "def f(x):\n        if x:\n            y = 1\n        return y\n",
        ),
        (
            "python/TabError",
            "inconsistent use of tabs and spaces in indentation",
            "def f(x):\n    y = x\n¦\treturn y\n",
            "def f(x):\n    y = x\n    return y\n",
        ),
        (
            "python/IndentationError",
            "expected an indented block after 'if' statement on line 2",
            "def f(x):\n    if x:\n¦    return 1\n    return 2\n",
            "def f(x):\n    if x:\n        return 1\n    return 2\n",
        ),
    ] {
        repairs(class, message, broken, fixed);
    }
    let (_, kept) = answer(
        "python/SyntaxError",
        "'await' outside async function",
        "class A:\n¦    x = await g()\n",
    );
    assert!(kept.fixes.is_empty());
}
