//! Taking away exports that a tool chain left behind.
//!
//! The runtimes of JavaScript and Python are initialised when a plugin is built, by
//! calling the component, and the exports for that stay in the file. They are not the
//! world's, and a host would refuse the plugin for them. An export has an index of its
//! own, so those behind it move up.

use crate::preflight::EXPORTS;
use wasm_encoder::reencode::{Error, Reencode, ReencodeComponent, component_utils};
use wasm_encoder::{Component, ComponentExportSection};
use wasmparser::{
    CanonicalFunction, ComponentAlias, ComponentExport, ComponentExternalKind, ComponentTypeRef,
    Parser, Payload,
};

/// The component without the functions and interfaces that it exports beyond the
/// world's; `None` where there are none.
///
/// # Errors
/// Says where the file stops being a component.
pub fn trim(component: &[u8]) -> anyhow::Result<Option<Vec<u8>>> {
    let mut trimmer = Trimmer::of(component)?;
    if trimmer.funcs.is_empty() && trimmer.instances.is_empty() {
        return Ok(None);
    }
    let mut out = Component::new();
    trimmer
        .parse_component(&mut out, Parser::new(0), component)
        .map_err(|error| anyhow::anyhow!("{error}"))?;
    let bytes = out.finish();
    wasmparser::Validator::new_with_features(wasmparser::WasmFeatures::all())
        .validate_all(&bytes)?;
    Ok(Some(bytes))
}

fn superfluous(export: &ComponentExport<'_>) -> bool {
    !EXPORTS.contains(&export.name.name)
        && matches!(
            export.kind,
            ComponentExternalKind::Func | ComponentExternalKind::Instance
        )
}

/// The indices that the dropped exports had, ascending, and how deep the walk is.
#[derive(Default)]
struct Trimmer {
    funcs: Vec<u32>,
    instances: Vec<u32>,
    depth: u32,
}

impl Trimmer {
    /// Counts what has an index, in order of place.
    fn of(component: &[u8]) -> anyhow::Result<Self> {
        let mut trimmer = Self::default();
        let (mut funcs, mut instances, mut depth) = (0_u32, 0_u32, 0_u32);
        for payload in Parser::new(0).parse_all(component) {
            match payload? {
                Payload::Version { .. } => depth += 1,
                Payload::End(_) => depth -= 1,
                _ if depth != 1 => {}
                Payload::ComponentImportSection(section) => {
                    for import in section {
                        match import?.ty {
                            ComponentTypeRef::Func(_) => funcs += 1,
                            ComponentTypeRef::Instance(_) => instances += 1,
                            _ => {}
                        }
                    }
                }
                Payload::ComponentAliasSection(section) => {
                    for alias in section {
                        if let ComponentAlias::InstanceExport { kind, .. } = alias? {
                            match kind {
                                ComponentExternalKind::Func => funcs += 1,
                                ComponentExternalKind::Instance => instances += 1,
                                _ => {}
                            }
                        }
                    }
                }
                Payload::ComponentCanonicalSection(section) => {
                    for function in section {
                        if let CanonicalFunction::Lift { .. } = function? {
                            funcs += 1;
                        }
                    }
                }
                Payload::ComponentInstanceSection(section) => instances += section.count(),
                Payload::ComponentExportSection(section) => {
                    for export in section {
                        let export = export?;
                        let (next, dropped) = match export.kind {
                            ComponentExternalKind::Func => (&mut funcs, &mut trimmer.funcs),
                            ComponentExternalKind::Instance => {
                                (&mut instances, &mut trimmer.instances)
                            }
                            _ => continue,
                        };
                        if superfluous(&export) {
                            dropped.push(*next);
                        }
                        *next += 1;
                    }
                }
                _ => {}
            }
        }
        Ok(trimmer)
    }

    fn moved(&self, dropped: &[u32], index: u32) -> u32 {
        if self.depth > 0 {
            return index;
        }
        let before = dropped.partition_point(|dropped| *dropped < index);
        index - u32::try_from(before).unwrap_or(0)
    }
}

impl Reencode for Trimmer {
    type Error = std::convert::Infallible;
}

impl ReencodeComponent for Trimmer {
    fn component_func_index(&mut self, index: u32) -> u32 {
        self.moved(&self.funcs, index)
    }

    fn component_instance_index(&mut self, index: u32) -> u32 {
        self.moved(&self.instances, index)
    }

    fn push_depth(&mut self) {
        self.depth += 1;
    }

    fn pop_depth(&mut self) {
        self.depth -= 1;
    }

    fn parse_component_export(
        &mut self,
        exports: &mut ComponentExportSection,
        export: ComponentExport<'_>,
    ) -> Result<(), Error<Self::Error>> {
        if self.depth == 0 && superfluous(&export) {
            return Ok(());
        }
        component_utils::parse_component_export(self, exports, export)
    }
}
