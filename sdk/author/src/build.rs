//! Making the one file of a plugin.
//!
//! 1. The language's own tool chain makes a core module or a component: [`rust`],
//!    [`c`], [`script`]. What it prints goes straight to the terminal.
//! 2. [`buildfix_component::package`] makes the plugin of that: with the contract's
//!    world, without WASI, with `plugin.toml` inside.
//! 3. [`inspect`] judges the result as every host will, so
//!    that nothing is left behind which could not be loaded.

mod c;
mod rust;
mod script;
mod tool;

use crate::lang::Lang;
use crate::new::file_stem;
use crate::problem::{Problem, io};
use buildfix_component::{FileLimits, Manifest, Preflight, Refusal, inspect, package};
use std::fs;
use std::path::{Path, PathBuf};

/// What to build.
#[derive(Clone, Debug, Default)]
pub struct Build {
    /// The folder with `plugin.toml`.
    pub dir: PathBuf,
    /// Where the plugin goes; without it, the plugin's name and `.wasm` in `dir`.
    pub out: Option<PathBuf>,
    /// The language, if its files do not tell.
    pub lang: Option<Lang>,
    /// A core module or component that some other tool made already.
    pub module: Option<PathBuf>,
}

/// A plugin that was built.
#[derive(Clone, Debug)]
pub struct Built {
    /// Its file.
    pub file: PathBuf,
    /// Bytes of it.
    pub size: u64,
    /// What it says about itself.
    pub preflight: Preflight,
}

/// Builds a plugin. Its file is written whole or not at all, and only if a host would
/// load it.
///
/// # Errors
/// When `plugin.toml` is wrong, a tool is missing or fails, or the result is none that
/// a host would load.
pub fn build(build: &Build) -> Result<Built, Problem> {
    let manifest_path = build.dir.join("plugin.toml");
    let text = fs::read_to_string(&manifest_path).map_err(|error| {
        io("read", &manifest_path, &error)
            .help("run it in a plugin's folder, or begin one with `buildfix plugin new NAME`")
    })?;
    let manifest = Manifest::parse(text.as_bytes()).map_err(|error| {
        Problem::new(format!("{} is refused: {error}", manifest_path.display()))
    })?;
    let binary = match &build.module {
        Some(module) => fs::read(module).map_err(|error| io("read", module, &error))?,
        None => compile(build)?,
    };
    let plugin = package(&binary, &text).map_err(|error| refused(&error))?;
    let file = build.out.clone();
    let file = file.unwrap_or_else(|| build.dir.join(file_name(&manifest)));
    let label = file.display().to_string();
    let preflight = inspect(Some(&label), &plugin, &FileLimits::default()).map_err(|error| {
        let problem = Problem::new(error.to_string());
        match error.refusal() {
            Refusal::Wasi { .. } => problem.help(
                "a plugin has no WASI: tell the tool chain to leave it out (`--stub-wasi`), or \
                 let it make a core module, into which a stub that grants nothing is linked",
            ),
            _ => match error.help() {
                Some(help) => problem.help(help),
                None => problem,
            },
        }
    })?;
    replace(&file, &plugin)?;
    Ok(Built {
        file,
        size: plugin.len() as u64,
        preflight,
    })
}

fn file_name(manifest: &Manifest) -> String {
    format!("{}.wasm", file_stem(&manifest.name))
}

/// The file that [`build`] leaves in a plugin's folder, whether it is there or not;
/// `None` where there is no `plugin.toml` that can be read.
#[must_use]
pub fn output(dir: &Path) -> Option<PathBuf> {
    let text = fs::read(dir.join("plugin.toml")).ok()?;
    Some(dir.join(file_name(&Manifest::parse(&text).ok()?)))
}

fn compile(build: &Build) -> Result<Vec<u8>, Problem> {
    let lang = match build.lang {
        Some(lang) => lang,
        None => Lang::detect(&build.dir)?,
    };
    let dir = &build
        .dir
        .canonicalize()
        .map_err(|error| io("open", &build.dir, &error))?;
    let made = match lang {
        Lang::Rust => rust::build(dir)?,
        Lang::C => c::build(dir)?,
        Lang::JavaScript => script::javascript(dir)?,
        Lang::TypeScript => script::typescript(dir)?,
        Lang::Python => script::python(dir)?,
    };
    fs::read(&made).map_err(|error| io("read", &made, &error))
}

/// Where intermediate files go.
fn scratch(dir: &Path) -> Result<PathBuf, Problem> {
    let scratch = dir.join("build");
    fs::create_dir_all(&scratch).map_err(|error| io("make the folder", &scratch, &error))?;
    Ok(scratch)
}

fn refused(error: &dyn std::error::Error) -> Problem {
    let text = error.to_string();
    let problem = Problem::new(text.clone());
    if text.contains("wasi") {
        return problem.help(
            "only `wasi_snapshot_preview1` can be replaced by the stub that grants nothing: build \
             for wasip1, or without WASI",
        );
    }
    problem.help(
        "the module must import and export what the world `fixer` of wit/fixer.wit has; \
         docs/any-language.md shows the names",
    )
}

/// Writes a file beside its place and renames it, so that a reader finds the old one
/// or the new one.
fn replace(file: &Path, bytes: &[u8]) -> Result<(), Problem> {
    let part = file.with_extension(format!("wasm.{}.part", std::process::id()));
    fs::write(&part, bytes)
        .and_then(|()| fs::rename(&part, file))
        .map_err(|error| {
            let _ = fs::remove_file(&part);
            io("write", file, &error)
        })
}
