//! `buildfix registry`

use crate::args::registry::{
    Registry, RegistryFolder, RegistryInit, RegistryServe, RegistryToken, RegistryVerify,
};
use crate::args::{FAILED, Format, GREEN};
use crate::terminal;
use anyhow::{Context as _, Result, anyhow};
use buildfix_registry::admin::{AdminError, Complaint, Folder, verify as verify_folder};
use buildfix_registry::index::{FORMAT, RegistryConfig};
use buildfix_registry::server::{Server, ServerError, ServerOptions};
use buildfix_registry::tokens;
use buildfix_sandbox::FileLimits;
use serde_json::json;
use std::io::Write as _;
use std::path::Path;

pub fn run(command: &Registry) -> Result<u8> {
    match command {
        Registry::Init(args) => init(args),
        Registry::Index(args) => index(args),
        Registry::Verify(args) => verify(args),
        Registry::Serve(args) => serve(args),
        Registry::Token(args) => token(args),
    }
}

fn init(args: &RegistryInit) -> Result<u8> {
    let config = RegistryConfig {
        v: FORMAT,
        dl: args.dl.clone(),
        api: (!args.no_api).then(|| args.api.clone()),
        auth_required: args.private,
    };
    Folder::init(&args.dir, &config).map_err(explain)?;
    terminal::print(&format!("made the registry {}\n", args.dir.display()))?;
    Ok(GREEN)
}

fn index(args: &RegistryFolder) -> Result<u8> {
    let folder = Folder::open(&args.dir).map_err(explain)?;
    let complaints = folder.lock().and_then(|locked| locked.rebuild());
    let complaints = complaints.map_err(explain)?;
    for complaint in &complaints {
        terminal::warn(&format!("warning: left out: {complaint}"));
    }
    Ok(if complaints.is_empty() { GREEN } else { FAILED })
}

fn verify(args: &RegistryVerify) -> Result<u8> {
    let folder = Folder::open(&args.dir).map_err(explain)?;
    let against = args.against.as_deref().map(Folder::open).transpose();
    let against = against.map_err(explain)?;
    let found = verify_folder(&folder, against.as_ref(), &FileLimits::default());
    let found = found.map_err(explain)?;
    let good = found.errors.is_empty() && (!args.strict || found.warnings.is_empty());
    let text = match args.format {
        Format::Json => {
            let list = |complaints: &[Complaint]| -> Vec<_> {
                let shown = complaints.iter();
                shown
                    .map(|c| json!({ "place": c.place, "message": c.message }))
                    .collect()
            };
            let report = json!({
                "plugins": found.plugins,
                "versions": found.versions,
                "artifacts": found.artifacts,
                "errors": list(&found.errors),
                "warnings": list(&found.warnings),
            });
            format!("{}\n", serde_json::to_string_pretty(&report)?)
        }
        Format::Human => {
            for complaint in &found.errors {
                terminal::warn(&format!("error: {complaint}"));
            }
            for complaint in &found.warnings {
                terminal::warn(&format!("warning: {complaint}"));
            }
            format!(
                "{} plugins, {} versions, {} artifacts: {} errors, {} warnings\n",
                found.plugins,
                found.versions,
                found.artifacts,
                found.errors.len(),
                found.warnings.len()
            )
        }
    };
    terminal::print(&text)?;
    Ok(if good { GREEN } else { FAILED })
}

fn serve(args: &RegistryServe) -> Result<u8> {
    let mut limits = FileLimits::default();
    if let Some(size) = args.max_size {
        limits.component = size;
    }
    let options = ServerOptions {
        listen: args.listen,
        tokens: args.token_file.clone(),
        private: args.private,
        limits,
        ..ServerOptions::default()
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        // Before the address is told: who reads it may send the signal at once.
        let interrupted = interruption()?;
        let server = Server::start(&args.dir, options).map_err(explain_server)?;
        terminal::print(&format!("{}\n", server.url()))?;
        interrupted.await;
        server.stop();
        Ok(GREEN)
    })
}

/// Ends with Ctrl-C or, where there is such a thing, SIGTERM.
fn interruption() -> Result<impl Future<Output = ()>> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        Ok(async move {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
        })
    }
    #[cfg(not(unix))]
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}

fn token(args: &RegistryToken) -> Result<u8> {
    let (token, table) = tokens::create(&args.label, &args.scope, args.expires.as_deref())
        .map_err(|error| anyhow!("cannot make the token: {error}"))?;
    match &args.token_file {
        Some(file) => {
            append(file, &table).with_context(|| format!("cannot write {}", file.display()))?;
            terminal::warn("note: the token is shown this once; the file has its hash");
            terminal::print(&format!("{token}\n"))?;
        }
        None => {
            terminal::warn("note: the token is shown this once; the table goes into a token file");
            terminal::print(&format!("{token}\n\n{table}"))?;
        }
    }
    Ok(GREEN)
}

fn append(file: &Path, table: &str) -> std::io::Result<()> {
    let mut options = std::fs::File::options();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
        .open(file)?
        .write_all(format!("{table}\n").as_bytes())
}

fn explain(error: AdminError) -> anyhow::Error {
    with_help(error.help(), error)
}

fn explain_server(error: ServerError) -> anyhow::Error {
    with_help(error.help(), error)
}

fn with_help(help: Option<String>, error: impl std::fmt::Display) -> anyhow::Error {
    match help {
        Some(help) => anyhow!("{error}\nhelp: {help}"),
        None => anyhow!("{error}"),
    }
}
