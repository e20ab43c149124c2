//! Names that are not found, rule by rule.

use crate::Imports;
use testing::{answers, first};

#[path = "../../typescript-syntax/testing.rs"]
mod testing;

fn missing(files: &[(&str, &str)]) -> String {
    first::<Imports>("TS2304", "Cannot find name 'x'.", files)
}

#[test]
fn a_name_is_imported_from_the_module_that_exports_it() {
    for (files, expected) in [
        (
            vec![("a.ts", "¦f1();"), ("b.ts", "export function f1() {}")],
            "import { f1 } from \"./b\";\n\nf1();",
        ),
        (
            vec![("a/a.ts", "¦C"), ("b/index.ts", "export class C {}")],
            "import { C } from \"../b\";\n\nC",
        ),
        (
            vec![
                ("a.ts", "let t: ¦T"),
                ("b.ts", "type T = 1;\nexport { T };"),
            ],
            "import { T } from \"./b\";\n\nlet t: T",
        ),
        (
            vec![("a.ts", "¦foo"), ("foo.ts", "export default 1")],
            "import foo from \"./foo\";\n\nfoo",
        ),
        (
            vec![
                ("a.ts", "¦fooBar"),
                ("foo-bar.ts", "export default () => 1"),
            ],
            "import fooBar from \"./foo-bar\";\n\nfooBar",
        ),
        (
            vec![
                ("a.ts", "import { z } from './b'\n¦y\n"),
                ("b.ts", "export const y = 1, z = 2"),
            ],
            "import { y, z } from './b'\ny\n",
        ),
        // The index above may export this very file.
        (
            vec![
                ("src/a/x.ts", "¦join();"),
                (
                    "src/index.ts",
                    "export { join } from './b/join'; export * from './a/x';",
                ),
                ("src/b/join.ts", "export function join() {}"),
            ],
            "import { join } from \"../b/join\";\n\njoin();",
        ),
    ] {
        assert_eq!(missing(&files), expected, "{files:?}");
    }
}

#[test]
fn a_misspelt_import_is_corrected_and_not_made_twice() {
    let files = [
        (
            "a.ts",
            "import { Obesrvable, z } from './b';\nlet o: ¦Observable = z;\n",
        ),
        (
            "b.ts",
            "export const z = 1;\nexport type Observable = number;",
        ),
    ];
    assert_eq!(
        missing(&files),
        "import { Observable, z } from './b';\nlet o: Observable = z;\n"
    );
}

#[test]
fn types_alone_do_not_serve_as_values() {
    let found = answers::<Imports>(
        "TS2304",
        "Cannot find name 'T'.",
        &[("a.ts", "¦T()"), ("b.ts", "export interface T {}")],
    );
    assert!(
        found.iter().all(|(fix, _)| !fix.title.contains("import")),
        "{found:?}"
    );
}

#[test]
fn a_namespace_that_is_imported_qualifies() {
    let files = [
        ("a.ts", "import * as ns from \"./b\";\n¦f1();"),
        ("b.ts", "export function f1() {}"),
    ];
    assert_eq!(missing(&files), "import * as ns from \"./b\";\nns.f1();");
}

#[test]
fn the_module_system_decides_about_endings() {
    let config = r#"{ "compilerOptions": { "module": "nodenext" } }"#;
    let files = [
        ("a.mts", "¦f1();"),
        ("b.mts", "export function f1() {}"),
        ("tsconfig.json", config),
    ];
    assert_eq!(missing(&files), "import { f1 } from \"./b.mjs\";\n\nf1();");
}

#[test]
fn paths_of_the_configuration_are_used_where_they_are_shorter() {
    let config = r#"{ "compilerOptions": { "paths": { "@lib/*": ["./src/lib/*"] } } }"#;
    let files = [
        ("src/app/deep/a.ts", "¦f1();"),
        ("src/lib/b.ts", "export function f1() {}"),
        ("tsconfig.json", config),
    ];
    assert_eq!(missing(&files), "import { f1 } from \"@lib/b\";\n\nf1();");
}

#[test]
fn packages_are_found_by_what_package_json_asks_for() {
    let files = [
        ("a.ts", "¦f1();"),
        ("package.json", r#"{ "dependencies": { "@s/p": "1" } }"#),
        (
            "node_modules/@s/p/package.json",
            r#"{ "types": "lib/x.d.ts" }"#,
        ),
        ("node_modules/@s/p/lib/x.d.ts", "export * from './y';"),
        (
            "node_modules/@s/p/lib/y.d.ts",
            "export declare function f1(): void;",
        ),
    ];
    assert_eq!(missing(&files), "import { f1 } from \"@s/p\";\n\nf1();");
}

#[test]
fn ambient_modules_are_modules() {
    let files = [
        ("a.ts", "¦f1();"),
        (
            "b.d.ts",
            "declare module \"amb\" {\n export function f1(): void;\n}",
        ),
    ];
    assert_eq!(missing(&files), "import { f1 } from \"amb\";\n\nf1();");
}

#[test]
fn jsdoc_types_are_imported_in_place() {
    let files = [
        ("b.js", "/** @type {¦T} */\nconst x = 0;"),
        ("a.js", "export {};\n/** @typedef {number} T */"),
    ];
    assert_eq!(
        missing(&files),
        "/** @type {import(\"./a\").T} */\nconst x = 0;"
    );
}

#[test]
fn variables_that_are_only_assigned_are_declared() {
    for (before, after) in [
        ("¦x = 0;", "const x = 0;"),
        ("for (¦x of []) {}", "for (const x of []) {}"),
        ("for ([¦x] of [[1]]) {}", "for (const [x] of [[1]]) {}"),
        ("¦x = 0, y = 1;", "const x = 0, y = 1;"),
    ] {
        assert_eq!(missing(&[("a.ts", before)]), after);
    }
    assert_eq!(missing(&[("a.ts", "let y;\n[¦x, y] = [1, 2];")]), "");
}

#[test]
fn functions_that_are_only_called_are_placeholders() {
    let found = answers::<Imports>(
        "TS2304",
        "Cannot find name 'f'.",
        &[("a.ts", "¦f<string>(1, 'a');")],
    );
    let [(fix, text)] = found.as_slice() else {
        panic!("{found:?}")
    };
    assert_eq!(fix.applicability, "placeholder");
    assert_eq!(
        text,
        "f<string>(1, 'a');\n\nfunction f<T>(arg0: number, arg1: string) {\n    throw new Error(\"Function not implemented.\");\n}\n"
    );
}

#[test]
fn what_the_compiler_suggests_comes_before_a_new_variable() {
    let text = first::<Imports>(
        "TS2552",
        "Cannot find name 'conole'. Did you mean 'console'?",
        &[("a.ts", "¦conole = 1;")],
    );
    assert_eq!(text, "console = 1;");
    let text = first::<Imports>(
        "TS2663",
        "Cannot find name 'f'. Did you mean the instance member 'this.f'?",
        &[("a.ts", "class A { f = 1; m() { ¦f } }")],
    );
    assert_eq!(text, "class A { f = 1; m() { this.f } }");
}

#[test]
fn a_value_is_no_class() {
    let message = "Cannot find name 'request'. Did you mean 'Request'?";
    for (text, tier) in [
        ("x.request = ¦request;", "suggest"),
        ("x.request = new ¦request();", "verified"),
        ("x.request = ¦request.error();", "verified"),
    ] {
        let found = answers::<Imports>("TS2552", message, &[("a.ts", text)]);
        let (fix, _) = found
            .iter()
            .find(|(fix, _)| fix.title.contains("spelling"))
            .unwrap();
        assert_eq!(fix.applicability, tier, "{text}");
    }
}

#[test]
fn hidden_declarations_are_exported() {
    let message = "Module '\"./b\"' declares 'x' locally, but it is not exported.";
    for (other, after) in [
        ("const x = 1;", "export const x = 1;"),
        (
            "const x = 1;\nexport { y };\nconst y = 1;",
            "const x = 1;\nexport { y, x };\nconst y = 1;",
        ),
        (
            "let y = 1, x = 1;\n",
            "let y = 1, x = 1;\n\nexport { x };\n",
        ),
    ] {
        let text = first::<Imports>(
            "TS2459",
            message,
            &[("a.ts", "import { ¦x } from './b';"), ("b.ts", other)],
        );
        assert_eq!(text.trim_end(), after.trim_end());
    }
}

#[test]
fn imports_take_the_form_that_the_module_offers() {
    let message = "Module '\"./b\"' has no default export. Did you mean to use 'import { x } from \"./b\"' instead?";
    assert_eq!(
        first::<Imports>("TS2613", message, &[("a.ts", "import ¦x from './b';")]),
        "import { x } from './b';"
    );
    let message = "Module '\"./b\"' has no exported member 'x'. Did you mean to use 'import x from \"./b\"' instead?";
    assert_eq!(
        first::<Imports>(
            "TS2614",
            message,
            &[("a.ts", "import { ¦x, y } from './b';")]
        ),
        "import x, { y } from './b';"
    );
}

#[test]
fn type_imports_become_value_imports() {
    let message = "'A' cannot be used as a value because it was imported using 'import type'.";
    assert_eq!(
        first::<Imports>(
            "TS1361",
            message,
            &[("a.ts", "import { type A, B } from './b';\nnew ¦A")]
        ),
        "import { A, B } from './b';\nnew A"
    );
    assert_eq!(
        first::<Imports>(
            "TS1361",
            message,
            &[("a.ts", "import type { A } from './b';\nnew ¦A")]
        ),
        "import { A } from './b';\nnew A"
    );
}

#[test]
fn specifiers_are_corrected() {
    let message = "Relative import paths need explicit file extensions. Did you mean './b.js'?";
    assert_eq!(
        first::<Imports>("TS2835", message, &[("a.ts", "import ¦'./b';")]),
        "import './b.js';"
    );
    let message = "Cannot find module './x/util' or its corresponding type declarations.";
    let files = [
        ("a.ts", "import { u } from ¦'./x/util';"),
        ("y/util.ts", "export const u = 1;"),
    ];
    assert_eq!(
        first::<Imports>("TS2307", message, &files),
        "import { u } from './y/util';"
    );
    let files = [
        ("a.ts", "import { u } from ¦'./helpr';"),
        ("helper.ts", "export const u = 1;"),
    ];
    assert_eq!(
        first::<Imports>("TS2307", message, &files),
        "import { u } from './helper';"
    );
}

#[test]
fn umd_globals_are_imported() {
    let files = [
        ("a.tsx", "import { Component } from \"react\";\n<¦div />;"),
        (
            "node_modules/@types/react/index.d.ts",
            "export = React;\nexport as namespace React;\ndeclare namespace React { class Component {} }",
        ),
        (
            "tsconfig.json",
            r#"{ "compilerOptions": { "module": "es2015", "moduleResolution": "node" } }"#,
        ),
    ];
    assert_eq!(
        first::<Imports>(
            "TS2686",
            "'React' refers to a UMD global, but the current file is a module.",
            &files
        ),
        "import * as React from \"react\";\nimport { Component } from \"react\";\n<div />;"
    );
}

#[test]
fn no_text_makes_it_fail() {
    for text in [
        "¦",
        "¦x",
        "((((",
        "import {",
        "¦🦀",
        "/** @type {",
        "x = ¦",
        "\u{feff}¦x()",
    ] {
        for code in [
            "TS2304", "TS2552", "TS2305", "TS2307", "TS2459", "TS1361", "TS2613", "TS2724",
            "TS2835",
        ] {
            let _ = answers::<Imports>(code, "Did you mean 'x'?", &[("a.ts", text)]);
        }
    }
}
