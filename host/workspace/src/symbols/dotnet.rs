//! The .NET base library's public declarations, shipped in the binary.
//!
//! `dotnet.bin` is made by `tools/dotnet-index` from the framework's own
//! assemblies: the length of the text, and a raw deflate stream of lines sorted
//! by name, `name⇥kind⇥container⇥signature`. It is unpacked at the first
//! question about C# (some ms, 5 MB), names are looked up in it by bisection,
//! and the two indexes beside it are made when first asked for.
//!
//! Everything in it is public or protected. Overrides are left out: the base
//! type, named in the signature, has the member.

use super::Symbol;
use super::near::{Lengths, Wanted};
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

/// The origin of these declarations.
pub const ORIGIN: &str = "dotnet";

static PACKED: &[u8] = include_bytes!("dotnet.bin");
static LIBRARY: OnceLock<Library> = OnceLock::new();

struct Library {
    text: String,
    /// Where the lines of a container start.
    containers: OnceLock<HashMap<&'static str, Vec<usize>>>,
    lengths: OnceLock<Lengths>,
}

fn library() -> &'static Library {
    LIBRARY.get_or_init(|| Library {
        text: unpack(PACKED).unwrap_or_default(),
        containers: OnceLock::new(),
        lengths: OnceLock::new(),
    })
}

/// Fails only on damaged data, which a test rules out.
fn unpack(packed: &[u8]) -> Option<String> {
    let (length, stream) = packed.split_first_chunk()?;
    let length = u32::from_le_bytes(*length) as usize;
    let bytes = miniz_oxide::inflate::decompress_to_vec_with_limit(stream, length).ok()?;
    String::from_utf8(bytes).ok()
}

/// The fields of a line.
fn fields(line: &'static str) -> Option<[&'static str; 4]> {
    let mut fields = line.split('\t');
    Some([
        fields.next()?,
        fields.next()?,
        fields.next()?,
        fields.next()?,
    ])
}

fn symbol(line: &'static str) -> Option<Symbol> {
    let [name, kind, container, signature] = fields(line)?;
    Some(Symbol {
        origin: ORIGIN,
        container: container.to_owned(),
        path: String::new(),
        start: 0,
        end: 0,
        name: name.to_owned(),
        kind,
        language: "csharp",
        exported: true,
        signature: signature.to_owned(),
    })
}

impl Library {
    /// The line that starts at a byte, without its end.
    fn line(&'static self, start: usize) -> &'static str {
        let rest = self.text.get(start..).unwrap_or_default();
        rest.split('\n').next().unwrap_or_default()
    }

    /// Where the line around a byte starts.
    fn line_start(&self, byte: usize) -> usize {
        self.text.as_bytes()[..byte]
            .iter()
            .rposition(|&byte| byte == b'\n')
            .map_or(0, |end| end + 1)
    }

    /// Where the first line starts whose name is not before `name`.
    fn lower_bound(&'static self, name: &str) -> usize {
        let (mut low, mut high) = (0, self.text.len());
        while low < high {
            let start = self.line_start((low + high) / 2);
            let line = self.line(start);
            if line.split('\t').next().unwrap_or_default() < name {
                low = (start + line.len() + 1).min(self.text.len());
            } else {
                high = start;
            }
        }
        low
    }

    fn containers(&'static self) -> &'static HashMap<&'static str, Vec<usize>> {
        self.containers.get_or_init(|| {
            let mut containers: HashMap<_, Vec<usize>> = HashMap::new();
            let mut start = 0;
            for line in self.text.lines() {
                if let Some([_, _, container, _]) = fields(line) {
                    containers.entry(container).or_default().push(start);
                }
                start += line.len() + 1;
            }
            containers
        })
    }

    fn lengths(&'static self) -> &'static Lengths {
        self.lengths.get_or_init(|| {
            let mut lengths = Lengths::default();
            let mut last = "";
            for line in self.text.lines() {
                let name = line.split('\t').next().unwrap_or_default();
                if name != last {
                    lengths.insert(Arc::from(name));
                }
                last = name;
            }
            lengths
        })
    }
}

/// Declarations of exactly this name.
pub(super) fn find(name: &str) -> Vec<Symbol> {
    let library = library();
    let mut start = library.lower_bound(name);
    let mut found = Vec::new();
    while start < library.text.len() {
        let line = library.line(start);
        if line.split('\t').next() != Some(name) {
            break;
        }
        found.extend(symbol(line));
        start += line.len() + 1;
    }
    found
}

/// What stands directly inside a namespace or type.
pub(super) fn members(container: &str) -> Vec<Symbol> {
    let library = library();
    let starts = library
        .containers()
        .get(container)
        .map_or(&[][..], Vec::as_slice);
    starts
        .iter()
        .filter_map(|&start| symbol(library.line(start)))
        .collect()
}

/// Names near the wanted one, with their distance.
pub(super) fn near(wanted: &Wanted<'_>, limit: usize) -> Vec<(usize, Arc<str>)> {
    library().lengths().near(wanted, limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_is_whole_and_sorted() {
        let text = unpack(PACKED).expect("undamaged data");
        assert_eq!(text.len(), library().text.len());
        let mut last = "";
        for line in library().text.lines() {
            let [name, kind, _, signature] = fields(line).expect("four fields");
            assert!(last <= name, "{last} stands before {name}");
            assert!(
                !name.is_empty() && !kind.is_empty() && !signature.is_empty(),
                "{line}"
            );
            last = name;
        }
        assert!(text.lines().count() > 30_000);
        assert_eq!(unpack(&PACKED[..1000]), None);
    }

    #[test]
    fn names_are_found_by_bisection() {
        let first = library().line(0).split('\t').next().unwrap();
        assert!(!find(first).is_empty(), "the first line");
        let last = library()
            .text
            .lines()
            .last()
            .unwrap()
            .split('\t')
            .next()
            .unwrap();
        assert!(!find(last).is_empty(), "the last line");
        for missing in ["", "\0", "Lisst", "~~~~", "é"] {
            assert_eq!(find(missing), [], "{missing}");
        }
        let types: Vec<String> = find("Dictionary")
            .into_iter()
            .map(|one| one.signature)
            .collect();
        assert!(
            types
                .iter()
                .any(|one| one.starts_with("public class Dictionary<TKey, TValue> : IDictionary<"))
        );
    }

    #[test]
    fn types_extension_methods_and_members_are_there() {
        let containers = |name: &str, kind: &str| -> Vec<String> {
            let found = find(name).into_iter().filter(|one| one.kind == kind);
            found.map(|one| one.container).collect()
        };
        assert_eq!(containers("StringBuilder", "class"), ["System.Text"]);
        assert_eq!(containers("HttpClient", "class"), ["System.Net.Http"]);
        assert_eq!(containers("JsonSerializer", "class"), ["System.Text.Json"]);
        assert!(
            containers("FirstOrDefault", "extension-method")
                .contains(&"System.Linq.Enumerable".into())
        );
        assert_eq!(containers("System.Collections.Generic", "namespace"), [""]);
        let select = find("Select")
            .into_iter()
            .find(|one| one.container == "System.Linq.Enumerable");
        assert!(
            select
                .unwrap()
                .signature
                .contains("(this IEnumerable<TSource> source, ")
        );
        let list = members("System.Collections.Generic.List");
        let add = list
            .iter()
            .find(|one| one.name == "Add")
            .expect("List has Add");
        assert_eq!(
            (add.kind, &*add.signature),
            ("method", "public void Add(T item)")
        );
        let count = list
            .iter()
            .find(|one| one.name == "Count")
            .expect("List has Count");
        assert_eq!(count.signature, "public int Count { get; }");
        assert!(
            members("System")
                .iter()
                .any(|one| one.name == "DayOfWeek" && one.kind == "enum")
        );
        assert!(
            members("System.Environment")
                .iter()
                .any(|one| one.name == "SpecialFolder")
        );
    }
}
