use super::*;
use crate::breaker::Breakers;
use crate::event::Silent;
use crate::problem::place;
use buildfix_diagnostics::{Collector, Item, Parser, ParserOptions};
use buildfix_workspace::symbols::SymbolIndex;
use buildfix_workspace::syntax::Syntax;
use std::fmt::Write as _;

static EVERYBODY: std::sync::LazyLock<Routes> = std::sync::LazyLock::new(Routes::default);

fn bundled(name: &str) -> Vec<u8> {
    let dist = concat!(env!("CARGO_MANIFEST_DIR"), "/../../plugins/dist");
    std::fs::read(format!("{dist}/{name}.wasm")).unwrap()
}

fn fixer(sandbox: &wasm::Sandbox, name: &str) -> Fixer {
    Fixer {
        plugin: sandbox.load(name, &bundled(name)).unwrap(),
        config: Vec::new(),
    }
}

fn parsed(log: &str) -> Vec<buildfix_diagnostics::Diagnostic> {
    let mut collector = Collector::default();
    let mut parser = Parser::new(ParserOptions::default());
    let mut take = |item: Item<'_>| {
        if let Item::Diagnostic(diagnostic) = item {
            collector.add(*diagnostic);
        }
    };
    parser.push(log.as_bytes(), &mut take);
    parser.finish(&mut take);
    collector.into_diagnostics()
}

/// A workspace of `files` files with `errors` errors each.
struct World {
    _dir: tempfile::TempDir,
    workspace: Arc<Workspace>,
    problems: Vec<Problem>,
}

fn world(files: usize, errors: usize) -> World {
    let dir = tempfile::tempdir().unwrap();
    let mut log = String::new();
    for file in 0..files {
        let mut text = String::from("class C\n{\n");
        for error in 0..errors {
            let _ = writeln!(text, "    Widget{error} w{error};");
            let _ = writeln!(
                log,
                "{}/F{file}.cs({},5): error CS0246: The type or namespace name 'Widget{error}' could \
                 not be found (are you missing a using directive or an assembly reference?) [/p.csproj]",
                dir.path().display(),
                error + 3
            );
        }
        text.push_str("}\n");
        std::fs::write(dir.path().join(format!("F{file}.cs")), text).unwrap();
    }
    let workspace = Arc::new(Workspace::open(dir.path()).unwrap());
    let problems = place(&workspace, parsed(&log));
    assert_eq!(problems.len(), files * errors);
    World {
        _dir: dir,
        workspace,
        problems,
    }
}

impl World {
    fn dispatch<'a>(
        &'a self,
        fixers: &'a [Fixer],
        breakers: &'a Breakers,
        cancel: watch::Receiver<bool>,
    ) -> Dispatch<'a> {
        let sources = crate::services::IndexSources(self.workspace.clone());
        let symbols = Arc::new(SymbolIndex::new(Arc::new(sources)));
        symbols.refresh();
        Dispatch {
            fixers,
            routes: &EVERYBODY,
            cache: None,
            services: Arc::new(RoundServices::new(
                self.workspace.clone(),
                Arc::new(Syntax::new()),
                symbols,
            )),
            workspace: &self.workspace,
            breakers,
            failures: None,
            slow: Duration::from_millis(500),
            cancel,
            events: &Silent,
        }
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
}

#[test]
fn a_hundred_thousand_diagnostics_make_no_more_calls_at_once_than_a_few() {
    let world = world(400, 250);
    let sandbox = wasm::Sandbox::new(wasm::SandboxOptions::default()).unwrap();
    // It has nothing to say about these: what is seen here is the dispatch.
    let fixers = [fixer(&sandbox, "compiler-suggestions")];
    let (_stop, cancel) = watch::channel(false);
    let breakers = Breakers::new(None);
    let dispatch = world.dispatch(&fixers, &breakers, cancel);
    let proposals = runtime()
        .block_on(dispatch.propose(&world.problems))
        .unwrap();
    assert_eq!(proposals.calls, 100_000 / 50);
    assert!(proposals.most_at_once <= sandbox.window());
    assert_eq!(proposals.asked.len(), 100_000);
    assert!(proposals.failures.is_empty());
}

/// A sandbox in which every call runs out of fuel.
fn starving() -> wasm::Sandbox {
    wasm::Sandbox::new(wasm::SandboxOptions {
        limits: wasm::Limits {
            fuel_max: 1_000,
            ..wasm::Limits::default()
        },
        workers: 1,
        slots: 1,
        ..wasm::SandboxOptions::default()
    })
    .unwrap()
}

#[test]
fn a_plugin_that_keeps_failing_is_skipped_and_the_others_go_on() {
    let world = world(60, 1);
    let (starving, sandbox) = (
        starving(),
        wasm::Sandbox::new(wasm::SandboxOptions::default()).unwrap(),
    );
    let fixers = [
        fixer(&starving, "csharp-imports"),
        fixer(&sandbox, "compiler-suggestions"),
    ];
    let (_stop, cancel) = watch::channel(false);
    let breakers = Breakers::new(None);
    let dispatch = world.dispatch(&fixers, &breakers, cancel);
    let proposals = runtime()
        .block_on(dispatch.propose(&world.problems))
        .unwrap();
    // Of the first plugin, five calls and those that were under way then.
    assert!(proposals.calls >= 65 && proposals.calls <= 65 + starving.window());
    let skipped: Vec<_> = proposals
        .failure_messages
        .iter()
        .filter(|message| message.contains("csharp-imports` is not asked: its breaker is open"))
        .collect();
    assert_eq!(skipped.len(), 1, "{:?}", proposals.failure_messages);
    assert!(skipped[0].contains("ran out of fuel"), "{skipped:?}");
    // And the next round does not ask it at all.
    let (_stop, cancel) = watch::channel(false);
    let dispatch = world.dispatch(&fixers, &breakers, cancel);
    let proposals = runtime()
        .block_on(dispatch.propose(&world.problems))
        .unwrap();
    assert_eq!(proposals.calls, 60);
}

#[test]
fn who_asks_to_stop_is_heard_while_fixers_work() {
    let world = world(50, 1);
    let sandbox = wasm::Sandbox::new(wasm::SandboxOptions::default()).unwrap();
    let fixers = [fixer(&sandbox, "csharp-imports")];
    let (stop, cancel) = watch::channel(false);
    stop.send_replace(true);
    let breakers = Breakers::new(None);
    let dispatch = world.dispatch(&fixers, &breakers, cancel);
    let runtime = runtime();
    let ended = runtime.block_on(dispatch.propose(&world.problems));
    assert_eq!(ended.unwrap_err(), Cancelled);
    // The calls end with it, at their next slice.
    while !sandbox.running().is_empty() {
        std::thread::yield_now();
    }
}

#[test]
fn what_a_plugin_answered_before_it_failed_is_still_known() {
    let (known, more) = (world(8, 1), world(9, 1));
    let sandbox = wasm::Sandbox::new(wasm::SandboxOptions::default()).unwrap();
    let fixers = [fixer(&sandbox, "csharp-imports")];
    let (dir, runtime) = (tempfile::tempdir().unwrap(), runtime());
    let cache = ResultCache::new(wasm::cache::ResultCacheOptions {
        dir: dir.path().to_owned(),
        size: 1 << 20,
        mode: wasm::cache::Mode::Use,
        salt: String::new(),
        explain: false,
    });
    let breakers = Breakers::new(None);
    let propose = |world: &World| {
        let (_stop, cancel) = watch::channel(false);
        let dispatch = Dispatch {
            cache: Some(cache.clone()),
            ..world.dispatch(&fixers, &breakers, cancel)
        };
        runtime.block_on(dispatch.propose(&world.problems)).unwrap()
    };
    assert_eq!(propose(&known).calls, 8);
    for _ in 0..5 {
        breakers.failed(&fixers[0].plugin, "crashed");
    }
    let again = propose(&known);
    assert_eq!((again.calls, again.notes.len()), (0, 8));
    assert!(again.failures.is_empty(), "{:?}", again.failure_messages);
    // The ninth file is new to it.
    let more = propose(&more);
    assert_eq!((more.calls, more.failures.len()), (0, 1));
}
