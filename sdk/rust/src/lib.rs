#![doc = include_str!("../README.md")]

pub mod edit;
mod host;

pub use host::Host;

/// The bindings that `wit-bindgen` makes of the contract.
#[doc(hidden)]
#[allow(missing_docs, unused_qualifications, clippy::all, reason = "generated")]
pub mod bindings {
    wit_bindgen::generate!({
        path: "wit/fixer-0.1.0",
        world: "fixer",
        pub_export_macro: true,
        default_bindings_module: "buildfix_sdk::bindings",
        additional_derives: [PartialEq],
        runtime_path: "crate::__wit_bindgen_rt",
    });
}

/// The standard library's allocator asks for memory at its first allocation even
/// if the module has some, and each time a memory grows the host has to change
/// the protection of pages, in every call anew: for a short call that is half of
/// its cost, and on several threads most of it.
#[cfg(all(target_arch = "wasm32", feature = "heap"))]
#[global_allocator]
static HEAP: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

#[doc(hidden)]
pub use wit_bindgen::rt as __wit_bindgen_rt;

pub use bindings::buildfix::fixer::symbols::Symbol;
pub use bindings::buildfix::fixer::syntax::{Capture, Node, ParseError, QueryMatch};
pub use bindings::buildfix::fixer::types::{
    Diagnostic, FileEdit, Fix, Note, Related, Request, Response, SourceFile, Span, Suggestion,
    TextEdit,
};

/// What a fixer does.
pub trait Fixer {
    /// Answers the diagnostics of one class in one file.
    ///
    /// # Errors
    /// A message for the user, shown as the fixer's own failure. To say that
    /// one diagnostic cannot be fixed, use a [`Note`] instead.
    fn fix(request: &Request, host: &dyn Host) -> Result<Response, String>;
}

#[allow(clippy::derivable_impls, reason = "the type is generated")]
impl Default for Response {
    fn default() -> Self {
        Self {
            fixes: Vec::new(),
            notes: Vec::new(),
        }
    }
}

impl Response {
    /// Says why a diagnostic got no fix; the report shows it.
    pub fn note(&mut self, diagnostic: &Diagnostic, message: impl Into<String>) {
        self.notes.push(Note {
            diagnostic: diagnostic.id,
            message: message.into(),
        });
    }
}

/// Exports a [`Fixer`] as the component's `fix`. Outside WebAssembly it does
/// nothing, so that a fixer crate can be tested natively.
#[macro_export]
macro_rules! export {
    ($fixer:ty) => {
        #[cfg(target_arch = "wasm32")]
        const _: () = {
            struct Component;
            impl $crate::bindings::Guest for Component {
                fn fix(
                    request: $crate::Request,
                ) -> ::core::result::Result<$crate::Response, ::std::string::String> {
                    <$fixer as $crate::Fixer>::fix(&request, &$crate::__Imports)
                }
            }
    $crate::bindings::export!(Component with_types_in $crate::bindings);
        };
    };
}

#[doc(hidden)]
pub use host::Imports as __Imports;
