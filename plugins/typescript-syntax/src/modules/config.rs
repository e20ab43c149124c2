//! What a `tsconfig.json` says about modules.

use super::{folder, join};
use crate::Project;
use serde_json::Value;

/// The compiler options that decide about imports.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// The folder of the file that holds them.
    pub folder: String,
    /// `baseUrl`, relative to the workspace.
    pub base_url: Option<String>,
    /// `paths`: a pattern and what it stands for, relative to the workspace.
    pub paths: Vec<(String, Vec<String>)>,
    /// `rootDirs`, relative to the workspace.
    pub root_dirs: Vec<String>,
    /// `module`, in lower case.
    pub module: String,
    /// `moduleResolution`, in lower case.
    pub resolution: String,
    /// `target`, in lower case.
    pub target: String,
    /// `jsx`, in lower case.
    pub jsx: String,
    /// `verbatimModuleSyntax`
    pub verbatim: bool,
    /// `isolatedModules`
    pub isolated: bool,
    /// `allowImportingTsExtensions`
    pub ts_endings: bool,
    /// `esModuleInterop` or `allowSyntheticDefaultImports`, or what implies it.
    pub interop: bool,
    /// `strictNullChecks` or `strict`.
    pub strict_null: bool,
    /// `exactOptionalPropertyTypes`
    pub exact_optional: bool,
    /// `strictPropertyInitialization` or `strict`.
    pub strict_init: bool,
    /// `noImplicitOverride`
    pub implicit_override: bool,
}

impl Config {
    /// The options that hold for a file: those of the nearest `tsconfig.json`
    /// or `jsconfig.json` above it.
    #[must_use]
    pub fn of(project: &Project, path: &str) -> Self {
        let mut at = folder(path);
        loop {
            for name in ["tsconfig.json", "jsconfig.json"] {
                let file = if at.is_empty() {
                    name.to_owned()
                } else {
                    format!("{at}/{name}")
                };
                if project.exists(&file) {
                    return Self::read(project, &file);
                }
            }
            if at.is_empty() {
                return Self::read(project, "");
            }
            at = folder(at);
        }
    }

    fn read(project: &Project, file: &str) -> Self {
        let mut config = Self {
            folder: folder(file).to_owned(),
            ..Self::default()
        };
        let mut chain = Vec::new();
        let mut next = Some(file.to_owned());
        while let Some(file) = next.take().filter(|_| chain.len() < 8) {
            let Some(value) = project.text(&file).and_then(|text| json(&text)) else {
                break;
            };
            let base = value.get("extends").and_then(|base| match base {
                Value::Array(list) => list.last().and_then(Value::as_str),
                other => other.as_str(),
            });
            next = base.filter(|base| base.starts_with('.')).and_then(|base| {
                let path = join(folder(&file), base)?;
                Some(if path.ends_with(".json") {
                    path
                } else {
                    format!("{path}.json")
                })
            });
            chain.push((folder(&file).to_owned(), value));
        }
        for (at, value) in chain.iter().rev() {
            config.take(at, value.get("compilerOptions").unwrap_or(&Value::Null));
        }
        let modern = ["node16", "node18", "node20", "nodenext", "preserve"]
            .contains(&config.module.as_str());
        if config.resolution.is_empty() {
            config.resolution = match config.module.as_str() {
                "node16" | "node18" | "node20" | "nodenext" => config.module.clone(),
                "preserve" => "bundler".to_owned(),
                "commonjs" => "node10".to_owned(),
                _ => String::new(),
            };
        }
        config.interop |= modern || config.resolution == "bundler";
        config
    }

    fn take(&mut self, at: &str, options: &Value) {
        let text = |name: &str| {
            options
                .get(name)
                .and_then(Value::as_str)
                .map(str::to_lowercase)
        };
        let flag = |name: &str| options.get(name).and_then(Value::as_bool);
        let set = |to: &mut String, name: &str| {
            if let Some(value) = text(name) {
                *to = value;
            }
        };
        set(&mut self.module, "module");
        set(&mut self.resolution, "moduleResolution");
        set(&mut self.target, "target");
        set(&mut self.jsx, "jsx");
        let set = |to: &mut bool, name: &str| {
            if let Some(value) = flag(name) {
                *to = value;
            }
        };
        set(&mut self.strict_null, "strict");
        set(&mut self.strict_init, "strict");
        set(&mut self.strict_null, "strictNullChecks");
        set(&mut self.strict_init, "strictPropertyInitialization");
        set(&mut self.verbatim, "verbatimModuleSyntax");
        set(&mut self.isolated, "isolatedModules");
        set(&mut self.ts_endings, "allowImportingTsExtensions");
        set(&mut self.exact_optional, "exactOptionalPropertyTypes");
        set(&mut self.implicit_override, "noImplicitOverride");
        self.interop |= flag("esModuleInterop") == Some(true)
            || flag("allowSyntheticDefaultImports") == Some(true);
        if let Some(base) = options.get("baseUrl").and_then(Value::as_str) {
            self.base_url = join(at, base);
        }
        if let Some(paths) = options.get("paths").and_then(Value::as_object) {
            let base = self.base_url.clone().unwrap_or_else(|| at.to_owned());
            self.paths = paths
                .iter()
                .map(|(pattern, targets)| {
                    let targets = targets.as_array().into_iter().flatten();
                    let targets = targets
                        .filter_map(|target| join(&base, target.as_str()?))
                        .collect();
                    (pattern.clone(), targets)
                })
                .collect();
        }
        if let Some(roots) = options.get("rootDirs").and_then(Value::as_array) {
            self.root_dirs = roots
                .iter()
                .filter_map(|root| join(at, root.as_str()?))
                .collect();
        }
    }

    /// Whether specifiers of relative modules carry an ending.
    #[must_use]
    pub fn endings(&self, from: &str, package_is_module: bool) -> bool {
        match self.resolution.as_str() {
            "node16" | "node18" | "node20" | "nodenext" => {
                from.ends_with(".mts")
                    || from.ends_with(".mjs")
                    || (package_is_module && !from.ends_with(".cts") && !from.ends_with(".cjs"))
            }
            _ => false,
        }
    }
}

/// Reads JSON with comments and trailing commas.
#[must_use]
pub fn json(text: &str) -> Option<Value> {
    let mut clean = String::with_capacity(text.len());
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => {
                clean.push(c);
                while let Some((_, c)) = chars.next() {
                    clean.push(c);
                    if c == '\\' {
                        clean.extend(chars.next().map(|(_, c)| c));
                    } else if c == '"' {
                        break;
                    }
                }
            }
            '/' if text[at..].starts_with("//") => {
                while chars.peek().is_some_and(|(_, c)| *c != '\n') {
                    chars.next();
                }
            }
            '/' if text[at..].starts_with("/*") => {
                let end = text[at + 2..]
                    .find("*/")
                    .map_or(text.len(), |end| at + 2 + end + 2);
                while chars.peek().is_some_and(|(at, _)| *at < end) {
                    chars.next();
                }
            }
            ']' | '}' => {
                let kept = clean.trim_end().len();
                if clean[..kept].ends_with(',') {
                    clean.truncate(kept - 1);
                }
                clean.push(c);
            }
            _ => clean.push(c),
        }
    }
    serde_json::from_str(&clean).ok()
}

#[cfg(test)]
mod tests {
    #[test]
    fn json_may_have_comments_and_trailing_commas() {
        let value = super::json("{ // c\n \"a\": [1, 2,], /* x */ \"b\": \"//,\", }");
        assert_eq!(value, Some(serde_json::json!({ "a": [1, 2], "b": "//," })));
    }
}
