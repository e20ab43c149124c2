//! Types by name as the diagnosed file sees them, and what they have.

use crate::{Context, JAVA, imports, types};
use buildfix_sdk::Symbol;
use std::collections::BTreeSet;

/// How many base types are followed.
const STEPS: usize = 24;

/// Whether a symbol is a type.
pub(crate) fn is_type(symbol: &Symbol) -> bool {
    matches!(
        symbol.kind.as_str(),
        "class" | "interface" | "enum" | "record"
    )
}

/// A symbol's name with what encloses it.
pub(crate) fn full_name(symbol: &Symbol) -> String {
    if symbol.container.is_empty() {
        symbol.name.clone()
    } else {
        format!("{}.{}", symbol.container, symbol.name)
    }
}

/// The package of a container, as Java's habit of small letters tells.
pub(crate) fn package_of(container: &str) -> &str {
    let mut end = 0;
    for part in container.split('.') {
        if part.starts_with(char::is_uppercase) {
            break;
        }
        end += part.len() + 1;
    }
    container.get(..end.saturating_sub(1)).unwrap_or(container)
}

impl Context<'_> {
    /// The types of this simple name that the file could mean, likeliest
    /// first.
    pub(crate) fn types_named(&self, name: &str) -> Vec<Symbol> {
        let mut found = self.host.find(JAVA, name);
        found.retain(|s| is_type(s) && (s.exported || s.path == self.request.file.path));
        let own = imports::package(&self.file);
        let imported = imports::of(&self.file);
        found.sort_by_key(|s| {
            let full = full_name(s);
            let rank = if s.path == self.request.file.path {
                0
            } else if imported.iter().any(|i| !i.fixed && i.name == full) {
                1
            } else if s.container == own {
                2
            } else if s.container == "java.lang" {
                3
            } else if imported
                .iter()
                .any(|i| i.name.strip_suffix(".*") == Some(&s.container))
            {
                4
            } else if s.origin == "workspace" {
                5
            } else {
                6 + imports::popularity(package_of(&s.container))
            };
            (rank, full)
        });
        found
    }

    /// The type that a name means here.
    pub(crate) fn type_named(&self, ty: &str) -> Option<Symbol> {
        self.types_named(types::simple(ty)).into_iter().next()
    }

    /// A type's members with those of its base types, nearest first.
    pub(crate) fn members_of(&self, symbol: &Symbol) -> Vec<Symbol> {
        let mut found = Vec::new();
        for base in self.bases(symbol) {
            found.extend(self.host.members(JAVA, &full_name(&base)));
        }
        found
    }

    /// A type and its base types, nearest first.
    pub(crate) fn bases(&self, symbol: &Symbol) -> Vec<Symbol> {
        let mut queue = vec![symbol.clone()];
        let mut seen = BTreeSet::from([full_name(symbol)]);
        let mut next = 0;
        while next < queue.len() && next < STEPS {
            let current = queue[next].clone();
            next += 1;
            for name in base_names(&current.signature) {
                let home = package_of(&current.container).to_owned();
                let mut bases = self.types_named(types::simple(&name));
                // A library's types name each other, not the project's.
                if current.origin != "workspace" {
                    bases.retain(|b| b.origin == current.origin);
                    bases.sort_by_key(|b| package_of(&b.container) != home);
                }
                if let Some(base) = bases.into_iter().next()
                    && seen.insert(full_name(&base))
                {
                    queue.push(base);
                }
            }
        }
        if let Some(object) = self
            .host
            .find(JAVA, "Object")
            .into_iter()
            .find(|s| s.container == "java.lang" && is_type(s))
        {
            queue.push(object);
        }
        queue
    }

    /// Whether values of one type are also of another.
    pub(crate) fn assignable(&self, from: &str, to: &str) -> bool {
        if types::fits(from, to) {
            return true;
        }
        if types::is_primitive(to) || from.ends_with(']') || to.ends_with(']') {
            return false;
        }
        let from = types::boxed(from).unwrap_or(from);
        self.type_named(from).is_some_and(|symbol| {
            self.bases(&symbol)
                .iter()
                .any(|base| base.name == types::simple(to))
        })
    }
}

/// What a type's head says after `extends` and `implements`.
pub(crate) fn base_names(signature: &str) -> Vec<String> {
    let mut depth = 0usize;
    let mut plain = String::new();
    // Words of type parameters (`<T extends X>`) are not the type's own.
    for c in signature.chars() {
        match c {
            '<' => depth += 1,
            '>' => depth = depth.saturating_sub(1),
            _ if depth == 0 => plain.push(c),
            _ => {}
        }
    }
    let Some(start) = ["extends ", "implements "]
        .iter()
        .filter_map(|word| plain.find(word))
        .min()
    else {
        return Vec::new();
    };
    plain[start..]
        .replace("extends ", "")
        .replace("implements ", ",")
        .replace(" permits ", ",")
        .split(',')
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
        .collect()
}

/// The type that a field, method or constant has, as its signature says.
pub(crate) fn value_type(symbol: &Symbol) -> String {
    let signature = symbol.signature.as_str();
    let Some(at) = signature
        .match_indices(&symbol.name)
        .map(|(at, _)| at)
        .find(|at| {
            let after = signature[at + symbol.name.len()..].trim_start();
            signature[..*at].ends_with([' ', '>'])
                && (after.is_empty() || after.starts_with(['(', '[']))
        })
    else {
        return String::new();
    };
    let mut ty = signature[..at].trim();
    const MODIFIERS: [&str; 11] = [
        "public",
        "protected",
        "private",
        "static",
        "final",
        "abstract",
        "default",
        "synchronized",
        "native",
        "volatile",
        "transient",
    ];
    while let Some((word, rest)) = ty.split_once(' ')
        && MODIFIERS.contains(&word)
    {
        ty = rest.trim_start();
    }
    // `<K, V> Map<K, V> name()`
    if ty.starts_with('<') {
        let mut depth = 0usize;
        let end = ty.char_indices().find_map(|(at, c)| {
            match c {
                '<' => depth += 1,
                '>' => depth -= 1,
                _ => {}
            }
            (depth == 0).then_some(at + 1)
        });
        ty = ty[end.unwrap_or(ty.len())..].trim_start();
    }
    types::squeezed(ty)
}

/// The parameters of a method's or constructor's signature: types and names.
pub(crate) fn parameters(symbol: &Symbol) -> Option<Vec<(String, String)>> {
    let signature = symbol.signature.as_str();
    let open = signature.find(&format!("{}(", symbol.name))? + symbol.name.len();
    let mut depth = 0usize;
    let close = signature[open..].char_indices().find_map(|(at, c)| {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        (depth == 0).then_some(open + at)
    })?;
    let list = types::split(&signature[open + 1..close]);
    Some(list.into_iter().map(crate::model::parameter).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn symbol(name: &str, signature: &str) -> Symbol {
        Symbol {
            name: name.into(),
            kind: "method".into(),
            container: String::new(),
            language: JAVA.into(),
            origin: "workspace".into(),
            path: String::new(),
            start: 0,
            end: 0,
            exported: true,
            signature: signature.into(),
        }
    }

    #[test]
    fn reads_heads() {
        assert_eq!(
            base_names("public class A<T extends X> extends B<T> implements I, J<K, V>"),
            ["B", "I", "J"]
        );
        assert_eq!(base_names("interface I extends A, B"), ["A", "B"]);
        assert!(base_names("class A<T extends X>").is_empty());
        assert_eq!(package_of("java.util.Map"), "java.util");
    }

    #[test]
    fn reads_signatures() {
        let of = symbol("of", "static <K, V> Map<K, V> of(K key, V... v)");
        assert_eq!(value_type(&of), "Map<K,V>");
        assert_eq!(
            parameters(&of).unwrap(),
            [("K".into(), "key".into()), ("V...".into(), "v".into())]
        );
        assert_eq!(value_type(&symbol("n", "private final int n")), "int");
        let sleep = symbol("sleep", "public static void sleep(long, int) throws X");
        assert_eq!(parameters(&sleep).unwrap().len(), 2);
    }
}
