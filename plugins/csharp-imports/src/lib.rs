//! Repairs names that C# does not find.
//!
//! A name is missing for one of three reasons, tried in this order: its
//! namespace is not imported, it is misspelt, or a generic type lacks its
//! arguments. Where one declaration alone answers, the fix is `exact`;
//! otherwise the nearest few are offered for the rebuild to judge.

mod arguments;
mod directives;
mod imports;
mod shared;
mod spelling;

use buildfix_fixer_support::{Source, usings};
use buildfix_sdk::{Diagnostic, Fix, Fixer, Host, Request, Response, edit};

/// The fixer.
#[derive(Debug)]
pub struct CsharpImports;

/// More alternatives than this are guesses, and each costs the user a build.
const MOST_ALTERNATIVES: usize = 5;

/// What every rule looks at.
struct Context<'a> {
    request: &'a Request,
    source: Source,
    host: &'a dyn Host,
    /// The namespaces whose types the file sees.
    visible: Vec<String>,
}

impl Context<'_> {
    fn sees(&self, namespace: &str) -> bool {
        namespace.is_empty() || self.visible.iter().any(|v| v == namespace)
    }
}

impl Fixer for CsharpImports {
    fn fix(request: &Request, host: &dyn Host) -> Result<Response, String> {
        let source = Source::new(&request.file.text);
        let visible = usings::visible(&source, &usings::global(host));
        let context = Context {
            request,
            source,
            host,
            visible,
        };
        let mut answer = Response::default();
        for group in groups(&request.diagnostics) {
            let found = context.candidates(&group);
            let reason = match found {
                None => {
                    "a using directive that is nearly right would bring it; it is reported by itself"
                }
                Some(_) => {
                    "nothing in the workspace or the .NET base library has this name or one close to it"
                }
            };
            let on_directive =
                directives::at(&context.source, group[0].span.start as usize).is_some();
            let reason = if on_directive {
                "no namespace of this name is in the workspace or the .NET base library: the package that has it is not referenced"
            } else {
                reason
            };
            let mut fixes = found.unwrap_or_default();
            fixes.truncate(MOST_ALTERNATIVES);
            if fixes.is_empty() {
                for diagnostic in &group {
                    answer.note(diagnostic, reason);
                }
            }
            answer.fixes.append(&mut fixes);
        }
        Ok(answer)
    }
}

impl Context<'_> {
    /// Best first; `None` where another error is the cause.
    fn candidates(&self, group: &[&Diagnostic]) -> Option<Vec<Fix>> {
        let first = group.first()?;
        if let Some(using) = directives::at(&self.source, first.span.start as usize) {
            return Some(directives::repair(self, group, &using));
        }
        Some(match first.code.as_str() {
            "CS0246" => {
                let mut fixes = imports::types(self, group)?;
                fixes.extend(spelling::types(self, group));
                fixes
            }
            "CS0234" | "CS0426" => {
                let mut fixes = imports::qualified(self, group);
                fixes.extend(spelling::types(self, group));
                fixes
            }
            "CS0103" => {
                let mut fixes = imports::types(self, group)?;
                fixes.extend(spelling::names(self, group));
                fixes.extend(shared::member(self, group));
                fixes
            }
            "CS0117" => spelling::members(self, group),
            "CS1061" => {
                let mut fixes = imports::extensions(self, group)?;
                fixes.extend(spelling::members(self, group));
                fixes
            }
            "CS0305" | "CS0308" => {
                let mut imported = imports::other_arity(self, group)?;
                let mut fixes = arguments::fill(self, group);
                // The collections from before generics are hardly ever meant
                // where the generic one is in sight, but for the explicit
                // `IEnumerator IEnumerable.GetEnumerator()`.
                let old = |f: &Fix| {
                    let mut edits = f.edits.iter();
                    edits.any(|e| e.text.trim() == "using System.Collections;")
                };
                let explicit = group.iter().any(|d| {
                    let member = self.source.member_at(d.span.start as usize);
                    member.is_some_and(|m| m.explicit)
                });
                let last = !explicit && imported.iter().any(old);
                let at = if last { fixes.len() } else { 0 };
                for fix in imported.iter_mut().filter(|_| last) {
                    fix.applicability = "verified".to_owned();
                }
                fixes.splice(at..at, imported);
                fixes
            }
            _ => Vec::new(),
        })
    }

    /// A fix that answers the whole group.
    fn fix(&self, group: &[&Diagnostic], title: String, applicability: &str) -> Option<Fix> {
        let mut fix = edit::fix(group.first()?, title, applicability);
        fix.answers = group.iter().map(|d| d.id).collect();
        Some(fix)
    }
}

/// The diagnostics that say the same of the same name: they stand or fall
/// together. What stands in a using directive is apart from the rest.
fn groups(diagnostics: &[Diagnostic]) -> Vec<Vec<&Diagnostic>> {
    let mut groups: Vec<Vec<&Diagnostic>> = Vec::new();
    for diagnostic in diagnostics {
        match groups
            .iter_mut()
            .find(|g| g[0].message == diagnostic.message)
        {
            Some(group) => group.push(diagnostic),
            None => groups.push(vec![diagnostic]),
        }
    }
    groups
}

buildfix_sdk::export!(CsharpImports);

#[cfg(test)]
mod tests;
