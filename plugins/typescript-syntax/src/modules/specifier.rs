//! From a file to the specifiers that lead to it, best first.

use super::{
    config::{Config, json},
    folder, join, relative, without_ending,
};
use crate::Project;
use serde_json::Value;

/// A way to name a module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Specifier {
    /// What stands between the quotation marks.
    pub text: String,
    /// Whether it begins with `.`.
    pub relative: bool,
}

/// The specifiers that lead from one file of the workspace to another, best
/// first: TypeScript takes the shortest path, and a relative one where a
/// pattern's is as long.
#[must_use]
pub fn specifiers(project: &Project, from: &str, to: &str, config: &Config) -> Vec<Specifier> {
    let stem = without_ending(to);
    let with_endings = wants_endings(project, from, config);
    let shape = |path: &str| {
        if config.ts_endings && !to.ends_with(".d.ts") && wants_ts(project, from) {
            return format!("{path}{}", &to[stem.len()..]);
        }
        if with_endings {
            return format!("{path}{}", output_ending(to));
        }
        // `./x/index` is `./x` where folders are modules.
        if config.resolution != "classic"
            && let Some(shorter) = path.strip_suffix("/index")
        {
            return match shorter {
                "." | ".." => format!("{shorter}/").trim_end_matches('/').to_owned(),
                other => other.to_owned(),
            };
        }
        path.to_owned()
    };
    let mut near = shape(&relative(folder(from), stem));
    if near == "." {
        "./index".clone_into(&mut near);
    }
    for root in &config.root_dirs {
        let inside = |path: &str, root: &str| {
            path.strip_prefix(root)
                .map(|rest| rest.trim_start_matches('/').to_owned())
        };
        if let Some(own) = config
            .root_dirs
            .iter()
            .find_map(|root| inside(folder(from), root))
            && let Some(rest) = inside(stem, root)
        {
            let candidate = shape(&relative(&own, &rest));
            if candidate.split('/').count() < near.split('/').count() {
                near = candidate;
            }
        }
    }
    let mut others = Vec::new();
    for (pattern, targets) in &config.paths {
        for target in targets {
            let target_stem = without_ending(target);
            match (pattern.split_once('*'), target_stem.split_once('*')) {
                (Some((before, after)), Some((head, tail))) => {
                    for path in [stem, stem.strip_suffix("/index").unwrap_or(stem)] {
                        let middle = path
                            .strip_prefix(head)
                            .and_then(|rest| rest.strip_suffix(tail));
                        if let Some(middle) = middle.filter(|middle| !middle.is_empty()) {
                            others.push(format!("{before}{middle}{after}"));
                        }
                    }
                }
                (None, None)
                    if target_stem == stem || Some(target_stem) == stem.strip_suffix("/index") =>
                {
                    others.push(pattern.clone());
                }
                _ => {}
            }
        }
    }
    if let Some(base) = &config.base_url {
        let rest = if base.is_empty() {
            Some(stem)
        } else {
            stem.strip_prefix(&format!("{base}/"))
        };
        if let Some(rest) = rest {
            others.push(shape(rest));
        }
    }
    others.retain(|other| !other.is_empty());
    others.sort_by_key(|other| other.matches('/').count());
    others.dedup();
    let mut all: Vec<Specifier> = others
        .into_iter()
        .map(|text| Specifier {
            text,
            relative: false,
        })
        .collect();
    let near = Specifier {
        text: near,
        relative: true,
    };
    let depth = |text: &str| text.strip_prefix("./").unwrap_or(text).matches('/').count();
    // A pattern wins only where it is shorter.
    let at = all
        .iter()
        .position(|other| depth(&other.text) >= depth(&near.text))
        .unwrap_or(all.len());
    all.insert(at, near);
    all
}

/// Whether relative specifiers in this file carry endings: the module system
/// asks for them, or the file's own imports have them.
fn wants_endings(project: &Project, from: &str, config: &Config) -> bool {
    if from.ends_with(".mts")
        || from.ends_with(".mjs")
        || config.endings(from, package_is_module(project, from))
    {
        return true;
    }
    let Some(source) = project.source(from) else {
        return false;
    };
    let own: Vec<String> = source
        .program
        .body
        .iter()
        .filter_map(|statement| match statement {
            oxc_ast::ast::Statement::ImportDeclaration(import) => {
                Some(import.source.value.to_string())
            }
            _ => None,
        })
        .filter(|specifier| specifier.starts_with('.'))
        .collect();
    !own.is_empty()
        && own.iter().any(|specifier| {
            [".js", ".mjs", ".cjs", ".jsx"]
                .iter()
                .any(|e| specifier.ends_with(e))
        })
}

fn wants_ts(project: &Project, from: &str) -> bool {
    let Some(source) = project.source(from) else {
        return false;
    };
    source.program.body.iter().any(|statement| match statement {
        oxc_ast::ast::Statement::ImportDeclaration(import) => {
            import.source.value.starts_with('.')
                && [".ts", ".tsx", ".mts", ".cts"]
                    .iter()
                    .any(|ending| import.source.value.ends_with(ending))
        }
        _ => false,
    })
}

/// Whether the nearest `package.json` says `"type": "module"`.
fn package_is_module(project: &Project, from: &str) -> bool {
    let mut at = folder(from);
    loop {
        if let Some(value) = join(at, "package.json")
            .and_then(|path| project.text(&path))
            .and_then(|text| json(&text))
        {
            return value.get("type").and_then(Value::as_str) == Some("module");
        }
        if at.is_empty() {
            return false;
        }
        at = folder(at);
    }
}

/// The ending that a file has once it is compiled.
fn output_ending(path: &str) -> &'static str {
    if path.ends_with(".mts") || path.ends_with(".mjs") {
        ".mjs"
    } else if path.ends_with(".cts") || path.ends_with(".cjs") {
        ".cjs"
    } else if path.ends_with(".json") {
        ".json"
    } else {
        ".js"
    }
}
