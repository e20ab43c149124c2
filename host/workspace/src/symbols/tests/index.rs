use super::index;
use std::sync::atomic::AtomicBool;

#[test]
fn only_changed_contents_are_parsed_again() {
    let (index, files) = index(&[
        (
            "a.cs",
            "namespace Fruit; public class Apple { public int Count; }",
        ),
        ("b.cs", "namespace Fruit { public class Banana {} }"),
        ("c.ts", "export class C {}"),
    ]);
    assert_eq!(index.find("csharp", "Apple").len(), 1);
    assert_eq!(
        index.parses(),
        2,
        "the other language's file is not looked at"
    );
    assert_eq!(index.members("csharp", "Fruit").len(), 2);
    assert_eq!(index.parses(), 2);

    let old = files
        .0
        .lock()
        .unwrap()
        .insert("a.cs".into(), "class Zucchini {}".into())
        .unwrap();
    assert_eq!(
        index.find("csharp", "Apple").len(),
        1,
        "not before it is told"
    );
    index.refresh();
    assert!(index.find("csharp", "Apple").is_empty());
    assert!(index.members("csharp", "Fruit.Apple").is_empty());
    assert_eq!(index.find("csharp", "Zucchini")[0].path, "a.cs");
    assert_eq!(index.parses(), 3);

    files.0.lock().unwrap().insert("a.cs".into(), old);
    files.0.lock().unwrap().remove("b.cs");
    index.refresh();
    assert_eq!(index.find("csharp", "Apple").len(), 1);
    assert!(index.find("csharp", "Banana").is_empty());
    assert_eq!(
        index.parses(),
        3,
        "a content seen before is not parsed again"
    );
}

#[test]
fn a_language_can_be_indexed_ahead() {
    let (index, _) = index(&[
        ("a.go", "package a\nfunc F() {}\n"),
        ("b.go", "package b\n"),
    ]);
    let stop = AtomicBool::new(false);
    index.prepare("go", &stop);
    index.prepare("cobol", &stop);
    assert_eq!(index.parses(), 2);
    assert_eq!(index.members("go", "a")[0].name, "F");
    assert_eq!(index.parses(), 2);
}

#[test]
fn modules_follow_the_files_around_them() {
    let (index, files) = index(&[("pkg/part.py", "def f(): pass\n")]);
    assert_eq!(index.find("python", "f")[0].container, "part");
    files.0.lock().unwrap().insert(
        "pkg/__init__.py".into(),
        "from .part import f as g\n".into(),
    );
    index.refresh();
    assert_eq!(index.find("python", "f")[0].container, "pkg.part");
    assert_eq!(
        index.find("python", "g")[0].signature,
        "from .part import f as g"
    );
    assert_eq!(index.members("python", "pkg").len(), 1);
    assert_eq!(
        index.parses(),
        2,
        "the module's name is no reason to parse again"
    );
}

#[test]
fn c_sees_headers_and_cpp_sees_c() {
    let (index, _) = index(&[
        ("a.h", "static inline int shared(void);\nint plain(void);\n"),
        ("b.h", "namespace n { class Only {}; }\n"),
        ("c.c", "static int hidden(void) { return 0; }\n"),
        ("d.cc", "int cpp_only();\n"),
    ]);
    assert!(
        index.find("c", "shared")[0].exported,
        "a header's static is everybody's"
    );
    assert!(!index.find("c", "hidden")[0].exported);
    assert_eq!(index.find("cpp", "plain").len(), 1);
    assert_eq!(index.find("cpp", "Only")[0].language, "cpp");
    assert!(index.find("c", "cpp_only").is_empty());
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

#[test]
fn csharp_has_the_base_library_as_well() {
    let (index, _) = index(&[("a.cs", "namespace N { class StringBuilder {} }")]);
    let found = index.find("csharp", "StringBuilder");
    let places: Vec<_> = found
        .iter()
        .filter(|symbol| symbol.kind == "class")
        .map(|symbol| {
            (
                &*symbol.origin,
                symbol.container.as_str(),
                symbol.path.as_str(),
            )
        })
        .collect();
    assert_eq!(
        places,
        [("dotnet", "System.Text", ""), ("workspace", "N", "a.cs")]
    );
    let near = index.similar("csharp", "StringBiulder", 2);
    assert_eq!(
        (&*near[0].origin, near[0].name.as_str()),
        ("workspace", "StringBuilder")
    );
    assert_eq!(
        (&*near[1].origin, near[1].container.as_str()),
        ("dotnet", "System.Text")
    );
    assert!(
        index
            .similar("csharp", "Lenght", 2)
            .iter()
            .any(|one| one.name == "Length")
    );
    assert!(index.members("csharp", "System.Linq.Enumerable").len() > 200);
    assert!(index.find("go", "StringBuilder").is_empty());
}

#[test]
fn java_and_python_have_their_libraries_as_well() {
    let (index, _) = index(&[
        ("a.java", "package p; class HashMap {}"),
        ("b.py", "class OrderedDict: pass\n"),
    ]);
    let places = |language, name: &str| -> Vec<(String, String)> {
        let found = index.find(language, name).into_iter();
        found
            .filter(|symbol| symbol.kind == "class")
            .map(|symbol| (symbol.origin.into_owned(), symbol.container))
            .collect()
    };
    assert_eq!(
        places("java", "HashMap"),
        [
            ("jdk".into(), "java.util".into()),
            ("workspace".into(), "p".into())
        ]
    );
    let found = places("python", "OrderedDict");
    assert!(found.contains(&("python".into(), "collections".into())));
    assert_eq!(found.last(), Some(&("workspace".into(), "b".into())));
    assert_eq!(index.similar("java", "ArrayLisst", 1)[0].name, "ArrayList");
    assert_eq!(
        index.similar("python", "defautldict", 1)[0].name,
        "defaultdict"
    );
    assert!(index.members("python", "builtins.str").len() > 40);
}
