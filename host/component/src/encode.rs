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
use wit_component::{ComponentEncoder, DecodedWasm, WitPrinter};

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

    let mut names = ComponentNameSection::new();
    names.component(&fields.name);
    names.append_to_component(&mut component);
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
            .append_to_component(&mut component);
        }
    }
    Ok(component)
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
    use wit_component::{StringEncoding, dummy_module, embed_component_metadata};
    use wit_parser::{ManglingAndAbi, Resolve};

    const MANIFEST: &str = "name = \"demo\"\nversion = \"1.0.0\"\nlicense = \"MIT\"\n";

    /// A module that fits the fixer contract and traps when called.
    fn module() -> Vec<u8> {
        let mut resolve = Resolve::default();
        let wit = concat!(env!("CARGO_MANIFEST_DIR"), "/../../wit/fixer-0.1.0");
        let (package, _) = resolve.push_dir(wit).unwrap();
        let world = resolve.select_world(&[package], Some("fixer")).unwrap();
        let mut module = dummy_module(&resolve, world, ManglingAndAbi::Standard32);
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
