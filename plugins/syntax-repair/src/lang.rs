//! What the repair knows of each language, as data. The tables are laid out by
//! hand: one word a line would make them five times as long.

/// The languages that are repaired.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Id {
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
    /// JavaScript and TypeScript.
    Script,
    /// Python.
    Python,
    /// Rust.
    Rust,
}

/// A language's words and habits.
#[derive(Debug)]
pub struct Lang {
    /// Which one.
    pub id: Id,
    /// Words that a misspelt word may have meant.
    pub keywords: &'static [&'static str],
    /// Words of other languages and what this one writes instead.
    pub foreign: &'static [(&'static str, &'static str)],
    /// Tokens to try where a message names none, likeliest first.
    pub usual: &'static [&'static str],
}

impl Lang {
    /// The table of a language, by the contract's name for it.
    #[must_use]
    pub fn of(language: &str) -> Option<&'static Self> {
        match language {
            "c" => Some(&C),
            "cpp" | "c++" => Some(&CPP),
            "csharp" => Some(&CSHARP),
            "go" => Some(&GO),
            "java" => Some(&JAVA),
            "javascript" | "typescript" => Some(&SCRIPT),
            "python" => Some(&PYTHON),
            "rust" => Some(&RUST),
            _ => None,
        }
    }

    /// The table for a file: a header that a C compiler's error names may be
    /// C++ all the same.
    #[must_use]
    pub fn for_text(&'static self, path: &str, text: &str) -> &'static Self {
        let plus = ["namespace ", "template<", "template <", "class ", "public:"];
        let header = path.ends_with(".h") || path.ends_with(".hh");
        if self.id == Id::C && header && plus.iter().any(|w| text.contains(w)) {
            &CPP
        } else {
            self
        }
    }

    /// Whether lines that begin with `#` are directives.
    #[must_use]
    pub fn directives(&self) -> bool {
        matches!(self.id, Id::C | Id::Cpp | Id::CSharp)
    }

    /// Whether blocks stand in braces.
    #[must_use]
    pub fn braces(&self) -> bool {
        self.id != Id::Python
    }

    /// Whether it is C or C++.
    #[must_use]
    pub fn c_family(&self) -> bool {
        matches!(self.id, Id::C | Id::Cpp)
    }

    /// Whether a statement ends with its line.
    #[must_use]
    pub fn line_ends_statement(&self) -> bool {
        matches!(self.id, Id::Go | Id::Python)
    }
}

#[rustfmt::skip]
static C: Lang = Lang {
    id: Id::C,
    keywords: &[
        "auto", "break", "case", "char", "const", "continue", "default", "double", "else", "enum",
        "extern", "float", "for", "goto", "if", "inline", "int", "long", "register", "restrict",
        "return", "short", "signed", "sizeof", "static", "struct", "switch", "typedef", "union",
        "unsigned", "void", "volatile", "while", "include", "define", "endif", "ifdef", "ifndef",
    ],
    foreign: &[
        ("elif", "else if"), ("elsif", "else if"), ("elseif", "else if"), ("and", "&&"),
        ("or", "||"), ("not", "!"), ("null", "NULL"), ("nil", "NULL"), ("None", "NULL"),
        ("nullptr", "NULL"), ("function", "void"), ("string", "char *"), ("boolean", "bool"),
        ("True", "true"), ("False", "false"), ("until", "while"),
    ],
    usual: &[";", ")", ",", "}", "{", ":", "]", "("],
};

#[rustfmt::skip]
static CPP: Lang = Lang {
    id: Id::Cpp,
    keywords: &[
        "alignas", "auto", "bool", "break", "case", "catch", "char", "class", "const", "constexpr",
        "const_cast", "continue", "decltype", "default", "delete", "double", "dynamic_cast", "else",
        "enum", "explicit", "extern", "false", "float", "for", "friend", "goto", "if", "inline",
        "int", "long", "mutable", "namespace", "new", "noexcept", "nullptr", "operator", "override",
        "private", "protected", "public", "reinterpret_cast", "return", "short", "signed", "sizeof",
        "static", "static_assert", "static_cast", "struct", "switch", "template", "this", "throw",
        "true", "try", "typedef", "typename", "union", "unsigned", "using", "virtual", "void",
        "volatile", "while", "include", "define", "endif", "ifdef", "ifndef",
    ],
    foreign: &[
        ("elif", "else if"), ("elsif", "else if"), ("elseif", "else if"), ("null", "nullptr"),
        ("nil", "nullptr"), ("None", "nullptr"), ("boolean", "bool"), ("True", "true"),
        ("False", "false"), ("self", "this"), ("except", "catch"), ("raise", "throw"),
        ("final", "const"), ("import", "#include"), ("until", "while"),
    ],
    usual: &[";", ")", ",", "}", "{", ":", "]", ">", "("],
};

#[rustfmt::skip]
static CSHARP: Lang = Lang {
    id: Id::CSharp,
    keywords: &[
        "abstract", "async", "await", "base", "bool", "break", "byte", "case", "catch", "char",
        "class", "const", "continue", "decimal", "default", "delegate", "double", "else", "enum",
        "event", "explicit", "extern", "false", "finally", "fixed", "float", "for", "foreach",
        "goto", "if", "implicit", "in", "int", "interface", "internal", "is", "lock", "long",
        "namespace", "new", "null", "object", "operator", "out", "override", "params", "partial",
        "private", "protected", "public", "readonly", "record", "ref", "return", "sealed", "short",
        "sizeof", "static", "string", "struct", "switch", "this", "throw", "true", "try", "typeof",
        "uint", "ulong", "unsafe", "using", "var", "virtual", "void", "volatile", "where", "while",
        "yield",
    ],
    foreign: &[
        ("elif", "else if"), ("elsif", "else if"), ("elseif", "else if"), ("nil", "null"),
        ("None", "null"), ("nullptr", "null"), ("NULL", "null"), ("boolean", "bool"),
        ("final", "readonly"), ("import", "using"), ("package", "namespace"), ("let", "var"),
        ("and", "&&"), ("or", "||"), ("not", "!"), ("True", "true"), ("False", "false"),
        ("except", "catch"), ("raise", "throw"), ("extends", ":"), ("implements", ":"),
        ("self", "this"), ("instanceof", "is"),
    ],
    usual: &[";", ")", "}", ",", "{", ":", "]", "("],
};

#[rustfmt::skip]
static GO: Lang = Lang {
    id: Id::Go,
    keywords: &[
        "break", "case", "chan", "const", "continue", "default", "defer", "else", "fallthrough",
        "for", "func", "go", "goto", "if", "import", "interface", "map", "package", "range",
        "return", "select", "struct", "switch", "type", "var",
    ],
    foreign: &[
        ("elif", "else if"), ("elsif", "else if"), ("elseif", "else if"), ("while", "for"),
        ("fn", "func"), ("function", "func"), ("def", "func"), ("let", "var"), ("null", "nil"),
        ("None", "nil"), ("NULL", "nil"), ("and", "&&"), ("or", "||"), ("not", "!"),
        ("True", "true"), ("False", "false"), ("foreach", "for"),
    ],
    usual: &["}", ")", ",", "{", "]", ":", ";", "("],
};

#[rustfmt::skip]
static JAVA: Lang = Lang {
    id: Id::Java,
    keywords: &[
        "abstract", "assert", "boolean", "break", "byte", "case", "catch", "char", "class",
        "continue", "default", "do", "double", "else", "enum", "extends", "final", "finally",
        "float", "for", "if", "implements", "import", "instanceof", "int", "interface", "long",
        "native", "new", "null", "package", "private", "protected", "public", "record", "return",
        "short", "static", "strictfp", "super", "switch", "synchronized", "this", "throw", "throws",
        "transient", "try", "var", "void", "volatile", "while",
    ],
    foreign: &[
        ("elif", "else if"), ("elsif", "else if"), ("elseif", "else if"), ("nil", "null"),
        ("None", "null"), ("NULL", "null"), ("nullptr", "null"), ("bool", "boolean"),
        ("string", "String"), ("const", "final"), ("readonly", "final"), ("using", "import"),
        ("let", "var"), ("and", "&&"), ("or", "||"), ("not", "!"), ("True", "true"),
        ("False", "false"), ("except", "catch"), ("raise", "throw"), ("foreach", "for"),
        ("base", "super"), ("self", "this"), ("namespace", "package"), ("function", "void"),
    ],
    usual: &[";", ")", "}", ",", "{", ":", "]", "("],
};

#[rustfmt::skip]
static SCRIPT: Lang = Lang {
    id: Id::Script,
    keywords: &[
        "abstract", "async", "await", "break", "case", "catch", "class", "const", "constructor",
        "continue", "debugger", "declare", "default", "delete", "do", "else", "enum", "export",
        "extends", "false", "finally", "for", "from", "function", "if", "implements", "import",
        "in", "instanceof", "interface", "let", "namespace", "new", "null", "of", "private",
        "protected", "public", "readonly", "return", "static", "super", "switch", "this", "throw",
        "true", "try", "type", "typeof", "undefined", "var", "void", "while", "yield",
    ],
    foreign: &[
        ("elif", "else if"), ("elsif", "else if"), ("elseif", "else if"), ("nil", "null"),
        ("None", "null"), ("func", "function"), ("fn", "function"), ("def", "function"),
        ("and", "&&"), ("or", "||"), ("not", "!"), ("True", "true"), ("False", "false"),
        ("except", "catch"), ("raise", "throw"), ("self", "this"), ("foreach", "for"),
    ],
    usual: &[")", "}", ",", ";", "{", ":", "]", "(", "=>"],
};

#[rustfmt::skip]
static PYTHON: Lang = Lang {
    id: Id::Python,
    keywords: &[
        "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del",
        "elif", "else", "except", "False", "finally", "for", "from", "global", "if", "import",
        "in", "is", "lambda", "None", "nonlocal", "not", "or", "pass", "raise", "return", "True",
        "try", "while", "with", "yield",
    ],
    foreign: &[
        ("elsif", "elif"), ("elseif", "elif"), ("function", "def"), ("func", "def"), ("fn", "def"),
        ("null", "None"), ("nil", "None"), ("NULL", "None"), ("true", "True"), ("false", "False"),
        ("catch", "except"), ("throw", "raise"), ("switch", "match"), ("foreach", "for"),
        ("until", "while not"), ("this", "self"),
    ],
    usual: &[":", ")", ",", "]", "}", "("],
};

#[rustfmt::skip]
static RUST: Lang = Lang {
    id: Id::Rust,
    keywords: &[
        "as", "async", "await", "break", "const", "continue", "crate", "dyn", "else", "enum",
        "extern", "false", "fn", "for", "if", "impl", "in", "let", "loop", "match", "mod", "move",
        "mut", "pub", "ref", "return", "self", "Self", "static", "struct", "super", "trait", "true",
        "type", "unsafe", "use", "where", "while",
    ],
    foreign: &[
        ("elif", "else if"), ("elsif", "else if"), ("elseif", "else if"), ("func", "fn"),
        ("function", "fn"), ("def", "fn"), ("fun", "fn"), ("var", "let"), ("auto", "let"),
        ("null", "None"), ("nil", "None"), ("NULL", "None"), ("nullptr", "None"),
        ("undefined", "None"), ("this", "self"), ("switch", "match"), ("import", "use"),
        ("using", "use"), ("include", "use"), ("and", "&&"), ("or", "||"), ("not", "!"),
        ("True", "true"), ("False", "false"), ("foreach", "for"), ("interface", "trait"),
        ("public", "pub"), ("class", "struct"), ("namespace", "mod"), ("do", "loop"),
    ],
    usual: &[";", ",", ")", "}", "{", ":", "]", "=", "("],
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_every_language_of_the_contract_that_it_serves() {
        for name in [
            "c",
            "cpp",
            "csharp",
            "go",
            "java",
            "javascript",
            "typescript",
            "python",
            "rust",
        ] {
            let lang = Lang::of(name).unwrap();
            for (wrong, _) in lang.foreign {
                assert!(!lang.keywords.contains(wrong), "{name}: {wrong}");
            }
        }
        assert!(Lang::of("cobol").is_none());
    }
}
