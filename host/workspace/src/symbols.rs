//! Who declares what: an index of declarations by name.
//!
//! [`SymbolIndex`] backs the `symbols` interface of the fixer contract. It
//! knows the declarations of the workspace's own files; for C#, Go, Java and
//! Python those of the standard library, which the binary carries; and, asked
//! to, those of the project's dependencies (the module `dependencies`).
//!
//! *What is indexed.* Types, functions, members, constants, modules and macros
//! at file, namespace and type level; never what stands inside a function's
//! body. A text that does not parse gives what could be recognised in it: the
//! index serves builds that are broken.
//!
//! *When.* Lazily, a language at a time, when a question first needs it; then
//! after each [`SymbolIndex::refresh`] only files whose content hash changed are
//! parsed again, on every core. A file's declarations are kept by content hash,
//! so a change that is undone costs nothing. A file whose stamp is unchanged
//! ([`Stamp`](crate::files::Stamp)) is not even read. With a [`Store`] both
//! hold from one run to the next: on an unchanged tree the second run asks the
//! file system for stamps and does nothing else.
//!
//! *Containers* are in the language's own notation: `Namespace.Outer.Type` in
//! C#, `package.Type` in Java, `package.Type` with the module's dotted path in
//! Python, `crate::module::Type` in Rust (a file's module is told from its
//! path), `ns::Type` in C++, the package's name and `package.Type` in Go, and
//! namespaces and types alone in TypeScript and JavaScript, where a file is its
//! own module. What a dependency exports stands in the path that it is imported
//! by: the package's in Go, the module's in Python, TypeScript and JavaScript.
//! Type parameters are left out of names and containers and stand
//! in the signature.

mod c;
mod collect;
mod csharp;
mod dependencies;
mod ecma;
mod go;
mod index;
mod java;
mod library;
mod module;
mod names;
mod near;
mod python;
mod rust;
mod store;
#[cfg(test)]
mod tests;
mod update;

pub use dependencies::Surroundings;
pub use index::{Sources, SymbolError, SymbolIndex};
pub use store::Store;

use std::borrow::Cow;

/// The most declarations that one answer lists.
pub const MAX_FOUND: usize = 2_000;
/// The most declarations that [`SymbolIndex::similar`] lists.
pub const MAX_SIMILAR: usize = 50;
/// The largest edit distance that [`SymbolIndex::similar`] looks for.
pub const MAX_DISTANCE: u32 = 3;
/// A signature is cut at this many characters.
pub const MAX_SIGNATURE: usize = 300;

/// One declaration.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Symbol {
    /// `workspace`; the library that has it (`dotnet`, `go`, `jdk`, `python`);
    /// or the dependency: `npm:`, `pypi:`, `maven:`, `jar:`, `go:` or `nuget:`
    /// and its name.
    pub origin: Cow<'static, str>,
    /// The enclosing namespace, module or type; empty at the top.
    pub container: String,
    /// The file, relative to the workspace; empty for a library's symbol and a
    /// dependency's.
    pub path: String,
    /// First byte of the whole declaration, attributes and modifiers included.
    pub start: u32,
    /// Byte after its last.
    pub end: u32,
    /// Without type parameters. For a re-export of everything, `*`.
    pub name: String,
    /// One of the contract's kinds, or `export` for a TypeScript or JavaScript
    /// export that is not itself a declaration (`export { a as b } from "m"`).
    pub kind: &'static str,
    /// The contract's name of the language.
    pub language: &'static str,
    /// Whether other files may see it.
    pub exported: bool,
    /// The declaration's head on one line, at most [`MAX_SIGNATURE`]
    /// characters.
    pub signature: String,
}

impl Symbol {
    /// Of the library 0, of the workspace 1, of a dependency 2.
    fn place(&self) -> u8 {
        match &*self.origin {
            "workspace" => 1,
            origin if origin.contains(':') => 2,
            _ => 0,
        }
    }
}
