use super::index;

#[test]
fn only_changed_contents_are_parsed_again() {
    let (index, files) = index(&[
        ("a.cs", "namespace N; public class A { public int Count; }"),
        ("b.cs", "namespace N { public class B {} }"),
        ("c.ts", "export class C {}"),
    ]);
    assert_eq!(index.find("csharp", "A").len(), 1);
    assert_eq!(
        index.parses(),
        2,
        "the other language's file is not looked at"
    );
    assert_eq!(index.members("csharp", "N").len(), 2);
    assert_eq!(index.parses(), 2);

    let old = files
        .0
        .lock()
        .unwrap()
        .insert("a.cs".into(), "class Z {}".into())
        .unwrap();
    assert_eq!(index.find("csharp", "A").len(), 1, "not before it is told");
    index.refresh();
    assert!(index.find("csharp", "A").is_empty());
    assert!(index.members("csharp", "N.A").is_empty());
    assert_eq!(index.find("csharp", "Z")[0].path, "a.cs");
    assert_eq!(index.parses(), 3);

    files.0.lock().unwrap().insert("a.cs".into(), old);
    files.0.lock().unwrap().remove("b.cs");
    index.refresh();
    assert_eq!(index.find("csharp", "A").len(), 1);
    assert!(index.find("csharp", "B").is_empty());
    assert_eq!(
        index.parses(),
        3,
        "a content seen before is not parsed again"
    );
}

#[test]
fn near_names_come_nearest_first() {
    let (index, _) = index(&[(
        "a.ts",
        "export class Widget {}\nexport const widget = 1;\nexport class Wigdet {}\nexport class Gadget {}\n",
    )]);
    let names = |name: &str, distance| -> Vec<String> {
        index
            .similar("typescript", name, distance)
            .into_iter()
            .map(|symbol| symbol.name)
            .collect()
    };
    assert_eq!(names("Widget", 1), ["Widget", "Wigdet", "widget"]);
    assert_eq!(names("WIDGET", 0), ["Widget", "widget"]);
    assert_eq!(names("Wdget", 1), ["Widget"]);
    assert!(names("Unrelated", 3).is_empty());
    assert!(index.similar("cobol", "Widget", 3).is_empty());
}

#[test]
fn a_file_that_cannot_be_read_or_parsed_says_why() {
    let (index, _) = index(&[("a.txt", "")]);
    assert!(
        index
            .declared_in("none.cs")
            .unwrap_err()
            .to_string()
            .contains("no such file")
    );
    assert_eq!(
        index.declared_in("a.txt").unwrap_err().to_string(),
        "no grammar for `a.txt`"
    );
}
