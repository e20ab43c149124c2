//! What the host offers a guest.

use crate::bindings::interfaces as wit;
use crate::grant::DeniedBy;
use crate::state::{Denied, State};
use crate::{Node, ParseError, QueryMatch, Symbol};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// The host's side of a fixer's imports; their meaning and limits are written
/// in `wit/fixer-0.1.0/fixer.wit`.
///
/// Each method runs on a thread where it may block, unless
/// [`Services::may_block`] says that none does. When the call's deadline passes
/// meanwhile, the call ends and the method's answer is thrown away; the thread
/// is given back when the method returns. A panic in a method ends the call
/// that caused it, not the process.
pub trait Services: Send + Sync + 'static {
    /// Whether a method may wait for long. Where none does, each runs on the
    /// thread of the call, which saves two changes of thread a question; the
    /// call's deadline is then looked at when it returns.
    fn may_block(&self) -> bool {
        true
    }
    /// The path, relative to the workspace, that this one leads to when its
    /// symlinks are followed; of a file that is not there, where it would be.
    /// `None` if that leaves the workspace. What a pattern of the plugin's grant
    /// allows is decided by it.
    fn real_path(&self, path: &str) -> Option<String> {
        Some(path.to_owned())
    }
    /// A file's text.
    ///
    /// # Errors
    /// Says why it cannot be read.
    fn read_file(&self, path: &str) -> Result<String, String>;
    /// The paths that match a glob.
    ///
    /// # Errors
    /// Says what is wrong with the glob.
    fn list_files(&self, glob: &str) -> Result<Vec<String>, String>;
    /// The matches of a tree-sitter query over a file.
    ///
    /// # Errors
    /// Says what is wrong with the path or the query.
    fn query(&self, path: &str, query: &str) -> Result<Vec<QueryMatch>, String>;
    /// The syntax nodes around a range, innermost first.
    ///
    /// # Errors
    /// Says what is wrong with the path or the range.
    fn ancestors(&self, path: &str, start: u32, end: u32) -> Result<Vec<Node>, String>;
    /// The parse errors of a file, or of `text` as if it stood there.
    ///
    /// # Errors
    /// Says what is wrong with the path.
    fn parse_errors(&self, path: &str, text: Option<&str>) -> Result<Vec<ParseError>, String>;
    /// Declarations of exactly this name.
    fn find(&self, language: &str, name: &str) -> Vec<Symbol>;
    /// Declarations with a name close to this one.
    fn similar(&self, language: &str, name: &str, distance: u32) -> Vec<Symbol>;
    /// What stands directly inside a namespace, module or type.
    fn members(&self, language: &str, container: &str) -> Vec<Symbol>;
    /// What a file declares.
    ///
    /// # Errors
    /// Says why it cannot be read.
    fn declared_in(&self, path: &str) -> Result<Vec<Symbol>, String>;
}

impl State {
    /// Runs one method; one that may block, away from the async runtime's
    /// threads, so that the deadline also holds meanwhile.
    async fn ask<T: Send + 'static>(
        &mut self,
        method: impl FnOnce(&dyn Services) -> T + Send + 'static,
    ) -> wasmtime::Result<T> {
        self.count_host_call()?;
        let services = Arc::clone(&self.services);
        if !services.may_block() {
            let answer = catch_unwind(AssertUnwindSafe(|| method(&*services)));
            return answer.map_err(|_| wasmtime::Error::new(crate::state::ServicePanicked));
        }
        self.call.enter_host();
        let answer = tokio::task::spawn_blocking(move || method(&*services)).await;
        self.call.leave_host();
        answer.map_err(|_| wasmtime::Error::new(crate::state::ServicePanicked))
    }

    /// Asks about one file, if it is open to the guest; else the refusal is the
    /// answer.
    async fn ask_about<T: Send + 'static>(
        &mut self,
        function: &'static str,
        path: String,
        method: impl FnOnce(&dyn Services, &str) -> Result<T, String> + Send + 'static,
    ) -> wasmtime::Result<Result<T, String>> {
        let (grant, named) = (Arc::clone(&self.grant), Arc::clone(&self.named));
        let (path, answer) = self
            .ask(move |services| {
                let allowed = grant.file(&path, &named, services);
                let answer = allowed.map(|()| method(services, &path));
                (path, answer)
            })
            .await?;
        match answer {
            Ok(answer) => {
                if answer.is_ok() {
                    self.note_read(path);
                }
                Ok(answer)
            }
            Err(by) => {
                let wanted = format!("read `{path}`");
                Ok(Err(self.deny(
                    function,
                    wanted,
                    by,
                    &format!("glob:{path}"),
                )))
            }
        }
    }

    /// Asks about the declarations of a name, out of what is open to the guest.
    /// The function has no error to give, so a refusal ends the call.
    async fn ask_symbols(
        &mut self,
        function: &'static str,
        wanted: String,
        method: impl FnOnce(&dyn Services) -> Vec<Symbol> + Send + 'static,
    ) -> wasmtime::Result<Vec<Symbol>> {
        if let Err(by) = self.grant.anything() {
            self.count_host_call()?;
            self.deny(function, wanted, by, "workspace");
            return Err(wasmtime::Error::new(Denied));
        }
        let mut symbols = self.ask(method).await?;
        symbols
            .retain(|symbol| symbol.path.is_empty() || self.grant.tells(&symbol.path, &self.named));
        Ok(symbols)
    }

    /// Refuses a question unless the guest was granted anything at all.
    fn need_anything(
        &mut self,
        function: &'static str,
        wanted: impl FnOnce() -> String,
        entry: impl FnOnce() -> String,
    ) -> wasmtime::Result<Result<(), String>> {
        match self.grant.anything() {
            Ok(()) => Ok(Ok(())),
            Err(by) => {
                self.count_host_call()?;
                Ok(Err(self.deny(function, wanted(), by, &entry())))
            }
        }
    }

    /// Notes a refusal and gives its text.
    fn deny(
        &mut self,
        function: &'static str,
        wanted: String,
        by: DeniedBy,
        entry: &str,
    ) -> String {
        let plugin = self.call.plugin_name();
        let denial = self.grant.denial(plugin, function, wanted, by, entry);
        let text = denial.to_string();
        self.note_denial(denial);
        text
    }
}

impl wit::types::Host for State {}

impl wit::log::Host for State {
    fn write(&mut self, level: String, message: String) -> wasmtime::Result<()> {
        self.count_host_call()?;
        self.log.push(&level, &message);
        Ok(())
    }
}

impl wit::workspace::Host for State {
    async fn read_file(&mut self, path: String) -> wasmtime::Result<Result<String, String>> {
        self.ask_about("workspace.read-file", path, |s, path| s.read_file(path))
            .await
    }

    async fn list_files(&mut self, glob: String) -> wasmtime::Result<Result<Vec<String>, String>> {
        let allowed = self.need_anything(
            "workspace.list-files",
            || format!("list `{glob}`"),
            || format!("glob:{glob}"),
        )?;
        if let Err(refusal) = allowed {
            return Ok(Err(refusal));
        }
        let mut answer = self.ask(move |s| s.list_files(&glob)).await?;
        if let Ok(paths) = &mut answer {
            paths.retain(|path| self.grant.tells(path, &self.named));
        }
        Ok(answer)
    }
}

impl wit::syntax::Host for State {
    async fn query(
        &mut self,
        path: String,
        query: String,
    ) -> wasmtime::Result<Result<Vec<QueryMatch>, String>> {
        self.ask_about("syntax.query", path, move |s, path| s.query(path, &query))
            .await
    }

    async fn ancestors(
        &mut self,
        path: String,
        start: u32,
        end: u32,
    ) -> wasmtime::Result<Result<Vec<Node>, String>> {
        self.ask_about("syntax.ancestors", path, move |s, path| {
            s.ancestors(path, start, end)
        })
        .await
    }

    async fn parse_errors(
        &mut self,
        path: String,
        text: Option<String>,
    ) -> wasmtime::Result<Result<Vec<ParseError>, String>> {
        let Some(text) = text else {
            return self
                .ask_about("syntax.parse-errors", path, |s, path| {
                    s.parse_errors(path, None)
                })
                .await;
        };
        let allowed = self.need_anything(
            "syntax.parse-errors",
            || format!("parse a text as `{path}`"),
            || "diagnostic-files".to_owned(),
        )?;
        match allowed {
            Ok(()) => self.ask(move |s| s.parse_errors(&path, Some(&text))).await,
            Err(refusal) => Ok(Err(refusal)),
        }
    }
}

impl wit::symbols::Host for State {
    async fn find(&mut self, language: String, name: String) -> wasmtime::Result<Vec<Symbol>> {
        let wanted = format!("look up `{name}`");
        self.ask_symbols("symbols.find", wanted, move |s| s.find(&language, &name))
            .await
    }

    async fn similar(
        &mut self,
        language: String,
        name: String,
        distance: u32,
    ) -> wasmtime::Result<Vec<Symbol>> {
        let wanted = format!("look up names like `{name}`");
        self.ask_symbols("symbols.similar", wanted, move |s| {
            s.similar(&language, &name, distance)
        })
        .await
    }

    async fn members(
        &mut self,
        language: String,
        container: String,
    ) -> wasmtime::Result<Vec<Symbol>> {
        let wanted = format!("look up the members of `{container}`");
        self.ask_symbols("symbols.members", wanted, move |s| {
            s.members(&language, &container)
        })
        .await
    }

    async fn declared_in(&mut self, path: String) -> wasmtime::Result<Result<Vec<Symbol>, String>> {
        self.ask_about("symbols.declared-in", path, |s, path| s.declared_in(path))
            .await
    }
}
