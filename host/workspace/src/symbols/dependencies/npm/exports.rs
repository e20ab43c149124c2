//! What a package's modules export, followed through those that pass names on.

use super::super::ecma::{Exports, File, From, Target};
use super::super::{Offer, offer};
use super::package::{MAX_MODULES, Package, Scope};
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

/// How many modules may pass a name on.
const MAX_HOPS: usize = 16;
/// The most modules that are looked into to find out what one package exports.
const MAX_STEPS: usize = 2_000_000;

impl Package<'_> {
    /// Every name that a module exports but `default`, with where it stands.
    fn names(&mut self, scope: &Scope, seen: &mut HashSet<Scope>) -> Vec<(String, Scope, Target)> {
        self.steps += 1;
        if !seen.insert(scope.clone()) || seen.len() > MAX_MODULES || self.steps > MAX_STEPS {
            return Vec::new();
        }
        let mut found = Vec::new();
        for (place, file) in self.exports(scope) {
            let Some(exports) = of(&file, scope) else {
                continue;
            };
            let members = exports.equals.iter().flat_map(|(_, members)| members);
            for (name, target) in exports.names.iter().chain(members) {
                found.push((name.clone(), place.clone(), target.clone()));
            }
            for star in &exports.stars {
                if let Some(module) = self.resolve(&place, star) {
                    let more = self.names(&module, seen);
                    found.extend(more.into_iter().filter(|(name, ..)| name != "default"));
                }
            }
        }
        found
    }

    /// What a name of a module is, followed to its declaration.
    fn look_up(&mut self, scope: &Scope, name: &str, hops: usize) -> Option<Target> {
        self.steps += 1;
        if hops > MAX_HOPS || self.steps > MAX_STEPS {
            return None;
        }
        for (place, file) in self.exports(scope) {
            let Some(exports) = of(&file, scope) else {
                continue;
            };
            let members = exports.equals.iter().flat_map(|(_, members)| members);
            let own = exports.names.iter().chain(members);
            if let Some((_, target)) = own.into_iter().find(|(known, _)| known == name) {
                return self.follow(&place, target, hops);
            }
            if name == "default"
                && let Some((whole, _)) = &exports.equals
            {
                return self.follow(&place, whole, hops);
            }
            for star in &exports.stars {
                if let Some(module) = self.resolve(&place, star)
                    && let Some(found) = self.look_up(&module, name, hops + 1)
                {
                    return Some(found);
                }
            }
        }
        None
    }

    /// The declaration that a target leads to; `None` if that is not found.
    fn follow(&mut self, place: &Scope, target: &Target, hops: usize) -> Option<Target> {
        let Target::There(From { module, name }) = target else {
            return Some(target.clone());
        };
        let module = self.resolve(place, module)?;
        if name == "*" {
            return Some(Target::Here {
                kind: "namespace",
                signature: String::new(),
                local: String::new(),
            });
        }
        self.look_up(&module, name, hops + 1)
    }

    /// Adds what a module offers under a specifier.
    pub(super) fn offer_of(&mut self, specifier: &str, scope: &Scope, offers: &mut Vec<Offer>) {
        let container: Arc<str> = Arc::from(specifier);
        let mut names: BTreeMap<String, Offer> = BTreeMap::new();
        for (name, place, target) in self.names(scope, &mut HashSet::new()) {
            let (kind, signature, local) = match self.follow(&place, &target, 0) {
                Some(Target::Here {
                    kind,
                    signature,
                    local,
                }) => (kind, signature, local),
                // It is exported, whatever it is.
                _ => ("export", String::new(), String::new()),
            };
            if name == "default" {
                let signature = said("export default", &signature, &local);
                for name in called(specifier, &local) {
                    offers.push(offer(&name, kind, &container, &signature));
                }
                continue;
            }
            let signature = match signature.as_str() {
                "" => format!("export {name}"),
                _ => signature,
            };
            let new = offer(&name, kind, &container, &signature);
            let known = names.get(&name);
            if known.is_none_or(|known| matches!(known.kind, "interface" | "type" | "export")) {
                names.insert(name, new);
            }
        }
        offers.extend(names.into_values());
        for (place, file) in self.exports(scope) {
            let equals = of(&file, scope).and_then(|exports| exports.equals.clone());
            let Some((whole, _)) = equals else {
                continue;
            };
            if let Some(Target::Here {
                kind,
                signature,
                local,
            }) = self.follow(&place, &whole, 0)
            {
                let signature = said("export =", &signature, &local);
                let mut all = called(specifier, &local);
                all.extend(file.global.clone());
                all.sort_unstable();
                all.dedup();
                for name in all {
                    offers.push(offer(&name, kind, &container, &signature));
                }
            }
        }
    }
}

/// The exports of a scope in one of its files.
fn of<'f>(file: &'f File, scope: &Scope) -> Option<&'f Exports> {
    match scope {
        Scope::File(_) => Some(&file.own),
        Scope::Block(name) => {
            let mut blocks = file.modules.iter();
            Some(&blocks.find(|(module, _)| module == name)?.1)
        }
    }
}

/// A signature that begins with how its declaration is exported.
fn said(how: &str, signature: &str, local: &str) -> String {
    let rest = signature
        .trim_start_matches("export default ")
        .trim_start_matches("export ");
    match rest {
        "" => format!("{how} {local}"),
        _ => format!("{how} {rest}"),
    }
}

/// What a module that is one thing would be called where it is imported: after
/// its package, and as its own files call it.
fn called(specifier: &str, local: &str) -> Vec<String> {
    let base = specifier.rsplit('/').next().unwrap_or(specifier);
    let mut camel = String::new();
    let mut upper = false;
    for c in base.chars() {
        if c.is_alphanumeric() || matches!(c, '_' | '$') {
            if upper {
                camel.extend(c.to_uppercase());
            } else {
                camel.push(c);
            }
            upper = false;
        } else {
            upper = true;
        }
    }
    let mut first = camel.chars();
    let pascal = first
        .next()
        .map(|c| c.to_uppercase().chain(first).collect::<String>());
    let mut names: Vec<String> = pascal.into_iter().chain([camel]).collect();
    // `declare function e(): Express; export = e;` is not called so elsewhere.
    if local.chars().count() > 2 && !local.starts_with('_') {
        names.push(local.to_owned());
    }
    names.sort_unstable();
    names.dedup();
    names
}
