//! Answers that look certain and are not, and how close to them what is certain stays.

use super::{
    CARGO, CSHARP, GO, MAVEN, NPM, ProjectFiles, WithJar, asked, mended, no_module, no_package,
    replaced, tree, unknown, unresolved,
};
use buildfix_sdk::Fixer;
use buildfix_sdk_testing::requests_from_log;

fn silent(files: &[(&str, &str)], log: &str) {
    let said = asked(files, log);
    assert!(!said.contains("[suggest]"), "{said}");
}

#[test]
fn a_tests_own_package_and_its_dependencies_are_not_asked_for_again() {
    // The message is about an item, not about the crate.
    let log = "error[E0432]: unresolved import `log::Nope`\n --> b/tests/t.rs:1:5\n  |\n1 | use log::Nope;\n  |     ^^^^^^^^^ no `Nope` in the root\n\n";
    silent(&CARGO, log);
}

#[test]
fn a_package_does_not_depend_on_itself() {
    let c = (
        "c/Cargo.toml",
        "[package]\nname = \"c\"\n[dependencies]\nb = { path = \"../b\" }\n",
    );
    let mut files = CARGO.to_vec();
    files.push(c);
    files.push(("b/src/lib.rs", "pub fn g() {}\n"));
    let log = "error[E0432]: unresolved import `b::nope`\n --> b/tests/t.rs:1:5\n  |\n1 | use b::nope;\n  |     ^^^^^^^ no `nope` in the root\n\n";
    silent(&files, log);
}

#[test]
fn a_program_is_no_crate_to_use() {
    let mut files: Vec<_> = CARGO
        .iter()
        .filter(|f| f.0 != "a/src/lib.rs")
        .copied()
        .collect();
    files.push(("a/src/main.rs", "fn main() {}\n"));
    silent(&files, &unresolved("b/src/main.rs", "my_a"));
}

#[test]
fn comments_stay_with_what_they_are_about() {
    let own =
        "[package]\nname = \"b\"\n\n[dependencies]\nlog = \"0.4\"\n# Archives.\nzip = \"2\"\n";
    let files = replaced(&CARGO, "b/Cargo.toml", own);
    let after = mended(&files, &unresolved("b/src/main.rs", "my_a"), "b/Cargo.toml");
    assert!(after.contains("# Archives.\nzip"), "{after}");
}

#[test]
fn the_nearest_workspace_counts() {
    let files = [
        (
            "Cargo.toml",
            "[workspace]\nmembers = []\nexclude = [\"in\"]\n[workspace.dependencies]\nserde = \"1\"\n",
        ),
        ("in/Cargo.toml", "[workspace]\nmembers = [\"b\"]\n"),
        ("in/b/Cargo.toml", "[package]\nname = \"b\"\n"),
        ("in/b/src/main.rs", "use serde::S;\n"),
    ];
    silent(&files, &unresolved("in/b/src/main.rs", "serde"));
}

#[test]
fn a_go_module_without_the_package_is_not_required() {
    silent(&GO, &no_module("b/main.go", "example.com/a/nowhere"));
}

#[test]
fn a_go_module_is_not_required_twice() {
    let own = "module example.com/b\n\ngo 1.21\n\nrequire example.com/a v0.0.0\n\nreplace example.com/a => ../a\n";
    let files = replaced(&GO, "b/go.mod", own);
    silent(&files, &no_module("b/main.go", "example.com/a/nowhere"));
}

#[test]
fn a_files_range_is_read_from_its_own_folder() {
    let a = "{\n  \"name\": \"@acme/a\",\n  \"dependencies\": { \"left\": \"file:./vendor/left\" }\n}\n";
    let files = replaced(&NPM, "p/a/package.json", a);
    let said = asked(&files, &no_package("left"));
    assert!(!said.contains("\"file:./vendor/left\""), "{said}");
}

#[test]
fn a_module_of_another_version_is_not_asked_for_at_ones_own() {
    let core = "<project>\n  <groupId>com.acme</groupId>\n  <artifactId>core</artifactId>\n  <version>2</version>\n</project>\n";
    let app = "<project>\n  <groupId>com.acme</groupId>\n  <artifactId>app</artifactId>\n  <version>1</version>\n</project>\n";
    let mut files = replaced(&replaced(&MAVEN, "core/pom.xml", core), "app/pom.xml", app);
    files.push(("app/src/main/java/A.java", "import com.acme.geo.Point;\n"));
    let log = "app/src/main/java/A.java:1: error: package com.acme.geo does not exist\nimport com.acme.geo.Point;\n                   ^\n1 error\n";
    let said = asked(&files, log);
    assert!(said.contains("`com.acme:core:2`"), "{said}");
}

#[test]
fn another_modules_tests_are_not_in_its_jar() {
    let mut files: Vec<_> = MAVEN
        .iter()
        .filter(|f| !f.0.ends_with("Point.java"))
        .copied()
        .collect();
    files.push((
        "core/src/test/java/com/acme/geo/Point.java",
        "package com.acme.geo;\npublic class Point {}\n",
    ));
    files.push(("app/src/main/java/A.java", "import com.acme.geo.Point;\n"));
    let log = "app/src/main/java/A.java:1: error: package com.acme.geo does not exist\nimport com.acme.geo.Point;\n                   ^\n1 error\n";
    silent(&files, log);
}

#[test]
fn an_answer_without_a_place_is_still_said() {
    let files = replaced(
        &CSHARP,
        "app/App.csproj",
        "<Project Sdk=\"Microsoft.NET.Sdk\">\n</Project>\n",
    );
    let said = asked(&files, &unknown(1, 7, "Acme"));
    assert!(said.contains("Lib.csproj"), "{said}");
    let files = replaced(
        &MAVEN,
        "app/pom.xml",
        "<project>\n  <artifactId>app</artifactId>\n  <dependencies/>\n</project>\n",
    );
    let mut files = files;
    files.push(("app/src/main/java/A.java", "import com.acme.geo.Point;\n"));
    let log = "app/src/main/java/A.java:1: error: package com.acme.geo does not exist\nimport com.acme.geo.Point;\n                   ^\n1 error\n";
    let said = asked(&files, log);
    assert!(said.contains("core"), "{said}");
}

#[test]
fn what_another_go_module_replaces_is_not_taken_over() {
    let own = "module example.com/b\n\ngo 1.21\n\nrequire example.com/x v1.0.0\n\nreplace (\n\texample.com/x => ../vendored/x\n)\n";
    let mut files = replaced(&GO, "b/go.mod", own);
    files.push(("a/main.go", "package a\n\nimport \"example.com/x/y\"\n"));
    silent(&files, &no_module("a/main.go", "example.com/x/y"));
}

#[test]
fn a_dependency_with_a_classifier_is_not_taken_over() {
    let log = "app/src/test/java/T.java:1: error: package org.kit does not exist\nimport org.kit.Kit;\n              ^\n1 error\n";
    for (extra, fixes) in [
        ("", 1),
        ("<classifier>all</classifier>", 0),
        ("<type>zip</type>", 0),
    ] {
        let core = format!(
            "<project>\n  <artifactId>core</artifactId>\n  <dependencies>\n    <dependency>\n      <groupId>org.kit</groupId>\n      <artifactId>kit-core</artifactId>\n      <version>1</version>{extra}\n    </dependency>\n  </dependencies>\n</project>\n"
        );
        let mut files = replaced(&MAVEN, "core/pom.xml", &core);
        files.push(("app/src/test/java/T.java", "import org.kit.Kit;\n"));
        let (_folder, host) = tree(&files);
        let request = requests_from_log(&host, log.as_bytes(), |_, _| true).remove(0);
        let answer = ProjectFiles::fix(&request, &WithJar(host)).unwrap();
        assert_eq!(answer.fixes.len(), fixes, "{extra}");
    }
}
