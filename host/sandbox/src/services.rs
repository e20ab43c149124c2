//! What the host offers a guest.

use crate::bindings::interfaces as wit;
use crate::state::State;
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
        self.ask(move |s| s.read_file(&path)).await
    }

    async fn list_files(&mut self, glob: String) -> wasmtime::Result<Result<Vec<String>, String>> {
        self.ask(move |s| s.list_files(&glob)).await
    }
}

impl wit::syntax::Host for State {
    async fn query(
        &mut self,
        path: String,
        query: String,
    ) -> wasmtime::Result<Result<Vec<QueryMatch>, String>> {
        self.ask(move |s| s.query(&path, &query)).await
    }

    async fn ancestors(
        &mut self,
        path: String,
        start: u32,
        end: u32,
    ) -> wasmtime::Result<Result<Vec<Node>, String>> {
        self.ask(move |s| s.ancestors(&path, start, end)).await
    }

    async fn parse_errors(
        &mut self,
        path: String,
        text: Option<String>,
    ) -> wasmtime::Result<Result<Vec<ParseError>, String>> {
        self.ask(move |s| s.parse_errors(&path, text.as_deref()))
            .await
    }
}

impl wit::symbols::Host for State {
    async fn find(&mut self, language: String, name: String) -> wasmtime::Result<Vec<Symbol>> {
        self.ask(move |s| s.find(&language, &name)).await
    }

    async fn similar(
        &mut self,
        language: String,
        name: String,
        distance: u32,
    ) -> wasmtime::Result<Vec<Symbol>> {
        self.ask(move |s| s.similar(&language, &name, distance))
            .await
    }

    async fn members(
        &mut self,
        language: String,
        container: String,
    ) -> wasmtime::Result<Vec<Symbol>> {
        self.ask(move |s| s.members(&language, &container)).await
    }

    async fn declared_in(&mut self, path: String) -> wasmtime::Result<Result<Vec<Symbol>, String>> {
        self.ask(move |s| s.declared_in(&path)).await
    }
}
