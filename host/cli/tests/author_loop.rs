//! From nothing to a published fixer that mends somebody else's project, in each
//! language: `plugin new`, `build`, `test`, `publish` to a `registry serve`, then
//! in another project `plugin install` and `run`.
//!
//! A language whose tool chain is absent is listed as ignored, with what it needs
//! in the test's name. `COMPONENTIZE_PY` and `BUILDFIX_NODE_MODULES` name tools
//! that are installed already.

use libtest_mimic::{Arguments, Failed, Trial};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

fn works(program: &str, arguments: &[&str]) -> bool {
    let output = Command::new(program).args(arguments).output();
    output.is_ok_and(|output| output.status.success())
}

fn rust() -> bool {
    let target = [
        "--print",
        "target-libdir",
        "--target",
        "wasm32-unknown-unknown",
    ];
    let folder = Command::new("rustc").args(target).output();
    let text = folder.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    text.is_ok_and(|text| Path::new(text.trim()).is_dir())
        || (Path::new("/usr/lib/rustlib/src/rust/library").is_dir()
            && works("/usr/bin/cargo", &["-V"]))
}

struct Home {
    dir: tempfile::TempDir,
}

impl Home {
    fn buildfix(&self, dir: &str, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_buildfix"));
        command
            .args(args)
            .current_dir(self.dir.path().join(dir))
            .env("BUILDFIX_CACHE_DIR", self.dir.path().join("cache"))
            .env("BUILDFIX_CONFIG_DIR", self.dir.path().join("config"))
            .env(
                "BUILDFIX_SDK_PATH",
                concat!(env!("CARGO_MANIFEST_DIR"), "/../../sdk/rust"),
            )
            .env_remove("BUILDFIX_REGISTRY")
            .stdin(Stdio::null());
        command
    }

    fn good(&self, dir: &str, args: &[&str]) -> Result<String, Failed> {
        said(args, self.buildfix(dir, args).output()?)
    }
}

fn said(args: &[&str], output: Output) -> Result<String, Failed> {
    let (out, err) = (
        String::from_utf8_lossy(&output.stdout).into_owned(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    );
    match output.status.success() {
        true => Ok(out),
        false => Err(format!("{args:?}: {}\n{out}\n{err}", output.status).into()),
    }
}

/// A process that ends with the test.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn ensure(good: bool, what: &str, text: &str) -> Result<(), Failed> {
    match good {
        true => Ok(()),
        false => Err(format!("{what}:\n{text}").into()),
    }
}

fn all_of_it(lang: &str, prepare: fn(&Path) -> Result<(), Failed>) -> Result<(), Failed> {
    let home = Home {
        dir: tempfile::tempdir()?,
    };
    let top = home.dir.path();
    // The author.
    home.good(
        "",
        &["plugin", "new", "acme/semicolon", "--lang", lang, "plugin"],
    )?;
    prepare(&top.join("plugin"))?;
    home.good("plugin", &["plugin", "build", "--out", "../semicolon.wasm"])?;
    let report = home.good(
        "plugin",
        &["plugin", "test", "../semicolon.wasm", "--cases", "."],
    )?;
    ensure(
        report.contains("1 case, 0 failed"),
        "the template's own test",
        &report,
    )?;
    // The registry.
    home.good("", &["registry", "init", "registry"])?;
    let token = [
        "registry",
        "token",
        "acme",
        "--scope",
        "acme",
        "--token-file",
        "tokens.toml",
    ];
    let token = home.good("", &token)?;
    let mut server = Server(
        home.buildfix(
            "",
            &[
                "registry",
                "serve",
                "registry",
                "--token-file",
                "tokens.toml",
            ],
        )
        .stdout(Stdio::piped())
        .spawn()?,
    );
    let mut line = String::new();
    BufReader::new(server.0.stdout.take().ok_or("no output")?).read_line(&mut line)?;
    let address = line.trim().trim_end_matches('/').to_owned();
    let login = ["plugin", "login", "--registry", &address];
    let mut child = home
        .buildfix("", &login)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let token = token.lines().next().unwrap_or_default();
    writeln!(child.stdin.take().ok_or("no input")?, "{token}")?;
    said(&login, child.wait_with_output()?)?;
    let publish = [
        "plugin",
        "publish",
        "semicolon.wasm",
        "--registry",
        &address,
    ];
    let published = home.good("", &publish)?;
    ensure(
        published.starts_with("published acme/semicolon 0.1.0"),
        "publish",
        &published,
    )?;
    // The user.
    let project = top.join("project");
    std::fs::create_dir(&project)?;
    std::fs::write(
        project.join("buildfix.toml"),
        format!("[registries]\ndefault = \"{address}\"\n"),
    )?;
    let tree = top.join("plugin/tests/missing-semicolon");
    std::fs::copy(tree.join("tree/Program.cs"), project.join("Program.cs"))?;
    std::fs::copy(tree.join("log.txt"), project.join("build.log"))?;
    let found = home.good("project", &["plugin", "search", "--class", "CS1002"])?;
    ensure(found.starts_with("acme/semicolon 0.1.0"), "search", &found)?;
    home.good("project", &["plugin", "install", "acme/semicolon"])?;
    let before = std::fs::read_to_string(project.join("Program.cs"))?;
    let run = ["run", "--yes", "--no-bundled", "--from-log", "build.log"];
    let output = home.buildfix("project", &run).output()?;
    // Improved, and not proved: nothing was built.
    ensure(
        output.status.code() == Some(1),
        "run",
        &String::from_utf8_lossy(&output.stderr),
    )?;
    let after = std::fs::read_to_string(project.join("Program.cs"))?;
    let added = after.matches(';').count() - before.matches(';').count();
    ensure(added == 1, "one semicolon more", &after)
}

fn nothing(_: &Path) -> Result<(), Failed> {
    Ok(())
}

/// One target folder for all runs, so that the standard library is built once.
fn shared_target(dir: &Path) -> Result<(), Failed> {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("author-loop");
    std::fs::create_dir_all(dir.join(".cargo"))?;
    let text = format!("[build]\ntarget-dir = {:?}\n", target.display().to_string());
    Ok(std::fs::write(dir.join(".cargo/config.toml"), text)?)
}

fn node_modules(dir: &Path) -> Result<(), Failed> {
    if let Some(modules) = std::env::var_os("BUILDFIX_NODE_MODULES") {
        #[cfg(unix)]
        std::os::unix::fs::symlink(PathBuf::from(modules), dir.join("node_modules"))?;
        return Ok(());
    }
    let install = ["install", "--prefer-offline", "--no-audit", "--no-fund"];
    let output = Command::new("npm")
        .args(install)
        .current_dir(dir)
        .output()?;
    said(&install, output).map(drop)
}

fn main() {
    let args = Arguments::from_args();
    let python =
        std::env::var_os("COMPONENTIZE_PY").is_some() || works("componentize-py", &["--version"]);
    // Packages are there, or can be had.
    let node = works("node", &["--version"])
        && (std::env::var_os("BUILDFIX_NODE_MODULES").is_some()
            || works(
                "npm",
                &["view", "--prefer-offline", "componentize-qjs", "version"],
            ));
    let clang = works("clang", &["--version"]) && works("wasm-ld", &["--version"]);
    type Prepare = fn(&Path) -> Result<(), Failed>;
    let languages: [(&'static str, &str, bool, Prepare); 5] = [
        (
            "rust",
            "a wasm32-unknown-unknown target",
            rust(),
            shared_target,
        ),
        ("c", "clang and wasm-ld", clang, nothing),
        (
            "javascript",
            "node, and npm with its registry",
            node,
            node_modules,
        ),
        (
            "typescript",
            "node, and npm with its registry",
            node,
            node_modules,
        ),
        ("python", "componentize-py", python, nothing),
    ];
    let trials = languages.into_iter().map(|(lang, needs, there, prepare)| {
        let name = match there {
            true => format!("from_nothing_to_a_published_fixer_in_{lang}"),
            false => format!("from_nothing_to_a_published_fixer_in_{lang} (needs {needs})"),
        };
        Trial::test(name, move || all_of_it(lang, prepare)).with_ignored_flag(!there)
    });
    libtest_mimic::run(&args, trials.collect()).exit();
}
