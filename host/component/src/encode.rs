//! Makes one plugin file of a core WebAssembly module and a `plugin.toml`.
//!
//! A buildfix plugin is a single component. Its manifest travels inside, in
//! the custom section [`SECTION`], byte for byte as the author wrote
//! it: whoever holds the file knows what it claims without running it. The
//! name, version, description and licence are repeated in the sections that
//! the `wasm-tools` family reads, so that its tools show them too.

use crate::SECTION;
use serde::Deserialize;
use std::fmt::Write as _;
use wasm_encoder::{ComponentNameSection, ComponentSection, CustomSection};
use wasmparser::{Parser, Payload};
use wit_component::{
    ComponentEncoder, DecodedWasm, StringEncoding, WitPrinter, embed_component_metadata,
};
use wit_parser::Resolve;

/// The contract of the current version, as WIT.
pub const WIT: &str = include_str!("../wit/fixer-0.1.0/fixer.wit");

/// `wasi_snapshot_preview1` that grants nothing: an adapter module, whose source is
/// sdk/adapter/wasi-preview1-stub.wat.
pub const STUB: &[u8] = include_bytes!("../adapter/wasi-preview1-stub.wasm");

/// Why a plugin could not be made or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// `plugin.toml` is not the TOML that a manifest must be.
    #[error("cannot read the manifest: {0}")]
    Manifest(#[from] toml::de::Error),
    /// The module was not built against the fixer contract, or is damaged.
    #[error("cannot make a component of the module: {0:#}")]
    Encode(#[source] anyhow::Error),
    /// The file is not a component.
    #[error("cannot read the component: {0:#}")]
    Decode(#[source] anyhow::Error),
}

/// What of a manifest is needed to make the file; the host checks the rest.
#[derive(Deserialize)]
struct Fields {
    name: String,
    version: String,
    description: Option<String>,
    license: Option<String>,
    repository: Option<String>,
}

/// Turns `module`, a core module whose `component-type` sections tell its
/// world, into a component that carries `manifest`, the text of `plugin.toml`.
/// The same input gives the same bytes.
///
/// # Errors
/// Says why the manifest is not one, or why the module does not fit the world
/// that it claims to implement.
pub fn componentize(module: &[u8], manifest: &str) -> Result<Vec<u8>, EncodeError> {
    let fields: Fields = toml::from_str(manifest)?;
    let mut component = ComponentEncoder::default()
        .validate(true)
        .module(module)
        .and_then(|encoder| encoder.encode())
        .map_err(EncodeError::Encode)?;

    append_manifest(&mut component, &fields, manifest);
    Ok(component)
}

/// Makes the plugin of whatever a tool chain gave: a component, to which only the
/// manifest is added; or a core module. A module that does not tell its world is
/// taken for one of the world `fixer`, see [`WIT`]; one that imports
/// `wasi_snapshot_preview1` is linked with [`STUB`], so that the plugin has
/// no WASI left. The same input gives the same bytes.
///
/// # Errors
/// Says why the manifest is not one, or why the binary does not fit the world.
pub fn package(binary: &[u8], manifest: &str) -> Result<Vec<u8>, EncodeError> {
    let fields: Fields = toml::from_str(manifest)?;
    let mut component = if Parser::is_component(binary) {
        binary.to_vec()
    } else {
        encode_module(binary).map_err(EncodeError::Encode)?
    };
    append_manifest(&mut component, &fields, manifest);
    Ok(component)
}

fn encode_module(module: &[u8]) -> anyhow::Result<Vec<u8>> {
    let needs = needs(module)?;
    let mut module = std::borrow::Cow::Borrowed(module);
    if !needs.world_known {
        let mut resolve = Resolve::default();
        let contract = resolve.push_str("fixer.wit", WIT)?;
        let world = resolve.select_world(&[contract], Some("fixer"))?;
        embed_component_metadata(
            module.to_mut(),
            &resolve,
            world,
            StringEncoding::UTF8,
            false,
        )?;
    }
    let mut encoder = ComponentEncoder::default();
    encoder.validate(true).module(&module)?;
    if needs.wasi {
        encoder.adapter("wasi_snapshot_preview1", STUB)?;
    }
    encoder.encode()
}

/// What a core module lacks.
struct Needs {
    /// Whether a `component-type` section tells its world.
    world_known: bool,
    /// Whether it imports WASI's first preview.
    wasi: bool,
}

fn needs(module: &[u8]) -> anyhow::Result<Needs> {
    let mut needs = Needs {
        world_known: false,
        wasi: false,
    };
    for payload in Parser::new(0).parse_all(module) {
        match payload? {
            Payload::CustomSection(section) if section.name().starts_with("component-type") => {
                needs.world_known = true;
            }
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    needs.wasi |= import?.module == "wasi_snapshot_preview1";
                }
            }
            _ => {}
        }
    }
    Ok(needs)
}

fn append_manifest(component: &mut Vec<u8>, fields: &Fields, manifest: &str) {
    let mut names = ComponentNameSection::new();
    names.component(&fields.name);
    names.append_to_component(component);
    let sections = [
        ("version", Some(fields.version.as_str())),
        ("description", fields.description.as_deref()),
        ("licenses", fields.license.as_deref()),
        ("source", fields.repository.as_deref()),
        (SECTION, Some(manifest)),
    ];
    for (name, text) in sections {
        if let Some(text) = text {
            CustomSection {
                name: name.into(),
                data: text.as_bytes().into(),
            }
            .append_to_component(component);
        }
    }
}

/// The text of the manifest that a component carries, if it has one that is
/// UTF-8. Sections of modules and components inside it do not count.
///
/// # Errors
/// Says where the file stops being WebAssembly.
fn manifest(component: &[u8]) -> Result<Option<String>, EncodeError> {
    let mut depth = 0_usize;
    for payload in Parser::new(0).parse_all(component) {
        match payload.map_err(|error| EncodeError::Decode(error.into()))? {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::CustomSection(section) if depth == 0 && section.name() == SECTION => {
                return Ok(String::from_utf8(section.data().to_vec()).ok());
            }
            _ => {}
        }
    }
    Ok(None)
}

/// What a component imports and exports, as WIT, followed by its manifest: the
/// part of it that does not depend on the compiler that built it.
///
/// # Errors
/// Says why the file is not a component.
pub fn describe(component: &[u8]) -> Result<String, EncodeError> {
    if !Parser::is_component(component) {
        return Err(EncodeError::Decode(anyhow::anyhow!(
            "it is not a component"
        )));
    }
    let decoded = wit_component::decode(component).map_err(EncodeError::Decode)?;
    let DecodedWasm::Component(resolve, world) = &decoded else {
        return Err(EncodeError::Decode(anyhow::anyhow!("it is a WIT package")));
    };
    let nested: Vec<_> = resolve
        .packages
        .iter()
        .map(|(id, _)| id)
        .filter(|id| *id != decoded.package())
        .collect();
    let mut printer = WitPrinter::default();
    printer.emit_docs(false);
    printer
        .print(resolve, decoded.package(), &nested)
        .map_err(EncodeError::Decode)?;
    let mut text = format!("world: {}\n{}", resolve.worlds[*world].name, printer.output);
    match manifest(component)? {
        Some(manifest) => {
            let _ = write!(text, "\nmanifest:\n{manifest}");
        }
        None => text.push_str("\nno manifest\n"),
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use wit_component::dummy_module;
    use wit_parser::ManglingAndAbi;

    const MANIFEST: &str = "name = \"demo\"\nversion = \"1.0.0\"\nlicense = \"MIT\"\n";

    /// One that does not tell its world.
    fn bare_module() -> (Vec<u8>, Resolve, wit_parser::WorldId) {
        let mut resolve = Resolve::default();
        let package = resolve.push_str("fixer.wit", WIT).unwrap();
        let world = resolve.select_world(&[package], Some("fixer")).unwrap();
        let module = dummy_module(&resolve, world, ManglingAndAbi::Standard32);
        (module, resolve, world)
    }

    /// A module that fits the fixer contract and traps when called.
    fn module() -> Vec<u8> {
        let (mut module, resolve, world) = bare_module();
        embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8, true).unwrap();
        module
    }

    #[test]
    fn the_manifest_is_kept_byte_for_byte() {
        let text = format!("# café\r\n{MANIFEST}\n\n");
        let component = componentize(&module(), &text).unwrap();
        assert_eq!(
            manifest(&component).unwrap().as_deref(),
            Some(text.as_str())
        );
        assert_eq!(component, componentize(&module(), &text).unwrap());
    }

    #[test]
    fn a_description_names_the_world_and_the_manifest() {
        let text = describe(&componentize(&module(), MANIFEST).unwrap()).unwrap();
        assert!(
            text.contains("import buildfix:fixer/workspace@0.1.0;"),
            "{text}"
        );
        assert!(text.contains("export fix: func("), "{text}");
        assert!(text.ends_with(MANIFEST), "{text}");
    }

    #[test]
    fn what_is_no_module_or_no_manifest_is_refused() {
        assert!(matches!(
            componentize(b"\0asm", MANIFEST),
            Err(EncodeError::Encode(_))
        ));
        assert!(matches!(
            componentize(&module(), "name = 1"),
            Err(EncodeError::Manifest(_))
        ));
        assert!(matches!(describe(&module()), Err(EncodeError::Decode(_))));
        assert!(matches!(manifest(b"MZ"), Err(EncodeError::Decode(_))));
    }

    #[test]
    fn the_stub_is_its_source_assembled() {
        let source = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/adapter/wasi-preview1-stub.wat"
        );
        let assembled = wat::parse_file(source).unwrap();
        if std::env::var_os("BUILDFIX_BLESS").is_some() {
            std::fs::write(source.replace(".wat", ".wasm"), &assembled).unwrap();
        }
        assert!(
            assembled == STUB,
            "sdk/adapter/wasi-preview1-stub.wasm is out of date: run this test with \
             BUILDFIX_BLESS=1 and build again"
        );
    }

    #[test]
    fn a_module_without_a_world_gets_that_of_the_contract() {
        let (bare, ..) = bare_module();
        assert!(componentize(&bare, MANIFEST).is_err());
        let text = describe(&package(&bare, MANIFEST).unwrap()).unwrap();
        assert_eq!(
            text,
            describe(&componentize(&module(), MANIFEST).unwrap()).unwrap()
        );
    }

    #[test]
    fn a_component_only_gets_the_manifest() {
        let plugin = componentize(&module(), MANIFEST).unwrap();
        let bare = ComponentEncoder::default()
            .module(&module())
            .and_then(|encoder| encoder.encode())
            .unwrap();
        assert_eq!(package(&bare, MANIFEST).unwrap(), plugin);
    }

    #[test]
    fn a_manifest_inside_the_module_does_not_count() {
        let mut module = module();
        let section = CustomSection {
            name: SECTION.into(),
            data: b"forged".into(),
        };
        wasm_encoder::Section::append_to(&section, &mut module);
        let component = componentize(&module, MANIFEST).unwrap();
        assert_eq!(manifest(&component).unwrap().as_deref(), Some(MANIFEST));
    }
}
