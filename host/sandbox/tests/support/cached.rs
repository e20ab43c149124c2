//! Calls through a result cache, over real files.

use super::*;
use buildfix_sandbox::cache::{Lookup, Mode, ResultCache, ResultCacheOptions, Round, Verdict};
use std::path::{Path, PathBuf};

pub const IMPORTS: &str = r#"
  (import "buildfix:fixer/workspace@0.1.0" "read-file" (func $read (param i32 i32 i32)))
  (import "buildfix:fixer/workspace@0.1.0" "list-files" (func $list (param i32 i32 i32)))
  (import "buildfix:fixer/symbols@0.1.0" "find" (func $find (param i32 i32 i32 i32 i32)))
  (import "buildfix:fixer/syntax@0.1.0" "query" (func $query (param i32 i32 i32 i32 i32)))
  (import "buildfix:fixer/log@0.1.0" "write" (func $log (param i32 i32 i32 i32)))"#;

/// A guest that asks the host and answers with one fix: it inserts the last
/// text that it read, at the number of things that were last listed or found.
#[derive(Default)]
pub struct Script {
    data: String,
    body: String,
    at: usize,
    reads: bool,
    counts: bool,
}

impl Script {
    fn text(&mut self, text: &str) -> String {
        let at = 8_000 + self.at;
        self.at += text.len();
        self.data += &format!(r#"(data (i32.const {at}) "{text}")"#);
        format!("(i32.const {at}) (i32.const {})", text.len())
    }

    pub fn read(mut self, path: &str) -> Self {
        let path = self.text(path);
        self.body += &format!("(call $read {path} (i32.const 4000))\n");
        self.reads = true;
        self
    }

    pub fn list(mut self, glob: &str) -> Self {
        let glob = self.text(glob);
        self.body += &format!(
            "(call $list {glob} (i32.const 4016)) (i32.store (i32.const 4032) (i32.load (i32.const 4024)))\n"
        );
        self.counts = true;
        self
    }

    pub fn find(mut self, name: &str) -> Self {
        let (language, name) = (self.text("rust"), self.text(name));
        self.body += &format!(
            "(call $find {language} {name} (i32.const 4016)) (i32.store (i32.const 4032) (i32.load (i32.const 4020)))\n"
        );
        self.counts = true;
        self
    }

    pub fn query(mut self, path: &str, query: &str) -> Self {
        let (path, query) = (self.text(path), self.text(query));
        self.body += &format!(
            "(call $query {path} {query} (i32.const 4016)) (i32.store (i32.const 4032) (i32.load (i32.const 4024)))\n"
        );
        self.counts = true;
        self
    }

    pub fn log(mut self, message: &str) -> Self {
        let (level, message) = (self.text("info"), self.text(message));
        self.body += &format!("(call $log {level} {message})\n");
        self
    }

    /// Burns fuel, about six units a turn.
    pub fn spin(mut self, turns: u32) -> Self {
        self.body += &format!(
            "(local.set $c (i32.const {turns}))
             (loop $again (local.set $c (i32.sub (local.get $c) (i32.const 1)))
               (br_if $again (local.get $c)))\n"
        );
        self
    }

    /// The guest that answers.
    pub fn answer(self) -> String {
        let mut body = format!("{}{}", self.body, one_fix("src/lib.rs", 0, 0));
        if self.reads {
            body += "(i32.store (i32.const 2136) (i32.load (i32.const 4004)))
                     (i32.store (i32.const 2140) (i32.load (i32.const 4008)))";
        }
        if self.counts {
            body += "(i32.store (i32.const 2120) (i32.load (i32.const 4032)))";
        }
        core(
            IMPORTS,
            &format!("{}{}", self.data, texts("src/lib.rs")),
            &body,
        )
    }

    /// The guest that answers the same fix whatever it read.
    pub fn fixed(self) -> String {
        let body = format!("{}{}", self.body, one_fix("src/lib.rs", 0, 0));
        core(
            IMPORTS,
            &format!("{}{}", self.data, texts("src/lib.rs")),
            &body,
        )
    }

    /// The guest that answers nothing.
    pub fn nothing(self) -> String {
        core(
            IMPORTS,
            &self.data,
            &format!("{}{RETURN_NOTHING}", self.body),
        )
    }

    /// The guest that fails with the last text that it read.
    pub fn fail(self) -> String {
        let body = format!(
            "{}
             (i32.store8 (i32.const 1024) (i32.const 1))
             (i32.store (i32.const 1028) (i32.load (i32.const 4004)))
             (i32.store (i32.const 1032) (i32.load (i32.const 4008)))
             (i32.const 1024)",
            self.body
        );
        core(IMPORTS, &self.data, &body)
    }

    /// The guest that crashes.
    pub fn crash(self) -> String {
        core(IMPORTS, &self.data, &format!("{} unreachable", self.body))
    }
}

/// Services over a folder. Every question is answered from the disk.
pub struct Folder(pub PathBuf);

impl Folder {
    fn files(&self) -> Vec<String> {
        let mut files = Vec::new();
        let mut folders = vec![self.0.clone()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap().flatten() {
                if entry.file_type().unwrap().is_dir() {
                    folders.push(entry.path());
                } else {
                    let path = entry.path();
                    let path = path.strip_prefix(&self.0).unwrap();
                    files.push(path.to_str().unwrap().to_owned());
                }
            }
        }
        files.sort();
        files
    }
}

impl Services for Folder {
    fn read_file(&self, path: &str) -> Result<String, String> {
        std::fs::read_to_string(self.0.join(path)).map_err(|_| format!("`{path}` does not exist"))
    }
    /// Knows globs of the form `**/*.rs` alone.
    fn list_files(&self, glob: &str) -> Result<Vec<String>, String> {
        let ending = glob.strip_prefix("**/*").ok_or("a bad glob")?;
        let mut files = self.files();
        files.retain(|file| file.ends_with(ending));
        Ok(files)
    }
    /// One match for every time the query's text is in the file.
    fn query(&self, path: &str, query: &str) -> Result<Vec<QueryMatch>, String> {
        let text = self.read_file(path)?;
        let one = QueryMatch {
            captures: Vec::new(),
        };
        Ok(vec![one; text.matches(query).count()])
    }
    fn ancestors(&self, _: &str, _: u32, _: u32) -> Result<Vec<Node>, String> {
        Err("not here".to_owned())
    }
    fn parse_errors(&self, _: &str, _: Option<&str>) -> Result<Vec<ParseError>, String> {
        Err("not here".to_owned())
    }
    fn find(&self, language: &str, name: &str) -> Vec<Symbol> {
        let declared = format!("struct {name}");
        let files = self.files().into_iter();
        files
            .filter_map(|path| {
                let text = self.read_file(&path).ok()?;
                let start = u32::try_from(text.find(&declared)?).unwrap();
                Some(Symbol {
                    name: name.to_owned(),
                    kind: "struct".to_owned(),
                    container: String::new(),
                    language: language.to_owned(),
                    origin: "workspace".to_owned(),
                    path,
                    start,
                    end: start + 1,
                    exported: true,
                    signature: declared.clone(),
                })
            })
            .collect()
    }
    fn similar(&self, _: &str, _: &str, _: u32) -> Vec<Symbol> {
        Vec::new()
    }
    fn members(&self, _: &str, _: &str) -> Vec<Symbol> {
        Vec::new()
    }
    fn declared_in(&self, _: &str) -> Result<Vec<Symbol>, String> {
        Err("not here".to_owned())
    }
}

/// What came of one call.
#[derive(Debug)]
pub struct Asked {
    pub result: Result<Call, CallError>,
    /// Whether the guest ran.
    pub ran: bool,
    pub lookup: Lookup,
}

impl Asked {
    #[track_caller]
    pub fn hit(self) -> Result<Call, CallError> {
        assert!(!self.ran && self.lookup.verdict == Verdict::Hit, "{self:?}");
        self.result
    }

    /// Checks the reason.
    #[track_caller]
    pub fn miss(self, why: &str) -> Result<Call, CallError> {
        assert!(self.ran, "{self:?}");
        match &self.lookup.verdict {
            Verdict::Miss(reason) if reason.contains(why) => {}
            verdict => panic!("{verdict:?}, expected {why}"),
        }
        self.result
    }
}

/// A folder with a workspace and a cache.
pub struct Place {
    pub temp: tempfile::TempDir,
}

impl Place {
    pub fn new() -> Self {
        let place = Self {
            temp: tempfile::tempdir().unwrap(),
        };
        place.write("src/lib.rs", "fn main() {}\n");
        place
    }

    pub fn root(&self) -> PathBuf {
        self.temp.path().join("workspace")
    }

    pub fn cache_dir(&self) -> PathBuf {
        self.temp.path().join("cache")
    }

    pub fn write(&self, path: &str, text: &str) {
        let path = self.root().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub fn remove(&self, path: &str) {
        std::fs::remove_file(self.root().join(path)).unwrap();
    }

    pub fn cache(&self, mode: Mode) -> ResultCache {
        ResultCache::new(ResultCacheOptions {
            mode,
            ..options(&self.cache_dir())
        })
    }

    /// One call, as the first of a new run.
    pub fn ask(&self, plugin: &Plugin) -> Asked {
        self.ask_about(plugin, request())
    }

    pub fn ask_about(&self, plugin: &Plugin, request: Request) -> Asked {
        ask(&self.cache(Mode::Use), plugin, &self.root(), request)
    }

    /// The files of the entries, the temporary ones too.
    pub fn files(&self) -> Vec<PathBuf> {
        let mut files = Vec::new();
        let mut folders = vec![self.cache_dir().join("results/v1")];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
                if entry.file_type().unwrap().is_dir() {
                    folders.push(entry.path());
                } else if entry.path().parent() != Some(&self.cache_dir().join("results/v1")) {
                    files.push(entry.path());
                }
            }
        }
        files.sort();
        files
    }

    /// The only entry's file.
    #[track_caller]
    pub fn file(&self) -> PathBuf {
        let files = self.files();
        assert_eq!(files.len(), 1, "{files:?}");
        files[0].clone()
    }
}

pub fn options(dir: &Path) -> ResultCacheOptions {
    ResultCacheOptions {
        dir: dir.to_owned(),
        size: buildfix_sandbox::cache::DEFAULT_SIZE,
        mode: Mode::Use,
        salt: String::new(),
        explain: true,
    }
}

/// One call in a round of its own.
pub fn ask(cache: &ResultCache, plugin: &Plugin, root: &Path, request: Request) -> Asked {
    let runtime = runtime();
    let round = Round::new(Some(cache.clone()), Arc::new(Folder(root.to_owned())));
    let (result, ran) = runtime.block_on(call_in(&round, plugin, request));
    runtime.shutdown_background();
    let lookup = cache.lookups().pop().unwrap();
    Asked {
        result,
        ran,
        lookup,
    }
}

/// One call in a round, and whether the guest ran.
pub async fn call_in(
    round: &Round,
    plugin: &Plugin,
    request: Request,
) -> (Result<Call, CallError>, bool) {
    let mut ran = false;
    let result = round.call(plugin, request, |request, services| {
        ran = true;
        plugin.call(request, services)
    });
    let result = result.await;
    (result, ran)
}

/// The text and the place of the only edit.
#[track_caller]
pub fn edit(call: &Call) -> (&str, u32) {
    let [fix] = &call.response.fixes[..] else {
        panic!("{call:?}")
    };
    (&fix.edits[0].text, fix.edits[0].span.start)
}
