//! `buildfix learn`

use super::run::command_of;
use crate::args::learn::Learn;
use crate::args::{Format, GREEN, UNCHANGED};
use crate::terminal;
use anyhow::{Context as _, Result};
use buildfix_engine::config::Config;
use buildfix_engine::event::Silent;
use buildfix_engine::{PastBuilds, learn_from_builds};
use buildfix_learn::{Template, Templates, Verdicts, history, template, verdicts};
use buildfix_workspace::{Workspace, journal};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

pub fn run(args: &Learn) -> Result<u8> {
    let dir = args
        .dir
        .canonicalize()
        .with_context(|| format!("cannot work in {}", args.dir.display()))?;
    let state = journal::dir(&Workspace::open(&dir)?, args.state_dir.as_deref());
    if let Some(what) = &args.forget {
        return forget(&dir, &state, what);
    }
    if args.show {
        return show(args, &dir, &state);
    }
    let mut templates = Templates::load(&dir)?;
    let mut found = history::renames(&dir, args.commits)
        .context("buildfix learns from the commits of a git repository")?;
    if args.builds > 0 {
        found.extend(of_builds(args, &dir)?);
    }
    if found.is_empty() {
        terminal::warn(
            "buildfix: no rename and no mended error in the history\n\
             help: `--commits N` looks further back, `--builds N` builds old commits to see what broke",
        );
        return Ok(UNCHANGED);
    }
    let mut news = Templates::default();
    news.add(found.clone());
    print(args, &news.templates)?;
    let new = templates.add(found);
    if args.save {
        let path = templates.save(&dir)?;
        terminal::warn(&format!(
            "buildfix: {new} new of {} in {}",
            terminal::count(templates.templates.len(), "template"),
            path.display()
        ));
    } else {
        terminal::warn(&format!(
            "buildfix: {} not in {} yet; `buildfix learn --save` writes them",
            terminal::count(new, "template"),
            template::FILE
        ));
    }
    Ok(GREEN)
}

fn of_builds(args: &Learn, dir: &Path) -> Result<Vec<Template>> {
    let config = Config::load(dir)?;
    let seconds = args.build_timeout.or(config.build.timeout);
    let options = PastBuilds {
        dir: dir.to_owned(),
        commits: args.builds,
        command: command_of(&args.build, &config, dir)?,
        matchers: config.matcher.clone(),
        build_limit: seconds.map(Duration::from_secs),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let (stop, cancelled) = tokio::sync::watch::channel(false);
        tokio::spawn(async move {
            if tokio::signal::ctrl_c().await.is_ok() {
                stop.send_replace(true);
            }
        });
        let told = |commit: &str, errors: usize| {
            let short = commit.get(..10).unwrap_or(commit);
            terminal::warn(&format!("{short}: {}", terminal::count(errors, "error")));
        };
        Ok(learn_from_builds(&options, cancelled, &Silent, &told).await?)
    })
}

fn print(args: &Learn, templates: &[Template]) -> Result<()> {
    match args.format {
        Format::Json => {
            let text =
                serde_json::to_string_pretty(&serde_json::json!({ "templates": templates }))?;
            terminal::print(&format!("{text}\n"))
        }
        Format::Human => terminal::print(&listed(templates)),
    }
}

fn listed(templates: &[Template]) -> String {
    let mut text = String::new();
    for template in templates {
        let title = template.title();
        let title = title.split(", as ").next().unwrap_or_default();
        let _ = write!(text, "{}  {title}", template.id());
        if let Some(message) = template.message.as_ref().or(template.class.as_ref()) {
            let _ = write!(text, " for `{message}`");
        }
        let _ = writeln!(
            text,
            "\n          in {} of .{} files",
            terminal::count(template.seen as usize, "line"),
            template.extensions.join(", .")
        );
        for commit in &template.commits {
            let _ = writeln!(text, "          {commit}");
        }
    }
    text
}

fn show(args: &Learn, dir: &Path, state: &Path) -> Result<u8> {
    let templates = Templates::load(dir)?;
    let (book, why) = Verdicts::load(state);
    if let Some(why) = why {
        terminal::warn(&format!("warning: {why}"));
    }
    if args.format == Format::Json {
        let verdicts: Vec<_> = book
            .list()
            .into_iter()
            .map(|(signature, counts)| {
                serde_json::json!({
                    "signature": signature,
                    "held": counts.held,
                    "reverted": counts.reverted,
                    "likelihood": counts.likelihood(),
                })
            })
            .collect();
        let text = serde_json::to_string_pretty(&serde_json::json!({
            "templates": templates.templates,
            "verdicts": verdicts,
        }))?;
        terminal::print(&format!("{text}\n"))?;
    } else {
        let mut text = listed(&templates.templates);
        if !book.is_empty() {
            let _ = writeln!(text, "held  reverted  of");
        }
        for (signature, counts) in book.list() {
            let verdicts::Signature {
                class,
                message,
                fixer,
                title,
            } = signature;
            let _ = writeln!(
                text,
                "{:>4}  {:>8}  {fixer}: {title} for {class} {message}",
                counts.held, counts.reverted
            );
        }
        terminal::print(&text)?;
    }
    Ok(match book.is_empty() && templates.templates.is_empty() {
        true => UNCHANGED,
        false => GREEN,
    })
}

fn forget(dir: &Path, state: &Path, what: &str) -> Result<u8> {
    let remove = |path: PathBuf| match std::fs::remove_file(&path) {
        Ok(()) => Ok(GREEN),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(UNCHANGED),
        Err(error) => Err(error).with_context(|| format!("cannot delete {}", path.display())),
    };
    match what {
        "verdicts" => remove(state.join(verdicts::FILE)),
        "templates" => remove(dir.join(template::FILE)),
        id => {
            let mut templates = Templates::load(dir)?;
            let before = templates.templates.len();
            templates.templates.retain(|template| template.id() != id);
            anyhow::ensure!(
                templates.templates.len() < before,
                "there is no template `{id}`\nhelp: `buildfix learn --show` lists them by id; \
                 `--forget templates` and `--forget verdicts` forget all"
            );
            templates.save(dir)?;
            Ok(GREEN)
        }
    }
}
