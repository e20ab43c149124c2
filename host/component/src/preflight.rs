//! Judging a component without compiling it.
//!
//! Only sections are walked; function bodies are not looked at, so a file of
//! 20 MiB takes about a millisecond. wasmtime validates the rest when it
//! compiles; what is checked here has a better error message than it would give
//! (an import of another version reads "function implementation is missing").

use crate::manifest::SECTION;
use crate::text::tame_line;
use crate::{ABI, LoadError, Manifest, Refusal};
use semver::Version;
use wasmparser::{ComponentExternalKind, ComponentTypeRef, Encoding, Parser, Payload, TypeBounds};

/// The interfaces that the host has.
const INTERFACES: [&str; 5] = ["types", "log", "workspace", "syntax", "symbols"];
/// The world's exports.
pub(crate) const EXPORTS: [&str; 1] = ["fix"];
/// Components in components. Tool chains nest two or three deep.
const MAX_DEPTH: usize = 16;
/// Bytes of one WebAssembly page.
const PAGE: u64 = 65_536;

/// What a component says and does not say about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preflight {
    /// Its manifest.
    pub manifest: Manifest,
    /// Lower-case hex BLAKE3 of the whole file.
    pub digest: String,
    /// The names of what it imports, in order; without mere names of types.
    pub imports: Vec<String>,
    /// The names of its exports, in order.
    pub exports: Vec<String>,
    /// The version of `buildfix:fixer` that it imports, which is also the
    /// manifest's.
    pub world: Version,
}

/// What a walk over the sections finds.
#[derive(Default)]
struct Found<'a> {
    manifests: Vec<&'a [u8]>,
    imports: Vec<String>,
    exports: Vec<(&'a str, ComponentExternalKind)>,
    /// Bytes of the largest memory that a module declares.
    memory: u64,
    /// Elements of the largest table that a module declares.
    table: u64,
}

/// What a component may declare.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileLimits {
    /// Bytes of its file.
    pub component: usize,
    /// Bytes of linear memory for one whose manifest asks for none.
    pub memory: usize,
    /// The most memory, whatever a manifest asks for.
    pub memory_max: usize,
    /// Elements of its largest table.
    pub table_elements: usize,
}

impl Default for FileLimits {
    fn default() -> Self {
        const MIB: usize = 1024 * 1024;
        Self {
            component: 64 * MIB,
            memory: 64 * MIB,
            memory_max: 256 * MIB,
            table_elements: 100_000,
        }
    }
}

impl FileLimits {
    /// The memory of a plugin, in bytes: what it asks for, up to the maximum.
    #[must_use]
    pub fn memory_for(&self, manifest: &Manifest) -> usize {
        let asked = manifest.limits.memory.map_or(self.memory, |bytes| {
            usize::try_from(bytes).unwrap_or(usize::MAX)
        });
        asked.min(self.memory_max)
    }
}

/// Judges a component. `label` is its file, for messages.
///
/// # Errors
/// Names the plugin and why it is refused.
pub fn inspect(
    label: Option<&str>,
    bytes: &[u8],
    limits: &FileLimits,
) -> Result<Preflight, LoadError> {
    let unnamed = || match label {
        Some(label) => format!("`{}`", tame_line(label, 300)),
        None => "of unknown name".to_owned(),
    };
    let found = walk(bytes, limits).map_err(|refusal| LoadError::new(unnamed(), refusal))?;
    let manifest = match found.manifests[..] {
        [] => Err(Refusal::NoManifest),
        [manifest] => Manifest::parse(manifest).map_err(Refusal::from),
        _ => Err(Refusal::TwoManifests),
    };
    let manifest = manifest.map_err(|refusal| LoadError::new(unnamed(), refusal))?;
    let name = subject(&manifest, label);
    judge(&manifest, &found, limits).map_err(|refusal| LoadError::new(name, refusal))?;
    Ok(Preflight {
        digest: blake3::hash(bytes).to_hex().to_string(),
        exports: found
            .exports
            .iter()
            .map(|(name, _)| (*name).to_owned())
            .collect(),
        imports: found.imports,
        world: manifest.world.clone(),
        manifest,
    })
}

/// How messages name a plugin. The file is named too: a manifest can claim to
/// be anybody's.
#[must_use]
pub fn subject(manifest: &Manifest, label: Option<&str>) -> String {
    let Manifest { name, version, .. } = manifest;
    match label {
        Some(label) if label != name => format!("`{name}` {version} ({})", tame_line(label, 300)),
        _ => format!("`{name}` {version}"),
    }
}

fn walk<'a>(bytes: &'a [u8], limits: &FileLimits) -> Result<Found<'a>, Refusal> {
    if bytes.len() > limits.component {
        return Err(Refusal::TooLarge {
            size: bytes.len(),
            limit: limits.component,
        });
    }
    if !bytes.starts_with(b"\0asm") {
        return Err(Refusal::NotAComponent("not WebAssembly"));
    }
    let mut found = Found::default();
    let mut depth = 0;
    for payload in Parser::new(0).parse_all(bytes) {
        match payload.map_err(malformed)? {
            Payload::Version { encoding, .. } => {
                if depth == 0 && encoding == Encoding::Module {
                    return Err(Refusal::NotAComponent("a core module"));
                }
                depth += 1;
                if depth > MAX_DEPTH {
                    return Err(Refusal::Malformed("components nest too deeply".to_owned()));
                }
            }
            Payload::End(_) => depth -= 1,
            Payload::CustomSection(section) if depth == 1 && section.name() == SECTION => {
                found.manifests.push(section.data());
            }
            Payload::ComponentImportSection(section) if depth == 1 => {
                for import in section {
                    let import = import.map_err(malformed)?;
                    // `use types.{request}` in a world imports the type too,
                    // as equal to another: a name, nothing to be handed over.
                    if !matches!(import.ty, ComponentTypeRef::Type(TypeBounds::Eq(_))) {
                        found.imports.push(import.name.full_name().into_owned());
                    }
                }
            }
            Payload::ComponentExportSection(section) if depth == 1 => {
                for export in section {
                    let export = export.map_err(malformed)?;
                    found.exports.push((export.name.name, export.kind));
                }
            }
            Payload::MemorySection(section) => {
                for memory in section {
                    let memory = memory.map_err(malformed)?;
                    found.memory = found.memory.max(memory.initial.saturating_mul(PAGE));
                }
            }
            Payload::TableSection(section) => {
                for table in section {
                    let table = table.map_err(malformed)?;
                    found.table = found.table.max(table.ty.initial);
                }
            }
            _ => {}
        }
    }
    Ok(found)
}

fn malformed(error: wasmparser::BinaryReaderError) -> Refusal {
    Refusal::Malformed(tame_line(&error.to_string(), 300))
}

fn judge(manifest: &Manifest, found: &Found<'_>, limits: &FileLimits) -> Result<(), Refusal> {
    let mut uses: Option<Version> = None;
    for import in &found.imports {
        if let Some(version) = judge_import(import)? {
            uses = uses.max(Some(version));
        }
    }
    match uses {
        Some(uses) if uses != manifest.world => {
            return Err(Refusal::World {
                claims: manifest.world.clone(),
                uses,
            });
        }
        None if !provides(&manifest.world) => {
            return Err(Refusal::Abi {
                needs: manifest.world.clone(),
                has: ABI,
            });
        }
        _ => {}
    }
    let fix = |(name, kind): &(&str, ComponentExternalKind)| {
        *name == "fix" && *kind == ComponentExternalKind::Func
    };
    if !found.exports.iter().any(fix) {
        return Err(Refusal::NoFix);
    }
    // A newer patch version may have exports that this host need not call.
    if manifest.world <= ABI
        && let Some((extra, _)) = found
            .exports
            .iter()
            .find(|(name, _)| !EXPORTS.contains(name))
    {
        return Err(Refusal::Export {
            export: tame_line(extra, 120),
        });
    }
    let limit = limits.memory_for(manifest);
    if found.memory > limit as u64 {
        return Err(Refusal::Memory {
            needs: found.memory,
            limit,
        });
    }
    if found.table > limits.table_elements as u64 {
        return Err(Refusal::Table {
            needs: found.table,
            limit: limits.table_elements,
        });
    }
    Ok(())
}

/// The version of the contract that an import names, if it is the host's.
fn judge_import(import: &str) -> Result<Option<Version>, Refusal> {
    let shown = || tame_line(import, 120);
    if import.starts_with("wasi:") || import.starts_with("wasi_") {
        return Err(Refusal::Wasi { import: shown() });
    }
    let foreign = || Refusal::Import { import: shown() };
    let rest = import.strip_prefix("buildfix:fixer/").ok_or_else(foreign)?;
    let (interface, version) = rest.split_once('@').ok_or_else(foreign)?;
    let version = Version::parse(version).map_err(|_| foreign())?;
    if !provides(&version) {
        return Err(Refusal::Abi {
            needs: version,
            has: ABI,
        });
    }
    match INTERFACES.contains(&interface) {
        true => Ok(Some(version)),
        false if version > ABI => Err(Refusal::TooNew { import: shown() }),
        false => Err(foreign()),
    }
}

/// Whether this host can serve a component built against this version of the
/// contract: below 1.0 the same minor version, and never a prerelease.
#[must_use]
pub fn provides(version: &Version) -> bool {
    version.major == ABI.major && version.minor == ABI.minor && version.pre.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_are_told_apart() {
        assert_eq!(judge_import("buildfix:fixer/log@0.1.0"), Ok(Some(ABI)));
        assert_eq!(
            judge_import("buildfix:fixer/log@0.1.7"),
            Ok(Some(Version::new(0, 1, 7)))
        );
        let refusal = |import| judge_import(import).unwrap_err();
        assert!(matches!(
            refusal("wasi:cli/environment@0.2.0"),
            Refusal::Wasi { .. }
        ));
        assert!(matches!(
            refusal("buildfix:fixer/log@0.3.0"),
            Refusal::Abi { .. }
        ));
        assert!(matches!(
            refusal("buildfix:fixer/log@1.0.0"),
            Refusal::Abi { .. }
        ));
        assert!(matches!(
            refusal("buildfix:fixer/log@0.1.0-rc1"),
            Refusal::Abi { .. }
        ));
        assert!(matches!(
            refusal("buildfix:fixer/net@0.1.1"),
            Refusal::TooNew { .. }
        ));
        for foreign in [
            "buildfix:fixer/net@0.1.0",
            "buildfix:fixer/log",
            "buildfix:fixerx/log@0.1.0",
            "run",
            "",
            "a:b/c@0.1.0",
            "buildfix:fixer/log@",
            "buildfix:fixer/@0.1.0",
        ] {
            assert!(
                matches!(refusal(foreign), Refusal::Import { .. }),
                "{foreign}"
            );
        }
    }

    #[test]
    fn any_bytes_are_refused_with_a_reason() {
        let limits = FileLimits::default();
        let refusal = |bytes: &[u8]| {
            let error = inspect(Some("x.wasm"), bytes, &limits).unwrap_err();
            assert!(error.to_string().starts_with("plugin `x.wasm` "), "{error}");
            error.refusal().clone()
        };
        assert!(matches!(refusal(b""), Refusal::NotAComponent(_)));
        assert!(matches!(refusal(b"(component)"), Refusal::NotAComponent(_)));
        assert!(matches!(
            refusal(b"\0asm\x01\0\0\0"),
            Refusal::NotAComponent("a core module")
        ));
        assert!(matches!(refusal(b"\0asm\x0d\0\x01\0"), Refusal::NoManifest));
        assert!(matches!(refusal(b"\0asm"), Refusal::Malformed(_)));
        assert!(matches!(
            refusal(b"\0asm\x0d\0\x01\0\xff"),
            Refusal::Malformed(_)
        ));
        let small = FileLimits {
            component: 3,
            ..FileLimits::default()
        };
        let error = inspect(None, b"\0asm", &small).unwrap_err();
        assert_eq!(error.refusal(), &Refusal::TooLarge { size: 4, limit: 3 });
    }
}
