//! Each build file, and each way in which the workspace may know what it lacks,
//! through the contract.

use crate::ProjectFiles;
use buildfix_fixer_support::testing::survives;
use buildfix_sdk::{Fixer, Host, Node, ParseError, QueryMatch, Response, Symbol};
use buildfix_sdk_testing::{LocalHost, apply, report, requests_from_log, run};
use proptest::prelude::*;

fn tree(files: &[(&str, &str)]) -> (tempfile::TempDir, LocalHost) {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let at = folder.path().join(path);
        std::fs::create_dir_all(at.parent().unwrap()).unwrap();
        std::fs::write(at, text).unwrap();
    }
    let host = LocalHost::new(folder.path());
    (folder, host)
}

/// What the report says of a log's errors.
fn asked(files: &[(&str, &str)], log: &str) -> String {
    let (_folder, host) = tree(files);
    report(
        &host,
        &run::<ProjectFiles>(&host, log.as_bytes(), |_, _| true),
    )
}

/// The build file after the only fix.
fn mended(files: &[(&str, &str)], log: &str, path: &str) -> String {
    let (_folder, host) = tree(files);
    let mut answers = run::<ProjectFiles>(&host, log.as_bytes(), |_, _| true);
    let response: Response = answers.remove(0).response.unwrap();
    assert_eq!(response.fixes.len(), 1, "{:?}", response.notes);
    apply(&host, &response.fixes[0])
        .unwrap()
        .remove(path)
        .unwrap()
}

fn replaced<'t>(
    files: &[(&'t str, &'t str)],
    path: &str,
    text: &'t str,
) -> Vec<(&'t str, &'t str)> {
    let with = |(at, old): &(&'t str, &'t str)| (*at, if *at == path { text } else { *old });
    files.iter().map(with).collect()
}

const CARGO: [(&str, &str); 6] = [
    ("Cargo.toml", "[workspace]\nmembers = [\"a\", \"b\"]\n"),
    (
        "a/Cargo.toml",
        "[package]\nname = \"my-a\"\n\n[dependencies]\nserde = { version = \"1.0\", features = [\"derive\"] }\n",
    ),
    ("a/src/lib.rs", "pub fn f() {}\n"),
    (
        "b/Cargo.toml",
        "[package]\nname = \"b\"\n\n[dependencies] # what it needs\nlog = \"0.4\"\nzip = \"2\"\n\n[features]\n",
    ),
    ("b/src/main.rs", "use my_a::f;\nfn main() {}\n"),
    ("b/tests/t.rs", "use my_a::f;\n"),
];

fn unresolved(path: &str, krate: &str) -> String {
    format!(
        "error[E0432]: unresolved import `{krate}`\n --> {path}:1:5\n  |\n1 | use my_a::f;\n  |     ^^^^ use of unresolved module or unlinked crate `{krate}`\n\n"
    )
}

#[test]
fn a_crate_of_the_workspace_is_asked_for_by_its_path() {
    assert_eq!(
        asked(&CARGO, &unresolved("b/src/main.rs", "my_a")),
        "b/src/main.rs:1:5: rust/E0432: unresolved import `my_a`\n  [suggest] in b/Cargo.toml add `my-a = { path = \"../a\" }` to [dependencies]: a/Cargo.toml is that package\n    + my-a = { path = \"../a\" }\n"
    );
    // In its order.
    assert_eq!(
        mended(&CARGO, &unresolved("b/src/main.rs", "my_a"), "b/Cargo.toml"),
        CARGO[3].1.replace("zip", "my-a = { path = \"../a\" }\nzip")
    );
    // A test's.
    assert_eq!(
        mended(&CARGO, &unresolved("b/tests/t.rs", "my_a"), "b/Cargo.toml"),
        format!(
            "{}\n[dev-dependencies]\nmy-a = {{ path = \"../a\" }}\n",
            CARGO[3].1
        )
    );
}

#[test]
fn crates_do_not_need_each_other() {
    let circle = "[package]\nname = \"my-a\"\n[dependencies]\nb = { path = \"../b\" }\n";
    let files = replaced(&CARGO, "a/Cargo.toml", circle);
    let said = asked(&files, &unresolved("b/src/main.rs", "my_a"));
    assert_eq!(
        said,
        "b/src/main.rs:1:5: rust/E0432: unresolved import `my_a`\n"
    );
}

#[test]
fn another_members_requirement_is_taken_over() {
    let log = unresolved("b/src/main.rs", "serde");
    assert_eq!(
        mended(&CARGO, &log, "b/Cargo.toml"),
        CARGO[3].1.replace(
            "zip",
            "serde = { features = [\"derive\"], version = \"1.0\" }\nzip"
        )
    );
    // The workspace's own list comes first.
    let root = "[workspace]\nmembers = [\"a\", \"b\"]\n[workspace.dependencies]\nserde = \"1\"\n";
    let files = replaced(&CARGO, "Cargo.toml", root);
    assert_eq!(
        mended(&files, &log, "b/Cargo.toml"),
        CARGO[3]
            .1
            .replace("zip", "serde = { workspace = true }\nzip")
    );
    // Two that differ.
    let mut files = CARGO.to_vec();
    files.push((
        "c/Cargo.toml",
        "[package]\nname = \"c\"\n[dependencies]\nserde = \"2\"\n",
    ));
    let said = asked(&files, &log);
    assert!(said.contains("ambiguous: `serde = { features"), "{said}");
    assert!(
        said.contains("`serde = \"2\"` to [dependencies] (c/Cargo.toml asks for it so)"),
        "{said}"
    );
}

#[test]
fn a_locked_crate_is_asked_for_by_its_version() {
    let lock = "[[package]]\nname = \"either-or\"\nversion = \"1.2.3\"\nsource = \"registry+x\"\n";
    let mut files = CARGO.to_vec();
    files.push(("Cargo.lock", lock));
    let log = unresolved("b/src/main.rs", "either_or");
    assert_eq!(
        mended(&files, &log, "b/Cargo.toml"),
        CARGO[3]
            .1
            .replace("log = ", "either-or = \"1.2.3\"\nlog = ")
    );
    let two = format!("{lock}\n{}", lock.replace("1.2.3", "2.0.0"));
    let files: Vec<(&str, &str)> = replaced(&files, "Cargo.lock", &two);
    assert!(asked(&files, &log).contains("ambiguous: "));
    // Nobody knows it: nothing is said.
    assert_eq!(
        asked(&files, &unresolved("b/src/main.rs", "other")),
        "b/src/main.rs:1:5: rust/E0432: unresolved import `other`\n"
    );
}

const GO: [(&str, &str); 5] = [
    ("a/go.mod", "module example.com/a\n\ngo 1.21\n"),
    ("a/geo/geo.go", "package geo\n"),
    (
        "b/go.mod",
        "module example.com/b\n\ngo 1.21\n\nrequire (\n\texample.com/x v1.0.0\n)\n",
    ),
    (
        "b/go.sum",
        "example.com/x v1.0.0 h1:a=\nexample.com/x v1.0.0/go.mod h1:b=\n",
    ),
    (
        "b/main.go",
        "package main\n\nimport \"example.com/a/geo\"\n",
    ),
];

fn no_module(path: &str, package: &str) -> String {
    format!(
        "{path}:3:8: no required module provides package {package}; to add it:\n\tgo get {package}\n"
    )
}

#[test]
fn a_module_of_the_workspace_is_required_and_replaced() {
    assert_eq!(
        mended(
            &GO,
            &no_module("b/main.go", "example.com/a/geo"),
            "b/go.mod"
        ),
        "module example.com/b\n\ngo 1.21\n\nrequire (\n\texample.com/x v1.0.0\n\texample.com/a v0.0.0\n)\n\nreplace example.com/a => ../a\n"
    );
    let files = replaced(&GO, "b/go.mod", "module example.com/b\n\ngo 1.21\n");
    assert_eq!(
        mended(
            &files,
            &no_module("b/main.go", "example.com/a/geo"),
            "b/go.mod"
        ),
        "module example.com/b\n\ngo 1.21\n\nrequire example.com/a v0.0.0\n\nreplace example.com/a => ../a\n"
    );
}

#[test]
fn another_modules_requirement_is_taken_over_with_its_sums() {
    let mut files = GO.to_vec();
    files.extend([
        ("a/go.sum", ""),
        ("a/main.go", "package a\n\nimport \"example.com/x/y\"\n"),
    ]);
    let log = no_module("a/main.go", "example.com/x/y");
    assert_eq!(
        asked(&files, &log),
        "a/main.go:3:8: go/no-required-module-provides-package-to-add-it: no required module provides package example.com/x/y; to add it:\n  [suggest] in a/go.mod add `require example.com/x v1.0.0`: b/go.mod requires it so\n    + \n    + require example.com/x v1.0.0\n    + example.com/x v1.0.0 h1:a=\n    + example.com/x v1.0.0/go.mod h1:b=\n"
    );
}

const NPM: [(&str, &str); 4] = [
    (
        "package.json",
        "{\n  \"private\": true,\n  \"workspaces\": [\"p/*\"]\n}\n",
    ),
    (
        "p/a/package.json",
        "{\n  \"name\": \"@acme/a\",\n  \"dependencies\": {\n    \"zod\": \"^3.22.0\"\n  },\n  \"devDependencies\": { \"@types/node\": \"^20\" }\n}\n",
    ),
    (
        "p/b/package.json",
        "{\n  \"name\": \"@acme/b\",\n  \"dependencies\": {\n    \"ms\": \"2\",\n    \"zx\": \"8\"\n  }\n}\n",
    ),
    ("p/b/src/x.ts", "import { z } from 'zod';\n"),
];

fn no_package(module: &str) -> String {
    format!(
        "p/b/src/x.ts(1,19): error TS2307: Cannot find module '{module}' or its corresponding type declarations.\n"
    )
}

#[test]
fn what_another_package_asks_for_is_taken_over() {
    assert_eq!(
        mended(&NPM, &no_package("zod/v4"), "p/b/package.json"),
        NPM[2]
            .1
            .replace("\"zx\"", "\"zod\": \"^3.22.0\",\n    \"zx\"")
    );
    assert_eq!(
        mended(&NPM, &no_package("node:fs"), "p/b/package.json"),
        NPM[2].1.replace(
            "  }\n}",
            "  },\n  \"devDependencies\": {\n    \"@types/node\": \"^20\"\n  }\n}"
        )
    );
    let none = "p/b/src/x.ts:1:19: error TS2591: Cannot find name 'process'. Do you need to install type definitions for node? Try `npm i --save-dev @types/node` and then add 'node' to the types field in your tsconfig.\n";
    assert!(mended(&NPM, none, "p/b/package.json").contains("@types/node"));
    assert_eq!(asked(&NPM, &no_package("./zod")).lines().count(), 1);
    assert_eq!(asked(&NPM, &no_package("ms")).lines().count(), 1);
}

#[test]
fn a_package_of_the_workspace_is_asked_for() {
    assert_eq!(
        mended(&NPM, &no_package("@acme/a"), "p/b/package.json"),
        NPM[2]
            .1
            .replace("\"ms\"", "\"@acme/a\": \"*\",\n    \"ms\"")
    );
    let own = NPM[2]
        .1
        .replace("\"zx\": \"8\"", "\"@acme/c\": \"workspace:*\"");
    let files = replaced(&NPM, "p/b/package.json", &own);
    assert!(
        mended(&files, &no_package("@acme/a"), "p/b/package.json")
            .contains("\"@acme/a\": \"workspace:*\"")
    );
}

#[test]
fn a_locked_package_is_asked_for_by_its_version() {
    let mut files = NPM.to_vec();
    let lock = "{\"packages\":{\"\":{},\"node_modules/left\":{\"version\":\"1.3.0\"},\"node_modules/q/node_modules/right\":{\"version\":\"1.0.0\"},\"node_modules/right\":{\"version\":\"2.0.0\"}}}";
    files.push(("package-lock.json", lock));
    let after = mended(&files, &no_package("left"), "p/b/package.json");
    assert_eq!(
        after,
        NPM[2]
            .1
            .replace("\"ms\"", "\"left\": \"^1.3.0\",\n    \"ms\"")
    );
    assert!(asked(&files, &no_package("right")).contains("ambiguous: "));
}

const APP: &str = "<Project Sdk=\"Microsoft.NET.Sdk\">\n  <PropertyGroup>\n    <TargetFramework>net8.0</TargetFramework>\n  </PropertyGroup>\n</Project>\n";
const LIB: &str = "<Project Sdk=\"Microsoft.NET.Sdk\">\n  <ItemGroup>\n    <PackageReference Include=\"Newtonsoft.Json\" Version=\"13.0.3\" />\n  </ItemGroup>\n</Project>\n";

const CSHARP: [(&str, &str); 4] = [
    ("app/App.csproj", APP),
    (
        "app/Program.cs",
        "using Acme.Tools;\nusing Newtonsoft.Json.Linq;\nclass P { Hammer h; }\n",
    ),
    ("lib/Lib.csproj", LIB),
    (
        "lib/Hammer.cs",
        "namespace Acme.Tools { public class Hammer { } }\n",
    ),
];

fn unknown(line: u32, column: u32, name: &str) -> String {
    format!(
        "app/Program.cs({line},{column}): error CS0246: The type or namespace name '{name}' could not be found (are you missing a using directive or an assembly reference?)\n"
    )
}

#[test]
fn the_project_that_declares_it_is_referenced() {
    let group = "  </PropertyGroup>\n  <ItemGroup>\n    <ProjectReference Include=\"..\\lib\\Lib.csproj\" />\n  </ItemGroup>\n";
    for log in [unknown(1, 7, "Acme"), unknown(3, 11, "Hammer")] {
        assert_eq!(
            mended(&CSHARP, &log, "app/App.csproj"),
            APP.replace("  </PropertyGroup>\n", group)
        );
    }
    // Not in a circle, and not twice.
    let circle = "<Project><ItemGroup><ProjectReference Include=\"..\\app\\App.csproj\" /></ItemGroup></Project>";
    let files = replaced(&CSHARP, "lib/Lib.csproj", circle);
    assert_eq!(asked(&files, &unknown(1, 7, "Acme")).lines().count(), 1);
    let known = "<Project><ItemGroup><ProjectReference Include=\"../lib/Lib.csproj\" /></ItemGroup></Project>";
    let files = replaced(&CSHARP, "app/App.csproj", known);
    assert_eq!(asked(&files, &unknown(1, 7, "Acme")).lines().count(), 1);
}

#[test]
fn a_package_that_another_project_references_is_referenced() {
    let log = unknown(2, 7, "Newtonsoft");
    let group = "  </PropertyGroup>\n  <ItemGroup>\n    <PackageReference Include=\"Newtonsoft.Json\" Version=\"13.0.3\" />\n  </ItemGroup>\n";
    assert_eq!(
        mended(&CSHARP, &log, "app/App.csproj"),
        APP.replace("  </PropertyGroup>\n", group)
    );
    // With versions in one place.
    let mut files = replaced(&CSHARP, "lib/Lib.csproj", "<Project />");
    files.push((
        "Directory.Packages.props",
        "<Project><ItemGroup><PackageVersion Include=\"Newtonsoft.Json\" Version=\"13.0.3\" /></ItemGroup></Project>",
    ));
    assert_eq!(
        mended(&files, &log, "app/App.csproj"),
        APP.replace(
            "  </PropertyGroup>\n",
            &group.replace(" Version=\"13.0.3\"", "")
        )
    );
}

const MAVEN: [(&str, &str); 4] = [
    (
        "pom.xml",
        "<project>\n  <groupId>com.acme</groupId>\n  <artifactId>all</artifactId>\n  <version>1</version>\n</project>\n",
    ),
    (
        "core/pom.xml",
        "<project>\n  <parent>\n    <groupId>com.acme</groupId>\n  </parent>\n  <artifactId>core</artifactId>\n</project>\n",
    ),
    (
        "core/src/main/java/com/acme/geo/Point.java",
        "package com.acme.geo;\npublic class Point {}\n",
    ),
    (
        "app/pom.xml",
        "<project>\n    <artifactId>app</artifactId>\n    <dependencies>\n        <dependency>\n            <groupId>g</groupId>\n            <artifactId>a</artifactId>\n        </dependency>\n    </dependencies>\n</project>\n",
    ),
];

#[test]
fn the_module_that_declares_a_package_is_depended_on() {
    let mut files = MAVEN.to_vec();
    files.push(("app/src/main/java/A.java", "import com.acme.geo.Point;\n"));
    let log = "app/src/main/java/A.java:1: error: package com.acme.geo does not exist\nimport com.acme.geo.Point;\n                   ^\n1 error\n";
    let own = "        <dependency>\n            <groupId>com.acme</groupId>\n            <artifactId>core</artifactId>\n            <version>${project.version}</version>\n        </dependency>\n";
    assert_eq!(
        mended(&files, log, "app/pom.xml"),
        MAVEN[3]
            .1
            .replace("    </dependencies>", &format!("{own}    </dependencies>"))
    );
    let bare = "<project>\n  <artifactId>app</artifactId>\n</project>\n";
    let files = replaced(&files, "app/pom.xml", bare);
    let after = mended(&files, log, "app/pom.xml");
    assert!(
        after
            .contains("</artifactId>\n  <dependencies>\n    <dependency>\n      <groupId>com.acme"),
        "{after}"
    );
}

#[test]
fn the_user_may_let_them_be_applied() {
    let (_folder, host) = tree(&CARGO);
    let log = unresolved("b/src/main.rs", "my_a");
    let mut request = requests_from_log(&host, log.as_bytes(), |_, _| true).remove(0);
    for (setting, tier) in [("true", "verified"), ("false", "suggest")] {
        request.config = vec![("apply".to_owned(), setting.to_owned())];
        let fixes = ProjectFiles::fix(&request, &host).unwrap().fixes;
        assert_eq!(fixes[0].applicability, tier);
    }
    request.config = vec![("apply".to_owned(), "yes".to_owned())];
    assert_eq!(
        ProjectFiles::fix(&request, &host).unwrap_err(),
        "the setting `apply` is `yes`: write \"true\" or \"false\""
    );
}

#[test]
fn line_ends_stay() {
    let crlf = CARGO[3].1.replace('\n', "\r\n");
    let files = replaced(&CARGO, "b/Cargo.toml", &crlf);
    let after = mended(&files, &unresolved("b/src/main.rs", "my_a"), "b/Cargo.toml");
    assert!(after.contains("log = \"0.4\"\r\nmy-a"), "{after:?}");
}

#[test]
fn bad_input_is_survived() {
    survives::<ProjectFiles>(include_str!("../plugin.toml"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// Whatever a build file has become, there is an answer, and what it says
    /// can be applied.
    #[test]
    fn damaged_build_files_do_no_harm(
        which in 0..4_usize,
        changes in prop::collection::vec((any::<prop::sample::Index>(), prop::sample::select(b"{}[]\"<>/=,.:\n#a ".to_vec())), 1..12),
        cut in any::<prop::sample::Index>(),
        shorten in any::<bool>(),
    ) {
        let (files, target, log) = match which {
            0 => (CARGO.to_vec(), "b/Cargo.toml", unresolved("b/src/main.rs", "serde")),
            1 => (GO.to_vec(), "b/go.mod", no_module("b/main.go", "example.com/a/geo")),
            2 => (NPM.to_vec(), "p/b/package.json", no_package("zod")),
            _ => (CSHARP.to_vec(), "app/App.csproj", unknown(1, 7, "Acme")),
        };
        let mut text = files.iter().find(|(path, _)| *path == target).unwrap().1.as_bytes().to_vec();
        for (at, byte) in changes {
            let at = at.index(text.len());
            text[at] = byte;
        }
        if shorten {
            text.truncate(cut.index(text.len()));
        }
        let text = String::from_utf8(text).unwrap();
        let (_folder, host) = tree(&replaced(&files, target, &text));
        // Not through `run`, which takes examples for the docs.
        for request in requests_from_log(&host, log.as_bytes(), |_, _| true) {
            for fix in ProjectFiles::fix(&request, &host).unwrap().fixes {
                prop_assert!(apply(&host, &fix).is_ok());
            }
        }
    }
}

/// The local host, and a Maven repository that has one package.
struct WithJar(LocalHost);

impl Host for WithJar {
    fn log(&self, level: &str, message: &str) {
        self.0.log(level, message);
    }
    fn read_file(&self, path: &str) -> Result<String, String> {
        self.0.read_file(path)
    }
    fn list_files(&self, glob: &str) -> Result<Vec<String>, String> {
        self.0.list_files(glob)
    }
    fn query(&self, path: &str, query: &str) -> Result<Vec<QueryMatch>, String> {
        self.0.query(path, query)
    }
    fn ancestors(&self, path: &str, start: u32, end: u32) -> Result<Vec<Node>, String> {
        self.0.ancestors(path, start, end)
    }
    fn parse_errors(&self, path: &str, text: Option<&str>) -> Result<Vec<ParseError>, String> {
        self.0.parse_errors(path, text)
    }
    fn find(&self, language: &str, name: &str) -> Vec<Symbol> {
        self.0.find(language, name)
    }
    fn similar(&self, language: &str, name: &str, distance: u32) -> Vec<Symbol> {
        self.0.similar(language, name, distance)
    }
    fn members(&self, _: &str, container: &str) -> Vec<Symbol> {
        assert_eq!(container, "org.kit");
        let mut symbol = self.0.find("java", "Point").remove(0);
        symbol.origin = "maven:org.kit:kit-core".to_owned();
        symbol.path = String::new();
        vec![symbol]
    }
    fn declared_in(&self, path: &str) -> Result<Vec<Symbol>, String> {
        self.0.declared_in(path)
    }
}

#[test]
fn a_dependency_of_another_module_is_depended_on() {
    let core = "<project>\n  <artifactId>core</artifactId>\n  <dependencies>\n    <dependency>\n      <groupId>org.kit</groupId>\n      <artifactId>kit-core</artifactId>\n      <version>${kit}</version>\n      <scope>test</scope>\n    </dependency>\n  </dependencies>\n</project>\n";
    let mut files = replaced(&MAVEN, "core/pom.xml", core);
    files.push(("app/src/test/java/T.java", "import org.kit.Kit;\n"));
    let log = "app/src/test/java/T.java:1: error: package org.kit does not exist\nimport org.kit.Kit;\n              ^\n1 error\n";
    let ask = |files: &[(&str, &str)]| {
        let (_folder, host) = tree(files);
        let request = requests_from_log(&host, log.as_bytes(), |_, _| true).remove(0);
        let fixes = ProjectFiles::fix(&request, &WithJar(host)).unwrap().fixes;
        fixes
            .iter()
            .map(|fix| fix.edits[0].text.clone())
            .collect::<Vec<_>>()
    };
    // A property that this module does not have is of no use to it.
    assert_eq!(ask(&files), [""; 0]);
    let root = MAVEN[0].1.replace(
        "</version>",
        "</version>\n  <properties>\n    <kit>4.5</kit>\n  </properties>",
    );
    assert_eq!(
        ask(&replaced(&files, "pom.xml", &root)),
        [
            "\n        <dependency>\n            <groupId>org.kit</groupId>\n            <artifactId>kit-core</artifactId>\n            <version>${kit}</version>\n            <scope>test</scope>\n        </dependency>"
        ]
    );
}

mod certainty;
