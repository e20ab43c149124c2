//! Taking away exports that a tool chain left behind.
//!
//! The runtimes of JavaScript and Python are initialised when a plugin is built, by
//! calling the component, and the exports for that stay in the file. They are not the
//! world's, and a host would refuse the plugin for them. An export has an index of its
//! own, so those behind it move up, and what refers to one that goes is made to refer
//! to what was exported.

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

/// The indices that the dropped exports had, ascending, each with the index of what
/// it exported, and how deep the walk is.
#[derive(Default)]
struct Trimmer {
    funcs: Vec<(u32, u32)>,
    instances: Vec<(u32, u32)>,
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
                            dropped.push((*next, export.index));
                        }
                        *next += 1;
                    }
                }
                _ => {}
            }
        }
        Ok(trimmer)
    }

    fn moved(&self, dropped: &[(u32, u32)], mut index: u32) -> u32 {
        if self.depth > 0 {
            return index;
        }
        // What is exported stands before its export, so this comes to an end even
        // where a damaged file says otherwise.
        while let Ok(at) = dropped.binary_search_by_key(&index, |(export, _)| *export) {
            let (export, source) = dropped[at];
            if source >= export {
                break;
            }
            index = source;
        }
        let before = dropped.partition_point(|(export, _)| *export < index);
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::fmt::Write as _;
    use wasmtime::component::Linker;
    use wasmtime::{Engine, Store};

    /// What stands in a component, in the order in which it gets its index.
    #[derive(Clone, Debug)]
    enum Item {
        /// A function from the core module, by its number.
        Lift(usize),
        /// An instance that exports one of the functions so far.
        Instance(usize),
        /// A function of an instance so far.
        Alias(usize),
        /// An export of a function so far, which is a new function.
        Export(usize),
        /// An export of an instance so far, which is a new instance.
        ExportInstance(usize),
        /// A component inside, with exports of its own.
        Nested,
    }

    const FUNCTIONS: usize = 4;

    /// A component whose core functions return their own numbers, so that an
    /// export tells what it leads to; `fix` leads to the one with this number.
    fn text(items: &[Item], fix: usize) -> String {
        let mut text = String::from("(component\n(core module $m\n");
        for n in 0..FUNCTIONS {
            let _ = writeln!(
                text,
                "(func (export \"f{n}\") (result i32) (i32.const {n}))"
            );
        }
        text.push_str(")\n(core instance $i (instantiate $m))\n");
        text.push_str("(func $import (import \"log\") (result u32))\n");
        let mut funcs = vec!["$import".to_owned()];
        let mut instances: Vec<String> = Vec::new();
        for (at, item) in items.iter().chain([&Item::Lift(fix)]).enumerate() {
            let _ = match item {
                Item::Lift(n) => {
                    funcs.push(format!("$f{at}"));
                    writeln!(
                        text,
                        "(func $f{at} (result u32) (canon lift (core func $i \"f{}\")))",
                        n % FUNCTIONS
                    )
                }
                Item::Instance(n) => {
                    instances.push(format!("$i{at}"));
                    let of = &funcs[n % funcs.len()];
                    writeln!(text, "(instance $i{at} (export \"x\" (func {of})))")
                }
                Item::Alias(n) if !instances.is_empty() => {
                    let of = &instances[n % instances.len()];
                    funcs.push(format!("$f{at}"));
                    writeln!(text, "(alias export {of} \"x\" (func $f{at}))")
                }
                Item::Export(n) => {
                    let of = funcs[n % funcs.len()].clone();
                    funcs.push(format!("$f{at}"));
                    writeln!(text, "(export $f{at} \"extra{at}\" (func {of}))")
                }
                Item::ExportInstance(n) if !instances.is_empty() => {
                    let of = instances[n % instances.len()].clone();
                    writeln!(text, "(export \"iface{at}\" (instance {of}))")
                }
                Item::Nested => writeln!(
                    text,
                    "(component (import \"a\" (func $a)) (export \"b\" (func $a)))"
                ),
                _ => Ok(()),
            };
        }
        let _ = writeln!(text, "(export \"fix\" (func $f{})))", items.len());
        text
    }

    /// The names that the outermost component exports.
    fn exports(component: &[u8]) -> Vec<String> {
        let (mut names, mut depth) = (Vec::new(), 0);
        for payload in Parser::new(0).parse_all(component) {
            match payload.unwrap() {
                Payload::Version { .. } => depth += 1,
                Payload::End(_) => depth -= 1,
                Payload::ComponentExportSection(section) if depth == 1 => {
                    names.extend(section.into_iter().map(|e| e.unwrap().name.name.to_owned()));
                }
                _ => {}
            }
        }
        names
    }

    /// What `fix` returns.
    fn call(component: &[u8]) -> u32 {
        let engine = Engine::default();
        let component = wasmtime::component::Component::new(&engine, component).unwrap();
        let mut linker = Linker::new(&engine);
        linker
            .root()
            .func_wrap("log", |_, (): ()| Ok((99_u32,)))
            .unwrap();
        let mut store = Store::new(&engine, ());
        let instance = linker.instantiate(&mut store, &component).unwrap();
        let fix = instance.get_typed_func::<(), (u32,)>(&mut store, "fix");
        fix.unwrap().call(&mut store, ()).unwrap().0
    }

    fn items() -> impl Strategy<Value = Vec<Item>> {
        let one = prop_oneof![
            (0..FUNCTIONS).prop_map(Item::Lift),
            any::<usize>().prop_map(Item::Instance),
            any::<usize>().prop_map(Item::Alias),
            any::<usize>().prop_map(Item::Export),
            any::<usize>().prop_map(Item::ExportInstance),
            Just(Item::Nested),
        ];
        prop::collection::vec(one, 0..24)
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

        /// Whatever else is exported and whatever stands between, `fix` alone is
        /// left, and leads where it led.
        #[test]
        fn fix_alone_is_left_and_leads_where_it_led(items in items(), fix in 0..FUNCTIONS) {
            let whole = wat::parse_str(text(&items, fix)).unwrap();
            let before = exports(&whole);
            match trim(&whole).unwrap() {
                None => prop_assert_eq!(before, ["fix"]),
                Some(trimmed) => {
                    prop_assert!(before.len() > 1);
                    prop_assert_eq!(exports(&trimmed), ["fix"]);
                    prop_assert_eq!(call(&trimmed), u32::try_from(fix).unwrap());
                    // And nothing is left to do.
                    prop_assert_eq!(trim(&trimmed).unwrap(), None);
                }
            }
        }

        /// Bytes that are no component, or were one, end in an error or a component.
        #[test]
        fn damage_does_no_harm(
            items in items(),
            changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8),
            cut in any::<prop::sample::Index>(),
        ) {
            let mut bytes = wat::parse_str(text(&items, 0)).unwrap();
            for (at, byte) in changes {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            bytes.truncate(cut.index(bytes.len() + 1));
            let _ = trim(&bytes);
        }
    }

    #[test]
    fn an_export_that_an_export_needs_is_followed_to_its_source() {
        // `extra1` is a new function, and so is the one that it exports on.
        let items = [
            Item::Lift(3),
            Item::Export(1),
            Item::Export(2),
            Item::Instance(3),
            Item::ExportInstance(0),
            Item::Alias(0),
        ];
        let whole = text(&items, 2).replace("(func $f6)))", "(func $f5)))");
        let whole = wat::parse_str(whole).unwrap();
        assert_eq!(exports(&whole), ["extra1", "extra2", "iface4", "fix"]);
        let trimmed = trim(&whole).unwrap().unwrap();
        assert_eq!(exports(&trimmed), ["fix"]);
        assert_eq!(call(&trimmed), 3);
    }
}
