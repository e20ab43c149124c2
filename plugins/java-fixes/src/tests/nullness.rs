//! NullAway's errors.

use super::{all, one};

const HEAD: &str = "import org.jspecify.annotations.Nullable;\n";

fn mended(code: &str, message: &str) -> String {
    let text = one(&format!("{HEAD}{code}"), &format!("[NullAway] {message}"));
    text.strip_prefix(HEAD).unwrap_or(&text).to_owned()
}

#[test]
fn annotates_the_declaration() {
    assert_eq!(
        mended(
            "class A { public String f() { ¦return null; } }\n",
            "returning @Nullable expression from method with @NonNull return type",
        ),
        "class A { public @Nullable String f() { return null; } }\n"
    );
    assert_eq!(
        mended(
            "class A { void t(int n, String s) {} void g() { t(1, ¦null); } }\n",
            "passing @Nullable parameter 'null' where @NonNull is required",
        ),
        "class A { void t(int n, @Nullable String s) {} void g() { t(1, null); } }\n"
    );
    assert_eq!(
        mended(
            "class A { private String s = \"\"; void g() { this.s ¦= null; } }\n",
            "assigning @Nullable expression to @NonNull field",
        ),
        "class A { private @Nullable String s = \"\"; void g() { this.s = null; } }\n"
    );
    assert_eq!(
        mended(
            "class A { private String a; String b; ¦A() { } }\n",
            "initializer method does not guarantee @NonNull fields a (line 1), b (line 1) are initialized along all control-flow paths",
        ),
        "class A { private @Nullable String a; @Nullable String b; A() { } }\n"
    );
    assert_eq!(
        mended(
            "class A { String ¦never; }\n",
            "@NonNull field never not initialized",
        ),
        "class A { @Nullable String never; }\n"
    );
}

#[test]
fn imports_the_annotation_that_the_project_uses() {
    let files = [
        ("A.java", "class A { String ¦never; }\n"),
        ("B.java", "import javax.annotation.Nullable;\nclass B { }\n"),
    ];
    assert_eq!(
        all(&files, "[NullAway] @NonNull field never not initialized"),
        ["import javax.annotation.Nullable;\n\nclass A { @Nullable String never; }\n"]
    );
}

#[test]
fn leaves_what_it_cannot_say() {
    // Whether the elements or the array may be null is another question.
    assert_eq!(
        mended(
            "class A { String[] f() { ¦return null; } }\n",
            "returning @Nullable expression from method with @NonNull return type",
        ),
        ""
    );
    assert_eq!(
        mended(
            "class A { int f(@Nullable String s) { return s¦.length(); } }\n",
            "dereferenced expression s is @Nullable",
        ),
        ""
    );
}
