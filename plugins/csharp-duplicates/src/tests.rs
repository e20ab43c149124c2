use crate::CsharpDuplicates;
use buildfix_fixer_support::testing::{best, notes, propose, survives};

#[test]
fn deletes_the_second_method() {
    let files = [(
        "a.cs",
        "class C\n{\n    /// <summary>One.</summary>\n    void F() { G(1); }\n\n    void ¦F()\n    {\n        G(1);\n    }\n}\n",
    )];
    let error =
        "CS0111: Type 'C' already defines a member called 'F' with the same parameter types";
    let found = propose::<CsharpDuplicates>(&files, error);
    assert_eq!(
        found[0].files["a.cs"],
        "class C\n{\n    /// <summary>One.</summary>\n    void F() { G(1); }\n}\n"
    );
    assert_eq!(found[0].fix.applicability, "exact");
}

#[test]
fn keeps_what_differs() {
    let files = [("a.cs", "class C { void F() { G(1); } void ¦F() { G(2); } }")];
    let error =
        "CS0111: Type 'C' already defines a member called 'F' with the same parameter types";
    assert!(propose::<CsharpDuplicates>(&files, error).is_empty());
    assert_eq!(notes::<CsharpDuplicates>(&files, error).len(), 1);
}

#[test]
fn deletes_a_repeated_type_whole_and_once() {
    let files = [(
        "a.cs",
        "namespace N;\nclass C\n{\n    int a;\n    int b;\n}\n\nclass C\n{\n    int ¦a;\n    int ¦b;\n}\n",
    )];
    let found = propose::<CsharpDuplicates>(
        &files,
        "CS0102: The type 'C' already contains a definition for 'a'",
    );
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].fix.answers.len(), 2);
    assert_eq!(
        found[0].files["a.cs"],
        "namespace N;\nclass C\n{\n    int a;\n    int b;\n}\n"
    );
}

#[test]
fn keeps_the_type_in_the_file_of_its_name() {
    let widget = "namespace N;\npublic class Widget { public int Size; }\n";
    let both =
        "namespace N;\npublic class Other { }\n\npublic class ¦Widget { public int Size; }\n";
    let error = "CS0101: The namespace 'N' already contains a definition for 'Widget'";
    let files = [("Other.cs", both), ("Widget.cs", widget)];
    assert_eq!(
        best::<CsharpDuplicates>(&files, error),
        "namespace N;\npublic class Other { }\n"
    );
    // Reported in the right file: the copy goes all the same.
    let plain: String = both.chars().filter(|c| *c != '¦').collect();
    let files = [
        (
            "Widget.cs",
            "namespace N;\npublic class ¦Widget { public int Size; }\n",
        ),
        ("Other.cs", plain.as_str()),
    ];
    let found = propose::<CsharpDuplicates>(&files, error);
    assert_eq!(
        found[0].files["Other.cs"],
        "namespace N;\npublic class Other { }\n"
    );
    // Nothing else in the file: the file goes.
    let marked = "namespace N;\npublic class ¦Widget { public int Size; }\n";
    let found = propose::<CsharpDuplicates>(&[("Copy.cs", marked), ("Widget.cs", widget)], error);
    assert_eq!(
        (
            found[0].fix.files[0].op.as_str(),
            found[0].fix.files[0].path.as_str()
        ),
        ("delete", "Copy.cs")
    );
}

#[test]
fn leaves_parts_of_a_type_alone() {
    let files = [(
        "a.cs",
        "partial class C { int a; } partial class C { int ¦a; }",
    )];
    let found = propose::<CsharpDuplicates>(
        &files,
        "CS0102: The type 'C' already contains a definition for 'a'",
    );
    // The field is repeated word for word; the part is not.
    assert!(
        found
            .iter()
            .all(|f| f.files["a.cs"].contains("partial class C { int a; } partial class C"))
    );
}

#[test]
fn removes_a_repeated_using() {
    let files = [("a.cs", "using A;\nusing ¦A;\nclass C { }")];
    let error = "CS0105: The using directive for 'A' appeared previously in this namespace";
    assert_eq!(
        best::<CsharpDuplicates>(&files, error),
        "using A;\nclass C { }"
    );
}

#[test]
fn survives_any_text_at_any_point() {
    survives::<CsharpDuplicates>(include_str!("../plugin.toml"));
}
