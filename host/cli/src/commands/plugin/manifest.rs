//! Changing buildfix.toml without touching what the user wrote around it.

use anyhow::{Context as _, Result};
use buildfix_engine::config::{Config, FILE};
use buildfix_registry::Name;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use toml_edit::{DocumentMut, Item, Table, value};

/// A buildfix.toml that is being changed.
pub struct Edit {
    path: PathBuf,
    before: String,
    document: DocumentMut,
}

impl Edit {
    /// Reads a project's file; an empty one where there is none.
    pub fn open(dir: &Path) -> Result<Self> {
        let path = dir.join(FILE);
        let before = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(error).with_context(|| path.display().to_string()),
        };
        let document = before.parse().with_context(|| path.display().to_string())?;
        Ok(Self {
            path,
            before,
            document,
        })
    }

    fn plugins(&mut self) -> Result<&mut Table> {
        let item = self.document.entry("plugins").or_insert_with(|| {
            let mut table = Table::new();
            table.set_implicit(true);
            Item::Table(table)
        });
        if let Item::Value(toml_edit::Value::InlineTable(inline)) = item {
            *item = Item::Table(inline.clone().into_table());
        }
        item.as_table_mut()
            .with_context(|| format!("`plugins` of {FILE} is not a table"))
    }

    /// The table of a plugin, which is made if it is not there.
    fn plugin(&mut self, key: &str) -> Result<&mut dyn toml_edit::TableLike> {
        let item = self
            .plugins()?
            .entry(key)
            .or_insert_with(|| Item::Table(Table::new()));
        if item.is_str() {
            *item = Item::Table(Table::new());
        }
        item.as_table_like_mut()
            .with_context(|| format!("`plugins.{key}` of {FILE} is not a table"))
    }

    /// A key that is free, or the one that the plugin has.
    fn key(&mut self, existing: Option<&str>, name: &str) -> Result<String> {
        if let Some(key) = existing {
            return Ok(key.to_owned());
        }
        let short = name.rsplit_once('/').map_or(name, |(_, short)| short);
        let bundled = buildfix_bundled::components()
            .iter()
            .any(|(bundled, _)| *bundled == short);
        let taken = bundled || self.plugins()?.contains_key(short);
        Ok(match taken {
            true => name.replace('/', "-"),
            false => short.to_owned(),
        })
    }

    /// Names a registry's plugin and the versions that will do.
    pub fn set_registry(
        &mut self,
        existing: Option<&str>,
        name: &Name,
        version: &str,
        registry: Option<&str>,
    ) -> Result<()> {
        let key = self.key(existing, name.as_str())?;
        // A text stays one.
        if let Some(item) = self.plugins()?.get_mut(&key)
            && item.is_str()
            && key == name.as_str()
            && registry.is_none()
        {
            *item = value(version);
            return Ok(());
        }
        let table = self.plugin(&key)?;
        if key != name.as_str() {
            table.insert("plugin", value(name.as_str()));
        }
        table.insert("version", value(version));
        if let Some(registry) = registry {
            table.insert("registry", value(registry));
        }
        Ok(())
    }

    /// Names an artifact of an OCI registry, in place of what was named before.
    pub fn set_oci(&mut self, existing: Option<&str>, name: &str, address: &str) -> Result<()> {
        let bundled = |key: &str| {
            let mut all = buildfix_bundled::components().iter();
            all.any(|(bundled, _)| *bundled == key)
        };
        let key = self.key(existing.filter(|key| !bundled(key)), name)?;
        let table = self.plugin(&key)?;
        for other in ["plugin", "version", "registry"] {
            table.remove(other);
        }
        table.insert("oci", value(address));
        Ok(())
    }

    /// Takes a plugin out.
    pub fn remove(&mut self, key: &str) {
        if let Some(plugins) = self
            .document
            .get_mut("plugins")
            .and_then(Item::as_table_like_mut)
        {
            plugins.remove(key);
        }
    }

    /// Replaces the file, if anything changed. What is written has been read as
    /// a configuration.
    pub fn write(self) -> Result<()> {
        let text = self.document.to_string();
        if text == self.before {
            return Ok(());
        }
        Config::parse(&text, &self.path)?;
        let write = || -> std::io::Result<()> {
            let dir = self.path.parent().unwrap_or(&self.path);
            let mut file = tempfile::Builder::new()
                .prefix(".buildfix.toml.")
                .tempfile_in(dir)?;
            file.write_all(text.as_bytes())?;
            file.as_file().sync_all()?;
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt as _;
                let mode = std::fs::metadata(&self.path).map_or(0o644, |m| m.permissions().mode());
                file.as_file()
                    .set_permissions(std::fs::Permissions::from_mode(mode))?;
            }
            file.persist(&self.path)?;
            Ok(())
        };
        write().with_context(|| self.path.display().to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edited(text: &str, change: impl FnOnce(&mut Edit)) -> String {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(FILE), text).unwrap();
        let mut edit = Edit::open(dir.path()).unwrap();
        change(&mut edit);
        edit.write().unwrap();
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
        std::fs::read_to_string(dir.path().join(FILE)).unwrap()
    }

    #[test]
    fn what_the_user_wrote_stays() {
        let name: Name = "acme/borrow".parse().unwrap();
        let set = |edit: &mut Edit| edit.set_registry(None, &name, "1.2.0", None).unwrap();
        let text = "# mine\n[build]\ncommand = [\"make\"]  # yes\n";
        let added = "\n[plugins.borrow]\nplugin = \"acme/borrow\"\nversion = \"1.2.0\"\n";
        assert_eq!(edited(text, set), format!("{text}{added}"));
        assert_eq!(edited("", set), added.trim_start());
        let allowed = "[plugins.borrow.allow]\nread = [\"workspace\"] # all\n";
        let both = edited(allowed, |edit| {
            edit.set_registry(Some("borrow"), &name, "1.2.0", None)
                .unwrap();
        });
        assert!(
            both.contains("version = \"1.2.0\"") && both.contains("# all"),
            "{both}"
        );
        let text = "[plugins]\n\"acme/borrow\" = \"1\" # short\n";
        let short = edited(text, |edit| {
            edit.set_registry(Some("acme/borrow"), &name, "2", None)
                .unwrap();
        });
        assert!(
            short.starts_with("[plugins]\n\"acme/borrow\" = \"2\""),
            "{short}"
        );
        assert_eq!(
            edited(&format!("{text}x = {{ path = \"x\" }}\n"), |edit| edit
                .remove("x")),
            text
        );
    }

    #[test]
    fn a_bundled_fixers_key_is_not_taken() {
        let name: Name = "acme/csharp-imports".parse().unwrap();
        let text = edited("", |edit| {
            edit.set_registry(None, &name, "1", None).unwrap()
        });
        assert!(
            text.starts_with("[plugins.acme-csharp-imports]\n"),
            "{text}"
        );
    }
}
