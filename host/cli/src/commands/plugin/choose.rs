//! Choosing a plugin: the version, the artifact, and whether it is what the
//! registry and the lock say.

use crate::project::{Bar, Project};
use anyhow::{Context as _, Result, anyhow, bail};
use buildfix_registry::Name;
use buildfix_registry::client::{OciReference, Registry, resolve};
use buildfix_registry::index::Line;
use buildfix_registry::lock::{FILE, Lock, Locked, Source};
use buildfix_registry::publish::Signature;
use buildfix_sandbox::{FileLimits, Preflight};
use semver::{Version, VersionReq};

/// A plugin that may be installed, if the user agrees.
pub struct Chosen {
    /// The entry to be locked, with what the plugin wants as what is granted.
    pub locked: Locked,
    pub bytes: Vec<u8>,
    pub preflight: Preflight,
    /// Whether the network was needed for the artifact.
    pub fetched: bool,
}

/// Which version to take.
pub enum Wanted {
    /// The locked one, if it satisfies the requirement; else the newest.
    Locked(VersionReq),
    /// The newest.
    Newest(VersionReq),
    /// Exactly this.
    Precise(Version),
}

/// Chooses a registry's plugin.
pub fn from_registry(
    project: &Project,
    registry: &Registry,
    name: &Name,
    wanted: &Wanted,
) -> Result<Chosen> {
    let before = project.lock.get(name.as_str());
    if let (Wanted::Locked(requirement), Some(locked)) = (wanted, before)
        && requirement.matches(&locked.version)
        && locked.source == Source::Registry(registry.url().to_owned())
    {
        return kept(project, locked);
    }
    let lines = registry.lines(name)?;
    // The registry must still say what it said when the lock was written.
    if let Some(locked) = before
        && locked.source == Source::Registry(registry.url().to_owned())
    {
        still_true(locked, lines.lines.iter(), registry)?;
    }
    let line = match wanted {
        Wanted::Locked(requirement) | Wanted::Newest(requirement) => {
            match (resolve(name, requirement, &lines, &project.rules()), before) {
                (Ok(line), _) => line,
                // What is locked stays, yanked or not.
                (Err(error), Some(locked)) if requirement.matches(&locked.version) => {
                    crate::terminal::warn(&format!("warning: {error}; the locked one stays"));
                    return kept(project, locked);
                }
                (Err(error), _) => return Err(error.into()),
            }
        }
        Wanted::Precise(version) => {
            let exactly = VersionReq {
                comparators: vec![semver::Comparator {
                    op: semver::Op::Exact,
                    major: version.major,
                    minor: Some(version.minor),
                    patch: Some(version.patch),
                    pre: version.pre.clone(),
                }],
            };
            resolve(name, &exactly, &lines, &project.rules())?
        }
    };
    let (bytes, fetched) = project.store().fetch(registry, line, &Bar::default())?;
    let judge = || -> Result<_> {
        let preflight = inspect(&format!("{name} {}", line.vers), &bytes)?;
        agree(line, &preflight, &bytes)?;
        let signer = signed(project, line, &bytes, before)?;
        Ok((preflight, signer))
    };
    let (preflight, signer) = judge().inspect_err(|_| {
        // What is refused leaves nothing.
        if fetched {
            project.store().forget(&line.cksum);
        }
    })?;
    Ok(Chosen {
        locked: Locked {
            name: name.to_string(),
            version: line.vers.clone(),
            source: Source::Registry(registry.url().to_owned()),
            checksum: line.cksum.clone(),
            size: line.size,
            world: line.world.clone(),
            capabilities: preflight.manifest.capabilities.list(),
            signer,
        },
        bytes,
        preflight,
        fetched,
    })
}

/// The plugin of a lock's entry: out of the store, or from where it came.
pub fn kept(project: &Project, locked: &Locked) -> Result<Chosen> {
    let store = project.store();
    let (bytes, fetched) = match store.get(&locked.checksum) {
        Some(bytes) => (bytes, false),
        None if project.is_offline() => bail!(
            "plugin `{}` {} is not on this machine, and the network may not be used\n\
             help: run `buildfix plugin fetch` once where the network can be used",
            locked.name,
            locked.version
        ),
        None => match &locked.source {
            Source::Registry(url) => {
                let registry = project.registry_at(url)?;
                let name: Name = locked.name.parse()?;
                let lines = registry.lines(&name)?;
                let line = still_true(locked, lines.lines.iter(), &registry)?;
                store.fetch(&registry, line, &Bar::default())?
            }
            Source::Oci(reference) => store.fetch_oci(
                reference,
                &locked.checksum,
                locked.size,
                &project.http,
                &Bar::default(),
            )?,
        },
    };
    let preflight = inspect(&format!("{} {}", locked.name, locked.version), &bytes)?;
    let manifest = &preflight.manifest;
    let world = format!("buildfix:fixer@{}", preflight.world);
    let entry = (&locked.name, &locked.version, &locked.world);
    anyhow::ensure!(
        entry == (&manifest.name, &manifest.version, &world),
        "{FILE} has plugin `{}` {} for {}, its artifact is `{}` {} for {world}\n\
         help: somebody changed {FILE}: take it from version control, or install the plugin again",
        locked.name,
        locked.version,
        locked.world,
        manifest.name,
        manifest.version
    );
    anyhow::ensure!(
        locked.signer.is_some() || !project.config.policy.require_signature,
        "plugin `{}` {} is not signed, and `[policy] require-signature` is set\n\
         help: ask its publisher to sign it, or remove it",
        locked.name,
        locked.version
    );
    Ok(Chosen {
        locked: locked.clone(),
        bytes,
        preflight,
        fetched,
    })
}

/// The key under which a plugin is configured, or one that only allows it
/// something: an artifact of an OCI registry has its name in the lock alone.
pub fn key_of(project: &Project, locked: &Locked) -> Option<String> {
    let plugins = &project.config.plugins;
    if let Source::Oci(now) = &locked.source {
        let before = project.lock.get(&locked.name).map(|one| &one.source);
        let addresses = [Some(now.to_string()), before.map(Source::to_string)];
        let key = addresses.into_iter().flatten().find_map(|address| {
            let mut all = plugins.iter();
            all.find(|(_, plugin)| plugin.oci.as_deref() == Some(address.as_str()))
        });
        if let Some((key, _)) = key {
            return Some(key.clone());
        }
    }
    project.config.key_of(&locked.name).map(str::to_owned)
}

/// Chooses an artifact of an OCI registry.
pub fn from_oci(project: &Project, address: &str) -> Result<Chosen> {
    let reference: OciReference = address.parse()?;
    let source = Source::Oci(reference.clone());
    let known = project
        .lock
        .plugins()
        .iter()
        .find(|locked| locked.source == source);
    if let Some(locked) = known {
        return kept(project, locked);
    }
    anyhow::ensure!(
        !project.is_offline(),
        "{reference} is not locked, and the network may not be used\n\
         help: run it once without `--offline`"
    );
    let most = FileLimits::default().component as u64;
    let (checksum, size) = reference.artifact(&project.http, most)?;
    let store = project.store();
    let (bytes, fetched) =
        store.fetch_oci(&reference, &checksum, size, &project.http, &Bar::default())?;
    let preflight = inspect(address, &bytes)?;
    anyhow::ensure!(
        !project.config.policy.require_signature,
        "{reference} is not signed, and `[policy] require-signature` is set\n\
         help: install it from a registry that has its signature"
    );
    let manifest = &preflight.manifest;
    Ok(Chosen {
        locked: Locked {
            name: manifest.name.clone(),
            version: manifest.version.clone(),
            source,
            checksum,
            size,
            world: format!("buildfix:fixer@{}", preflight.world),
            capabilities: manifest.capabilities.list(),
            signer: None,
        },
        bytes,
        preflight,
        fetched,
    })
}

fn inspect(label: &str, bytes: &[u8]) -> Result<Preflight> {
    Ok(buildfix_component::inspect(
        Some(label),
        bytes,
        &FileLimits::default(),
    )?)
}

/// The line of a locked version, if the registry still has it as it was.
pub fn still_true<'l>(
    locked: &Locked,
    mut lines: impl Iterator<Item = &'l Line>,
    registry: &Registry,
) -> Result<&'l Line> {
    let line = lines
        .find(|line| line.vers == locked.version)
        .ok_or_else(|| {
            anyhow!(
                "plugin `{}` {} is in {FILE} and no longer in the registry {}\n\
             help: a registry never loses a version: it was set back, or is another one; ask its \
             operator before you update",
                locked.name,
                locked.version,
                registry.url()
            )
        })?;
    match locked.contradiction(line) {
        None => Ok(line),
        Some(contradiction) => bail!(
            "{contradiction} {}\n\
             help: the line of a version never changes: do not go on unless the publisher explains \
             why; to take what is there now, `buildfix plugin remove` it and install it again",
            registry.url()
        ),
    }
}

/// Refuses an index line that says another thing than the file.
fn agree(line: &Line, preflight: &Preflight, bytes: &[u8]) -> Result<()> {
    let true_line = Line::of(preflight, bytes, &line.pubtime)
        .with_context(|| format!("plugin `{}` {}", line.name, line.vers))?;
    let lists = |list: &[String]| list.join(", ");
    let sorted = |list: &[String]| {
        let mut list = list.to_vec();
        list.sort();
        list
    };
    let fields = [
        ("name", line.name.to_string(), true_line.name.to_string()),
        ("version", line.vers.to_string(), true_line.vers.to_string()),
        ("world", line.world.clone(), true_line.world.clone()),
        (
            "imports",
            lists(&sorted(&line.imports)),
            lists(&sorted(&true_line.imports)),
        ),
        (
            "classes",
            lists(&sorted(&line.classes)),
            lists(&sorted(&true_line.classes)),
        ),
        (
            "capabilities",
            lists(&sorted(&line.capabilities)),
            lists(&true_line.capabilities),
        ),
    ];
    for (what, said, found) in fields {
        if said != found {
            let said = buildfix_component::text::tame_line(&said, 200);
            bail!(
                "plugin `{}` {}: the registry says that its {what} is `{said}`, its file says \
                 `{found}`\n\
                 help: one of them lies: tell the registry's operator, and do not use it",
                line.name,
                line.vers
            );
        }
    }
    Ok(())
}

const FORGED: &str = "help: somebody changed the registry: tell its operator, and do not use it";

/// Checks the signature, if there is one, and what the policy and the lock ask
/// for. Gives the key to be pinned.
fn signed(
    project: &Project,
    line: &Line,
    bytes: &[u8],
    before: Option<&Locked>,
) -> Result<Option<String>> {
    let plugin = format!("plugin `{}` {}", line.name, line.vers);
    let signer = match (&line.signer, &line.signature) {
        (Some(signer), Some(signature)) => {
            Signature::check(signer, signature, bytes)
                .map_err(|error| anyhow!("{plugin}: {error}\n{FORGED}"))?;
            Some(signer.clone())
        }
        (None, None) => None,
        _ => bail!("{plugin} has a signer without a signature, or the other way round\n{FORGED}"),
    };
    if let Some(pinned) = before.and_then(|before| before.signer.as_ref())
        && signer.as_ref() != Some(pinned)
    {
        let now = signer.as_deref().unwrap_or("nobody");
        bail!(
            "{plugin} is signed by {now}; {FILE} pins the key {pinned}\n\
             help: do not go on unless the publisher announced the new key; then `buildfix plugin \
             remove` it and install it again"
        );
    }
    anyhow::ensure!(
        signer.is_some() || !project.config.policy.require_signature,
        "{plugin} is not signed, and `[policy] require-signature` is set\n\
         help: ask its publisher to sign it, or choose another one"
    );
    Ok(signer)
}

/// What changes in a lock, a line for each plugin.
pub fn changes(before: &Lock, after: &Lock) -> Vec<String> {
    let mut changes = Vec::new();
    for new in after.plugins() {
        match before.get(&new.name) {
            None => changes.push(format!("+ {} {}", new.name, new.version)),
            Some(old) if old == new => {}
            Some(old) => {
                let mut change = format!("  {} {}", new.name, old.version);
                if old.version != new.version {
                    change.push_str(&format!(" -> {}", new.version));
                }
                for more in old.grown(&new.capabilities) {
                    change.push_str(&format!(", now also {more}"));
                }
                for less in new.grown(&old.capabilities) {
                    change.push_str(&format!(", no longer {less}"));
                }
                if old.source != new.source {
                    change.push_str(&format!(", from {}", new.source));
                }
                if old.signer != new.signer {
                    let signer = new.signer.as_deref().unwrap_or("nobody");
                    change.push_str(&format!(", signed by {signer}"));
                }
                changes.push(change);
            }
        }
    }
    for old in before.plugins() {
        if after.get(&old.name).is_none() {
            changes.push(format!("- {} {}", old.name, old.version));
        }
    }
    changes
}
