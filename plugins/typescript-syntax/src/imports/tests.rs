use super::{Import, Want, add};
use crate::{Source, modules::Config};
use buildfix_sdk::SourceFile;
use oxc_allocator::Allocator;

fn named(specifier: &str, name: &str) -> Import {
    Import {
        specifier: specifier.to_owned(),
        want: Want::Named(name.to_owned()),
        type_only: false,
    }
}

fn default(specifier: &str, name: &str) -> Import {
    Import {
        want: Want::Default(name.to_owned()),
        ..named(specifier, "")
    }
}

fn apply(text: &str, imports: &[Import]) -> String {
    apply_in("a.ts", text, &Config::default(), imports)
}

fn apply_in(path: &str, text: &str, config: &Config, imports: &[Import]) -> String {
    let allocator = Allocator::default();
    let source = Source::parse(&allocator, path, text).expect("it parses");
    let file = SourceFile {
        path: path.to_owned(),
        text: text.to_owned(),
        hash: String::new(),
    };
    let mut edits = add(&source, &file, config, imports);
    edits.sort_by_key(|edit| std::cmp::Reverse(edit.span.start));
    let mut text = text.to_owned();
    for edit in edits {
        text.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.text);
    }
    text
}

#[test]
fn a_name_joins_the_braces_in_order() {
    assert_eq!(
        apply(
            "import {v1, v2, v3,} from \"./m\";\n",
            &[named("./m", "v4")]
        ),
        "import {v1, v2, v3, v4,} from \"./m\";\n"
    );
    assert_eq!(
        apply("import {\n    v1\n} from \"./m\";\n", &[named("./m", "f1")]),
        "import {\n    f1,\n    v1\n} from \"./m\";\n"
    );
    assert_eq!(
        apply(
            "import { } from \"./m\";\n",
            &[default("./m", "d"), named("./m", "a")]
        ),
        "import d, { a } from \"./m\";\n"
    );
    assert_eq!(
        apply("import d from \"./m\";\n", &[named("./m", "a")]),
        "import d, { a } from \"./m\";\n"
    );
    assert_eq!(
        apply("import * as n from \"./m\";\n", &[default("./m", "d")]),
        "import d, * as n from \"./m\";\n"
    );
}

#[test]
fn a_new_import_stands_in_order_and_like_its_neighbours() {
    assert_eq!(
        apply("import { b } from './b'\nb\n", &[named("./a", "a")]),
        "import { a } from './a'\nimport { b } from './b'\nb\n"
    );
    assert_eq!(
        apply(
            "import { b } from \"./b\";\n// c\nb;\n",
            &[named("./c", "c")]
        ),
        "import { b } from \"./b\";\nimport { c } from \"./c\";\n// c\nb;\n"
    );
    assert_eq!(
        apply("f1();", &[named("x", "f1")]),
        "import { f1 } from \"x\";\n\nf1();"
    );
}

#[test]
fn headers_stay_on_top() {
    assert_eq!(
        apply("/*!\n * licence\n */\nf1();", &[named("x", "f1")]),
        "/*!\n * licence\n */\n\nimport { f1 } from \"x\";\n\nf1();"
    );
    assert_eq!(
        apply("// about f1\nf1();", &[named("x", "f1")]),
        "import { f1 } from \"x\";\n\n// about f1\nf1();"
    );
}

#[test]
fn javascript_that_requires_goes_on_requiring() {
    assert_eq!(
        apply_in(
            "a.js",
            "module.exports = 1;\n",
            &Config::default(),
            &[named("./b", "N"), default("./b", "B")]
        ),
        "const { default: B, N } = require(\"./b\");\n\nmodule.exports = 1;\n"
    );
}

#[test]
fn types_are_marked_where_the_syntax_is_kept() {
    let config = Config {
        verbatim: true,
        ..Config::default()
    };
    let import = Import {
        type_only: true,
        ..named("./t", "T")
    };
    assert_eq!(
        apply_in(
            "a.ts",
            "let t: T;\n",
            &config,
            std::slice::from_ref(&import)
        ),
        "import type { T } from \"./t\";\n\nlet t: T;\n"
    );
    assert_eq!(
        apply_in("a.ts", "import { a } from \"./t\";\n", &config, &[import]),
        "import { a, type T } from \"./t\";\n"
    );
}
