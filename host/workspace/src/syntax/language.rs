//! The languages with a grammar, and how a file's is told.

use memchr::memmem;

/// A language with a grammar. TypeScript with and without JSX are two grammars
/// of one language.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[non_exhaustive]
pub enum Language {
    /// C.
    C,
    /// C++.
    Cpp,
    /// C#.
    CSharp,
    /// Go.
    Go,
    /// Java.
    Java,
    /// JavaScript, with JSX.
    JavaScript,
    /// Python.
    Python,
    /// Rust.
    Rust,
    /// TypeScript with JSX.
    Tsx,
    /// TypeScript.
    TypeScript,
}

impl Language {
    /// By a path's ending, in which case matters only for `.C` (C++).
    #[must_use]
    pub fn of_path(path: &str) -> Option<Self> {
        let name = path.rsplit(['/', '\\']).next()?;
        let (_, ending) = name.rsplit_once('.')?;
        if ending == "C" {
            return Some(Self::Cpp);
        }
        Some(match ending.to_ascii_lowercase().as_str() {
            "c" | "h" => Self::C,
            "cc" | "cpp" | "cxx" | "hpp" | "hh" | "hxx" => Self::Cpp,
            "cs" => Self::CSharp,
            "go" => Self::Go,
            "java" => Self::Java,
            "js" | "mjs" | "cjs" | "jsx" => Self::JavaScript,
            "py" | "pyi" => Self::Python,
            "rs" => Self::Rust,
            "tsx" => Self::Tsx,
            "ts" | "mts" | "cts" => Self::TypeScript,
            _ => return None,
        })
    }

    /// By the path's ending, and for `.h`, which serves two languages, by
    /// whether the text has a word that only C++ has.
    #[must_use]
    pub fn of_source(path: &str, text: &str) -> Option<Self> {
        const ONLY_CPP: [&str; 8] = [
            "class ",
            "namespace ",
            "template",
            "public:",
            "private:",
            "::",
            "constexpr ",
            "using ",
        ];
        let language = Self::of_path(path)?;
        let header = path.ends_with(".h") || path.ends_with(".H");
        if header
            && ONLY_CPP
                .iter()
                .any(|word| memmem::find(text.as_bytes(), word.as_bytes()).is_some())
        {
            return Some(Self::Cpp);
        }
        Some(language)
    }

    /// The language's name in the fixer contract (`csharp`, `cpp`, …).
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::C => "c",
            Self::Cpp => "cpp",
            Self::CSharp => "csharp",
            Self::Go => "go",
            Self::Java => "java",
            Self::JavaScript => "javascript",
            Self::Python => "python",
            Self::Rust => "rust",
            Self::Tsx | Self::TypeScript => "typescript",
        }
    }

    pub(super) fn grammar(self) -> tree_sitter::Language {
        match self {
            Self::C => tree_sitter_c::LANGUAGE,
            Self::Cpp => tree_sitter_cpp::LANGUAGE,
            Self::CSharp => tree_sitter_c_sharp::LANGUAGE,
            Self::Go => tree_sitter_go::LANGUAGE,
            Self::Java => tree_sitter_java::LANGUAGE,
            Self::JavaScript => tree_sitter_javascript::LANGUAGE,
            Self::Python => tree_sitter_python::LANGUAGE,
            Self::Rust => tree_sitter_rust::LANGUAGE,
            Self::Tsx => tree_sitter_typescript::LANGUAGE_TSX,
            Self::TypeScript => tree_sitter_typescript::LANGUAGE_TYPESCRIPT,
        }
        .into()
    }
}
