//! What kind of type a written type is, and how to write one shorter.

use crate::decl::DeclKind;
use crate::source::Source;
use crate::{scope, symbols};
use buildfix_sdk::Host;

/// The kinds that fixes tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TypeClass {
    /// Built-in value types, structs, enums, tuples.
    Value,
    /// `string`.
    String,
    /// An array.
    Array,
    /// A collection's interface: `IEnumerable<T>`, `IList<T>`, …
    CollectionInterface,
    /// A collection that `new()` makes: `List<T>`, `Dictionary<K, V>`, …
    Collection,
    /// A type parameter in reach.
    TypeParameter,
    /// Another class, interface or delegate, or a type nobody knows.
    Reference,
}

const VALUES: [&str; 39] = [
    "bool",
    "byte",
    "sbyte",
    "char",
    "decimal",
    "double",
    "float",
    "int",
    "uint",
    "nint",
    "nuint",
    "long",
    "ulong",
    "short",
    "ushort",
    "void",
    "Boolean",
    "Byte",
    "SByte",
    "Char",
    "Decimal",
    "Double",
    "Single",
    "Int16",
    "UInt16",
    "Int32",
    "UInt32",
    "Int64",
    "UInt64",
    "DateTime",
    "DateTimeOffset",
    "TimeSpan",
    "DateOnly",
    "TimeOnly",
    "Guid",
    "CancellationToken",
    "KeyValuePair",
    "ValueTask",
    "Half",
];

const COLLECTION_INTERFACES: [&str; 7] = [
    "IEnumerable",
    "ICollection",
    "IList",
    "IReadOnlyCollection",
    "IReadOnlyList",
    "IReadOnlySet",
    "ISet",
];

const COLLECTIONS: [&str; 16] = [
    "List",
    "Dictionary",
    "HashSet",
    "Queue",
    "Stack",
    "SortedSet",
    "SortedDictionary",
    "SortedList",
    "LinkedList",
    "ConcurrentDictionary",
    "ConcurrentBag",
    "ConcurrentQueue",
    "ConcurrentStack",
    "ObservableCollection",
    "Collection",
    "PriorityQueue",
];

/// The kind of a written type as seen from a byte of a file. The type's own
/// `?` is not counted.
#[must_use]
pub fn classify(ty: &str, source: &Source, byte: usize, host: &dyn Host) -> TypeClass {
    let ty = ty.trim().trim_end_matches('?').trim();
    if ty.ends_with(']') {
        return TypeClass::Array;
    }
    if ty.starts_with('(') {
        return TypeClass::Value;
    }
    let name = symbols::simple(ty);
    let generic = ty.contains('<');
    if name == "string" || (name == "String" && !generic) {
        return TypeClass::String;
    }
    if VALUES.contains(&name) {
        return TypeClass::Value;
    }
    if scope::type_parameters(source, byte)
        .iter()
        .any(|p| p == name)
        && !generic
    {
        return TypeClass::TypeParameter;
    }
    if generic && COLLECTION_INTERFACES.contains(&name) {
        return TypeClass::CollectionInterface;
    }
    if generic && COLLECTIONS.contains(&name) {
        return TypeClass::Collection;
    }
    let mut own = source
        .decls()
        .iter()
        .filter(|d| d.kind.is_type() && source.name(d) == name)
        .peekable();
    let value = |kind: DeclKind| kind.is_value_type();
    if own.peek().is_some() {
        return if own.all(|d| value(d.kind)) {
            TypeClass::Value
        } else {
            TypeClass::Reference
        };
    }
    let known = symbols::types(host, name);
    let is_value = |s: &buildfix_sdk::Symbol| {
        matches!(s.kind.as_str(), "struct" | "enum")
            || (s.kind == "record" && s.signature.contains("record struct"))
    };
    // A workspace's type hides the library's of the same name.
    let workspace: Vec<_> = known.iter().filter(|s| s.origin == "workspace").collect();
    let deciding: Vec<_> = if workspace.is_empty() {
        known.iter().collect()
    } else {
        workspace
    };
    if !deciding.is_empty() && deciding.into_iter().all(is_value) {
        return TypeClass::Value;
    }
    TypeClass::Reference
}

/// A type as a message prints it, without the namespaces that the file sees
/// anyway. `visible` is what [`crate::usings::visible`] gives.
#[must_use]
pub fn shorten(ty: &str, visible: &[String]) -> String {
    let mut out = String::with_capacity(ty.len());
    let mut rest = ty;
    while let Some(c) = rest.chars().next() {
        if c.is_alphabetic() || c == '_' {
            let end = rest
                .find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.'))
                .unwrap_or(rest.len());
            let path = &rest[..end];
            let cut = path
                .match_indices('.')
                .map(|(at, _)| at)
                .filter(|at| visible.iter().any(|v| v == &path[..*at]))
                .max();
            out.push_str(cut.map_or(path, |at| &path[at + 1..]));
            rest = &rest[end..];
        } else {
            out.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shortens_what_is_visible() {
        let visible = vec!["System".to_owned(), "A.B".to_owned()];
        assert_eq!(
            shorten("A.B.C<System.Int32, X.Y>", &visible),
            "C<Int32, X.Y>"
        );
    }
}
