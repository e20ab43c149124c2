//! Questions about declarations elsewhere, asked of the host.

use crate::decl::Decl;
use crate::files::Files;
use crate::source::Source;
use buildfix_sdk::{Host, Symbol};
use std::rc::Rc;

/// The language's name in the host's index.
pub const CSHARP: &str = "csharp";

/// Whether a symbol is a type.
#[must_use]
pub fn is_type(symbol: &Symbol) -> bool {
    matches!(
        symbol.kind.as_str(),
        "class" | "struct" | "interface" | "enum" | "record" | "delegate" | "type"
    )
}

/// A name without its type arguments and what qualifies it: `A.B<C>` → `B`.
#[must_use]
pub fn simple(name: &str) -> &str {
    let last = last_part(name.trim());
    last.split(['<', '`', '[', '(', '?'])
        .next()
        .unwrap_or(last)
        .trim()
}

/// What follows the last `.`, `+` or `::` outside brackets.
fn last_part(name: &str) -> &str {
    let mut depth = 0usize;
    let mut from = 0;
    for (at, c) in name.char_indices() {
        match c {
            '<' | '(' | '[' => depth += 1,
            '>' | ')' | ']' => depth = depth.saturating_sub(1),
            '.' | '+' | ':' if depth == 0 => from = at + 1,
            _ => {}
        }
    }
    &name[from..]
}

/// What qualifies a name, without type arguments: `A.B<C>` → `A`.
#[must_use]
pub fn qualifier(name: &str) -> &str {
    let head = name.split(['<', '`']).next().unwrap_or(name);
    head.rsplit_once(['.', '+']).map_or("", |(q, _)| q)
}

/// The number of type arguments or parameters in `Name<A, B>`, `Name<,>` or
/// `Name`3`.
#[must_use]
pub fn arity(name: &str) -> usize {
    if let Some((_, n)) = name.rsplit_once('`') {
        return n.trim().parse().unwrap_or(0);
    }
    let Some(open) = name.find('<') else { return 0 };
    let mut depth = 0usize;
    let mut count = 1;
    for c in name[open..].chars() {
        match c {
            '<' | '(' | '[' => depth += 1,
            '>' | ')' | ']' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return count;
                }
            }
            ',' if depth == 1 => count += 1,
            _ => {}
        }
    }
    count
}

/// The number of type parameters of a type's symbol, where its signature
/// tells.
#[must_use]
pub fn symbol_arity(symbol: &Symbol) -> Option<usize> {
    let at = find_name(&symbol.signature, &symbol.name)?;
    let after = &symbol.signature[at + symbol.name.len()..];
    if after.starts_with(['<', '`']) {
        Some(arity(after))
    } else {
        Some(0)
    }
}

fn find_name(signature: &str, name: &str) -> Option<usize> {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    signature.match_indices(name).map(|(at, _)| at).find(|at| {
        !signature[..*at].ends_with(part) && !signature[at + name.len()..].starts_with(part)
    })
}

/// The types of this simple name.
#[must_use]
pub fn types(host: &dyn Host, name: &str) -> Vec<Symbol> {
    host.find(CSHARP, name)
        .into_iter()
        .filter(is_type)
        .collect()
}

/// The full name of a symbol without type arguments.
#[must_use]
pub fn full_name(symbol: &Symbol) -> String {
    if symbol.container.is_empty() {
        symbol.name.clone()
    } else {
        format!("{}.{}", symbol.container, symbol.name)
    }
}

/// What stands inside the types of this simple name, their base types within
/// the workspace and the library included, as far as a few steps lead.
#[must_use]
pub fn members(host: &dyn Host, type_name: &str) -> Vec<Symbol> {
    const STEPS: usize = 12;
    let mut found = Vec::new();
    let mut queue = vec![simple(type_name).to_owned()];
    let mut next = 0;
    while next < queue.len() && next < STEPS {
        let name = queue[next].clone();
        next += 1;
        for symbol in types(host, &name) {
            found.extend(host.members(CSHARP, &full_name(&symbol)));
            for base in bases(&symbol.signature) {
                if !queue.contains(&base) {
                    queue.push(base);
                }
            }
        }
    }
    found
}

/// The simple names after the `:` of a type's head.
fn bases(signature: &str) -> Vec<String> {
    let Some((_, list)) = signature.split_once(" : ") else {
        return Vec::new();
    };
    let list = list.split(" where ").next().unwrap_or(list);
    let mut found = Vec::new();
    let mut depth = 0usize;
    let mut from = 0;
    for (at, c) in list.char_indices() {
        match c {
            '<' | '(' => depth += 1,
            '>' | ')' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                found.push(simple(&list[from..at]).to_owned());
                from = at + 1;
            }
            _ => {}
        }
    }
    found.push(simple(&list[from..]).to_owned());
    found.retain(|n| !n.is_empty());
    found
}

/// A member as messages name it: `int Owner<T>.Name(T a, int b)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberRef {
    /// The simple name of the type that has it.
    pub owner: String,
    /// Its name; `this` for an indexer.
    pub name: String,
    /// Its parameters as printed, if the message lists them.
    pub parameters: Option<Vec<String>>,
}

/// Reads a member's name as compilers print it.
#[must_use]
pub fn member_ref(text: &str) -> Option<MemberRef> {
    let mut depth = 0usize;
    let mut dots = Vec::new();
    let mut from = 0;
    let mut list = None;
    for (at, c) in text.char_indices() {
        match c {
            '(' | '[' if depth == 0 && at > from && !text[from..at].ends_with([' ', ',']) => {
                // `int[] A.B(…)`: an array's brackets hold nothing.
                if c == '[' && text[at + 1..].trim_start_matches(',').starts_with(']') {
                    continue;
                }
                list = Some(at);
                break;
            }
            '<' | '(' => depth += 1,
            '>' | ')' => depth = depth.saturating_sub(1),
            ' ' if depth == 0 => {
                from = at + 1;
                dots.clear();
            }
            '.' if depth == 0 => dots.push(at),
            _ => {}
        }
    }
    let end = list.unwrap_or(text.len());
    let dot = dots.into_iter().rfind(|d| *d < end)?;
    let name = text[dot + 1..end].split('<').next().unwrap_or_default();
    let parameters = list.map(|open| {
        let inner = text[open + 1..].trim_end_matches([')', ']']);
        split_top(inner).into_iter().map(str::to_owned).collect()
    });
    Some(MemberRef {
        owner: simple(&text[from..dot]).to_owned(),
        name: name.to_owned(),
        parameters,
    })
}

/// The parts between commas outside brackets.
#[must_use]
pub fn split_top(text: &str) -> Vec<&str> {
    let mut depth = 0usize;
    let mut from = 0;
    let mut found = Vec::new();
    for (at, c) in text.char_indices() {
        match c {
            '<' | '(' | '[' => depth += 1,
            '>' | ')' | ']' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                found.push(text[from..at].trim());
                from = at + 1;
            }
            _ => {}
        }
    }
    if !text[from..].trim().is_empty() {
        found.push(text[from..].trim());
    }
    found
}

/// A file that declares something, and what it declares.
#[derive(Debug)]
pub struct Place {
    /// The file.
    pub path: String,
    /// Its text, read.
    pub source: Rc<Source>,
    /// Where the declarations stand in [`Source::decls`].
    pub decls: Vec<usize>,
}

impl Place {
    /// The declarations.
    pub fn decls(&self) -> impl Iterator<Item = &Decl> {
        self.decls.iter().map(|i| &self.source.decls()[*i])
    }
}

/// The workspace's declarations of a type's member, or of the type itself
/// where `member` is `None`: the diagnosed file first, then where the host
/// knows it. At most eight files are looked at.
#[must_use]
pub fn declarations(files: &Files<'_>, owner: &str, member: Option<&str>) -> Vec<Place> {
    let matching = |source: &Source| -> Vec<usize> {
        let decls = source.decls();
        (0..decls.len())
            .filter(|i| {
                let decl = &decls[*i];
                match member {
                    None => decl.kind.is_type() && source.name(decl) == owner,
                    Some(member) => {
                        source.name(decl) == member
                            && decl.kind.is_member()
                            && decl.parent.is_some_and(|p| source.name(&decls[p]) == owner)
                    }
                }
            })
            .collect()
    };
    let mut paths: Vec<String> = types(files.host(), owner)
        .into_iter()
        .map(|s| s.path)
        .filter(|p| !p.is_empty() && p != files.path())
        .collect();
    paths.sort();
    paths.dedup();
    paths.truncate(8);
    paths.insert(0, files.path().to_owned());
    let mut found = Vec::new();
    for path in paths {
        let Some(source) = files.get(&path) else {
            continue;
        };
        let decls = matching(&source);
        if !decls.is_empty() {
            found.push(Place {
                path,
                source,
                decls,
            });
        }
    }
    found
}

/// Whether the type around a byte is declared a second time, not as a part
/// (`partial`). What the compiler says about the inside of such a type is not
/// to be believed.
#[must_use]
pub fn is_repeated(host: &dyn Host, source: &Source, byte: usize) -> bool {
    let Some(decl) = source.type_at(byte) else {
        return false;
    };
    let name = source.name(decl);
    if decl.modifiers.clone().any(|t| source.is(t, "partial")) {
        return false;
    }
    let parameters = |s: &Source, d: &Decl| {
        arity(&format!("<{}>", s.slice(d.type_params.clone())))
            * usize::from(!d.type_params.is_empty())
    };
    let here = source.decls().iter().filter(|d| {
        d.kind.is_type()
            && d.parent == decl.parent
            && source.name(d) == name
            && parameters(source, d) == parameters(source, decl)
    });
    if here.count() > 1 {
        return true;
    }
    let mut same: Vec<(String, Option<usize>)> = types(host, name)
        .iter()
        .filter(|t| t.origin == "workspace" && !t.signature.contains("partial "))
        .map(|t| (t.container.clone(), symbol_arity(t)))
        .filter(|(_, arity)| *arity == Some(parameters(source, decl)))
        .collect();
    same.sort();
    same.windows(2).any(|w| w[0] == w[1])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_names_as_printed() {
        assert_eq!(simple("A.B<C.D>?"), "B");
        assert_eq!(simple("A<B, C>.D"), "D");
        assert_eq!(simple("N.List<A.B>[]"), "List");
        assert_eq!(
            (
                arity("X<,>"),
                arity("X"),
                arity("X<A, B<C, D>>"),
                arity("X`3")
            ),
            (2, 0, 2, 3)
        );
        let m = member_ref("int PairingNodeComparer<T>.CompareNodes(T one, T? second)").unwrap();
        assert_eq!(
            (m.owner.as_str(), m.name.as_str()),
            ("PairingNodeComparer", "CompareNodes")
        );
        assert_eq!(m.parameters.unwrap(), ["T one", "T? second"]);
        let m = member_ref("IoT Dictionary<string, IoT>.this[string key]").unwrap();
        assert_eq!(
            (
                m.owner.as_str(),
                m.name.as_str(),
                m.parameters.unwrap().len()
            ),
            ("Dictionary", "this", 1)
        );
        let m = member_ref("Node<T>.Parent").unwrap();
        assert_eq!(
            (m.owner.as_str(), m.name.as_str(), m.parameters),
            ("Node", "Parent", None)
        );
        assert_eq!(bases("class A<T> : B<T, C>, D.I where T : E"), ["B", "I"]);
        assert!(member_ref("nothing").is_none());
    }
}
