//! Modules that a `go.mod` does not require.

use crate::workspace::{Addition, Insertion, Workspace, folder, join, nearest, relative};
use buildfix_sdk::Diagnostic;

/// What a `go.mod` says.
struct Module {
    file: String,
    path: String,
    /// Module paths and versions.
    requires: Vec<(String, String)>,
    /// Module paths that are taken from elsewhere.
    replaces: Vec<String>,
    /// The byte behind the last line of the first `require ( … )`.
    block_end: Option<usize>,
    text: String,
}

pub fn missing(workspace: &Workspace<'_>, diagnostic: &Diagnostic) -> Option<Vec<Addition>> {
    let line = diagnostic.message.lines().next()?;
    let rest = line.split_once("no required module provides package ")?.1;
    let package = rest.split([';', ' ', ':']).next()?;
    let files = workspace.files("**/go.mod");
    let modules: Vec<Module> = files
        .iter()
        .filter_map(|file| Module::read(file, workspace.text(file)?))
        .collect();
    let target = nearest(&files, &diagnostic.span.path)?;
    let target = modules.iter().find(|m| m.file == *target)?;
    let has = |module: &str| {
        package
            .strip_prefix(module)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    // A module of the workspace: the longest path has the package.
    let own = modules
        .iter()
        .filter(|m| m.file != target.file && has(&m.path))
        .max_by_key(|m| m.path.len());
    if let Some(own) = own {
        let knows = |path: &String| *path == own.path;
        let asked = target.requires.iter().any(|(path, _)| knows(path));
        if asked || target.replaces.iter().any(knows) || !own.has(workspace, package) {
            return None;
        }
        let at = relative(folder(&target.file), folder(&own.file));
        let at = if at.starts_with("..") {
            at
        } else {
            format!("./{at}")
        };
        let replace = format!("replace {} => {at}", own.path);
        let mut insertions = vec![target.require(&own.path, "v0.0.0")];
        if let Some(one) = insertions
            .last_mut()
            .filter(|one| one.at == target.text.len())
        {
            one.text.push_str(&format!("\n{replace}\n"));
        } else {
            insertions.push(target.at_end(&format!("{replace}\n")));
        }
        return Some(vec![Addition {
            path: target.file.clone(),
            entry: format!("`require {} v0.0.0` and `{replace}`", own.path),
            why: format!("{} is that module", own.file),
            insertions: Some(insertions),
        }]);
    }
    // What other modules of the workspace require.
    let required = modules
        .iter()
        .flat_map(|m| m.requires.iter().map(move |r| (m, r)))
        .filter(|(m, (path, _))| m.file != target.file && has(path));
    // What is required already lacks the package; and what another module takes
    // from elsewhere is of no use by its version.
    let known = target.requires.iter().any(|(path, _)| has(path));
    let replaced = modules
        .iter()
        .flat_map(|m| &m.replaces)
        .any(|path| has(path));
    if known || replaced {
        return None;
    }
    let longest = required.clone().map(|(_, (path, _))| path.len()).max()?;
    Some(
        required
            .filter(|(_, (path, _))| path.len() == longest)
            .map(|(m, (path, version))| {
                let mut insertions = vec![target.require(path, version)];
                insertions.extend(sums(workspace, target, m, path, version));
                Addition {
                    path: target.file.clone(),
                    entry: format!("`require {path} {version}`"),
                    why: format!("{} requires it so", m.file),
                    insertions: Some(insertions),
                }
            })
            .collect(),
    )
}

/// The checksums of another module's `go.sum` that this one's lacks: without
/// them the command refuses to build.
fn sums(
    workspace: &Workspace<'_>,
    target: &Module,
    other: &Module,
    path: &str,
    version: &str,
) -> Option<Insertion> {
    let beside = |module: &Module| match folder(&module.file) {
        "" => "go.sum".to_owned(),
        folder => format!("{folder}/go.sum"),
    };
    let known = workspace.text(&beside(other))?;
    let own = workspace.text(&beside(target))?;
    let wanted = [
        format!("{path} {version} "),
        format!("{path} {version}/go.mod "),
    ];
    let lines: String = known
        .lines()
        .filter(|line| wanted.iter().any(|w| line.starts_with(w.as_str())))
        .filter(|line| !own.contains(*line))
        .map(|line| format!("{line}\n"))
        .collect();
    (!lines.is_empty()).then(|| Insertion {
        path: beside(target),
        at: own.len(),
        text: lines,
    })
}

impl Module {
    fn read(file: &str, text: String) -> Option<Self> {
        let mut module = Self {
            file: file.to_owned(),
            path: String::new(),
            requires: Vec::new(),
            replaces: Vec::new(),
            block_end: None,
            text: String::new(),
        };
        let (mut at, mut block) = (0, "");
        for whole in text.split_inclusive('\n') {
            let line = whole.split("//").next().unwrap_or_default();
            let mut words: Vec<&str> = line.split_whitespace().collect();
            at += whole.len();
            match words.as_slice() {
                [")"] => block = "",
                ["require", "("] => {
                    block = "require";
                    module.block_end.get_or_insert(at);
                }
                ["replace", "("] => block = "replace",
                [_, "("] => block = "other",
                _ => {
                    if block == "require" {
                        words.insert(0, "require");
                        if module.requires.is_empty() || module.block_end.is_some() {
                            module.block_end = Some(at);
                        }
                    } else if block == "replace" {
                        words.insert(0, "replace");
                    } else if block == "other" {
                        continue;
                    }
                    match words.as_slice() {
                        ["module", path] => module.path = path.trim_matches('"').to_owned(),
                        ["require", path, version] => {
                            module
                                .requires
                                .push(((*path).to_owned(), (*version).to_owned()));
                        }
                        ["replace", path, ..] => module.replaces.push((*path).to_owned()),
                        _ => {}
                    }
                }
            }
        }
        module.text = text;
        (!module.path.is_empty()).then_some(module)
    }

    /// Whether one of its folders is the package.
    fn has(&self, workspace: &Workspace<'_>, package: &str) -> bool {
        let inner = package.get(self.path.len()..).unwrap_or_default();
        join(folder(&self.file), inner).is_some_and(|home| {
            let glob = match home.as_str() {
                "" => "*.go".to_owned(),
                home => format!("{home}/*.go"),
            };
            let files = workspace.files(&glob);
            files
                .iter()
                .any(|file| folder(file) == home && !file.ends_with("_test.go"))
        })
    }

    fn require(&self, path: &str, version: &str) -> Insertion {
        match self.block_end {
            Some(at) if self.text[..at].ends_with('\n') => Insertion {
                path: self.file.clone(),
                at,
                text: format!("\t{path} {version}\n"),
            },
            _ => self.at_end(&format!("require {path} {version}\n")),
        }
    }

    fn at_end(&self, lines: &str) -> Insertion {
        let gap = match self.text.ends_with('\n') {
            true => "\n",
            false => "\n\n",
        };
        Insertion {
            path: self.file.clone(),
            at: self.text.len(),
            text: format!("{gap}{lines}"),
        }
    }
}
