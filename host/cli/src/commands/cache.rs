//! `buildfix cache`

use crate::args::{Cache, Format, GREEN};
use crate::fixers::{COMPILED, cache_dir};
use crate::terminal::{count, print, warn};
use anyhow::{Context as _, Result};
use buildfix_sandbox::cache::{
    Counters, DEFAULT_SIZE, End, Entry, Fault, Key, Mode, Record, ResultCache, ResultCacheOptions,
};
use std::fmt::Write as _;
use std::path::Path;
use std::time::SystemTime;

pub fn run(args: &Cache) -> Result<u8> {
    let dir = cache_dir().context(
        "there is no folder for a cache\nhelp: name one with the variable BUILDFIX_CACHE_DIR",
    )?;
    let cache = ResultCache::new(ResultCacheOptions {
        dir: dir.clone(),
        size: DEFAULT_SIZE,
        mode: Mode::Use,
        salt: String::new(),
        explain: false,
    });
    match args {
        Cache::Dir => print(&format!("{}\n", dir.display()))?,
        Cache::Stats { format } => stats(&cache, &dir, *format)?,
        Cache::Show { key } => show(&cache, key)?,
        Cache::Verify => verify(&cache)?,
        Cache::Prune => {
            let (files, bytes) = cache.prune();
            print(&format!(
                "deleted {}, {}\n",
                count_files(files),
                size(bytes)
            ))?;
        }
        Cache::Clean => {
            cache
                .clean()
                .with_context(|| format!("cannot delete {}", cache.results_dir().display()))?;
            let compiled = dir.join(COMPILED);
            if compiled.exists() {
                std::fs::remove_dir_all(&compiled)
                    .with_context(|| format!("cannot delete {}", compiled.display()))?;
            }
        }
    }
    Ok(GREEN)
}

fn stats(cache: &ResultCache, dir: &Path, format: Format) -> Result<()> {
    let stats = cache.stats();
    let compiled = bytes_below(&dir.join(COMPILED));
    let Counters {
        hits,
        saved_micros,
        misses,
        ..
    } = &stats.counters;
    if format == Format::Json {
        let json = serde_json::json!({
            "dir": dir,
            "entries": stats.entries,
            "bytes": stats.bytes,
            "limit": DEFAULT_SIZE,
            "compiled_bytes": compiled,
            "counters": stats.counters,
        });
        return print(&format!("{}\n", serde_json::to_string_pretty(&json)?));
    }
    let mut text = String::new();
    let _ = writeln!(text, "folder         {}", dir.display());
    let _ = writeln!(
        text,
        "results        {} in {} of {}",
        stats.entries,
        size(stats.bytes),
        size(DEFAULT_SIZE)
    );
    if let Some(age) = stats
        .oldest
        .and_then(|time| SystemTime::now().duration_since(time).ok())
    {
        let _ = writeln!(
            text,
            "oldest use     {} ago",
            count(usize::try_from(age.as_secs() / 3_600)?, "hour")
        );
    }
    let _ = writeln!(text, "compiled code  {}", size(compiled));
    let _ = writeln!(
        text,
        "hits           {hits}, which took {:.1} s when they ran",
        *saved_micros as f64 / 1e6
    );
    let reasons: Vec<String> = misses
        .iter()
        .map(|(why, count)| format!("{count} {why}"))
        .collect();
    let _ = writeln!(
        text,
        "misses         {} ({})",
        stats.counters.missed(),
        reasons.join(", ")
    );
    print(&text)
}

fn show(cache: &ResultCache, prefix: &str) -> Result<()> {
    let key = match cache.find(&prefix.to_lowercase())[..] {
        [key] => key,
        [] => anyhow::bail!(
            "nothing is known under `{prefix}`\nhelp: `buildfix run --explain` prints the keys of a run"
        ),
        _ => anyhow::bail!("more than one key begins with `{prefix}`\nhelp: give more digits"),
    };
    let entry = cache
        .entry(key)
        .with_context(|| format!("cannot read the entry of {key}"))?;
    print(&describe(key, &entry))
}

fn describe(key: Key, entry: &Entry) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "key      {key}");
    let _ = writeln!(text, "plugin   {} {}", entry.plugin, entry.version);
    let _ = writeln!(text, "request  {} in {}", entry.class, entry.file);
    for (number, record) in (1..).zip(&entry.records) {
        let _ = writeln!(
            text,
            "record {number}: {}; {} units of fuel, {} bytes of memory, {:.2} ms",
            end(record),
            record.fuel_used,
            record.peak_memory,
            record.micros as f64 / 1e3,
        );
        for read in &record.trace {
            let refused = if read.answer.given { "" } else { ", refused" };
            let digest: String = read.answer.digest[..8]
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect();
            let _ = writeln!(text, "  {} = {digest}{refused}", read.question);
        }
    }
    text
}

fn end(record: &Record) -> String {
    match &record.end {
        End::Answer { response, .. } => {
            let mut text = format!(
                "{}, {}",
                match response.fixes.len() {
                    1 => "1 fix".to_owned(),
                    n => format!("{n} fixes"),
                },
                count(response.notes.len(), "note")
            );
            for fix in &response.fixes {
                let _ = write!(text, "; `{}` [{}]", fix.title, fix.applicability);
            }
            text
        }
        End::Failure(Fault::OutOfFuel) => "out of fuel".to_owned(),
        End::Failure(Fault::Guest(message)) => format!("failed: {message}"),
        End::Failure(Fault::Trap { message, .. }) => format!("crashed: {message}"),
        End::Failure(Fault::Memory { .. }) => "out of memory".to_owned(),
        End::Failure(Fault::Table { .. }) => "out of table elements".to_owned(),
        End::Failure(Fault::Stack { .. }) => "stack overflow".to_owned(),
        End::Failure(Fault::OutputTooLarge { .. }) => "too much output".to_owned(),
        End::Failure(Fault::HostCalls { .. }) => "too many host calls".to_owned(),
    }
}

fn verify(cache: &ResultCache) -> Result<()> {
    let checked = cache.check();
    for (path, damage) in &checked.damaged {
        warn(&format!("deleted {}: {damage}", path.display()));
    }
    print(&format!(
        "{} whole, {} damaged and deleted\n",
        checked.whole,
        checked.damaged.len()
    ))
}

fn count_files(files: u64) -> String {
    count(usize::try_from(files).unwrap_or(usize::MAX), "file")
}

/// Bytes of all files below a folder; what cannot be read counts for nothing.
fn bytes_below(dir: &Path) -> u64 {
    let mut bytes = 0;
    let mut folders = vec![dir.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            match entry.metadata() {
                Ok(metadata) if metadata.is_dir() => folders.push(entry.path()),
                Ok(metadata) => bytes += metadata.len(),
                Err(_) => {}
            }
        }
    }
    bytes
}

/// `1.5 MiB`
fn size(bytes: u64) -> String {
    match bytes {
        0..1024 => count(usize::try_from(bytes).unwrap_or_default(), "byte"),
        1024..0x10_0000 => format!("{:.1} KiB", bytes as f64 / 1024.0),
        _ => format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20)),
    }
}
