//! `buildfix plugin install`, `add`, `update` and `remove`.
//!
//! A change is made in the order store, compiled code, lock, buildfix.toml; each
//! file is replaced whole. Whatever is interrupted, the lock never has what the
//! user did not agree to, and buildfix.toml never names what is not locked
//! because of it.

use super::choose::{Chosen, Wanted, changes, from_oci, from_registry, key_of};
use super::manifest::Edit;
use crate::args::GREEN;
use crate::args::plugin::{Consent, PluginAdd, PluginInstall, PluginRemove, PluginUpdate, Reach};
use crate::project::Project;
use crate::{fixers, terminal};
use anyhow::{Context as _, Result, anyhow, bail};
use buildfix_engine::config::{FILE, Origin, PluginConfig};
use buildfix_registry::Name;
use buildfix_registry::lock::{FILE as LOCK, Lock};
use semver::VersionReq;
use std::fmt::Write as _;
use std::io::{BufRead as _, IsTerminal as _, Write as _};

fn project(reach: &Reach) -> Result<Project> {
    Project::open(&reach.dir, reach.registry.as_deref(), reach.offline)
}

/// `scope/name[@REQ]`.
pub fn parse(text: &str) -> Result<(Name, Option<VersionReq>)> {
    let (name, requirement) = match text.split_once('@') {
        Some((name, requirement)) => (name, Some(requirement)),
        None => (text, None),
    };
    let name: Name = name.parse()?;
    let requirement = requirement
        .map(|text| {
            VersionReq::parse(text)
                .with_context(|| format!("`{text}` is no version requirement such as `1.2`"))
        })
        .transpose()?;
    Ok((name, requirement))
}

pub fn install(args: &PluginInstall) -> Result<u8> {
    let mut project = project(&args.reach)?;
    let _held = project.hold()?;
    let mut edit = Edit::open(&project.dir)?;
    let mut chosen = Vec::new();
    match args.plugin.as_deref() {
        Some(address) if address.starts_with("oci://") => {
            let one = from_oci(&project, address)?;
            let key = key_of(&project, &one.locked);
            edit.set_oci(key.as_deref(), &one.locked.name, address)?;
            chosen.push(one);
        }
        Some(text) => {
            let (name, requirement) = parse(text)?;
            let key = project.config.key_of(name.as_str()).map(str::to_owned);
            let before = key.as_ref().map(|key| &project.config.plugins[key]);
            let asked = requirement
                .clone()
                .or_else(|| before.and_then(|before| before.version.clone()));
            let wanted = Wanted::Locked(asked.clone().unwrap_or(VersionReq::STAR));
            let registry = before.and_then(|before| before.registry.clone());
            let registry = project.registry(registry.as_deref())?;
            let one = from_registry(&project, &registry, &name, &wanted)?;
            let version = match asked {
                Some(requirement) => requirement.to_string().trim_start_matches('^').to_owned(),
                None => one.locked.version.to_string(),
            };
            edit.set_registry(
                key.as_deref(),
                &name,
                &version,
                args.reach.registry.as_deref(),
            )?;
            chosen.push(one);
        }
        None => chosen = all(&project)?,
    }
    let mut lock = project.lock.clone();
    if args.plugin.is_none() {
        forget_others(&project, &chosen, &mut lock);
    }
    apply(&mut project, chosen, lock, edit, &args.consent, args.locked)
}

/// Everything that buildfix.toml names.
fn all(project: &Project) -> Result<Vec<Chosen>> {
    let mut chosen = Vec::new();
    for (key, plugin) in &project.config.plugins {
        match plugin.origin(key) {
            Origin::Bundled | Origin::Path(_) => {}
            Origin::Oci(address) => chosen.push(from_oci(project, address)?),
            Origin::Registry { name, version } => {
                let name = registry_name(key, name)?;
                let registry = project.registry(plugin.registry.as_deref())?;
                let wanted = Wanted::Locked(version);
                chosen.push(from_registry(project, &registry, &name, &wanted)?);
            }
        }
    }
    Ok(chosen)
}

/// The name of a registry's plugin as buildfix.toml has it.
pub fn registry_name(key: &str, name: &str) -> Result<Name> {
    name.parse().map_err(|error| {
        anyhow!(
            "[plugins.{key}] of {FILE}: {error}\n\
             help: name the registry's plugin: `plugin = \"scope/name\"`"
        )
    })
}

fn forget_others(project: &Project, chosen: &[Chosen], lock: &mut Lock) {
    for old in project.lock.plugins() {
        if !chosen.iter().any(|one| one.locked.name == old.name) {
            lock.remove(&old.name);
        }
    }
}

pub fn add(args: &PluginAdd) -> Result<u8> {
    let mut project = project(&args.reach)?;
    let _held = project.hold()?;
    let (name, requirement) = parse(&args.plugin)?;
    let key = project.config.key_of(name.as_str()).map(str::to_owned);
    let version = match requirement {
        Some(requirement) => requirement.to_string().trim_start_matches('^').to_owned(),
        None => {
            let registry = project.registry(None)?;
            let lines = registry.lines(&name)?;
            let rules = project.rules();
            let line =
                buildfix_registry::client::resolve(&name, &VersionReq::STAR, &lines, &rules)?;
            line.vers.to_string()
        }
    };
    let mut edit = Edit::open(&project.dir)?;
    edit.set_registry(
        key.as_deref(),
        &name,
        &version,
        args.reach.registry.as_deref(),
    )?;
    edit.write()?;
    terminal::print(&format!(
        "added {name} {version} to {FILE}; `buildfix plugin install` brings it in\n"
    ))?;
    Ok(GREEN)
}

pub fn update(args: &PluginUpdate) -> Result<u8> {
    let mut project = project(&args.reach)?;
    let _held = project.hold()?;
    let only = args
        .plugin
        .as_deref()
        .map(parse)
        .transpose()?
        .map(|(name, _)| name);
    let mut chosen = Vec::new();
    for (key, plugin) in &project.config.plugins {
        let Origin::Registry { name, version } = plugin.origin(key) else {
            continue;
        };
        let name = registry_name(key, name)?;
        if only.as_ref().is_some_and(|only| *only != name) {
            continue;
        }
        let registry = project.registry(plugin.registry.as_deref())?;
        let wanted = match &args.precise {
            Some(precise) if version.matches(precise) => Wanted::Precise(precise.clone()),
            Some(precise) => bail!(
                "{FILE} asks for `{name}` `{version}`, which {precise} does not satisfy\n\
                 help: `buildfix plugin install {name}@{precise}` changes what it asks for"
            ),
            None => Wanted::Newest(version),
        };
        chosen.push(from_registry(&project, &registry, &name, &wanted)?);
    }
    if let Some(only) = &only
        && chosen.is_empty()
    {
        bail!("{FILE} names no `{only}`\nhelp: `buildfix plugin install {only}`");
    }
    if args.dry_run {
        let mut lock = project.lock.clone();
        for one in chosen {
            lock.set(one.locked);
        }
        let changes = changes(&project.lock, &lock);
        return done(&changes, "nothing would change");
    }
    let (lock, edit) = (project.lock.clone(), Edit::open(&project.dir)?);
    apply(&mut project, chosen, lock, edit, &args.consent, false)
}

pub fn remove(args: &PluginRemove) -> Result<u8> {
    let mut project = Project::open(&args.dir, None, true)?;
    let _held = project.hold()?;
    let name = &args.plugin;
    let known = project.lock.get(name);
    let known = known.and_then(|locked| key_of(&project, locked));
    let key = match project.config.plugins.contains_key(name) {
        true => Some(name.as_str()),
        false => known.as_deref().or_else(|| project.config.key_of(name)),
    };
    let locked = key.map_or(name.as_str(), |key| {
        project.config.plugins[key].plugin.as_deref().unwrap_or(key)
    });
    let mut lock = project.lock.clone();
    let was = lock.remove(locked).or_else(|| {
        let source = key.and_then(|key| project.config.plugins[key].oci.clone())?;
        let name = lock
            .plugins()
            .iter()
            .find(|locked| locked.source.to_string() == source)?
            .name
            .clone();
        lock.remove(&name)
    });
    if key.is_none() && was.is_none() {
        bail!("neither {FILE} nor {LOCK} names `{name}`");
    }
    // First what names it, then what it names.
    if let Some(key) = key {
        let mut edit = Edit::open(&project.dir)?;
        edit.remove(key);
        edit.write()?;
    }
    if was.is_some() {
        lock.write(&project.dir)?;
    }
    terminal::print(&format!("removed {name}\n"))?;
    Ok(GREEN)
}

/// Asks what has to be asked, and makes the change; one that fails leaves
/// nothing.
fn apply(
    project: &mut Project,
    chosen: Vec<Chosen>,
    lock: Lock,
    edit: Edit,
    consent: &Consent,
    locked: bool,
) -> Result<u8> {
    let fetched: Vec<_> = chosen
        .iter()
        .filter(|one| one.fetched)
        .map(|one| one.locked.checksum.clone())
        .collect();
    let store = project.store();
    change(project, chosen, lock, edit, consent, locked).inspect_err(|_| {
        for checksum in &fetched {
            store.forget(checksum);
        }
    })
}

fn change(
    project: &mut Project,
    chosen: Vec<Chosen>,
    mut lock: Lock,
    edit: Edit,
    consent: &Consent,
    locked: bool,
) -> Result<u8> {
    for one in &chosen {
        lock.set(one.locked.clone());
    }
    let changes = changes(&project.lock, &lock);
    if locked && !changes.is_empty() {
        bail!(
            "{LOCK} would have to change, and `--locked` forbids that:\n{}\n\
             help: run `buildfix plugin install` without it and commit {LOCK}",
            changes.join("\n")
        );
    }
    for one in &chosen {
        agree(project, one, consent)?;
    }
    let sandbox = fixers::sandbox(&project.config, None)?;
    for one in chosen {
        let label = format!("{} {}", one.locked.name, one.locked.version);
        sandbox.load(&label, &one.bytes)?;
    }
    if !changes.is_empty() {
        lock.write(&project.dir)?;
    }
    edit.write()?;
    project.lock = lock;
    done(
        &changes,
        "nothing to change: all plugins are here as they are locked",
    )
}

fn done(changes: &[String], nothing: &str) -> Result<u8> {
    let mut text = String::new();
    for change in changes {
        let _ = writeln!(text, "{change}");
    }
    if changes.is_empty() {
        let _ = writeln!(text, "{nothing}");
    }
    terminal::print(&text)?;
    Ok(GREEN)
}

/// Shows what a plugin may do, and gets the user's consent to what was not
/// agreed to before.
fn agree(project: &Project, one: &Chosen, consent: &Consent) -> Result<()> {
    let locked = &one.locked;
    let before = project.lock.get(&locked.name);
    // The very same bytes were agreed to.
    if before.is_some_and(|before| {
        before.checksum == locked.checksum && before.grown(&locked.capabilities).is_empty()
    }) {
        return Ok(());
    }
    show(one);
    let key = key_of(project, locked);
    let settings = key.as_ref().map(|key| &project.config.plugins[key]);
    let allowed = settings
        .and_then(|settings: &PluginConfig| settings.allow.as_ref())
        .map(|allow| allow.list())
        .unwrap_or_default();
    let open: Vec<&String> = locked
        .capabilities
        .iter()
        // The request carries those files anyway.
        .filter(|wanted| *wanted != "read:diagnostic-files")
        .filter(|wanted| !allowed.contains(wanted) && !consent.allow.contains(wanted))
        .filter(|wanted| before.is_none_or(|before| !before.capabilities.contains(wanted)))
        .collect();
    if open.is_empty() || consent.yes {
        return Ok(());
    }
    let list: Vec<&str> = open.iter().map(|wanted| wanted.as_str()).collect();
    let question = match before {
        Some(before) => format!(
            "plugin `{}` {} wants more than {} was granted: {}",
            locked.name,
            locked.version,
            before.version,
            list.join(", ")
        ),
        None => format!(
            "plugin `{}` {} wants to be allowed {}",
            locked.name,
            locked.version,
            list.join(", ")
        ),
    };
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        let short = locked.name.rsplit('/').next().unwrap_or(&locked.name);
        let key = key.as_deref().unwrap_or(short);
        let read: Vec<String> = one
            .preflight
            .manifest
            .capabilities
            .read
            .iter()
            .map(|what| format!("\"{what}\""))
            .collect();
        bail!(
            "{question}, and nobody is here to ask\n\
             help: if you trust it, pass `--yes`, or write this in {FILE} and try again:\n\
             [plugins.{key}.allow]\n\
             read = [{}]",
            read.join(", ")
        );
    }
    let _ = write!(std::io::stderr(), "{question}. Allow it? [y/N] ");
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    match answer.trim() {
        "y" | "Y" | "yes" => Ok(()),
        _ => bail!(
            "plugin `{}` was not installed: it was not allowed that",
            locked.name
        ),
    }
}

/// What a user should know before they let a plugin in.
fn show(one: &Chosen) {
    let (locked, manifest) = (&one.locked, &one.preflight.manifest);
    let mut text = format!("{} {}", locked.name, locked.version);
    if let Some(description) = &manifest.description {
        let _ = write!(text, ": {description}");
    }
    let _ = write!(text, "\n  from     {}", locked.source);
    let _ = write!(text, "\n  sha256   {}", locked.checksum.hex());
    if let Some(license) = &manifest.license {
        let _ = write!(text, "\n  license  {license}");
    }
    let _ = write!(text, "\n  answers  {}", manifest.classes.join(", "));
    let may = match locked.capabilities.is_empty() {
        true => "see nothing but the errors and their files".to_owned(),
        false => locked.capabilities.join(", "),
    };
    let _ = write!(text, "\n  may      {may}");
    if let Some(signer) = &locked.signer {
        let _ = write!(text, "\n  signer   {signer}");
    }
    terminal::warn(&text);
}
