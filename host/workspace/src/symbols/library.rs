//! The standard libraries' public declarations, shipped in the binary.
//!
//! One data file a language: the length of the text (32 bits, little-endian),
//! and a raw deflate stream of lines sorted by name,
//! `name⇥kind⇥container⇥signature`. It is unpacked at the first question about
//! the language (some ms, 3 to 5 MB), names are looked up in it by bisection,
//! and the two indexes beside it are made when first asked for.
//!
//! | file | made by | from |
//! |---|---|---|
//! | `dotnet.bin` | `tools/dotnet-index` | the framework's own assemblies |
//! | `java.bin` | `tools/java-index` | the JDK's own class files: the exported packages of the `java.*` modules |
//! | `go.bin` | `tools/go-index` | the packages of GOROOT, as `go/types` reads them |
//! | `c.bin` | `tools/c-index` | the headers of ISO C, POSIX and Linux (glibc), as clang reads them |
//! | `cpp.bin` | `tools/c-index` | libstdc++'s headers, as Universal Ctags reads them |
//! | `python.bin` | `tools/python-index` | typeshed's stubs of the standard library, as mypy ships them |
//!
//! Everything in it can be used by programs: public or protected, or, in
//! Python, without a leading underscore. In .NET and Java overrides are left
//! out: the base type, named in the signature, has the member. Java's
//! parameters have no names, because class files have none. A Python name that
//! a module offers but another declares stands in both; the members of a class
//! stand where it is declared. A Go package's own line stands in the container of
//! its import path, for several are called `rand`, and names the packages that
//! its signatures mention. The container of what C and C++ declare is the header
//! to include, `sys/socket.h` or `vector`; a C++ name's namespace stands in its
//! signature. C has one header for each name, the one that ISO C or POSIX
//! documents it in; each header has a line of kind `header` of its own.
//!
//! TypeScript and JavaScript have no file here: what the DOM and Node.js declare
//! comes with the project, at its version, in `lib` of its compiler and in
//! `node_modules/@types`, and is read there.

use super::Symbol;
use super::near::{Lengths, Wanted};
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

static LIBRARIES: [Library; 6] = [
    Library::new("c", "libc", include_bytes!("c.bin")),
    Library::new("cpp", "libstdc++", include_bytes!("cpp.bin")),
    Library::new("csharp", "dotnet", include_bytes!("dotnet.bin")),
    Library::new("go", "go", include_bytes!("go.bin")),
    Library::new("java", "jdk", include_bytes!("java.bin")),
    Library::new("python", "python", include_bytes!("python.bin")),
];

/// One language's library.
pub(super) struct Library {
    language: &'static str,
    /// The origin of its declarations.
    origin: &'static str,
    packed: &'static [u8],
    text: OnceLock<String>,
    /// Where the lines of a container start.
    containers: OnceLock<HashMap<&'static str, Vec<usize>>>,
    lengths: OnceLock<Lengths>,
}

/// The library of a language, if it is shipped.
pub(super) fn of(language: &str) -> Option<&'static Library> {
    LIBRARIES
        .iter()
        .find(|library| library.language == language)
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

impl Library {
    const fn new(language: &'static str, origin: &'static str, packed: &'static [u8]) -> Self {
        Self {
            language,
            origin,
            packed,
            text: OnceLock::new(),
            containers: OnceLock::new(),
            lengths: OnceLock::new(),
        }
    }

    /// Declarations of exactly this name.
    pub(super) fn find(&'static self, name: &str) -> Vec<Symbol> {
        let mut start = self.lower_bound(name);
        let mut found = Vec::new();
        while start < self.text().len() {
            let line = self.line(start);
            if line.split('\t').next() != Some(name) {
                break;
            }
            found.extend(self.symbol(line));
            start += line.len() + 1;
        }
        found
    }

    /// What stands directly inside a namespace, module or type.
    pub(super) fn members(&'static self, container: &str) -> Vec<Symbol> {
        let starts = self.containers().get(container);
        let starts = starts.map_or(&[][..], Vec::as_slice);
        starts
            .iter()
            .filter_map(|&start| self.symbol(self.line(start)))
            .collect()
    }

    /// Names near the wanted one, with their distance.
    pub(super) fn near(&'static self, wanted: &Wanted<'_>, limit: usize) -> Vec<(usize, Arc<str>)> {
        self.lengths().near(wanted, limit)
    }

    fn symbol(&self, line: &'static str) -> Option<Symbol> {
        let [name, kind, container, signature] = fields(line)?;
        Some(Symbol {
            origin: self.origin.into(),
            container: container.to_owned(),
            path: String::new(),
            start: 0,
            end: 0,
            name: name.to_owned(),
            kind,
            language: self.language,
            exported: true,
            signature: signature.to_owned(),
        })
    }

    fn text(&'static self) -> &'static str {
        self.text
            .get_or_init(|| unpack(self.packed).unwrap_or_default())
    }

    /// The line that starts at a byte, without its end.
    fn line(&'static self, start: usize) -> &'static str {
        let rest = self.text().get(start..).unwrap_or_default();
        rest.split('\n').next().unwrap_or_default()
    }

    /// Where the line around a byte starts.
    fn line_start(&'static self, byte: usize) -> usize {
        self.text().as_bytes()[..byte]
            .iter()
            .rposition(|&byte| byte == b'\n')
            .map_or(0, |end| end + 1)
    }

    /// Where the first line starts whose name is not before `name`.
    fn lower_bound(&'static self, name: &str) -> usize {
        let (mut low, mut high) = (0, self.text().len());
        while low < high {
            let start = self.line_start((low + high) / 2);
            let line = self.line(start);
            if line.split('\t').next().unwrap_or_default() < name {
                low = (start + line.len() + 1).min(self.text().len());
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
            for line in self.text().lines() {
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
            for line in self.text().lines() {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn find(language: &str, name: &str) -> Vec<Symbol> {
        of(language).expect("a shipped library").find(name)
    }

    fn members(language: &str, container: &str) -> Vec<Symbol> {
        of(language).expect("a shipped library").members(container)
    }

    fn containers(language: &str, name: &str, kind: &str) -> Vec<String> {
        let found = find(language, name);
        let found = found.into_iter().filter(|one| one.kind == kind);
        found.map(|one| one.container).collect()
    }

    fn member(language: &str, container: &str, name: &str) -> Vec<(&'static str, String)> {
        let found = members(language, container);
        let found = found.into_iter().filter(|one| one.name == name);
        found.map(|one| (one.kind, one.signature)).collect()
    }

    #[test]
    fn the_data_is_whole_and_sorted() {
        for library in &LIBRARIES {
            let text = unpack(library.packed).expect("undamaged data");
            assert_eq!(text.len(), library.text().len());
            let mut last = "";
            for line in library.text().lines() {
                let [name, kind, _, signature] = fields(line).expect("four fields");
                assert!(last <= name, "{last} stands before {name}");
                assert!(
                    !name.is_empty() && !kind.is_empty() && !signature.is_empty(),
                    "{line}"
                );
                last = name;
            }
            assert!(text.lines().count() > 1_000);
            assert_eq!(unpack(&library.packed[..1000]), None);
        }
        assert!(of("cobol").is_none());
    }

    #[test]
    fn names_are_found_by_bisection() {
        for library in &LIBRARIES {
            let name = |line: &'static str| line.split('\t').next().unwrap();
            let first = name(library.line(0));
            assert!(!library.find(first).is_empty(), "the first line");
            let last = name(library.text().lines().last().unwrap());
            assert!(!library.find(last).is_empty(), "the last line");
            for missing in ["", "\0", "Lisst", "~~~~", "é"] {
                assert_eq!(library.find(missing), [], "{missing}");
            }
        }
    }

    #[test]
    fn c_and_cpp_have_the_header_of_each_name() {
        for (name, kind, header) in [
            ("printf", "function", "stdio.h"),
            ("size_t", "type", "stddef.h"),
            ("pid_t", "type", "sys/types.h"),
            ("stat", "struct", "sys/stat.h"),
            ("epoll_wait", "function", "sys/epoll.h"),
            ("PROT_READ", "macro", "sys/mman.h"),
            ("IPPROTO_TCP", "constant", "netinet/in.h"),
        ] {
            assert_eq!(containers("c", name, kind), [header], "{name}");
        }
        let connect = &find("c", "connect")[0].signature;
        assert_eq!(
            connect,
            "int connect(int, const struct sockaddr *, socklen_t)"
        );
        for (name, kind, header) in [
            ("unordered_map", "class", "unordered_map"),
            ("unique_ptr", "class", "memory"),
            ("milliseconds", "type", "chrono"),
            ("from_chars", "function", "charconv"),
            ("swap", "function", "utility"),
        ] {
            let found = containers("cpp", name, kind);
            assert!(found.iter().any(|one| one == header), "{name}: {found:?}");
        }
        assert!(find("cpp", "path").iter().any(|one| {
            one.signature.ends_with("std::filesystem::path") && one.container == "filesystem"
        }));
        assert_eq!(containers("c", "sys/socket.h", "header"), [""]);
    }

    #[test]
    fn dotnet_has_types_extension_methods_and_members() {
        let types = find("csharp", "Dictionary");
        assert!(types.iter().any(|one| {
            one.signature
                .starts_with("public class Dictionary<TKey, TValue> : IDictionary<")
        }));
        let containers = |name, kind| containers("csharp", name, kind);
        assert_eq!(containers("StringBuilder", "class"), ["System.Text"]);
        assert_eq!(containers("HttpClient", "class"), ["System.Net.Http"]);
        assert_eq!(containers("JsonSerializer", "class"), ["System.Text.Json"]);
        assert!(
            containers("FirstOrDefault", "extension-method")
                .contains(&"System.Linq.Enumerable".into())
        );
        assert_eq!(containers("System.Collections.Generic", "namespace"), [""]);
        let select = find("csharp", "Select")
            .into_iter()
            .find(|one| one.container == "System.Linq.Enumerable");
        assert!(
            select
                .unwrap()
                .signature
                .contains("(this IEnumerable<TSource> source, ")
        );
        let list = "System.Collections.Generic.List";
        assert_eq!(
            member("csharp", list, "Add"),
            [("method", "public void Add(T item)".into())]
        );
        assert_eq!(
            member("csharp", list, "Count"),
            [("property", "public int Count { get; }".into())]
        );
        assert_eq!(member("csharp", "System", "DayOfWeek")[0].0, "enum");
        assert!(!member("csharp", "System.Environment", "SpecialFolder").is_empty());
    }

    #[test]
    fn java_has_types_members_and_what_they_throw() {
        let types = |name, kind| containers("java", name, kind);
        assert_eq!(types("ArrayList", "class"), ["java.util"]);
        assert_eq!(types("List", "interface"), ["java.util"]);
        assert_eq!(types("List", "class"), ["java.awt"]);
        assert!(types("Entry", "interface").contains(&"java.util.Map".into()));
        assert_eq!(types("java.util.concurrent", "namespace"), [""]);
        let list = find("java", "ArrayList");
        assert!(list.iter().any(|one| {
            one.signature
                .starts_with("public class ArrayList<E> extends AbstractList<E> implements List<E>")
        }));
        assert_eq!(
            member("java", "java.lang.Thread", "sleep"),
            [
                (
                    "method",
                    "public static void sleep(long) throws InterruptedException".into()
                ),
                (
                    "method",
                    "public static void sleep(long, int) throws InterruptedException".into()
                ),
            ]
        );
        assert_eq!(
            member("java", "java.util.Comparator", "compare"),
            [("method", "int compare(T, T)".into())]
        );
        assert_eq!(
            member("java", "java.lang.String", "format")[1].1,
            "public static String format(String, Object...)"
        );
        // A hidden base class declares it.
        assert_eq!(
            member("java", "java.lang.StringBuilder", "setLength"),
            [("method", "public void setLength(int)".into())]
        );
        assert_eq!(
            member("java", "java.lang.Thread.State", "NEW"),
            [("enum-member", "State NEW".into())]
        );
    }

    #[test]
    fn go_has_packages_with_their_imports() {
        let packages = |name| containers("go", name, "module");
        assert_eq!(
            packages("rand"),
            ["crypto/rand", "math/rand", "math/rand/v2"]
        );
        assert_eq!(
            member("go", "bufio", "bufio"),
            [("module", "package bufio; import (\"io\")".into())]
        );
        assert_eq!(containers("go", "Sprintf", "function"), ["fmt"]);
        assert_eq!(
            member("go", "io", "Writer"),
            [(
                "interface",
                "type Writer interface{Write(p []byte) (n int, err error)}".into()
            )]
        );
        assert_eq!(
            member("go", "strings.Builder", "WriteString"),
            [(
                "method",
                "func (b *Builder) WriteString(s string) (int, error)".into()
            )]
        );
        assert_eq!(
            member("go", "net/http.Request", "Method"),
            [("field", "Method string".into())]
        );
        // A hidden embedded type declares it.
        assert_eq!(member("go", "testing.T", "Fatal")[0].0, "method");
        assert_eq!(member("go", "math", "MaxInt8")[0].1, "const MaxInt8 = 127");
    }

    #[test]
    fn python_has_what_modules_declare_and_offer() {
        let modules = |name, kind| containers("python", name, kind);
        assert_eq!(modules("Path", "class"), ["pathlib", "zipfile"]);
        assert_eq!(modules("JSONDecoder", "class"), ["json", "json.decoder"]);
        assert_eq!(modules("BytesIO", "class"), ["io"], "of a private module");
        assert!(modules("Mapping", "class").contains(&"collections.abc".into()));
        assert!(modules("join", "function").contains(&"os.path".into()));
        assert_eq!(modules("os.path", "module"), [""]);
        assert_eq!(modules("isinstance", "function"), ["builtins"]);
        assert_eq!(
            member("python", "io.BytesIO", "getvalue"),
            [("method", "def getvalue(self) -> bytes".into())]
        );
        assert_eq!(
            member("python", "pathlib.PurePath", "suffix"),
            [("property", "@property def suffix(self) -> str".into())]
        );
        assert!(find("python", "OrderedDict").len() > 1);
        assert!(find("python", "_TypeVar").is_empty());
    }
}
