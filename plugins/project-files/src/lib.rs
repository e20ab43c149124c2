//! Packages, modules and projects that a build file does not ask for.
//!
//! A fix is proposed only where the workspace itself already knows it: another
//! build file asks for the same package, a lock file has it, or the workspace
//! has a member that declares it. Where these differ there is a note with the
//! candidates and no fix. Nothing is guessed from a name alone, and no registry
//! is asked.
//!
//! | module | build file | knows from |
//! |---|---|---|
//! | [`cargo`] | `Cargo.toml` | `[workspace.dependencies]`, other members, members' names, `Cargo.lock` |
//! | [`dotnet`] | `*.csproj` | declarations of other projects, their `PackageReference`s, `Directory.Packages.props` |
//! | [`npm`] | `package.json` | other `package.json`s, their names, `package-lock.json` |
//! | [`go`] | `go.mod` | other modules of the workspace, what they require |
//! | [`maven`] | `pom.xml` | declarations of other modules, their dependencies |
//!
//! Adding a dependency is the user's choice, so fixes are `suggest`; with the
//! setting `apply = "true"` they are `verified`.

mod cargo;
mod dotnet;
mod go;
mod maven;
mod npm;
mod workspace;

use buildfix_fixer_support::push;
use buildfix_sdk::{Diagnostic, Fixer, Host, Request, Response, edit};
use workspace::{Addition, Workspace};

/// The fixer.
#[derive(Debug)]
pub struct ProjectFiles;

impl Fixer for ProjectFiles {
    fn fix(request: &Request, host: &dyn Host) -> Result<Response, String> {
        let tier = tier(request)?;
        let workspace = Workspace::new(host);
        let mut answer = Response::default();
        for diagnostic in &request.diagnostics {
            let mut found = match request.language.as_str() {
                "rust" => cargo::missing(&workspace, diagnostic),
                "csharp" => dotnet::missing(&workspace, request, diagnostic),
                "typescript" | "javascript" => npm::missing(&workspace, diagnostic),
                "go" => go::missing(&workspace, diagnostic),
                "java" => maven::missing(&workspace, diagnostic),
                _ => None,
            }
            .unwrap_or_default();
            let mut seen = Vec::new();
            found.retain(|one| {
                let new = !seen.contains(&one.entry);
                seen.push(one.entry.clone());
                new
            });
            match found.as_slice() {
                [] => {}
                [one] => match one.fix(diagnostic, tier) {
                    Some(fix) => push(&mut answer.fixes, fix),
                    None => answer.note(
                        diagnostic,
                        format!("{}; no place in it is certain", one.title()),
                    ),
                },
                several => answer.note(diagnostic, ambiguous(several)),
            }
        }
        Ok(answer)
    }
}

/// How sure the user lets us be.
fn tier(request: &Request) -> Result<&'static str, String> {
    let setting = request.config.iter().find(|(key, _)| key == "apply");
    match setting.map(|(_, value)| value.as_str()) {
        None | Some("false") => Ok("suggest"),
        Some("true") => Ok("verified"),
        Some(other) => Err(format!(
            "the setting `apply` is `{other}`: write \"true\" or \"false\""
        )),
    }
}

fn ambiguous(several: &[Addition]) -> String {
    let all: Vec<String> = several
        .iter()
        .map(|one| format!("{} ({})", one.entry, one.why))
        .collect();
    format!("ambiguous: {}", all.join(", "))
}

impl Addition {
    fn title(&self) -> String {
        format!("in {} add {}: {}", self.path, self.entry, self.why)
    }

    fn fix(&self, diagnostic: &Diagnostic, tier: &str) -> Option<buildfix_sdk::Fix> {
        let mut fix = edit::fix(diagnostic, self.title(), tier);
        for insertion in self.insertions.as_deref()? {
            fix.edits.push(insertion.edit());
        }
        Some(fix)
    }
}

buildfix_sdk::export!(ProjectFiles);

#[cfg(test)]
mod tests;
