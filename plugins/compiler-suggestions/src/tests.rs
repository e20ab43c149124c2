use crate::CompilerSuggestions;
use buildfix_sdk::{
    Diagnostic, Fixer, Related, Request, Response, SourceFile, Span, Suggestion, TextEdit,
};
use buildfix_sdk_testing::LocalHost;

/// A suggestion: message, level, and parts of (where, what to put there); a
/// part is the text to replace, or `|text` to insert before it.
type Given<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)]);

fn edit(text: &str, place: &str, new: &str) -> TextEdit {
    let (found, len) = match place.strip_prefix('|') {
        Some(after) => (text.find(after).unwrap(), 0),
        None => (text.find(place).unwrap(), place.len()),
    };
    TextEdit {
        span: span("a.rs", found, found + len),
        expect: text[found..found + len].to_owned(),
        text: new.to_owned(),
        merge: String::new(),
    }
}

fn span(path: &str, start: usize, end: usize) -> Span {
    Span {
        path: path.to_owned(),
        start: start.try_into().unwrap(),
        end: end.try_into().unwrap(),
    }
}

fn diagnostic(id: u32, code: &str, text: &str, at: &str, given: &[Given<'_>]) -> Diagnostic {
    let at = text.find(at).unwrap();
    Diagnostic {
        id,
        class: format!("rust/{code}"),
        code: code.to_owned(),
        severity: "error".to_owned(),
        message: "cannot find type `x` in this scope".to_owned(),
        arguments: Vec::new(),
        span: span("a.rs", at, at),
        line: 1,
        column: 1,
        related: Vec::new(),
        suggestions: given
            .iter()
            .map(|(message, level, parts)| Suggestion {
                message: (*message).to_owned(),
                applicability: (*level).to_owned(),
                edits: parts
                    .iter()
                    .map(|(place, new)| edit(text, place, new))
                    .collect(),
            })
            .collect(),
    }
}

fn request(text: &str, diagnostics: Vec<Diagnostic>) -> Request {
    Request {
        class: diagnostics[0].class.clone(),
        language: "rust".to_owned(),
        tool: "rustc".to_owned(),
        file: SourceFile {
            path: "a.rs".to_owned(),
            text: text.to_owned(),
            hash: String::new(),
        },
        diagnostics,
        config: Vec::new(),
    }
}

fn answer(text: &str, diagnostics: Vec<Diagnostic>) -> Response {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.rs"), text).unwrap();
    CompilerSuggestions::fix(&request(text, diagnostics), &LocalHost::new(folder.path())).unwrap()
}

/// What the fixes for one diagnostic insert, best first, with their tiers.
fn ranked(code: &str, text: &str, at: &str, given: &[Given<'_>]) -> Vec<(String, String)> {
    answer(text, vec![diagnostic(1, code, text, at, given)])
        .fixes
        .into_iter()
        .map(|fix| (fix.applicability, fix.edits[0].text.trim().to_owned()))
        .collect()
}

fn texts(ranked: &[(String, String)]) -> Vec<&str> {
    ranked.iter().map(|(_, text)| text.as_str()).collect()
}

const MAYBE: &str = "MaybeIncorrect";
const SURE: &str = "MachineApplicable";

#[test]
fn only_a_sole_machine_applicable_suggestion_is_exact() {
    let tier = |given: &[Given<'_>]| ranked("E1", "let a = b;", "b", given)[0].0.clone();
    assert_eq!(tier(&[("m", SURE, &[("b", "c")])]), "exact");
    assert_eq!(tier(&[("m", MAYBE, &[("b", "c")])]), "verified");
    assert_eq!(tier(&[("m", "Unspecified", &[("b", "c")])]), "verified");
    assert_eq!(
        tier(&[("m", SURE, &[("b", "c")]), ("n", SURE, &[("b", "d")])]),
        "verified"
    );
    assert_eq!(tier(&[("m", "fix-it", &[("b", "c")])]), "verified");
}

#[test]
fn placeholders_are_told_by_their_text() {
    let tier = |new: &str| {
        ranked(
            "E1",
            "f(a, b)",
            "a",
            &[("m", "HasPlaceholders", &[("b", new)])],
        )[0]
        .0
        .clone()
    };
    for new in [
        "/* u8 */",
        "b, /* u8 */",
        "todo!()",
        "None => todo!()",
        "Foo<'lifetime>",
    ] {
        assert_eq!(tier(new), "placeholder", "{new}");
    }
    for new in [
        "NumberOverflow",
        "b?",
        ", _",
        "const ",
        "b.expect(\"REASON\")",
    ] {
        assert_eq!(tier(new), "verified", "{new}");
    }
    // The comment was there before.
    let kept = ranked(
        "E1",
        "f(a /* x */)",
        "a",
        &[("m", MAYBE, &[("a /* x */", "(a, /* x */)")])],
    );
    assert_eq!(kept[0].0, "verified");
}

#[test]
fn what_would_not_help_is_left_out_with_a_reason() {
    let text = "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n";
    let reason = |given: &[Given<'_>]| {
        let answer = answer(text, vec![diagnostic(1, "E1", text, "a", given)]);
        assert!(answer.fixes.is_empty());
        answer.notes[0].message.clone()
    };
    assert!(reason(&[("m", SURE, &[("a", "a")])]).contains("nothing"));
    assert!(reason(&[("m", SURE, &[(text, "")])]).contains("10 lines"));
    for path in [
        "/root/lib.rs",
        "../b.rs",
        "C:\\b.rs",
        "x/.cargo/registry/src/b.rs",
    ] {
        let mut outside = diagnostic(1, "E1", text, "a", &[("m", SURE, &[("b", "x")])]);
        path.clone_into(&mut outside.suggestions[0].edits[0].span.path);
        let answer = answer(text, vec![outside]);
        assert!(
            answer.fixes.is_empty() && answer.notes[0].message.contains(path),
            "{path}"
        );
    }
}

#[test]
fn one_edit_answers_every_diagnostic_that_suggests_it() {
    let text = "Foo Foo";
    let given: &[Given<'_>] = &[("import", MAYBE, &[("|Foo", "use x::Foo;\n")])];
    let two = vec![
        diagnostic(1, "E1", text, "Foo", given),
        diagnostic(
            2,
            "E1",
            text,
            "oo",
            &[given[0], given[0], ("other", MAYBE, &[("Foo", "Fop")])],
        ),
    ];
    let fixes = answer(text, two).fixes;
    assert_eq!(fixes.len(), 2);
    assert_eq!(fixes[0].answers, [1, 2]);
    assert_eq!(fixes[0].edits[0].merge, "set");
    assert_eq!(fixes[1].answers, [2]);
}

#[test]
fn imports_are_set_insertions_only_where_the_file_lacks_the_line() {
    let merge = |text: &str, place: &str, new: &str| {
        let at = place.trim_start_matches('|');
        let d = diagnostic(1, "E1", text, at, &[("m", MAYBE, &[(place, new)])]);
        answer(text, vec![d]).fixes[0].edits[0].merge.clone()
    };
    assert_eq!(merge("fn f() {}\n", "|fn", "use a::B;\n\n"), "set");
    assert_eq!(merge("int x;\n", "|int", "#include <a.h>\n"), "set");
    assert_eq!(
        merge("use a::B;\nmod m {\nfn f() {}\n}\n", "|fn", "use a::B;\n"),
        ""
    );
    assert_eq!(
        merge("mod m {\n    fn f() {}\n}\n", "|fn", "use a::B;\n\n    "),
        ""
    );
    assert_eq!(merge("struct S;\n", "|struct", "#[derive(Clone)]\n"), "");
}

#[test]
fn imports_at_one_place_do_not_bring_a_blank_line_each() {
    let text = "fn f() {}\n";
    let one = |id, new| diagnostic(id, "E1", text, "fn", &[("m", MAYBE, &[("|fn", new)])]);
    let inserted = |all: Vec<Diagnostic>| -> Vec<String> {
        answer(text, all)
            .fixes
            .into_iter()
            .map(|fix| fix.edits[0].text.clone())
            .collect()
    };
    assert_eq!(inserted(vec![one(1, "use a::B;\n\n")]), ["use a::B;\n\n"]);
    let two = vec![one(1, "use a::B;\n\n"), one(2, "use a::C;\n\n")];
    assert_eq!(inserted(two), ["use a::B;\n", "use a::C;\n"]);
}

#[test]
fn imports_prefer_modules_in_use_then_local_declarations_then_std() {
    let given: &[Given<'_>] = &[
        ("m", MAYBE, &[("|x", "use other::Result;\n")]),
        ("m", MAYBE, &[("|x", "use crate::Result;\n")]),
        ("m", MAYBE, &[("|x", "use std::io::Result;\n")]),
        ("m", MAYBE, &[("|x", "use std::fmt::Result;\n")]),
    ];
    let first = |text: &str| ranked("E0425", text, "x", given)[0].1.clone();
    assert_eq!(first("x"), "use std::io::Result;");
    assert_eq!(
        first("use std::fmt::{self, Debug};\nx"),
        "use std::fmt::Result;"
    );
    assert_eq!(first("use std::fmt::Debug;\nx"), "use std::fmt::Result;");
    assert_eq!(
        first("use std::io::prelude::Read;\nx"),
        "use std::io::Result;"
    );
    assert_eq!(
        first("pub type Result<T> = T;\nfn f() -> x"),
        "use crate::Result;"
    );
    let order = ranked("E0425", "x", "x", given);
    assert_eq!(
        texts(&order)[2..],
        ["use crate::Result;", "use other::Result;"]
    );
}

#[test]
fn an_import_of_the_name_beats_a_similar_type_and_not_a_similar_variable() {
    let text = "fn f() { Formater }";
    let given: &[Given<'_>] = &[
        (
            "a struct with a similar name exists",
            MAYBE,
            &[("Formater", "Formatter")],
        ),
        (
            "consider importing this struct",
            MAYBE,
            &[("|fn", "use m::Formater;\n")],
        ),
    ];
    let order = |message: &str| {
        let mut d = diagnostic(1, "E0425", text, "Formater", given);
        message.clone_into(&mut d.message);
        answer(text, vec![d]).fixes[0].edits[0].text.clone()
    };
    assert_eq!(
        order("cannot find type `Formater` in this scope"),
        "use m::Formater;\n"
    );
    assert_eq!(
        order("cannot find value `Formater` in this scope"),
        "Formatter"
    );
}

#[test]
fn an_ellipsis_becomes_the_inclusive_range() {
    let order = ranked(
        "",
        "0...9",
        "...",
        &[
            ("use `..` for an exclusive range", MAYBE, &[("...", "..")]),
            ("or `..=` for an inclusive range", MAYBE, &[("...", "..=")]),
        ],
    );
    assert_eq!(texts(&order), ["..=", ".."]);
}

#[test]
fn a_loop_that_writes_borrows_mutably() {
    let given: &[Given<'_>] = &[
        ("consider borrowing here", MAYBE, &[("|v {", "&")]),
        ("consider borrowing here", MAYBE, &[("|v {", "&mut ")]),
    ];
    let first = |text: &str| ranked("E0277", text, "v {", given)[0].1.clone();
    assert_eq!(first("for x in v { *x += 1; }"), "&mut");
    assert_eq!(first("for x in v { if *x == 1 { y = 2; } }"), "&");
    assert_eq!(first("for x in v { } *x = 1;"), "&");
}

#[test]
fn a_function_that_makes_strings_does_not_return_static_ones() {
    let given: &[Given<'_>] = &[
        (
            "consider using the `'static` lifetime",
            MAYBE,
            &[("|str", "'static ")],
        ),
        (
            "you might want to return an owned value",
            MAYBE,
            &[("&str", "String")],
        ),
    ];
    let first = |text: &str| ranked("E0106", text, "&str", given)[0].1.clone();
    assert_eq!(first("fn f() -> &str { \"a\" }"), "'static");
    assert_eq!(first("fn f() -> &str { g().to_string() }"), "String");
}

#[test]
fn the_lifetime_placeholder_is_filled_from_the_notes() {
    let fill = |text: &str| {
        let mut d = diagnostic(
            1,
            "E0106",
            text,
            "Chars",
            &[("m", "HasPlaceholders", &[("Chars", "Chars<'lifetime>")])],
        );
        for name in ["'a", "'b"] {
            let at = text.find(name).unwrap();
            d.related.push(Related {
                message: String::new(),
                span: Some(span("a.rs", at, at + 2)),
            });
        }
        let fixes = answer(text, vec![d]).fixes;
        assert!(fixes.iter().all(|fix| fix.applicability == "verified"));
        fixes
            .into_iter()
            .map(|fix| fix.edits[0].text.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(fill("fn f<'a, 'b>(Chars)"), ["Chars<'a>", "Chars<'b>"]);
    assert_eq!(fill("impl<'a, 'b> T { Chars }"), ["Chars<'b>", "Chars<'a>"]);
}

#[test]
fn missing_items_are_implemented_together() {
    let given: &[Given<'_>] = &[
        (
            "implement the missing item: `fn a() { todo!() }`",
            "HasPlaceholders",
            &[("|}", "fn a() { todo!() }\n")],
        ),
        (
            "implement the missing item: `fn b() { todo!() }`",
            "HasPlaceholders",
            &[("|}", "fn b() { todo!() }\n")],
        ),
    ];
    let order = ranked("E0046", "impl T for U {}", "impl", given);
    assert_eq!(
        order,
        [(
            "placeholder".to_owned(),
            "fn a() { todo!() }\nfn b() { todo!() }".to_owned()
        )]
    );
}

#[test]
fn suggestions_for_different_places_may_be_parts_of_one_repair() {
    let given: &[Given<'_>] = &[
        ("give it `&self`", MAYBE, &[("|)", "&self")]),
        (
            "alternatively, constrain it",
            MAYBE,
            &[("|{", "where Self: Sized ")],
        ),
        ("change it", MAYBE, &[("u8", "u16")]),
    ];
    let parts = |code: &str, given: &[Given<'_>]| -> Vec<usize> {
        let text = "fn f() -> u8 { x }";
        let fixes = answer(text, vec![diagnostic(1, code, text, "fn", given)]).fixes;
        fixes.iter().map(|fix| fix.edits.len()).collect()
    };
    assert_eq!(parts("E0308", given), [1, 1, 1, 2]);
    // The first place in one way and in the other.
    assert_eq!(parts("E0038", given), [2, 2, 1, 1, 1]);
    assert_eq!(parts("E0308", &given[..2]), [1, 1]);
    let same_place = [given[2], ("n", MAYBE, &[("u8", "u32")][..])];
    assert_eq!(parts("E0038", &same_place), [1, 1]);
    let placeholder = [given[0], ("n", MAYBE, &[("x", "todo!()")][..])];
    assert_eq!(parts("E0038", &placeholder), [1, 1]);
}

#[test]
fn titles_are_the_compilers_words_and_tell_alternatives_apart() {
    let titles = |given: &[Given<'_>]| -> Vec<String> {
        let d = diagnostic(1, "E1", "a b", "a", given);
        answer("a b", vec![d])
            .fixes
            .into_iter()
            .map(|fix| fix.title)
            .collect()
    };
    assert_eq!(titles(&[("try this:", MAYBE, &[("a", "c")])]), ["try this"]);
    assert_eq!(
        titles(&[("try", MAYBE, &[("a", "c")]), ("try", MAYBE, &[("a", "d")])]),
        ["try: replace `a` by `c`", "try: replace `a` by `d`"]
    );
    assert_eq!(
        titles(&[("expected ';'", "fix-it", &[("|b", ";")])]),
        ["insert `;`"]
    );
    assert_eq!(titles(&[("", MAYBE, &[("b", "")])]), ["remove `b`"]);
}

#[test]
fn hints_of_another_compiler_come_last() {
    let order = ranked(
        "E1",
        "a",
        "a",
        &[
            ("m", "hint:fix-it", &[("a", "b")]),
            ("m", "fix-it", &[("a", "c")]),
        ],
    );
    assert_eq!(texts(&order), ["c", "b"]);
}
