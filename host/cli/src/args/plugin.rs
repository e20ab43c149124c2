//! `buildfix plugin`: installing, and what belongs to it.

use super::Format;
use clap::Args as Group;
use semver::Version;
use std::path::PathBuf;

/// The project, and how to reach registries.
#[derive(Debug, Group)]
pub struct Reach {
    /// Work in this folder.
    #[arg(
        short = 'C',
        long = "directory",
        value_name = "DIR",
        default_value = "."
    )]
    pub dir: PathBuf,
    /// This registry: a name of `[registries]` or an address [default:
    /// `[registries] default`, or `BUILDFIX_REGISTRY`].
    #[arg(long, value_name = "REGISTRY")]
    pub registry: Option<String>,
    /// Use what is on this machine, and no network.
    #[arg(long)]
    pub offline: bool,
}

/// What may be let in.
#[derive(Debug, Group)]
pub struct Consent {
    /// Let it have this, as it is shown (`read:workspace`); may be given several
    /// times.
    #[arg(long, value_name = "CAPABILITY")]
    pub allow: Vec<String>,
    /// Let it have all that it wants.
    #[arg(short, long)]
    pub yes: bool,
}

/// `buildfix plugin install`
#[derive(Debug, Group)]
pub struct PluginInstall {
    /// A registry's plugin, `scope/name` or `scope/name@1.2`, or
    /// `oci://HOST/REPOSITORY@sha256:…`; without it, all that buildfix.toml
    /// names.
    #[arg(value_name = "PLUGIN")]
    pub plugin: Option<String>,
    /// Fail where buildfix.lock would have to change.
    #[arg(long)]
    pub locked: bool,
    #[command(flatten)]
    pub reach: Reach,
    #[command(flatten)]
    pub consent: Consent,
}

/// `buildfix plugin add`
#[derive(Debug, Group)]
pub struct PluginAdd {
    /// `scope/name` or `scope/name@1.2`.
    #[arg(value_name = "PLUGIN")]
    pub plugin: String,
    #[command(flatten)]
    pub reach: Reach,
}

/// `buildfix plugin update`
#[derive(Debug, Group)]
pub struct PluginUpdate {
    /// This one; without it, all.
    #[arg(value_name = "PLUGIN")]
    pub plugin: Option<String>,
    /// Exactly this version.
    #[arg(long, value_name = "VERSION", requires = "plugin")]
    pub precise: Option<Version>,
    /// Only tell what would change.
    #[arg(long)]
    pub dry_run: bool,
    #[command(flatten)]
    pub reach: Reach,
    #[command(flatten)]
    pub consent: Consent,
}

/// `buildfix plugin remove`
#[derive(Debug, Group)]
pub struct PluginRemove {
    /// Its name, or its key in buildfix.toml.
    #[arg(value_name = "PLUGIN")]
    pub plugin: String,
    /// Work in this folder.
    #[arg(
        short = 'C',
        long = "directory",
        value_name = "DIR",
        default_value = "."
    )]
    pub dir: PathBuf,
}

/// `buildfix plugin info`
#[derive(Debug, Group)]
pub struct PluginInfo {
    /// `scope/name`, or `scope/name@VERSION`.
    #[arg(value_name = "PLUGIN")]
    pub plugin: String,
    #[command(flatten)]
    pub reach: Reach,
    /// How to print.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
}

/// `buildfix plugin search`
#[derive(Debug, Group)]
pub struct PluginSearch {
    /// A part of a name or of a description.
    #[arg(value_name = "TEXT", required_unless_present = "class")]
    pub text: Option<String>,
    /// Who fixes this class or code.
    #[arg(long, value_name = "CLASS")]
    pub class: Option<String>,
    #[command(flatten)]
    pub reach: Reach,
    /// How to print.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
}

/// `buildfix plugin fetch`, `buildfix plugin verify`
#[derive(Debug, Group)]
pub struct PluginLocked {
    #[command(flatten)]
    pub reach: Reach,
}

/// `buildfix plugin publish`
#[derive(Debug, Group)]
pub struct PluginPublish {
    /// The plugin's file, as `buildfix plugin build` makes it.
    #[arg(value_name = "FILE.wasm")]
    pub file: PathBuf,
    /// Check it as the registry would, and send nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Its minisign signature (`minisign -S -m FILE.wasm`).
    #[arg(long, value_name = "FILE.minisig", requires = "public_key")]
    pub signature: Option<PathBuf>,
    /// The minisign public key: the file, or the key itself.
    #[arg(long, value_name = "KEY", requires = "signature")]
    pub public_key: Option<String>,
    /// Push it to this OCI repository instead, `oci://HOST/REPOSITORY`.
    #[arg(long, value_name = "ADDRESS", conflicts_with_all = ["signature", "registry"])]
    pub oci: Option<String>,
    #[command(flatten)]
    pub reach: Reach,
}

/// `buildfix plugin yank`
#[derive(Debug, Group)]
pub struct PluginYank {
    /// `scope/name@VERSION`.
    #[arg(value_name = "PLUGIN@VERSION")]
    pub plugin: String,
    /// Why, for those who look for it.
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// Take it back.
    #[arg(long, conflicts_with = "reason")]
    pub undo: bool,
    #[command(flatten)]
    pub reach: Reach,
}

/// `buildfix plugin login`
#[derive(Debug, Group)]
pub struct PluginLogin {
    /// Forget the token.
    #[arg(long)]
    pub forget: bool,
    #[command(flatten)]
    pub reach: Reach,
}
