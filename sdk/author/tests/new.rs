//! Beginning a plugin: what is written, and what is refused.

use buildfix_author::Lang;
use buildfix_author::new::{New, new};
use buildfix_component::Manifest;
use std::fs;
use std::path::Path;

fn plan(name: &str, lang: Lang, dir: &Path) -> New {
    New {
        name: name.to_owned(),
        lang,
        dir: dir.to_owned(),
        sdk: None,
    }
}

#[test]
fn every_template_is_told_by_its_files_and_has_no_placeholder_left() {
    for lang in Lang::ALL {
        let dir = tempfile::tempdir().unwrap();
        let dir = dir.path().join("deep/new");
        let written = new(&plan("acme/two-words", lang, &dir)).unwrap();
        assert_eq!(Lang::detect(&dir).unwrap(), lang);
        for file in written {
            let text = fs::read_to_string(&file).unwrap();
            assert!(!text.contains("{{"), "{}", file.display());
        }
        let manifest = Manifest::parse(&fs::read(dir.join("plugin.toml")).unwrap()).unwrap();
        assert_eq!(manifest.name, "acme/two-words");
        let case = dir.join("tests/missing-semicolon");
        for file in ["log.txt", "tree/Program.cs", "expected.diff"] {
            assert!(case.join(file).is_file(), "{file}");
        }
    }
}

#[test]
fn a_name_that_no_plugin_may_have_is_refused_and_nothing_is_written() {
    for name in [
        "../up",
        "Acme",
        "a/b/c",
        "a--b",
        "",
        "a\"\nx",
        "\u{430}cme",
        "a.b",
    ] {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("x");
        let problem = new(&plan(name, Lang::C, &target)).unwrap_err();
        assert!(
            problem.to_string().contains("cannot be a plugin's name"),
            "{problem}"
        );
        assert!(problem.next_step().is_some());
        assert!(!target.exists());
    }
}

#[test]
fn a_folder_with_something_in_it_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("mine"), "x").unwrap();
    let problem = new(&plan("acme/x", Lang::C, dir.path())).unwrap_err();
    assert!(problem.to_string().contains("is not empty"), "{problem}");
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
}

#[test]
fn a_language_that_files_do_not_tell_is_an_error_with_a_way_out() {
    let dir = tempfile::tempdir().unwrap();
    let problem = Lang::detect(dir.path()).unwrap_err();
    assert!(problem.next_step().unwrap().contains("--module"));
    fs::write(dir.path().join("Cargo.toml"), "").unwrap();
    fs::write(dir.path().join("app.py"), "").unwrap();
    let problem = Lang::detect(dir.path()).unwrap_err();
    assert!(problem.next_step().unwrap().contains("--lang"), "{problem}");
}
