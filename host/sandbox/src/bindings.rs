//! What wasmtime makes of the contract in `wit/fixer-0.1.0`.

/// In a module of its own: the world brings names that are also its types'.
#[allow(missing_docs, unused_qualifications, reason = "generated")]
mod generated {
    wasmtime::component::bindgen!({
        path: "wit/fixer-0.1.0",
        world: "fixer",
        // A log line is a push to a buffer; everything else may read files.
        imports: {
            "buildfix:fixer/log": trappable,
            default: async | trappable,
        },
        exports: { default: async },
        additional_derives: [PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize],
    });
}

pub use generated::buildfix::fixer as interfaces;
pub use generated::{Fixer, FixerPre};
pub use interfaces::symbols::Symbol;
pub use interfaces::syntax::{Capture, Node, ParseError, QueryMatch};
pub use interfaces::types::{
    Diagnostic, FileEdit, Fix, Note, Related, Request, Response, SourceFile, Span, Suggestion,
    TextEdit,
};
