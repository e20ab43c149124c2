//! What a user's machine does with a registry: read its index, choose a version,
//! bring its artifact into the store.
//!
//! Nothing that a registry says is believed further than it must be. The
//! SHA-256 of an artifact is checked before a byte of it is looked at, a line
//! of the index is compared with what is locked, and every answer has a limit
//! of bytes and of time.

mod error;
mod http;
mod kept;
mod oci;
mod resolve;
mod source;
mod store;

pub use error::{ClientError, Kind};
pub use http::{Http, HttpOptions};
pub use oci::{OciReference, push as push_oci};
pub use resolve::{Rules, resolve};
pub use source::Registry;
pub use store::{Progress, Quiet, Store};
