//! Types as javac prints them and sources write them.

/// A type's name without what qualifies it, its arguments and its dimensions:
/// `java.util.Map.Entry<K,V>[]` → `Entry`.
pub(crate) fn simple(ty: &str) -> &str {
    let ty = ty
        .trim()
        .trim_start_matches("? extends ")
        .trim_start_matches("? super ");
    let head = ty.split(['<', '[', ' ']).next().unwrap_or(ty);
    head.trim_end_matches("...")
        .rsplit('.')
        .next()
        .unwrap_or(head)
}

/// The parts between commas outside brackets, trimmed.
pub(crate) fn split(list: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut depth, mut from) = (0usize, 0);
    for (at, c) in list.char_indices() {
        match c {
            '<' | '(' | '[' | '{' => depth += 1,
            '>' | ')' | ']' | '}' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                parts.push(list[from..at].trim());
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.push(list[from..].trim());
    parts.retain(|part| !part.is_empty());
    parts
}

/// The type arguments: `Map<K, List<V>>` → `K`, `List<V>`.
pub(crate) fn arguments(ty: &str) -> Vec<&str> {
    match (ty.find('<'), ty.rfind('>')) {
        (Some(open), Some(close)) if open < close => split(&ty[open + 1..close]),
        _ => Vec::new(),
    }
}

/// Without the blanks that say nothing, as javac prints it.
pub(crate) fn squeezed(ty: &str) -> String {
    let words: Vec<&str> = ty
        .split_whitespace()
        .filter(|w| !w.starts_with('@'))
        .collect();
    let joined = words.join(" ");
    joined
        .replace(", ", ",")
        .replace(" <", "<")
        .replace(" [", "[")
}

/// The class around a primitive type.
pub(crate) fn boxed(ty: &str) -> Option<&'static str> {
    Some(match ty {
        "boolean" => "Boolean",
        "byte" => "Byte",
        "char" => "Character",
        "double" => "Double",
        "float" => "Float",
        "int" => "Integer",
        "long" => "Long",
        "short" => "Short",
        _ => return None,
    })
}

/// The primitive type inside a class, or a primitive type itself.
pub(crate) fn primitive(ty: &str) -> Option<&'static str> {
    Some(match ty {
        "boolean" | "Boolean" => "boolean",
        "byte" | "Byte" => "byte",
        "char" | "Character" => "char",
        "double" | "Double" => "double",
        "float" | "Float" => "float",
        "int" | "Integer" => "int",
        "long" | "Long" => "long",
        "short" | "Short" => "short",
        _ => return None,
    })
}

/// Whether it is one of Java's own value types.
pub(crate) fn is_primitive(ty: &str) -> bool {
    boxed(ty).is_some()
}

/// How wide a number is; wider ones take narrower ones.
fn width(ty: &str) -> Option<u8> {
    Some(match ty {
        "byte" => 1,
        "short" | "char" => 2,
        "int" => 3,
        "long" => 4,
        "float" => 5,
        "double" => 6,
        _ => return None,
    })
}

/// Whether a value of one type fits another, as far as the names tell.
/// Generic arguments are not compared.
pub(crate) fn fits(from: &str, to: &str) -> bool {
    let (from, to) = (squeezed(from), squeezed(to));
    if from == to || from == "<null>" && !is_primitive(&to) || to == "Object" {
        return true;
    }
    if from.ends_with(']') != to.ends_with(']') {
        return false;
    }
    if let (Some(a), Some(b)) = (primitive(&from), primitive(&to)) {
        return a == b
            || is_primitive(&to)
                && a != "char"
                && matches!((width(a), width(b)), (Some(a), Some(b)) if a < b);
    }
    simple(&from) == simple(&to)
}

/// The value that a fresh variable of a type has; `null` for all but Java's
/// own value types.
pub(crate) fn default_value(ty: &str) -> &'static str {
    match ty.trim() {
        "boolean" => "false",
        "byte" | "short" | "int" => "0",
        "char" => "'\\0'",
        "double" => "0.0",
        "float" => "0.0f",
        "long" => "0L",
        _ => "null",
    }
}

/// The class that one makes of a collection's interface, and its package.
pub(crate) fn implementation(ty: &str) -> Option<&'static str> {
    Some(match simple(ty) {
        "List" | "Collection" | "Iterable" => "ArrayList",
        "Map" => "HashMap",
        "Set" => "HashSet",
        "Queue" | "Deque" => "ArrayDeque",
        "SortedMap" | "NavigableMap" => "TreeMap",
        "SortedSet" | "NavigableSet" => "TreeSet",
        "ConcurrentMap" => "ConcurrentHashMap",
        "BlockingQueue" => "LinkedBlockingQueue",
        "BlockingDeque" => "LinkedBlockingDeque",
        _ => return None,
    })
}

/// Whether `new T()` makes an empty thing to fill.
pub(crate) fn has_empty(ty: &str) -> bool {
    matches!(
        simple(ty),
        "ArrayList"
            | "LinkedList"
            | "HashMap"
            | "LinkedHashMap"
            | "TreeMap"
            | "HashSet"
            | "LinkedHashSet"
            | "TreeSet"
            | "ArrayDeque"
            | "PriorityQueue"
            | "Stack"
            | "Vector"
            | "StringBuilder"
            | "StringBuffer"
            | "StringWriter"
            | "ConcurrentHashMap"
            | "CopyOnWriteArrayList"
            | "ByteArrayOutputStream"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_types() {
        assert_eq!(simple("java.util.Map.Entry<K,V>[]"), "Entry");
        assert_eq!(simple("int..."), "int");
        assert_eq!(arguments("Map<K, List<V>>"), ["K", "List<V>"]);
        assert_eq!(split("int[],Map<K,V>,int"), ["int[]", "Map<K,V>", "int"]);
        assert_eq!(squeezed("final Map<K, V> []"), "final Map<K,V>[]");
    }

    #[test]
    fn numbers_fit_wider_ones() {
        assert!(fits("int", "long") && fits("Integer", "int") && fits("int", "Integer"));
        assert!(!fits("long", "int") && !fits("int", "Long") && !fits("int", "String"));
        assert!(fits("<null>", "String") && !fits("<null>", "int"));
        assert!(fits("ArrayList<Integer>", "ArrayList<Integer>") && !fits("int[]", "int"));
    }
}
