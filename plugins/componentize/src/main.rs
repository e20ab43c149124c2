//! `buildfix-componentize MODULE MANIFEST OUT` makes a plugin of a core module
//! and a `plugin.toml`; `buildfix-componentize --describe PLUGIN` prints what a
//! plugin imports, exports and claims. `plugins/build.sh` calls it.

use anyhow::{Context, bail};
use std::{fs, io::Write, path::Path, process::ExitCode};

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> anyhow::Result<()> {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    match arguments.as_slice() {
        [flag, plugin] if flag == "--describe" => {
            let text = buildfix_component::describe(&read(plugin.as_ref())?)
                .with_context(|| plugin.display().to_string())?;
            std::io::stdout()
                .write_all(text.as_bytes())
                .context("cannot write")?;
        }
        [module, manifest, out] => {
            let text = String::from_utf8(read(manifest.as_ref())?)
                .with_context(|| format!("{} is not UTF-8", manifest.display()))?;
            let component = buildfix_component::componentize(&read(module.as_ref())?, &text)
                .with_context(|| format!("{} with {}", module.display(), manifest.display()))?;
            fs::write(out, component).with_context(|| format!("cannot write {}", out.display()))?;
        }
        _ => bail!("usage: buildfix-componentize (MODULE MANIFEST OUT | --describe PLUGIN)"),
    }
    Ok(())
}

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}
