//! Beginning a plugin: a folder with a fixer that builds and passes its own test.

use crate::lang::Lang;
use crate::problem::{Problem, io};
use buildfix_component::{Manifest, WIT};
use std::fs;
use std::path::{Path, PathBuf};

/// What to begin.
#[derive(Clone, Debug)]
pub struct New {
    /// The plugin's name, `name` or `scope/name`.
    pub name: String,
    /// The language to write it in.
    pub lang: Lang,
    /// Where; it must be empty or not there yet.
    pub dir: PathBuf,
    /// A folder with the crate `buildfix-sdk`, in place of the published one. Only
    /// Rust needs it: the other languages' SDKs are copied into the project.
    pub sdk: Option<PathBuf>,
}

/// A file of a template: where it goes and what is in it.
type File = (&'static str, &'static str);

macro_rules! file {
    ($to:literal, $from:literal) => {
        ($to, include_str!(concat!("../", $from)))
    };
}

const COMMON: [File; 5] = [
    file!("plugin.toml", "templates/common/plugin.toml"),
    file!("README.md", "templates/common/README.md.in"),
    file!(
        "tests/missing-semicolon/log.txt",
        "templates/common/missing-semicolon/log.txt"
    ),
    file!(
        "tests/missing-semicolon/tree/Program.cs",
        "templates/common/missing-semicolon/tree/Program.cs"
    ),
    file!(
        "tests/missing-semicolon/expected.diff",
        "templates/common/missing-semicolon/expected.diff"
    ),
];
const RUST: &[File] = &[
    file!("Cargo.toml", "templates/rust/Cargo.toml.in"),
    file!("src/lib.rs", "templates/rust/src/lib.rs"),
    file!(".gitignore", "templates/rust/gitignore"),
];
const C: &[File] = &[
    file!("src/fixer.c", "templates/c/src/fixer.c"),
    file!("compile_flags.txt", "templates/c/compile_flags.txt"),
    file!(".gitignore", "templates/c/gitignore"),
    file!("sdk/buildfix.h", "c/buildfix.h"),
    file!("sdk/buildfix.c", "c/buildfix.c"),
];
const JAVASCRIPT: &[File] = &[
    file!("src/fixer.js", "templates/javascript/src/fixer.js"),
    file!("package.json", "templates/javascript/package.json"),
    file!("jsconfig.json", "templates/javascript/jsconfig.json"),
    file!(".gitignore", "templates/javascript/gitignore"),
    file!("sdk/buildfix.js", "javascript/buildfix.js"),
    file!("sdk/buildfix.d.ts", "javascript/buildfix.d.ts"),
    file!("sdk/host.d.ts", "javascript/host.d.ts"),
];
const TYPESCRIPT: &[File] = &[
    file!("src/fixer.ts", "templates/typescript/src/fixer.ts"),
    file!("package.json", "templates/typescript/package.json"),
    file!("tsconfig.json", "templates/typescript/tsconfig.json"),
    file!(".gitignore", "templates/javascript/gitignore"),
    file!("sdk/buildfix.js", "javascript/buildfix.js"),
    file!("sdk/buildfix.d.ts", "javascript/buildfix.d.ts"),
    file!("sdk/host.d.ts", "javascript/host.d.ts"),
];
const PYTHON: &[File] = &[
    file!("app.py", "templates/python/app.py"),
    file!("requirements.txt", "templates/python/requirements.txt"),
    file!(".gitignore", "templates/python/gitignore"),
    file!(
        "sdk/buildfix_sdk/__init__.py",
        "python/buildfix_sdk/__init__.py"
    ),
    file!("sdk/buildfix_sdk/py.typed", "python/buildfix_sdk/py.typed"),
];

/// What the template's README says about the language: the source, the tools.
fn needs(lang: Lang) -> (&'static str, &'static str) {
    match lang {
        Lang::Rust => (
            "src/lib.rs",
            "It needs the target `wasm32-unknown-unknown`: `rustup target add \
             wasm32-unknown-unknown`.",
        ),
        Lang::C => (
            "src/fixer.c",
            "It needs clang and wasm-ld (Debian's packages `clang` and `lld`) and no libc; \
             `sdk/buildfix.h` says what there is.",
        ),
        Lang::JavaScript => (
            "src/fixer.js",
            "It needs Node.js 20 or later; `npm install` fetches what makes a component of it. \
             `sdk/buildfix.d.ts` says what there is.",
        ),
        Lang::TypeScript => (
            "src/fixer.ts",
            "It needs Node.js 20 or later; `npm install` fetches what makes a component of it. \
             `sdk/buildfix.d.ts` says what there is.",
        ),
        Lang::Python => (
            "app.py",
            "It needs componentize-py: `pip install -r requirements.txt`. \
             `sdk/buildfix_sdk/__init__.py` says what there is.",
        ),
    }
}

/// Writes the template's files.
///
/// # Errors
/// When the name is none that a plugin may have, the folder is not empty, or a file
/// cannot be written.
pub fn new(new: &New) -> Result<Vec<PathBuf>, Problem> {
    let manifest = fill(COMMON[0].1, new, "");
    Manifest::parse(manifest.as_bytes()).map_err(|error| {
        Problem::new(format!(
            "`{}` cannot be a plugin's name: {error}",
            buildfix_component::text::tame_line(&new.name, 80)
        ))
        .help("use `name` or `scope/name`, lower-case words joined by `-`")
    })?;
    if fs::read_dir(&new.dir).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(
            Problem::new(format!("the folder {} is not empty", new.dir.display()))
                .help("name another one behind the plugin's name"),
        );
    }
    let sdk = match (&new.sdk, new.lang) {
        (Some(path), Lang::Rust) => {
            let path = path
                .canonicalize()
                .map_err(|error| io("find the SDK", path, &error))?;
            if !path.join("Cargo.toml").is_file() {
                return Err(
                    Problem::new(format!("there is no crate in {}", path.display()))
                        .help("name the folder sdk/rust of buildfix's source"),
                );
            }
            format!(
                "{{ path = {} }}",
                serde_json::json!(path.display().to_string())
            )
        }
        // A crate in development has no version to ask for but its own.
        _ => format!("\"{}\"", env!("CARGO_PKG_VERSION")),
    };
    let own = match new.lang {
        Lang::Rust => RUST,
        Lang::C => C,
        Lang::JavaScript => JAVASCRIPT,
        Lang::TypeScript => TYPESCRIPT,
        Lang::Python => PYTHON,
    };
    let mut written = Vec::new();
    for (path, text) in COMMON.iter().chain(own) {
        // What belongs to the SDK and to the case is copied as it is.
        let text = if path.starts_with("sdk/") || path.starts_with("tests/") {
            (*text).to_owned()
        } else {
            fill(text, new, &sdk)
        };
        write(&new.dir, path, &text, &mut written)?;
    }
    if new.lang != Lang::Rust {
        write(&new.dir, "wit/fixer.wit", WIT, &mut written)?;
    }
    written.sort();
    Ok(written)
}

fn fill(text: &str, new: &New, sdk: &str) -> String {
    let (source, needs) = needs(new.lang);
    let wit = match new.lang {
        Lang::Rust => " of the crate `buildfix-sdk`",
        _ => "",
    };
    let word = file_stem(&new.name);
    text.replace("{{name}}", &new.name)
        .replace("{{crate}}", &word)
        .replace("{{file}}", &format!("{word}.wasm"))
        .replace("{{sdk}}", sdk)
        .replace("{{source}}", source)
        .replace("{{needs}}", needs)
        .replace("{{wit}}", wit)
}

/// A plugin's name as one word: `acme/nullable` gives `acme-nullable`.
pub(crate) fn file_stem(name: &str) -> String {
    name.replace('/', "-")
}

fn write(dir: &Path, path: &str, text: &str, written: &mut Vec<PathBuf>) -> Result<(), Problem> {
    let to = dir.join(path);
    if let Some(parent) = to.parent() {
        fs::create_dir_all(parent).map_err(|error| io("make the folder", parent, &error))?;
    }
    fs::write(&to, text).map_err(|error| io("write", &to, &error))?;
    written.push(to);
    Ok(())
}
