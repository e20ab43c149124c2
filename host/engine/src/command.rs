//! Which build to run, and how to make it say more without showing more.

use std::path::Path;

/// A command made to speak for machines as well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instrumented {
    /// Program and arguments.
    pub argv: Vec<String>,
    /// Added to the environment.
    pub env: Vec<(String, String)>,
    /// What has to be undone in the output before the user sees it.
    pub rewrite: Rewrite,
    /// A second command that only looks (another compiler over the same
    /// input), whose proposals are worth trying too.
    pub hint: Option<Vec<String>>,
}

/// How the shown output differs from what the tool was made to print.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rewrite {
    /// Not at all.
    #[default]
    None,
    /// mypy was asked for columns; they are not shown.
    MypyColumns,
}

/// The build of the project in `dir`, or `None` where nothing is recognised.
#[must_use]
pub fn detect(dir: &Path) -> Option<Vec<String>> {
    let has = |name: &str| dir.join(name).is_file();
    let ends = |suffixes: &[&str]| {
        std::fs::read_dir(dir).is_ok_and(|entries| {
            entries.flatten().any(|entry| {
                let name = entry.file_name();
                let name = name.to_string_lossy();
                suffixes.iter().any(|suffix| name.ends_with(suffix))
            })
        })
    };
    let words: &[&str] = if has("Cargo.toml") {
        &["cargo", "build", "--all-targets"]
    } else if ends(&[".sln", ".slnx", ".csproj", ".fsproj", ".vbproj"]) {
        &["dotnet", "build"]
    } else if has("csc.rsp") {
        &["csc", "@csc.rsp"]
    } else if has("tsconfig.json") {
        if dir.join("node_modules/.bin/tsc").exists() {
            &["node_modules/.bin/tsc", "-p", ".", "--noEmit"]
        } else {
            &["tsc", "-p", ".", "--noEmit"]
        }
    } else if has("go.mod") {
        &["go", "build", "./..."]
    } else if has("mvnw") {
        &["./mvnw", "-q", "-B", "test-compile"]
    } else if has("pom.xml") {
        &["mvn", "-q", "-B", "test-compile"]
    } else if has("gradlew") {
        &["./gradlew", "classes", "testClasses"]
    } else if has("build.gradle") || has("build.gradle.kts") {
        &["gradle", "classes", "testClasses"]
    } else if has("build/CMakeCache.txt") {
        &["cmake", "--build", "build"]
    } else if has("Makefile") || has("makefile") || has("GNUmakefile") {
        &["make", "-k"]
    } else if has("CMakeLists.txt") {
        &["sh", "-c", "cmake -S . -B build && cmake --build build"]
    } else if has("mypy.ini")
        || has(".mypy.ini")
        || mentions(dir, "[tool.mypy]")
        || mentions(dir, "[mypy]")
    {
        &["mypy", "."]
    } else if has("pyrightconfig.json") || mentions(dir, "[tool.pyright]") {
        &["pyright"]
    } else {
        return None;
    };
    Some(words.iter().map(|word| (*word).to_owned()).collect())
}

fn mentions(dir: &Path, section: &str) -> bool {
    ["pyproject.toml", "setup.cfg"].iter().any(|file| {
        std::fs::read_to_string(dir.join(file))
            .is_ok_and(|text| text.lines().any(|line| line.trim() == section))
    })
}

/// Adds what makes the tool print its suggestions in a form that can be read
/// without guessing, where it has such a form. `colour`: whether the user's
/// terminal shows colours.
#[must_use]
pub fn instrument(argv: &[String], colour: bool) -> Instrumented {
    let mut plain = Instrumented {
        // gcc from 11 and clang's driver read these wherever they are started
        // from, so make and CMake need no other flags.
        env: vec![
            ("GCC_EXTRA_DIAGNOSTIC_OUTPUT".into(), "fixits-v1".into()),
            ("CCC_OVERRIDE_OPTIONS".into(), clang_override()),
            ("MSBUILDTERMINALLOGGER".into(), "off".into()),
        ],
        argv: argv.to_vec(),
        rewrite: Rewrite::None,
        hint: None,
    };
    let Some(program) = argv.first() else {
        return plain;
    };
    // One word with blanks is a line for the shell.
    if argv.len() == 1 && program.contains(char::is_whitespace) {
        plain.argv = vec!["sh".into(), "-c".into(), program.clone()];
        return plain;
    }
    let name = Path::new(program)
        .file_stem()
        .map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
    match name.as_str() {
        "cargo" => cargo(&mut plain, colour),
        "go" => go(&mut plain),
        "mypy" => mypy(&mut plain),
        "gcc" | "g++" | "clang" | "clang++" | "cc" | "c++" => {
            plain.hint = other_compiler(&name, argv);
        }
        _ => {}
    }
    plain
}

/// The languages that a command probably compiles, by the names of the tools in
/// it, as far as they tell.
#[must_use]
pub fn languages(argv: &[String]) -> Vec<&'static str> {
    let mut found = Vec::new();
    for word in argv.iter().flat_map(|word| word.split_whitespace()) {
        let name = Path::new(word)
            .file_stem()
            .map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
        let languages: &[&str] = match name.as_str() {
            "csc" | "dotnet" | "msbuild" => &["csharp"],
            "cargo" | "rustc" => &["rust"],
            "tsc" => &["typescript"],
            "go" => &["go"],
            "javac" | "mvn" | "mvnw" | "gradle" | "gradlew" => &["java"],
            "gcc" | "cc" | "clang" => &["c"],
            "g++" | "c++" | "clang++" | "make" | "cmake" | "ninja" => &["c", "cpp"],
            "mypy" | "pyright" => &["python"],
            _ => &[],
        };
        for language in languages {
            if !found.contains(language) {
                found.push(*language);
            }
        }
    }
    found
}

/// `+X` appends an option unless it is there; `#` keeps the driver silent.
fn clang_override() -> String {
    let wanted = "# +-fdiagnostics-parseable-fixits";
    match std::env::var("CCC_OVERRIDE_OPTIONS") {
        Ok(old) if !old.is_empty() => format!("{wanted} {}", old.trim_start_matches(['#', ' '])),
        _ => wanted.to_owned(),
    }
}

fn cargo(command: &mut Instrumented, colour: bool) {
    let argv = &mut command.argv;
    if argv.iter().any(|word| word.starts_with("--message-format")) {
        return;
    }
    let Some(verb) = argv
        .iter()
        .skip(1)
        .position(|word| !word.starts_with(['-', '+']))
    else {
        return;
    };
    let verb = verb + 1;
    let compiles = [
        "build", "b", "check", "c", "test", "t", "clippy", "rustc", "run", "r", "bench", "doc", "d",
    ];
    if compiles.contains(&argv[verb].as_str()) {
        let format = if colour {
            "json-diagnostic-rendered-ansi"
        } else {
            "json"
        };
        argv.insert(verb + 1, format!("--message-format={format}"));
    }
}

/// The go command stops at ten errors of a package; `-e` gives all.
fn go(command: &mut Instrumented) {
    let argv = &mut command.argv;
    let compiles = argv
        .get(1)
        .is_some_and(|verb| ["build", "test", "vet", "install"].contains(&verb.as_str()));
    if compiles && argv[1] != "vet" && !argv.iter().any(|word| word.contains("gcflags")) {
        // `-C DIR` must stay the first flag.
        let at = match argv.get(2).map(String::as_str) {
            Some("-C" | "--C") => 4.min(argv.len()),
            Some(flag) if flag.starts_with("-C=") || flag.starts_with("--C=") => 3,
            _ => 2,
        };
        argv.insert(at, "-gcflags=-e".into());
    }
}

fn mypy(command: &mut Instrumented) {
    for flag in ["--show-error-end", "--show-column-numbers"] {
        if !command.argv.iter().any(|word| word == flag) {
            command.argv.insert(1, flag.into());
            command.rewrite = Rewrite::MypyColumns;
        }
    }
}

/// gcc and clang propose different edits for the same mistake; together they
/// mend half again as much as either.
fn other_compiler(name: &str, argv: &[String]) -> Option<Vec<String>> {
    let other = match name {
        "gcc" | "cc" => "clang",
        "g++" | "c++" => "clang++",
        "clang" => "gcc",
        "clang++" => "g++",
        _ => return None,
    };
    on_path(other).then(|| {
        let mut hint = vec![other.to_owned(), "-fsyntax-only".to_owned()];
        hint.extend(argv[1..].iter().filter(|word| *word != "-c").cloned());
        hint
    })
}

fn on_path(program: &str) -> bool {
    std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|dir| dir.join(program).is_file()))
}
