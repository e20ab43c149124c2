//! One module a command.

mod cache;
mod check;
mod explain;
mod learn;
mod plugin;
mod registry;
mod run;
mod undo;

pub use plugin::choose::kept;

use crate::args::{Args, Command, Plugin};
use anyhow::Result;

/// Does what the arguments say and gives the exit code.
///
/// # Errors
/// With a message for the user; the exit code is then [`crate::args::FAILED`].
pub fn run(args: &Args) -> Result<u8> {
    match &args.command {
        Command::Run(run) => run::run(run, args.verbose),
        Command::Check(check) => check::run(check),
        Command::Undo(undo) => undo::run(undo),
        Command::Explain(explain) => explain::run(explain),
        Command::Learn(learn) => learn::run(learn),
        Command::Cache(cache) => cache::run(cache),
        Command::Plugin(Plugin::List(list)) => plugin::list(list),
        Command::Registry(registry) => registry::run(registry),
        Command::Plugin(Plugin::Install(install)) => plugin::install::install(install),
        Command::Plugin(Plugin::Add(add)) => plugin::install::add(add),
        Command::Plugin(Plugin::Update(update)) => plugin::install::update(update),
        Command::Plugin(Plugin::Remove(remove)) => plugin::install::remove(remove),
        Command::Plugin(Plugin::Info(info)) => plugin::registry::info(info),
        Command::Plugin(Plugin::Search(search)) => plugin::registry::search(search),
        Command::Plugin(Plugin::Fetch(fetch)) => plugin::registry::fetch(fetch),
        Command::Plugin(Plugin::Verify(verify)) => plugin::registry::verify(verify),
        Command::Plugin(Plugin::Publish(publish)) => plugin::registry::publish(publish),
        Command::Plugin(Plugin::Yank(yank)) => plugin::registry::yank(yank),
        Command::Plugin(Plugin::Login(login)) => plugin::registry::login(login),
        Command::Plugin(Plugin::New(new)) => plugin::new::run(new),
        Command::Plugin(Plugin::Build(build)) => plugin::build::run(build),
        Command::Plugin(Plugin::Test(test)) => plugin::test::run(test),
        Command::Plugin(Plugin::Check(check)) => plugin::check::run(check),
        Command::Plugin(Plugin::Dev(dev)) => plugin::dev::run(dev),
        Command::Plugin(Plugin::Replay(replay)) => plugin::replay::run(replay),
    }
}

/// A log's bytes: a file's, or standard input's for `-`.
fn read_log(path: &std::path::Path) -> Result<Vec<u8>> {
    use anyhow::Context as _;
    use std::io::Read as _;
    if path.as_os_str() == "-" {
        let mut bytes = Vec::new();
        std::io::stdin()
            .read_to_end(&mut bytes)
            .context("cannot read standard input")?;
        return Ok(bytes);
    }
    std::fs::read(path).with_context(|| format!("cannot read the log {}", path.display()))
}
