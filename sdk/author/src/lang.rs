//! The languages that buildfix has a template and a build recipe for.

use crate::Problem;
use std::fmt;
use std::path::Path;
use std::str::FromStr;

/// A language that a fixer can be written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Lang {
    /// Rust, for `wasm32-unknown-unknown`.
    Rust,
    /// C, with clang.
    C,
    /// JavaScript, on QuickJS.
    JavaScript,
    /// TypeScript, on QuickJS.
    TypeScript,
    /// Python, with CPython inside.
    Python,
}

impl Lang {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Rust,
        Self::C,
        Self::JavaScript,
        Self::TypeScript,
        Self::Python,
    ];

    /// As on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Rust => "rust",
            Self::C => "c",
            Self::JavaScript => "javascript",
            Self::TypeScript => "typescript",
            Self::Python => "python",
        }
    }

    /// The file by which a project of this language is told.
    #[must_use]
    pub fn mark(self) -> &'static str {
        match self {
            Self::Rust => "Cargo.toml",
            Self::C => "compile_flags.txt",
            Self::JavaScript => "src/fixer.js",
            Self::TypeScript => "src/fixer.ts",
            Self::Python => "app.py",
        }
    }

    /// The language of a project: that of the one [`mark`](Self::mark) it has.
    ///
    /// # Errors
    /// When it has none, or several.
    pub fn detect(dir: &Path) -> Result<Self, Problem> {
        let found: Vec<Self> = Self::ALL
            .into_iter()
            .filter(|lang| dir.join(lang.mark()).is_file())
            .collect();
        let list = |langs: &[Self]| {
            let marks: Vec<_> = langs
                .iter()
                .map(|lang| format!("{} ({lang})", lang.mark()))
                .collect();
            marks.join(", ")
        };
        match found[..] {
            [lang] => Ok(lang),
            [] => Err(Problem::new(format!(
                "cannot tell the language of the plugin in {}",
                dir.display()
            ))
            .help(format!(
                "it has none of {}; for any other language build a module and pass it with \
                 `--module FILE.wasm`",
                list(&Self::ALL)
            ))),
            _ => Err(Problem::new(format!(
                "cannot tell the language of the plugin in {}: it has {}",
                dir.display(),
                list(&found)
            ))
            .help("say which with `--lang`")),
        }
    }
}

impl fmt::Display for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Lang {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let lang = match text {
            "js" => Some(Self::JavaScript),
            "ts" => Some(Self::TypeScript),
            "py" => Some(Self::Python),
            _ => Self::ALL.into_iter().find(|lang| lang.name() == text),
        };
        lang.ok_or_else(|| "it is none of rust, c, javascript, typescript, python".to_owned())
    }
}
