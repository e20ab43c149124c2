//! Each family once, through the contract.

use crate::CFixes;
use buildfix_fixer_support::testing::MARK;
use buildfix_sdk_testing::{LocalHost, apply, run};

/// What each alternative for the gcc error at the mark makes of the first file,
/// best first.
fn after(files: &[(&str, &str)], message: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let mut log = String::new();
    for (path, marked) in files {
        if let Some(at) = marked.find(MARK) {
            let line = marked[..at].matches('\n').count() + 1;
            let column = at - marked[..at].rfind('\n').map_or(0, |n| n + 1) + 1;
            log.push_str(&format!("{path}:{line}:{column}: error: {message}\n"));
        }
        std::fs::write(folder.path().join(path), marked.replace(MARK, "")).unwrap();
    }
    let host = LocalHost::new(folder.path());
    let mut texts = Vec::new();
    for answer in run::<CFixes>(&host, log.as_bytes(), |_, _| true) {
        for fix in answer.response.unwrap().fixes {
            let mut files_after = apply(&host, &fix).unwrap();
            let first = files[0].0;
            texts.push(
                files_after
                    .remove(first)
                    .unwrap_or_else(|| files_after.into_values().next().unwrap_or_default()),
            );
        }
    }
    texts
}

fn best(text: &str, message: &str) -> String {
    after(&[("a.cpp", text)], message)
        .into_iter()
        .next()
        .unwrap_or_default()
}

#[test]
fn drops_an_argument_too_many() {
    assert_eq!(
        best(
            "int f();\nint g() { return ¦f(0); }\n",
            "too many arguments to function ‘int f()’"
        ),
        "int f();\nint g() { return f(); }\n"
    );
    assert_eq!(
        best(
            "void h(int n) { ¦f(n, 7); }\n",
            "too many arguments to function ‘void f(int)’"
        ),
        "void h(int n) { f(n); }\n"
    );
}

#[test]
fn passes_the_variable_that_fits_the_parameter() {
    let text =
        "void set(char *s, int len);\nvoid g(char *s, int other) { int len = 3; ¦set(s); }\n";
    assert_eq!(
        best(text, "too few arguments to function ‘void set(char*, int)’"),
        text.replace("¦set(s)", "set(s, len)")
    );
}

#[test]
fn a_variadic_function_names_its_last_parameter() {
    let text = "void f(int level, const char *fmt, ...) {\n  va_list ap;\n  va_start(ap¦);\n}\n";
    assert_eq!(
        best(
            text,
            "macro \"va_start\" requires 2 arguments, but only 1 given"
        ),
        text.replace("ap¦)", "ap, fmt)")
    );
}

#[test]
fn a_declaration_takes_the_types_of_its_definition() {
    let text = "double *len(const char *s);\nint ¦len(const char *text) { return 1; }\n";
    assert_eq!(
        after(&[("a.c", text)], "conflicting types for ‘len’"),
        [
            "int len(const char *s);\nint len(const char *text) { return 1; }\n",
            "double *len(const char *s);\ndouble *len(const char *text) { return 1; }\n",
        ]
    );
}

#[test]
fn a_parameter_keeps_its_name_and_namespace() {
    let header =
        "namespace n { struct S {}; }\nstruct R { void get(const n::S* key, int d = 1); };\n";
    let text = "#include \"r.h\"\nusing namespace n;\nvoid R::¦get(const S& k, int d) {}\n";
    let fixed = after(
        &[("a.cpp", text), ("r.h", header)],
        "no declaration matches ‘void R::get(const n::S&, int)’",
    );
    assert_eq!(fixed[0], header.replace("n::S* key", "n::S& key"));
}

#[test]
fn a_return_type_is_what_is_returned() {
    assert_eq!(
        best(
            "static double *f(int a) { return ¦a; }\n",
            "returning ‘int’ from a function with return type ‘double *’ makes pointer from integer without a cast"
        ),
        "static int f(int a) { return a; }\n"
    );
}

#[test]
fn a_function_used_before_its_definition_is_declared() {
    let text = "static int a(void);\n\nint b(void) { return ¦late(1); }\n\nint late(int x) {\n    return x;\n}\n";
    assert_eq!(
        after(&[("a.c", text)], "implicit declaration of function ‘late’")[0],
        text.replace("a(void);\n", "a(void);\nint late(int x);\n")
            .replace(MARK, "")
    );
}

#[test]
fn the_header_that_declares_it_is_included() {
    let header = "typedef struct { int x; } point_t;\n";
    assert_eq!(
        after(
            &[
                ("a.c", "#include <stdio.h>\n¦point_t p;\n"),
                ("point.h", header)
            ],
            "unknown type name ‘point_t’"
        )[0],
        "#include <stdio.h>\n#include \"point.h\"\npoint_t p;\n"
    );
    assert_eq!(
        after(
            &[("a.c", "/* c */\n¦uint8_t p;\n")],
            "unknown type name ‘uint8_t’"
        )[0],
        "/* c */\n#include <stdint.h>\nuint8_t p;\n"
    );
    // What the host's index of the C and the C++ library knows.
    assert_eq!(
        after(
            &[("a.c", "int f(int s) { return ¦listen(s, 1); }\n")],
            "implicit declaration of function ‘listen’"
        )[0],
        "#include <sys/socket.h>\nint f(int s) { return listen(s, 1); }\n"
    );
    assert_eq!(
        after(
            &[("a.cpp", "auto f() { return std::¦from_chars; }\n")],
            "‘from_chars’ is not a member of ‘std’"
        )[0],
        "#include <charconv>\nauto f() { return std::from_chars; }\n"
    );
}

#[test]
fn a_misspelt_header_becomes_the_nearest_one() {
    assert_eq!(
        after(
            &[("a.c", "#include <¦strng.h>\n")],
            "strng.h: No such file or directory"
        )[0],
        "#include <string.h>\n"
    );
    assert_eq!(
        after(
            &[("a.c", "#include <sys/¦scoket.h>\n")],
            "sys/scoket.h: No such file or directory"
        )[0],
        "#include <sys/socket.h>\n"
    );
}

#[test]
fn a_template_declares_its_parameters() {
    assert_eq!(
        best(
            "namespace n {\nvoid f(¦It first, int k) {}\n}\n",
            "‘It’ was not declared in this scope"
        ),
        "namespace n {\ntemplate <typename It>\nvoid f(It first, int k) {}\n}\n"
    );
}

#[test]
fn pointers_are_followed_and_addresses_taken() {
    assert_eq!(
        best(
            "void f() { g(¦it); }\n",
            "cannot convert ‘V::const_iterator’ to ‘const S&’"
        ),
        "void f() { g(*it); }\n"
    );
    assert_eq!(
        best("void f() { g(¦v); }\n", "cannot convert ‘S’ to ‘S*’"),
        "void f() { g(&v); }\n"
    );
    assert_eq!(
        best("void f() { g(¦&v); }\n", "cannot convert ‘S*’ to ‘S’"),
        "void f() { g(v); }\n"
    );
    assert_eq!(
        best(
            "void f() { ¦p++ = 1; }\n",
            "lvalue required as left operand of assignment"
        ),
        "void f() { *p++ = 1; }\n"
    );
}

#[test]
fn an_equal_second_declaration_goes() {
    assert_eq!(
        best(
            "void f() {\n  int a = g();\n  int ¦a = g();\n}\n",
            "redeclaration of ‘int a’"
        ),
        "void f() {\n  int a = g();\n}\n"
    );
    assert_eq!(
        best(
            "void f() {\n  int a = 1;\n  int ¦a = 2;\n}\n",
            "redeclaration of ‘int a’"
        ),
        "void f() {\n  int a = 1;\n  a = 2;\n}\n"
    );
}

#[test]
fn a_value_of_the_functions_type_is_returned() {
    assert_eq!(
        best(
            "std::string f() { int n; std::string out; g(out); ¦return; }\n",
            "return-statement with no value, in function returning ‘std::string’"
        ),
        "std::string f() { int n; std::string out; g(out); return out; }\n"
    );
}

#[test]
fn what_the_switch_leaves_out_is_named() {
    assert_eq!(
        best(
            "void f(E e) {\n  ¦switch (e) {\n  case ONE:\n    break;\n  }\n}\n",
            "enumeration value ‘TWO’ not handled in switch [-Werror=switch]"
        ),
        "void f(E e) {\n  switch (e) {\n  case ONE:\n    break;\n  case TWO:\n    break;\n  }\n}\n"
    );
}

#[test]
fn the_signed_side_is_cast() {
    assert_eq!(
        best(
            "bool f(unsigned a, int b) { return a ¦< b; }\n",
            "comparison of integer expressions of different signedness: ‘unsigned int’ and ‘int’ [-Werror=sign-compare]"
        ),
        "bool f(unsigned a, int b) { return a < static_cast<unsigned int>(b); }\n"
    );
}

#[test]
fn an_unused_variable_goes_only_if_it_does_nothing() {
    assert_eq!(
        best(
            "void f() {\n  int ¦a = 1;\n  g();\n}\n",
            "unused variable ‘a’ [-Werror=unused-variable]"
        ),
        "void f() {\n  g();\n}\n"
    );
    assert_eq!(
        best(
            "void f() {\n  int ¦a = g();\n}\n",
            "unused variable ‘a’ [-Werror=unused-variable]"
        ),
        "void f() {\n  int a = g();\n  (void)a;\n}\n"
    );
}

#[test]
fn survives_odd_text() {
    let messages = [
        "too many arguments to function ‘f’",
        "too few arguments to function ‘f’",
        "conflicting types for ‘f’",
        "‘f’ was not declared in this scope",
        "cannot convert ‘A’ to ‘A*’",
        "expected ‘;’ before ‘(’ token",
        "redeclaration of ‘int f’",
        "unused variable ‘f’ [-Werror=unused-variable]",
        "enumeration value ‘f’ not handled in switch [-Werror=switch]",
        "lvalue required as left operand of assignment",
        "did you mean ‘’?",
        "return-statement with no value",
        "comparison of integer expressions of different signedness: ‘unsigned int’ and ‘int’",
    ];
    for text in [
        "¦",
        "¦f(",
        "f(¦f(f",
        "{ ¦f",
        "f ) ¦f = ",
        "é ¦f(→, {",
        "template <¦f",
        "switch (¦f) {",
        "#include \"¦",
    ] {
        for message in messages {
            let _ = after(&[("a.cpp", text)], message);
        }
    }
}

#[test]
fn a_long_long_constant_that_is_short_becomes_long() {
    let message = "use of C99 long long integer constant [-Werror=long-long]";
    assert_eq!(best("long j = ¦1LL;\n", message), "long j = 1L;\n");
    assert_eq!(best("long j = ¦9999999999LL;\n", message), "");
}

#[test]
fn constexpr_of_a_variable_is_const_where_there_is_none() {
    let message = "‘constexpr’ does not name a type";
    assert_eq!(
        best("¦constexpr int a = 1;\n", message),
        "const int a = 1;\n"
    );
    assert_eq!(best("¦constexpr int f() { return 1; }\n", message), "");
}

#[test]
fn a_name_in_another_case_is_found() {
    assert_eq!(
        best(
            "typedef struct { float x; } Point;\n\n¦point p1;\n",
            "unknown type name ‘point’"
        ),
        "typedef struct { float x; } Point;\n\nPoint p1;\n"
    );
}

#[test]
fn numbers_are_looked_at_as_bytes() {
    let text = "void f(char *, int);\nvoid g() { int b[9]; f(¦b, 9); }\n";
    assert_eq!(
        best(
            text,
            "cannot convert ‘int*’ to ‘char*’ for argument 1 to ‘void f(char*, int)’"
        ),
        text.replace("¦b", "reinterpret_cast<char*>(b)")
    );
}

#[test]
fn a_member_with_a_comment_is_made_public() {
    let text = "class t {\n  int a; // one\n  int b; // two\n};\nint f(t &x) { return x.¦b; }\n";
    let log = "‘int t::b’ is private within this context\na.cpp:3:7: note: declared private here";
    assert_eq!(
        best(text, log),
        "class t {\n  int a; // one\npublic:\n  int b; // two\nprivate:\n};\nint f(t &x) { return x.b; }\n"
    );
}

#[test]
fn a_macro_is_defined_before_its_use() {
    let text = "#include <a>\n\nclass D {\n  virtual void f() const ¦LATE { }\n};\n\n#define LATE override\nint x;\n";
    let log = "‘LATE’ does not name a type\na.cpp:4:27: note: the macro ‘LATE’ had not yet been defined\na.cpp:7:9: note: it was later defined here";
    assert_eq!(
        best(text, log),
        "#include <a>\n\n#define LATE override\nclass D {\n  virtual void f() const LATE { }\n};\n\nint x;\n"
    );
}

#[test]
fn a_parameter_of_no_known_type_is_as_it_was_declared() {
    let text = "static int dot(char c);\nint b(void);\nstatic int dot(struct gone ¦c)\n{\n  return c;\n}\n";
    assert_eq!(
        best(text, "parameter 1 (‘c’) has incomplete type"),
        text.replace("struct gone ¦c", "char c")
    );
    assert_eq!(
        best(
            "int dot(struct gone ¦c) { return c; }\n",
            "parameter 1 (‘c’) has incomplete type"
        ),
        ""
    );
}

#[test]
fn a_member_that_is_initialised_with_a_function_is_a_pointer() {
    let text =
        "typedef void (Run)(void *);\nstruct S {\n  S(Run run) : ¦run(run) { }\n  Run run;\n};\n";
    for message in [
        "class ‘S’ does not have any field named ‘run’",
        "member initializer 'run' does not name a non-static data member or base class",
    ] {
        assert_eq!(
            best(text, message),
            text.replace("¦", "").replace("(Run)", "(*Run)")
        );
    }
    // A member by another name, and a type that is no function's.
    for other in [
        text.replace("Run run;", "Run runs;"),
        text.replace("typedef void (Run)(void *)", "typedef int Run"),
    ] {
        assert_eq!(
            best(&other, "class ‘S’ does not have any field named ‘run’"),
            ""
        );
    }
}

#[test]
fn a_usual_type_is_defined_where_all_that_use_it_see_it() {
    let text =
        "namespace n {\nint k;\nnamespace detail {\nint f(¦byte_t x);\n}\nint g(byte_t x);\n}\n";
    assert_eq!(
        best(text, "‘byte_t’ was not declared in this scope"),
        "namespace n {\nint k;\ntypedef unsigned char byte_t;\nnamespace detail {\nint f(byte_t x);\n}\nint g(byte_t x);\n}\n"
    );
    let text = "namespace n {\nint f(¦byte_t x);\n}\nint g;\n";
    assert_eq!(
        best(text, "‘byte_t’ was not declared in this scope"),
        "namespace n {\ntypedef unsigned char byte_t;\nint f(byte_t x);\n}\nint g;\n"
    );
}
