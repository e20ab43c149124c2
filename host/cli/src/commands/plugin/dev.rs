//! `buildfix plugin dev`

use super::test::human;
use crate::args::{CANCELLED, author_dev::Dev as Args};
use crate::{fixers, terminal};
use anyhow::Result;
use buildfix_author::Problem;
use buildfix_author::dev::{Dev, Step, Stop};
use buildfix_author::test::Figures;
use buildfix_engine::config::Config;
use std::fmt::Write as _;

pub fn run(args: &Args) -> Result<u8> {
    let dev = Dev::new(&args.dir, args.lang)?;
    let sandbox = fixers::sandbox(&Config::default(), None)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()?;
    runtime.spawn(stop(dev.stopper()));
    let mut printed = Ok(());
    dev.run(&sandbox, &mut |step| {
        let text = told(&step);
        if printed.is_ok() {
            printed = terminal::print(&text);
        }
    })?;
    runtime.shutdown_background();
    printed?;
    Ok(CANCELLED)
}

/// The first Ctrl-C ends the loop in good order, a second one the process.
async fn stop(stop: Stop) {
    if tokio::signal::ctrl_c().await.is_ok() {
        stop.stop();
        if tokio::signal::ctrl_c().await.is_ok() {
            std::process::exit(i32::from(CANCELLED));
        }
    }
}

fn told(step: &Step<'_>) -> String {
    let mut text = String::new();
    match step {
        Step::Changed([]) => {}
        Step::Changed(paths) => {
            let first = paths.first().map(|path| path.display().to_string());
            let _ = write!(text, "\nchanged: {}", first.unwrap_or_default());
            if paths.len() > 1 {
                let _ = write!(text, " and {} more", paths.len() - 1);
            }
            text.push('\n');
        }
        Step::Built(Ok(built)) => {
            let (file, size) = (built.file.display(), built.size);
            let _ = writeln!(text, "built: {file}, {size} bytes");
        }
        Step::Built(Err(problem)) => wrong(&mut text, problem),
        Step::Tested(Ok(reports)) if reports.is_empty() => text.push_str(
            "no case to run: a case is a folder of tests/ with log.txt, tree/ and expected.diff\n",
        ),
        Step::Tested(Ok(reports)) => {
            let calls = reports.iter().flat_map(|report| &report.calls);
            text.push_str(&human(reports, &Figures::of(calls)));
        }
        Step::Tested(Err(problem)) => wrong(&mut text, problem),
        Step::Waiting => text.push_str("waiting for a change; Ctrl-C ends\n"),
    }
    text
}

fn wrong(text: &mut String, problem: &Problem) {
    let _ = writeln!(text, "error: {problem}");
    if let Some(help) = problem.next_step() {
        let _ = writeln!(text, "help: {help}");
    }
}
