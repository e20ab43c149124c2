//! Imports from a project's dependencies, with real compilers: each is laid
//! down as its package manager would, and the build fails for want of an import
//! that only the dependency can serve.

use crate::tool::{absent, buildfix};
use libtest_mimic::{Failed, Trial};
use std::path::Path;
use std::process::Command;

type Body = fn(&Path) -> Result<(), Failed>;

pub fn all() -> Vec<Trial> {
    let list: [(&str, &[&str], Body); 5] = [
        ("an_npm_package_is_imported", &["tsc"], npm),
        (
            "a_distribution_of_the_environment_is_imported",
            &["mypy", "python3"],
            python,
        ),
        ("a_class_of_a_jar_is_imported", &["javac", "jar"], java),
        ("a_package_of_the_module_cache_is_imported", &["go"], go),
        ("a_namespace_of_an_assembly_is_imported", &["csc"], csharp),
    ];
    list.into_iter()
        .map(|(name, needs, body)| {
            let missing = absent(needs);
            let name = if missing.is_empty() {
                format!("dependencies::{name}")
            } else {
                format!("dependencies::{name} (needs {})", missing.join(", "))
            };
            Trial::test(name, move || {
                let temp = tempfile::tempdir()?;
                body(&temp.path().canonicalize()?)
            })
            .with_ignored_flag(!missing.is_empty())
        })
        .collect()
}

fn write(path: &Path, text: &str) -> Result<(), Failed> {
    std::fs::create_dir_all(path.parent().ok_or("no folder")?)?;
    Ok(std::fs::write(path, text)?)
}

/// Runs a tool that prepares a test.
fn prepare(command: &mut Command) -> Result<(), Failed> {
    let output = command.output()?;
    if output.status.success() {
        return Ok(());
    }
    let said = [output.stdout, output.stderr].concat();
    Err(format!("{command:?}: {}", String::from_utf8_lossy(&said)).into())
}

/// Mends `file` of the project and looks for a line in it.
fn mends(
    dir: &Path,
    variables: &[(&str, &str)],
    build: &[&str],
    file: &str,
    line: &str,
) -> Result<(), Failed> {
    let output = buildfix()
        .args(["run", "--yes", "--"])
        .args(build)
        .envs(variables.iter().copied())
        .current_dir(dir)
        .output()?;
    let text = std::fs::read_to_string(dir.join(file))?;
    if output.status.success() && text.lines().any(|own| own == line) {
        return Ok(());
    }
    let said = [output.stdout, output.stderr].concat();
    Err(format!("{}\n--- {file}\n{text}", String::from_utf8_lossy(&said)).into())
}

fn npm(dir: &Path) -> Result<(), Failed> {
    // Declared by another file than the package's first, and for a module that
    // is no package: no file of the project says so.
    let types = dir.join("node_modules/@types/engine");
    write(
        &dir.join("package.json"),
        r#"{"devDependencies":{"@types/engine":"1"}}"#,
    )?;
    write(
        &dir.join("tsconfig.json"),
        r#"{"compilerOptions":{"strict":true,"target":"es2022","module":"esnext","moduleResolution":"bundler","types":["engine"]},"include":["src"]}"#,
    )?;
    write(&types.join("package.json"), r#"{"types":"index.d.ts"}"#)?;
    write(
        &types.join("index.d.ts"),
        "/// <reference path=\"parts/disk.d.ts\" />\n",
    )?;
    write(
        &types.join("parts/disk.d.ts"),
        "declare module \"engine:disk\" {\n    export function readSector(at: number): string;\n}\n",
    )?;
    write(
        &dir.join("src/app.ts"),
        "export const first: string = readSector(0);\n",
    )?;
    let build = ["tsc", "-p", ".", "--noEmit", "--pretty", "false"];
    let line = "import { readSector } from \"engine:disk\";";
    mends(dir, &[], &build, "src/app.ts", line)
}

fn python(dir: &Path) -> Result<(), Failed> {
    prepare(
        Command::new("python3")
            .args(["-m", "venv", "--without-pip", ".venv"])
            .current_dir(dir),
    )?;
    let lib = std::fs::read_dir(dir.join(".venv/lib"))?
        .flatten()
        .find(|entry| entry.file_name().to_string_lossy().starts_with("python"))
        .ok_or("a virtual environment without a library")?;
    let package = lib.path().join("site-packages/gearbox");
    write(&package.join("py.typed"), "")?;
    write(
        &package.join("__init__.py"),
        "from .core import shift_gear\n\n__all__ = [\"shift_gear\"]\n",
    )?;
    write(
        &package.join("core.py"),
        "def shift_gear(to: int) -> str:\n    return str(to)\n",
    )?;
    write(&dir.join("app.py"), "print(shift_gear(3))\n")?;
    let build = [
        "mypy",
        "--no-incremental",
        "--cache-dir=/dev/null",
        "--python-executable=.venv/bin/python",
        "app.py",
    ];
    let line = "from gearbox import shift_gear";
    mends(dir, &[], &build, "app.py", line)
}

fn java(dir: &Path) -> Result<(), Failed> {
    let made = dir.join("made");
    write(
        &made.join("org/geo/Meridian.java"),
        "package org.geo;\npublic class Meridian { public int degrees() { return 0; } }\n",
    )?;
    prepare(
        Command::new("javac")
            .arg("org/geo/Meridian.java")
            .current_dir(&made),
    )?;
    let project = dir.join("project");
    std::fs::create_dir_all(project.join("lib"))?;
    let text =
        "class Main {\n    int zero() {\n        return new Meridian().degrees();\n    }\n}\n";
    write(&project.join("Main.java"), text)?;
    let build = ["javac", "-d", "out", "-cp", "lib/*", "Main.java"];
    let line = "import org.geo.Meridian;";
    // What fixers answered without the jar is no answer with it.
    if mends(&project, &[], &build, "Main.java", line).is_ok() {
        return Err("mended before the jar was there".into());
    }
    write(&project.join("Main.java"), text)?;
    let pack = ["cf", "../project/lib/geo.jar", "org/geo/Meridian.class"];
    prepare(Command::new("jar").args(pack).current_dir(&made))?;
    mends(&project, &[], &build, "Main.java", line)
}

fn go(dir: &Path) -> Result<(), Failed> {
    let cache = dir.join("cache");
    let module = cache.join("example.com/!acme/gauge@v1.0.0");
    let manifest = "module example.com/Acme/gauge\n\ngo 1.21\n";
    write(&module.join("go.mod"), manifest)?;
    write(
        &module.join("gauge.go"),
        "package gauge\n\nfunc Pressure() int { return 1 }\n",
    )?;
    let download = cache.join("cache/download/example.com/!acme/gauge/@v");
    write(&download.join("v1.0.0.mod"), manifest)?;
    write(&download.join("v1.0.0.info"), r#"{"Version":"v1.0.0"}"#)?;
    write(
        &download.join("v1.0.0.ziphash"),
        "h1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    )?;
    let project = dir.join("project");
    write(
        &project.join("go.mod"),
        "module example.com/app\n\ngo 1.21\n\nrequire example.com/Acme/gauge v1.0.0\n",
    )?;
    write(
        &project.join("main.go"),
        "package main\n\nfunc main() {\n\tprintln(gauge.Pressure())\n}\n",
    )?;
    let variables = [
        ("GOMODCACHE", cache.to_str().ok_or("no UTF-8")?),
        ("GOFLAGS", "-mod=mod -modcacherw"),
        ("GOPROXY", "off"),
        ("GOSUMDB", "off"),
        ("GOTOOLCHAIN", "local"),
    ];
    let build = ["go", "build", "-o", "/dev/null", "."];
    let line = "import \"example.com/Acme/gauge\"";
    mends(&project, &variables, &build, "main.go", line)
}

fn csharp(dir: &Path) -> Result<(), Failed> {
    let compiler = std::env::var_os("HOME").ok_or("no HOME")?;
    let compiler = Path::new(&compiler).join(".cache/buildfix-toolchains/csharp/csc");
    write(
        &dir.join("made/a.cs"),
        "namespace Acme.Gauges { public class Dial { public int Turn() => 1; } }\n",
    )?;
    let project = dir.join("project");
    std::fs::create_dir_all(project.join("packages"))?;
    prepare(
        Command::new(compiler)
            .args([
                "-nologo",
                "-target:library",
                "-out:../project/packages/Gauges.dll",
                "a.cs",
            ])
            .current_dir(dir.join("made")),
    )?;
    write(
        &project.join("csc.rsp"),
        "-nologo\n-target:library\n-out:out.dll\n-r:packages/Gauges.dll\nA.cs\n",
    )?;
    write(
        &project.join("A.cs"),
        "namespace App\n{\n    class A\n    {\n        int One() => new Dial().Turn();\n    }\n}\n",
    )?;
    let build = ["csc", "@csc.rsp"];
    mends(&project, &[], &build, "A.cs", "using Acme.Gauges;")
}
