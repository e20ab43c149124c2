//! JavaScript, TypeScript and Python: the language's runtime becomes a part of the
//! component. All of them are told to leave WASI out.

use super::{scratch, tool};
use crate::problem::{Problem, io};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A program that npm installed for this project.
fn npm(dir: &Path, name: &str) -> Result<PathBuf, Problem> {
    let file = dir.join("node_modules/.bin").join(name);
    if file.is_file() {
        return Ok(file);
    }
    if tool::find("", &["node"]).is_none() {
        return Err(tool::missing(
            "Node.js",
            "https://nodejs.org, or `apt-get install nodejs npm`",
        ));
    }
    let install = format!("`npm install` in {}", dir.display());
    Err(tool::missing(&format!("`{name}`"), &install))
}

pub fn javascript(dir: &Path) -> Result<PathBuf, Problem> {
    componentize(dir, &dir.join("src/fixer.js"))
}

/// tsc checks and translates; its output lies in build/js as the sources lie in the
/// project, so that imports of the SDK hold.
pub fn typescript(dir: &Path) -> Result<PathBuf, Problem> {
    let tsc = npm(dir, "tsc")?;
    let out = scratch(dir)?.join("js");
    if out.exists() {
        fs::remove_dir_all(&out).map_err(|error| io("clear", &out, &error))?;
    }
    let mut command = Command::new(tsc);
    command.current_dir(dir).args(["--project", "."]);
    command.args(["--noEmit", "false", "--rootDir", ".", "--outDir"]);
    tool::run(command.arg(&out), "tsc")?;
    copy_scripts(&dir.join("sdk"), &out.join("sdk"))?;
    componentize(dir, &out.join("src/fixer.js"))
}

/// tsc leaves scripts that have a `.d.ts` beside them where they are.
fn copy_scripts(from: &Path, to: &Path) -> Result<(), Problem> {
    let Ok(entries) = fs::read_dir(from) else {
        return Ok(());
    };
    fs::create_dir_all(to).map_err(|error| io("make the folder", to, &error))?;
    for entry in entries {
        let path = entry.map_err(|error| io("list", from, &error))?.path();
        if let (Some("js"), Some(name)) =
            (path.extension().and_then(|e| e.to_str()), path.file_name())
        {
            fs::copy(&path, to.join(name)).map_err(|error| io("copy", &path, &error))?;
        }
    }
    Ok(())
}

fn componentize(dir: &Path, script: &Path) -> Result<PathBuf, Problem> {
    let program = npm(dir, "componentize-qjs")?;
    let out = scratch(dir)?.join("component.wasm");
    let mut command = Command::new(program);
    command.current_dir(dir);
    // The default runtime speaks the asynchronous ABI, which the contract does not.
    command.args(["--sync", "--stub-wasi", "--world", "fixer"]);
    command.arg("--wit").arg(dir.join("wit/fixer.wit"));
    command.arg("--js").arg(script).arg("--output").arg(&out);
    tool::run(&mut command, "componentize-qjs")?;
    Ok(out)
}

pub fn python(dir: &Path) -> Result<PathBuf, Problem> {
    let own = [
        ".venv/bin/componentize-py",
        ".venv/Scripts/componentize-py.exe",
    ]
    .map(|file| dir.join(file))
    .into_iter()
    .find(|file| file.is_file());
    let program = own
        .or_else(|| tool::find("COMPONENTIZE_PY", &["componentize-py"]))
        .ok_or_else(|| {
            let install = format!(
                "`pip install -r requirements.txt` in {}, best into a virtual environment .venv",
                dir.display()
            );
            tool::missing("componentize-py", &install)
        })?;
    let out = scratch(dir)?.join("component.wasm");
    let mut command = Command::new(program);
    command.current_dir(dir);
    command.args(["-d", "wit/fixer.wit", "-w", "fixer", "componentize", "app"]);
    command.args(["--python-path", ".", "--python-path", "sdk", "--stub-wasi"]);
    command.arg("--output").arg(&out);
    tool::run(&mut command, "componentize-py")?;
    Ok(out)
}
