//! The bundled fixers, as the components in `dist/`.
//!
//! They are plugins like any other: the host checks and loads these bytes the
//! way it does those of a stranger's file. `plugins/build.sh` makes them.

macro_rules! components {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_bytes!(concat!("../dist/", $name, ".wasm")))),*]
    };
}

/// Each plugin's folder under `plugins/`, and its component.
#[must_use]
pub fn components() -> &'static [(&'static str, &'static [u8])] {
    components![
        // Of equally sure proposals the compiler's own come first.
        "compiler-suggestions",
        "c-fixes",
        "csharp-duplicates",
        "csharp-fixes",
        "csharp-imports",
        "csharp-nullable",
        "go-fixes",
        "java-fixes",
        "project-files",
        "python-fixes",
        "rust-fixes",
        "syntax-repair",
        "typescript-fixes",
        "typescript-imports",
    ]
}

#[cfg(test)]
mod tests {
    use super::components;
    use std::{collections::BTreeSet, fs, path::Path, process::Command};

    fn dist() -> &'static Path {
        Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/dist"))
    }

    #[test]
    fn every_component_of_dist_is_bundled() {
        let in_dist: BTreeSet<String> = fs::read_dir(dist())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter_map(|name| name.strip_suffix(".wasm").map(str::to_owned))
            .collect();
        let bundled: BTreeSet<String> = components()
            .iter()
            .map(|(name, _)| (*name).to_owned())
            .collect();
        assert_eq!(in_dist, bundled);
        assert_eq!(bundled.len(), components().len(), "one is listed twice");
    }

    #[test]
    fn every_component_has_its_source_beside_it() {
        for (name, _) in components() {
            let manifest = dist().parent().unwrap().join(name).join("plugin.toml");
            assert!(manifest.is_file(), "{}", manifest.display());
        }
    }

    #[test]
    fn the_checksums_are_those_of_dist() {
        let sums = fs::read_to_string(dist().join("SHA256SUMS")).unwrap();
        let listed: BTreeSet<&str> = sums
            .lines()
            .filter_map(|line| line.split_once("  "))
            .map(|(_, name)| name)
            .collect();
        let bundled: Vec<String> = components()
            .iter()
            .map(|(name, _)| format!("{name}.wasm"))
            .collect();
        assert_eq!(listed, bundled.iter().map(String::as_str).collect());
        let output = Command::new("sha256sum")
            .args(["--check", "--strict", "SHA256SUMS"])
            .current_dir(dist())
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stdout)
        );
    }
}
