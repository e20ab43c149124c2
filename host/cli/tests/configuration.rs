//! docs/configuration.md knows every key that buildfix reads, and no other.

use buildfix_engine::config::Config;
use buildfix_registry::lock::Lock;
use buildfix_sandbox::Manifest;
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::path::Path;

/// The keys of the table below a heading.
fn documented(heading: &str) -> BTreeSet<String> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/configuration.md");
    let text = std::fs::read_to_string(path).unwrap();
    let heading = format!("\n### {heading}\n");
    let (_, section) = text
        .split_once(&heading)
        .unwrap_or_else(|| panic!("no {heading}"));
    let section = section.split("\n## ").next().unwrap();
    let section = section.split("\n### ").next().unwrap();
    let rows = section.lines().filter_map(|row| row.strip_prefix("| `"));
    rows.map(|row| row.split('`').next().unwrap().to_owned())
        .collect()
}

/// What is known in place of `zzz`, as the error tells it.
fn known(error: &str) -> BTreeSet<String> {
    let (_, rest) = error
        .split_once("unknown field `zzz`, expected ")
        .unwrap_or_else(|| panic!("{error}"));
    let line = rest.lines().next().unwrap();
    line.split('`')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect()
}

fn configuration(text: &str) -> String {
    let path = Path::new("buildfix.toml");
    Config::parse(text, path).unwrap_err().to_string()
}

#[test]
fn every_key_is_documented() {
    for (heading, section) in [
        ("`buildfix.toml`", ""),
        ("`[build]`", "[build]"),
        ("`[limits]`", "[limits]"),
        ("`[plugins.NAME]`", "[plugins.x]"),
        ("`[plugins.NAME.allow]`", "[plugins.x.allow]"),
        ("`[plugins.NAME.limits]`", "[plugins.x.limits]"),
        ("`[policy]`", "[policy]"),
        ("`[cache]`", "[cache]"),
        ("`[learn]`", "[learn]"),
        ("`[[matcher]]`", "[[matcher]]"),
    ] {
        let error = configuration(&format!("{section}\nzzz = 1\n"));
        assert_eq!(documented(heading), known(&error), "{heading}");
    }
    let error = Lock::parse("version = 1\n[[plugin]]\nzzz = 1\n", "x").unwrap_err();
    assert_eq!(documented("`[[plugin]]`"), known(&error.to_string()));
    for (heading, text) in [
        ("`plugin.toml`", "manifest-version = 1\nzzz = 1\n"),
        ("`[fixer]`", "manifest-version = 1\n[fixer]\nzzz = 1\n"),
        (
            "`[capabilities]`",
            "manifest-version = 1\n[capabilities]\nzzz = 1\n",
        ),
        (
            "`[limits]` of plugin.toml",
            "manifest-version = 1\n[limits]\nzzz = 1\n",
        ),
    ] {
        let error = Manifest::parse(text.as_bytes()).unwrap_err();
        assert_eq!(documented(heading), known(&error.to_string()), "{heading}");
    }
}

#[test]
fn the_examples_are_read() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/configuration.md");
    let text = std::fs::read_to_string(path).unwrap();
    let mut examples = text
        .split("```toml\n")
        .skip(1)
        .map(|part| part.split("```").next().unwrap());
    Config::parse(examples.next().unwrap(), Path::new("x")).unwrap();
    Manifest::parse(examples.next().unwrap().as_bytes()).unwrap();
    assert_eq!(examples.next(), None);
}

#[test]
fn a_slip_is_shown_with_its_place_and_what_was_meant() {
    let error = configuration("[build]\ncomand = [\"make\"]\n");
    for part in [
        "line 2, column 1",
        "comand = [\"make\"]",
        "^^^^^^",
        "did you mean `command`?",
    ] {
        assert!(error.contains(part), "{part} in {error}");
    }
    let error = configuration("[plugins.x]\npath = \"x\"\nversion = \"1\"\n");
    assert!(
        error.contains("`path` and `version` exclude each other"),
        "{error}"
    );
    let error = configuration("[plugins]\nx = \"1.2.3.4\"\n");
    assert!(
        error.contains("`1.2.3.4` is no version requirement"),
        "{error}"
    );
    let error = configuration("[plugins]\nx = 3\n");
    assert!(
        error.contains("expected a version such as \"1.2\", or a table"),
        "{error}"
    );
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused_with_a_place(
        text in prop_oneof![
            "\\PC{0,120}",
            "(\\[(build|plugins|plugins\\.x|routes|policy|limits)\\]\n|[a-z]{1,9} = (1|\"x\"|\\[\\]|true)\n){0,8}",
        ]
    ) {
        if let Err(error) = Config::parse(&text, Path::new("buildfix.toml")) {
            let error = error.to_string();
            prop_assert!(error.starts_with("buildfix.toml: TOML parse error at line "), "{}", error);
        }
    }
}
