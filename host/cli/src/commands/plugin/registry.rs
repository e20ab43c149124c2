//! `buildfix plugin info`, `search`, `fetch`, `verify`, `publish`, `yank` and
//! `login`.

use super::choose::{kept, still_true};
use super::install::parse;
use crate::args::plugin::{
    PluginInfo, PluginLocked, PluginLogin, PluginPublish, PluginSearch, PluginYank, Reach,
};
use crate::args::{FAILED, Format, GREEN};
use crate::project::{Credentials, Project};
use crate::terminal;
use anyhow::{Context as _, Result, anyhow, bail};
use buildfix_registry::Name;
use buildfix_registry::client::{Registry, push_oci};
use buildfix_registry::index::Line;
use buildfix_registry::lock::Source;
use buildfix_registry::publish::{Publication, Signature};
use buildfix_sandbox::{FileLimits, class_matches};
use semver::Version;
use serde_json::json;
use std::fmt::Write as _;
use std::io::{BufRead as _, IsTerminal as _};

fn project(reach: &Reach) -> Result<(Project, Registry)> {
    let project = Project::open(&reach.dir, reach.registry.as_deref(), reach.offline)?;
    let registry = project.registry(None)?;
    Ok((project, registry))
}

pub fn info(args: &PluginInfo) -> Result<u8> {
    let (project, registry) = project(&args.reach)?;
    let (name, requirement) = parse(&args.plugin)?;
    let lines = registry.lines(&name)?;
    let mut all: Vec<&Line> = lines.lines.iter().collect();
    all.sort_by(|a, b| b.vers.cmp(&a.vers));
    let requirement = requirement.unwrap_or(semver::VersionReq::STAR);
    let chosen = buildfix_registry::client::resolve(&name, &requirement, &lines, &project.rules());
    let text = match args.format {
        Format::Json => {
            let report = json!({
                "registry": registry.url(),
                "chosen": chosen.as_ref().ok().map(|line| line.vers.to_string()),
                "versions": all,
            });
            format!("{}\n", serde_json::to_string_pretty(&report)?)
        }
        Format::Human => {
            let mut text = String::new();
            if let Some(line) = chosen.as_ref().ok().copied().or(all.first().copied()) {
                describe(&mut text, line);
            }
            let _ = writeln!(text, "  versions");
            for line in all {
                let mut more = String::new();
                if line.yanked {
                    let reason = line.yank_reason.as_deref().unwrap_or("no reason given");
                    let _ = write!(more, "  yanked: {}", tame(reason));
                }
                let _ = writeln!(
                    text,
                    "    {:<12} {}{more}",
                    line.vers.to_string(),
                    tame(&line.pubtime)
                );
            }
            if let Some(locked) = project.lock.get(name.as_str()) {
                let _ = writeln!(text, "  locked   {}", locked.version);
            }
            text
        }
    };
    terminal::print(&text)?;
    chosen?;
    Ok(GREEN)
}

fn tame(text: &str) -> String {
    buildfix_component::text::tame_line(text, 300)
}

fn describe(text: &mut String, line: &Line) {
    let _ = writeln!(text, "{} {}", line.name, line.vers);
    let mut field = |name: &str, value: &str| {
        let _ = writeln!(text, "  {name:<8} {}", tame(value));
    };
    let optional = [
        ("about", &line.description),
        ("license", &line.license),
        ("source", &line.repository),
    ];
    for (name, value) in optional {
        if let Some(value) = value {
            field(name, value);
        }
    }
    field("answers", &line.classes.join(", "));
    field("may", &line.capabilities.join(", "));
    field("world", &line.world);
    field("size", &format!("{} bytes", line.size));
    field("sha256", line.cksum.hex());
    field("signer", line.signer.as_deref().unwrap_or("nobody"));
}

pub fn search(args: &PluginSearch) -> Result<u8> {
    let (_, registry) = project(&args.reach)?;
    let catalog = registry.catalog()?;
    let by_class: Option<Vec<Name>> = match &args.class {
        None => None,
        Some(class) => {
            let classes = registry.classes()?;
            let code = |pattern: &str| pattern.split_once('/').map(|(_, code)| code.to_owned());
            let mut names: Vec<Name> = classes
                .classes
                .into_iter()
                .filter(|(pattern, _)| match class.contains('/') {
                    true => class_matches(pattern, class),
                    false => code(pattern).is_some_and(|code| class_matches(&code, class)),
                })
                .flat_map(|(_, names)| names)
                .collect();
            names.sort();
            names.dedup();
            Some(names)
        }
    };
    let text = args.text.as_deref().unwrap_or_default().to_lowercase();
    let found: Vec<_> = catalog
        .plugins
        .iter()
        .filter(|(name, _)| by_class.as_ref().is_none_or(|names| names.contains(name)))
        .filter(|(name, entry)| {
            let about = entry.description.as_deref().unwrap_or_default();
            name.as_str().contains(&text) || about.to_lowercase().contains(&text)
        })
        .collect();
    let out = match args.format {
        Format::Json => {
            let list: Vec<_> = found
                .iter()
                .map(|(name, entry)| {
                    json!({ "name": name, "version": entry.vers, "description": entry.description,
                            "classes": entry.classes })
                })
                .collect();
            format!("{}\n", serde_json::to_string_pretty(&list)?)
        }
        Format::Human => found
            .iter()
            .map(|(name, entry)| {
                let about = entry.description.as_deref().unwrap_or_default();
                format!("{name} {}  {}\n", entry.vers, tame(about))
            })
            .collect(),
    };
    terminal::print(&out)?;
    if found.is_empty() {
        terminal::warn(&format!("{} has nothing like that", registry.url()));
    }
    Ok(GREEN)
}

pub fn fetch(args: &PluginLocked) -> Result<u8> {
    let reach = &args.reach;
    let project = Project::open(&reach.dir, reach.registry.as_deref(), reach.offline)?;
    let mut fetched = 0;
    for locked in project.lock.plugins() {
        fetched += usize::from(kept(&project, locked)?.fetched);
    }
    let all = project.lock.plugins().len();
    terminal::print(&format!("{all} plugins are here, {fetched} were fetched\n"))?;
    Ok(GREEN)
}

/// Holds every locked plugin against its bytes, and against the registry unless
/// that may not be asked.
pub fn verify(args: &PluginLocked) -> Result<u8> {
    let reach = &args.reach;
    let project = Project::open(&reach.dir, reach.registry.as_deref(), reach.offline)?;
    let (store, mut bad) = (project.store(), 0);
    for locked in project.lock.plugins() {
        let judge = || -> Result<()> {
            let bytes = store.get(&locked.checksum).ok_or_else(|| {
                anyhow!("its artifact is not on this machine\nhelp: `buildfix plugin fetch`")
            })?;
            let one = kept(&project, locked)?;
            let missing = locked.grown(&one.preflight.manifest.capabilities.list());
            anyhow::ensure!(
                missing.is_empty(),
                "it wants {} beyond what is locked",
                missing.join(", ")
            );
            if let (Source::Registry(url), false) = (&locked.source, project.is_offline()) {
                let registry = project.registry_at(url)?;
                let lines = registry.lines(&locked.name.parse()?)?;
                let line = still_true(locked, lines.lines.iter(), &registry)?;
                match (&line.signer, &line.signature) {
                    (Some(signer), Some(signature)) => {
                        Signature::check(signer, signature, &bytes)?;
                    }
                    _ => anyhow::ensure!(
                        locked.signer.is_none() && !project.config.policy.require_signature,
                        "it is not signed"
                    ),
                }
            }
            Ok(())
        };
        match judge() {
            Ok(()) => terminal::print(&format!("good  {} {}\n", locked.name, locked.version))?,
            Err(error) => {
                bad += 1;
                terminal::print(&format!("BAD   {} {}\n", locked.name, locked.version))?;
                terminal::error(&error);
            }
        }
    }
    Ok(if bad == 0 { GREEN } else { FAILED })
}

pub fn publish(args: &PluginPublish) -> Result<u8> {
    let label = args.file.display().to_string();
    let bytes = std::fs::read(&args.file).with_context(|| format!("cannot read {label}"))?;
    let mut publication =
        Publication::new(Some(&label), bytes, &FileLimits::default()).map_err(advise)?;
    if let (Some(signature), Some(key)) = (&args.signature, &args.public_key) {
        let text = std::fs::read_to_string(signature)
            .with_context(|| format!("cannot read {}", signature.display()))?;
        let signature =
            Signature::check(&public_key(key)?, &text, publication.bytes()).map_err(advise)?;
        publication = publication.signed(signature);
    }
    let line = publication.line().clone();
    if args.dry_run {
        let mut text = String::new();
        describe(&mut text, &line);
        text.push_str("would be published; nothing was sent\n");
        terminal::print(&text)?;
        return Ok(GREEN);
    }
    if let Some(address) = &args.oci {
        let reach = &args.reach;
        let project = Project::open(&reach.dir, None, reach.offline)?;
        let title = args
            .file
            .file_name()
            .map_or("plugin.wasm".to_owned(), |name| {
                name.to_string_lossy().into_owned()
            });
        let tag = line.vers.to_string().replace('+', "_");
        let pushed = push_oci(
            &project.http,
            &address.parse()?,
            publication.bytes(),
            &title,
            &tag,
        )?;
        terminal::print(&format!("{pushed}\n"))?;
        return Ok(GREEN);
    }
    let (_, registry) = project(&args.reach)?;
    let (line, new) = registry.publish(&publication)?;
    let what = if new {
        "published"
    } else {
        "was there already:"
    };
    terminal::print(&format!(
        "{what} {} {} {}\n",
        line.name, line.vers, line.cksum
    ))?;
    Ok(GREEN)
}

fn advise(error: buildfix_registry::publish::PublishError) -> anyhow::Error {
    match error.help() {
        Some(help) => anyhow!("{error}\nhelp: {help}"),
        None => anyhow!(error),
    }
}

/// A minisign public key: itself, or the file that holds it.
fn public_key(text: &str) -> Result<String> {
    if !std::path::Path::new(text).is_file() {
        return Ok(text.to_owned());
    }
    let file = std::fs::read_to_string(text).with_context(|| format!("cannot read {text}"))?;
    let key = file
        .lines()
        .map(str::trim)
        .rfind(|line| !line.is_empty() && !line.starts_with("untrusted comment:"));
    key.map(str::to_owned)
        .ok_or_else(|| anyhow!("{text} has no minisign public key"))
}

pub fn yank(args: &PluginYank) -> Result<u8> {
    let (_, registry) = project(&args.reach)?;
    let Some((name, version)) = args.plugin.split_once('@') else {
        bail!("which version? `scope/name@1.2.0`");
    };
    let name: Name = name.parse()?;
    let version: Version = version
        .parse()
        .with_context(|| format!("`{version}` is no version"))?;
    registry.set_yanked(&name, &version, !args.undo, args.reason.as_deref())?;
    let what = if args.undo { "unyanked" } else { "yanked" };
    terminal::print(&format!("{what} {name} {version}\n"))?;
    Ok(GREEN)
}

pub fn login(args: &PluginLogin) -> Result<u8> {
    let (_, registry) = project(&args.reach)?;
    let token = match args.forget {
        true => None,
        false => Some(ask_token(registry.url())?),
    };
    let path = Credentials::read()?.keep(registry.url(), token)?;
    let what = if args.forget { "forgot" } else { "keeps" };
    terminal::print(&format!(
        "{} {what} the token for {}\n",
        path.display(),
        registry.url()
    ))?;
    Ok(GREEN)
}

/// A token from standard input; what is typed is not shown.
fn ask_token(url: &str) -> Result<String> {
    let token = if std::io::stdin().is_terminal() {
        rpassword::prompt_password(format!("token for {url}: "))?
    } else {
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line)?;
        line
    };
    let token = token.trim().to_owned();
    anyhow::ensure!(
        !token.is_empty() && token.bytes().all(|b| b.is_ascii_graphic()),
        "that is no token\nhelp: the registry's operator makes one: `buildfix registry token`"
    );
    Ok(token)
}
