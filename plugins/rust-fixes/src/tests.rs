//! Each rule once, through the contract, on rustc's own JSON.

use crate::RustFixes;
use buildfix_sdk_testing::{LocalHost, apply, run};

/// What the alternatives for one error make of the first file, best first.
/// `¦…¦` marks the error's span.
fn after(files: &[(&str, &str)], code: &str, message: &str, notes: &[&str]) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let mut log = String::new();
    for (path, marked) in files {
        let full = folder.path().join(path);
        std::fs::create_dir_all(full.parent().unwrap()).unwrap();
        let mut parts = marked.splitn(3, '¦');
        if let (Some(before), Some(span), Some(_)) = (parts.next(), parts.next(), parts.next()) {
            let line = before.matches('\n').count() + 1;
            let column = before.len() - before.rfind('\n').map_or(0, |n| n + 1) + 1;
            let children: Vec<String> = notes
                .iter()
                .map(|note| format!(r#"{{"message":{note:?},"code":null,"level":"note","spans":[],"children":[],"rendered":null}}"#))
                .collect();
            log.push_str(&format!(
                r#"{{"reason":"compiler-message","message":{{"message":{message:?},"code":{{"code":"{code}","explanation":null}},"level":"error","spans":[{{"file_name":"{path}","byte_start":{start},"byte_end":{end},"line_start":{line},"line_end":{line},"column_start":{column},"column_end":{column_end},"is_primary":true,"text":[],"label":null,"suggested_replacement":null,"suggestion_applicability":null,"expansion":null}}],"children":[{children}],"rendered":"error"}}}}"#,
                start = before.len(),
                end = before.len() + span.len(),
                column_end = column + span.len(),
                children = children.join(","),
            ));
            log.push('\n');
        }
        std::fs::write(full, marked.replace('¦', "")).unwrap();
    }
    let host = LocalHost::new(folder.path());
    let mut texts = Vec::new();
    for answer in run::<RustFixes>(&host, log.as_bytes(), |_, _| true) {
        for fix in answer.response.unwrap().fixes {
            let mut changed = apply(&host, &fix).unwrap();
            texts.push(
                changed
                    .remove(files[0].0)
                    .unwrap_or_else(|| changed.into_values().next().unwrap_or_default()),
            );
        }
    }
    texts
}

fn best(text: &str, code: &str, message: &str) -> String {
    after(&[("src/lib.rs", text)], code, message, &[])
        .into_iter()
        .next()
        .unwrap_or_default()
}

#[test]
fn a_missing_field_is_taken_from_the_scope() {
    assert_eq!(
        best(
            "struct S { a: u8, b: u8 }\nfn f(a: u8) -> S {\n    let b = 1;\n    ¦S¦ { a }\n}\n",
            "E0063",
            "missing field `b` in initializer of `S`"
        ),
        "struct S { a: u8, b: u8 }\nfn f(a: u8) -> S {\n    let b = 1;\n    S { a, b }\n}\n"
    );
}

#[test]
fn a_field_that_nobody_declares_gets_the_type_of_its_value() {
    let text = "struct S {\n    a: u16,\n}\nfn f(n: u32) -> S {\n    let b = n as u16;\n    S { a: 1, ¦b¦ }\n}\n";
    assert_eq!(
        best(text, "E0560", "struct `S` has no field named `b`"),
        text.replace('¦', "")
            .replace("    a: u16,\n", "    a: u16,\n    b: u16,\n")
    );
}

#[test]
fn an_index_is_cast() {
    assert_eq!(
        best(
            "fn f(a: &[u8], i: u32) -> u8 { a[¦i * 2¦] }\n",
            "E0277",
            "the type `[u8]` cannot be indexed by `u32`"
        ),
        "fn f(a: &[u8], i: u32) -> u8 { a[(i * 2) as usize] }\n"
    );
}

#[test]
fn an_unsafe_call_is_wrapped_or_its_block_marked() {
    let message = "call to unsafe function `g` is unsafe and requires unsafe function or block";
    assert_eq!(
        best("fn f() -> u8 { 1 + ¦g()¦ }\n", "E0133", message),
        "fn f() -> u8 { 1 + unsafe { g() } }\n"
    );
    assert_eq!(
        best("fn f() -> u8 {\n    { ¦g()¦ }\n}\n", "E0133", message),
        "fn f() -> u8 {\n    unsafe { g() }\n}\n"
    );
}

#[test]
fn a_failure_is_handed_on_where_a_pattern_cannot_fail() {
    assert_eq!(
        after(
            &[(
                "src/lib.rs",
                "fn f() -> Result<u8, E> {\n    let ¦(a, b)¦ = g();\n    Ok(a)\n}\n"
            )],
            "E0308",
            "mismatched types",
            &["expected enum `Result<(u8, u8), E>`\n  found tuple `(_, _)`"],
        ),
        ["fn f() -> Result<u8, E> {\n    let (a, b) = g()?;\n    Ok(a)\n}\n"]
    );
}

#[test]
fn a_parameter_that_is_passed_on_as_mutable_becomes_so() {
    assert_eq!(
        after(
            &[("src/lib.rs", "fn f(s: &'a S<'a>) { g(¦s¦) }\n")],
            "E0308",
            "mismatched types",
            &["expected mutable reference `&mut S<'_>`\n  found reference `&S<'a>`"],
        ),
        ["fn f(s: &'a mut S<'a>) { g(s) }\n"]
    );
}

#[test]
fn names_of_other_languages_and_of_traits() {
    assert_eq!(
        best(
            "fn f() -> Option<u8> { ¦null¦ }\n",
            "E0425",
            "cannot find value `null` in this scope"
        ),
        "fn f() -> Option<u8> { None }\n"
    );
    assert_eq!(
        best(
            "impl Iterator for S {\n    type Item = u8;\n    fn next(&mut self) -> Option<¦Item¦> { None }\n}\n",
            "E0425",
            "cannot find type `Item` in this scope"
        ),
        "impl Iterator for S {\n    type Item = u8;\n    fn next(&mut self) -> Option<Self::Item> { None }\n}\n"
    );
    assert_eq!(
        best(
            "fn f(a: u8) -> Vec<¦T¦> { g() }\n",
            "E0425",
            "cannot find type `T` in this scope"
        ),
        "fn f<T>(a: u8) -> Vec<T> { g() }\n"
    );
}

#[test]
fn a_function_that_uses_self_takes_it() {
    assert_eq!(
        best(
            "impl S {\n    fn it() -> Iter<¦V¦> { self.a.iter() }\n}\n",
            "E0106",
            "missing lifetime specifier"
        ),
        "impl S {\n    fn it(&self) -> Iter<V> { self.a.iter() }\n}\n"
    );
}

#[test]
fn the_second_of_two_equal_items_goes() {
    assert_eq!(
        best(
            "type R = u8;\n¦type R = u8;¦\nfn f() {}\n",
            "E0428",
            "the name `R` is defined multiple times"
        ),
        "type R = u8;\nfn f() {}\n"
    );
    assert_eq!(
        best(
            "type R = u8;\n¦type R = u16;¦\n",
            "E0428",
            "the name `R` is defined multiple times"
        ),
        ""
    );
}

#[test]
fn a_module_that_exists_is_declared() {
    assert_eq!(
        after(
            &[
                ("src/lib.rs", "//! Docs.\n\nmod a;\nuse self::¦b¦::B;\n"),
                ("src/b.rs", "pub struct B;\n")
            ],
            "E0432",
            "unresolved import `self::b`",
            &[],
        )[0],
        "//! Docs.\n\nmod a;\nmod b;\nuse self::b::B;\n"
    );
}

#[test]
fn a_private_type_of_a_public_interface_is_opened() {
    assert_eq!(
        best(
            "struct T;\npub trait A { type B; }\nimpl A for u8 { ¦type B = T;¦ }\n",
            "E0446",
            "private type `T` in public interface"
        ),
        "pub struct T;\npub trait A { type B; }\nimpl A for u8 { type B = T; }\n"
    );
}

#[test]
fn survives_odd_text() {
    let messages = [
        (
            "E0061",
            "this function takes 2 arguments but 1 argument was supplied",
        ),
        ("E0063", "missing field `b` in initializer of `S`"),
        ("E0106", "missing lifetime specifier"),
        ("E0133", "call to unsafe function `g` is unsafe"),
        ("E0277", "the type `[u8]` cannot be indexed by `u32`"),
        ("E0308", "mismatched types"),
        ("E0425", "cannot find type `T` in this scope"),
        ("E0428", "the name `R` is defined multiple times"),
        ("E0432", "unresolved import `x`"),
        ("E0446", "private type `T` in public interface"),
        ("E0560", "struct `S` has no field named `b`"),
        ("E0624", "method `b` is private"),
    ];
    for text in [
        "¦¦",
        "¦S¦ {",
        "fn f(¦T¦",
        "let ¦(a¦ = ",
        "{ ¦é¦ }",
        "impl ¦{¦",
        "struct S { ¦b¦",
    ] {
        for (code, message) in messages {
            let _ = best(text, code, message);
        }
    }
}
