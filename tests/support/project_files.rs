//! Build files that lack what the workspace has, with real compilers: the
//! addition is shown, and applied and proved where the user lets it.

use crate::tool::{absent, buildfix};
use libtest_mimic::{Failed, Trial};
use std::path::Path;

type Body = fn(&Path) -> Result<(), Failed>;

pub fn all() -> Vec<Trial> {
    let list: [(&str, &[&str], Body); 4] = [
        ("a_crate_of_the_workspace_is_added", &["cargo"], cargo),
        ("a_module_of_the_workspace_is_added", &["go"], go),
        ("a_package_is_suggested", &["tsc"], npm),
        ("a_project_reference_is_suggested", &["csc"], csharp),
    ];
    list.into_iter()
        .map(|(name, needs, body)| {
            let missing = absent(needs);
            let name = if missing.is_empty() {
                format!("project_files::{name}")
            } else {
                format!("project_files::{name} (needs {})", missing.join(", "))
            };
            Trial::test(name, move || {
                let temp = tempfile::tempdir()?;
                body(&temp.path().canonicalize()?)
            })
            .with_ignored_flag(!missing.is_empty())
        })
        .collect()
}

fn lay(dir: &Path, files: &[(&str, &str)]) -> Result<(), Failed> {
    for (path, text) in files {
        let at = dir.join(path);
        std::fs::create_dir_all(at.parent().ok_or("no folder")?)?;
        std::fs::write(at, text)?;
    }
    Ok(())
}

/// Runs in `dir`; gives the exit code and what was said.
fn run(dir: &Path, build: &[&str]) -> Result<(Option<i32>, String), Failed> {
    let output = buildfix()
        .args(["run", "--yes", "--"])
        .args(build)
        .current_dir(dir)
        .output()?;
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    Ok((output.status.code(), said))
}

/// The user lets the additions be applied.
const APPLY: &str = "[plugins.project-files.config]\napply = \"true\"\n";

/// First it is shown and nothing changes; then, allowed, it is applied, and the
/// build is green.
fn shown_then_applied(
    dir: &Path,
    build: &[&str],
    file: &str,
    title: &str,
    after: &str,
) -> Result<(), Failed> {
    let before = std::fs::read_to_string(dir.join(file))?;
    let (code, said) = run(dir, build)?;
    assert_eq!(code, Some(2), "{said}");
    for part in [title, "fixes of tier suggest are shown, not applied"] {
        assert!(said.contains(part), "{part} in {said}");
    }
    assert_eq!(std::fs::read_to_string(dir.join(file))?, before);
    std::fs::write(dir.join("buildfix.toml"), APPLY)?;
    let (code, said) = run(dir, build)?;
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(std::fs::read_to_string(dir.join(file))?, after);
    Ok(())
}

fn cargo(dir: &Path) -> Result<(), Failed> {
    let app = "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2021\"\n";
    lay(
        dir,
        &[
            (
                "Cargo.toml",
                "[workspace]\nmembers = [\"app\", \"shapes\"]\nresolver = \"2\"\n",
            ),
            ("app/Cargo.toml", app),
            (
                "app/src/main.rs",
                "use my_shapes::area;\n\nfn main() {\n    println!(\"{}\", area(2));\n}\n",
            ),
            (
                "shapes/Cargo.toml",
                "[package]\nname = \"my-shapes\"\nversion = \"0.1.0\"\nedition = \"2021\"\n",
            ),
            (
                "shapes/src/lib.rs",
                "pub fn area(side: u32) -> u32 {\n    side * side\n}\n",
            ),
        ],
    )?;
    shown_then_applied(
        dir,
        &["cargo", "build", "--offline"],
        "app/Cargo.toml",
        "in app/Cargo.toml add `my-shapes = { path = \"../shapes\" }` to [dependencies]: shapes/Cargo.toml is that package",
        &format!("{app}\n[dependencies]\nmy-shapes = {{ path = \"../shapes\" }}\n"),
    )
}

fn go(dir: &Path) -> Result<(), Failed> {
    let app = "module example.com/app\n\ngo 1.21\n";
    lay(
        dir,
        &[
            ("app/go.mod", app),
            (
                "app/main.go",
                "package main\n\nimport \"example.com/shapes/plane\"\n\nfunc main() { println(plane.Area(2)) }\n",
            ),
            ("shapes/go.mod", "module example.com/shapes\n\ngo 1.21\n"),
            (
                "shapes/plane/plane.go",
                "package plane\n\nfunc Area(side int) int { return side * side }\n",
            ),
        ],
    )?;
    shown_then_applied(
        dir,
        &["go", "build", "-C", "app", "./..."],
        "app/go.mod",
        "in app/go.mod add `require example.com/shapes v0.0.0` and `replace example.com/shapes => ../shapes`",
        &format!(
            "{app}\nrequire example.com/shapes v0.0.0\n\nreplace example.com/shapes => ../shapes\n"
        ),
    )
}

fn npm(dir: &Path) -> Result<(), Failed> {
    lay(
        dir,
        &[
            ("package.json", "{ \"workspaces\": [\"*\"] }\n"),
            (
                "a/package.json",
                "{ \"dependencies\": { \"zod\": \"^3.22.0\" } }\n",
            ),
            ("b/package.json", "{\n  \"name\": \"b\"\n}\n"),
            (
                "b/x.ts",
                "import { z } from 'zod';\n\nexport const name = z.string();\n",
            ),
        ],
    )?;
    let (code, said) = run(dir, &["tsc", "--noEmit", "--pretty", "false", "b/x.ts"])?;
    assert_eq!(code, Some(2), "{said}");
    let title = "in b/package.json add `\"zod\": \"^3.22.0\"` to dependencies: a/package.json asks for it so";
    assert!(said.contains(title), "{said}");
    Ok(())
}

fn csharp(dir: &Path) -> Result<(), Failed> {
    lay(
        dir,
        &[
            (
                "app/App.csproj",
                "<Project>\n  <PropertyGroup />\n</Project>\n",
            ),
            (
                "app/Program.cs",
                "using Acme.Tools;\n\nclass Program { static void Main() { } }\n",
            ),
            ("lib/Lib.csproj", "<Project>\n</Project>\n"),
            (
                "lib/Hammer.cs",
                "namespace Acme.Tools { public class Hammer { } }\n",
            ),
        ],
    )?;
    let (code, said) = run(
        dir,
        &["csc", "-nologo", "-target:library", "app/Program.cs"],
    )?;
    assert_eq!(code, Some(2), "{said}");
    let title = "in app/App.csproj add `<ProjectReference Include=\"..\\lib\\Lib.csproj\" />`: lib/Lib.csproj declares it";
    assert!(said.contains(title), "{said}");
    Ok(())
}
