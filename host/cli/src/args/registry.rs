//! `buildfix registry`

use super::Format;
use clap::{Args as Group, Subcommand};
use std::net::SocketAddr;
use std::path::PathBuf;

/// `buildfix registry`
#[derive(Debug, Subcommand)]
pub enum Registry {
    /// Make a registry of an empty folder.
    Init(RegistryInit),
    /// Make catalog.json and classes.json anew from the index.
    Index(RegistryFolder),
    /// Check every line, name, artifact and signature.
    Verify(RegistryVerify),
    /// Serve a registry over HTTP until interrupted. The first line printed is
    /// the address.
    Serve(RegistryServe),
    /// Make a publisher's token, and the table of it for a token file.
    Token(RegistryToken),
}

/// A registry's folder.
#[derive(Debug, Group)]
pub struct RegistryFolder {
    /// The registry's folder.
    #[arg(value_name = "DIR")]
    pub dir: PathBuf,
}

/// `buildfix registry init`
#[derive(Debug, Group)]
pub struct RegistryInit {
    /// The folder; made if it is not there.
    #[arg(value_name = "DIR")]
    pub dir: PathBuf,
    /// Where artifacts are; `{sha256}` stands for the hexadecimal digits. An
    /// address without a scheme is relative to the registry's own.
    #[arg(long, value_name = "ADDRESS", default_value = "cas/sha256/{sha256}")]
    pub dl: String,
    /// Where to publish.
    #[arg(long, value_name = "ADDRESS", default_value = buildfix_registry::server::API)]
    pub api: String,
    /// Nothing can be published over HTTP: a mirror, or files kept in git.
    #[arg(long, conflicts_with = "api")]
    pub no_api: bool,
    /// Reading needs a token.
    #[arg(long)]
    pub private: bool,
}

/// `buildfix registry verify`
#[derive(Debug, Group)]
pub struct RegistryVerify {
    /// The registry's folder.
    #[arg(value_name = "DIR")]
    pub dir: PathBuf,
    /// An earlier state of the same registry: no line of it may be gone or
    /// changed but for what is yanked.
    #[arg(long, value_name = "OLDDIR")]
    pub against: Option<PathBuf>,
    /// Warnings, too, make it fail.
    #[arg(long)]
    pub strict: bool,
    /// How to print.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
}

/// `buildfix registry serve`
#[derive(Debug, Group)]
pub struct RegistryServe {
    /// The registry's folder.
    #[arg(value_name = "DIR")]
    pub dir: PathBuf,
    /// Where to listen; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:0")]
    pub listen: SocketAddr,
    /// Who may publish (`buildfix registry token` makes entries). Without it
    /// nothing can be published.
    #[arg(long, value_name = "FILE")]
    pub token_file: Option<PathBuf>,
    /// Reading needs a token of the file, too.
    #[arg(long, requires = "token_file")]
    pub private: bool,
    /// Bytes of a published component, at most.
    #[arg(long, value_name = "BYTES")]
    pub max_size: Option<usize>,
}

/// `buildfix registry token`
#[derive(Debug, Group)]
pub struct RegistryToken {
    /// Whose it is: a label for the server's log.
    #[arg(value_name = "LABEL")]
    pub label: String,
    /// May publish and yank under this scope (`*`: every one). Without any it
    /// may only read.
    #[arg(long, value_name = "SCOPE")]
    pub scope: Vec<String>,
    /// Ends then: RFC 3339, UTC.
    #[arg(long, value_name = "TIME")]
    pub expires: Option<String>,
    /// Add the table to this file instead of printing it.
    #[arg(long, value_name = "FILE")]
    pub token_file: Option<PathBuf>,
}
