//! The module that a file's path makes it, in languages where it does.

use crate::syntax::Language;

/// Rust: `crate::a::b`. Python: `package.module`. Else nothing. `exists` tells
/// whether the workspace has a file.
pub(super) fn of_path(language: Language, path: &str, exists: impl Fn(&str) -> bool) -> String {
    match language {
        Language::Rust => rust(path, exists),
        Language::Python => python(path, exists),
        _ => String::new(),
    }
}

fn split(path: &str) -> (Vec<&str>, &str) {
    let mut folders: Vec<&str> = path.split('/').collect();
    let file = folders.pop().unwrap_or_default();
    (
        folders,
        file.rsplit_once('.').map_or(file, |(stem, _)| stem),
    )
}

/// A crate's root is the nearest folder upwards with a `lib.rs` or `main.rs`;
/// the folders below it and the file's name are modules. A file without such a
/// folder, and one of `tests`, `examples`, `benches` and `src/bin`, is a crate
/// of its own.
fn rust(path: &str, exists: impl Fn(&str) -> bool) -> String {
    let (folders, stem) = split(path);
    if matches!(stem, "lib" | "main" | "build") {
        return "crate".to_owned();
    }
    let own = folders
        .last()
        .is_some_and(|last| matches!(*last, "tests" | "examples" | "benches"))
        || folders.ends_with(&["src", "bin"]);
    if own && stem != "mod" && !folders.contains(&"src") || folders.ends_with(&["src", "bin"]) {
        return "crate".to_owned();
    }
    let root = (0..=folders.len()).rev().find(|&depth| {
        let folder = folders[..depth]
            .iter()
            .map(|name| format!("{name}/"))
            .collect::<String>();
        exists(&format!("{folder}lib.rs")) || exists(&format!("{folder}main.rs"))
    });
    let Some(root) = root else {
        return "crate".to_owned();
    };
    let mut module = "crate".to_owned();
    let last = if stem == "mod" { None } else { Some(stem) };
    for part in folders[root..].iter().copied().chain(last) {
        module.push_str("::");
        module.push_str(part);
    }
    module
}

/// A package is a folder with an `__init__.py`; the module's name starts at the
/// outermost one.
fn python(path: &str, exists: impl Fn(&str) -> bool) -> String {
    let (folders, stem) = split(path);
    let mut first = folders.len();
    while first > 0 {
        let folder = folders[..first].join("/");
        if !exists(&format!("{folder}/__init__.py")) && !exists(&format!("{folder}/__init__.pyi")) {
            break;
        }
        first -= 1;
    }
    let last = if stem == "__init__" { None } else { Some(stem) };
    folders[first..]
        .iter()
        .copied()
        .chain(last)
        .collect::<Vec<_>>()
        .join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(path: &str, files: &[&str]) -> String {
        let language = Language::of_path(path).expect("a language");
        of_path(language, path, |file| files.contains(&file))
    }

    #[test]
    fn rust_modules_follow_the_crate_root() {
        let files = ["a/src/lib.rs", "a/src/bin/tool.rs", "a/tests/it.rs"];
        assert_eq!(of("a/src/lib.rs", &files), "crate");
        assert_eq!(of("a/src/shape.rs", &files), "crate::shape");
        assert_eq!(of("a/src/shape/mod.rs", &files), "crate::shape");
        assert_eq!(
            of("a/src/shape/tests/deep.rs", &files),
            "crate::shape::tests::deep"
        );
        assert_eq!(of("a/src/bin/tool.rs", &files), "crate");
        assert_eq!(of("a/tests/it.rs", &files), "crate");
        assert_eq!(of("alone.rs", &[]), "crate");
    }

    #[test]
    fn python_modules_start_at_the_outermost_package() {
        let files = ["src/pkg/__init__.py", "src/pkg/sub/__init__.py"];
        assert_eq!(of("src/pkg/sub/mod.py", &files), "pkg.sub.mod");
        assert_eq!(of("src/pkg/__init__.py", &files), "pkg");
        assert_eq!(of("scripts/run.py", &files), "run");
        assert_eq!(of("__init__.py", &files), "");
    }
}
