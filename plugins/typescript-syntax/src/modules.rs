//! Which module a file is: what it exports, what its specifiers lead to, and
//! what specifier leads to it.

mod config;
mod exports;
mod packages;
mod resolve;
mod specifier;

pub use config::{Config, json};
pub use exports::{Export, ExportKind, Exports, ambient_modules, exports};
pub use packages::{package_specifiers, packages};
pub use resolve::{declaring, exported, resolve};
pub use specifier::{Specifier, specifiers};

/// The folder of a path; empty at the top.
#[must_use]
pub fn folder(path: &str) -> &str {
    path.rfind('/').map_or("", |slash| &path[..slash])
}

/// Joins a folder and a relative path and takes out `.` and `..`. `None` where
/// it leaves the workspace.
#[must_use]
pub fn join(base: &str, relative: &str) -> Option<String> {
    let mut parts: Vec<&str> = base
        .split('/')
        .filter(|part| !part.is_empty() && *part != ".")
        .collect();
    for part in relative.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            other => parts.push(other),
        }
    }
    Some(parts.join("/"))
}

/// The path from one folder to a file, `./` in front where it goes down.
#[must_use]
pub fn relative(from: &str, to: &str) -> String {
    let from: Vec<&str> = from.split('/').filter(|part| !part.is_empty()).collect();
    let to: Vec<&str> = to.split('/').filter(|part| !part.is_empty()).collect();
    let common = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let up = from.len() - common;
    let mut parts = vec![".."; up];
    if up == 0 {
        parts.push(".");
    }
    parts.extend(&to[common..]);
    parts.join("/")
}

/// The endings of modules, longest first.
pub const ENDINGS: [&str; 12] = [
    ".d.ts", ".d.mts", ".d.cts", ".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs",
    ".json",
];

/// A path without its ending.
#[must_use]
pub fn without_ending(path: &str) -> &str {
    ENDINGS
        .iter()
        .find_map(|ending| path.strip_suffix(ending))
        .unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::{join, relative};

    #[test]
    fn paths_are_joined_and_related() {
        assert_eq!(join("a/b", "../c").as_deref(), Some("a/c"));
        assert_eq!(join("", "../c"), None);
        assert_eq!(relative("a/b", "a/c/d"), "../c/d");
        assert_eq!(relative("", "x"), "./x");
    }
}
