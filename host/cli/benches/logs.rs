//! `buildfix check` against `grep` over large logs:
//! `cargo bench -p buildfix-cli --bench logs`.
//!
//! The logs are real ones, from the folder `logs` of `BUILDFIX_SHARED` (by
//! default `../shared`), repeated up to `BUILDFIX_BENCH_MB` megabytes (100); the
//! few kilobytes of this repository's own if there is no such folder. Each of
//! `BUILDFIX_BENCH_ROUNDS` rounds (11) runs every program once, so that what
//! else the machine does falls on all of them; ratios are taken within a round.
//!
//! Before anything is timed, the counts of each log must be those of
//! `counts.tsv`, and those of the large log those of its parts.

mod support;

use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use support::{Usage, buildfix, run, setting, shared, spread};

type Job<'a> = (&'static str, Box<dyn Fn() -> Command + 'a>);

fn main() {
    let temp = tempfile::tempdir().unwrap();
    let logs = logs();
    check_counts(&logs, temp.path());
    let megabytes = setting("BUILDFIX_BENCH_MB", 100);
    for kind in [Kind::Real, Kind::Dense, Kind::Quiet, Kind::Unique] {
        let log = temp.path().join("log");
        kind.write(&logs, &log, megabytes * 1_000_000);
        if matches!(kind, Kind::Real) {
            let once = temp.path().join("once");
            kind.write(&logs, &once, 1);
            let out = temp.path().join("out");
            assert_eq!(
                total(&once, &out),
                total(&log, &out),
                "repeats change the count"
            );
        }
        compare(kind, &log, temp.path());
    }
}

fn logs() -> Vec<PathBuf> {
    let recorded = shared().join("logs");
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../diagnostics/tests/data");
    let (folder, start) = if recorded.is_dir() {
        (recorded, "")
    } else {
        println!("no {}: the repository's own logs", recorded.display());
        (own, "msbuild")
    };
    let mut logs: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "log"))
        .filter(|path| {
            path.file_name()
                .unwrap()
                .to_str()
                .unwrap()
                .starts_with(start)
        })
        .collect();
    logs.sort();
    logs
}

/// The errors that `check` finds.
fn total(log: &Path, out: &Path) -> u64 {
    run(buildfix().args(["check", "--format", "json"]).arg(log), out);
    let document: serde_json::Value = serde_json::from_slice(&std::fs::read(out).unwrap()).unwrap();
    document["total"].as_u64().unwrap()
}

fn check_counts(logs: &[PathBuf], temp: &Path) {
    let table = logs[0].with_file_name("counts.tsv");
    let Ok(table) = std::fs::read_to_string(table) else {
        return;
    };
    for row in table.lines().skip(1) {
        let columns: Vec<&str> = row.split('\t').collect();
        let log = logs[0].with_file_name(columns[0]);
        assert_eq!(
            total(&log, &temp.join("out")).to_string(),
            columns[3],
            "{}",
            columns[0]
        );
    }
    println!(
        "counts of {} logs agree with counts.tsv",
        table.lines().count() - 1
    );
}

#[derive(Clone, Copy)]
enum Kind {
    /// The logs as they are, one after the other.
    Real,
    /// Only their lines with a diagnostic.
    Dense,
    /// One line in a hundred with a diagnostic.
    Quiet,
    /// Each line with another diagnostic.
    Unique,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Real => "real logs",
            Self::Dense => "diagnostics only",
            Self::Quiet => "one line in a hundred",
            Self::Unique => "every line another error",
        }
    }

    /// Whole passes over the logs until there are so many bytes.
    fn write(self, logs: &[PathBuf], to: &Path, bytes: usize) {
        let mut out = BufWriter::new(std::fs::File::create(to).unwrap());
        let (mut written, mut number) = (0, 0);
        // Lines without a diagnostic are few in these logs: for `Quiet` they
        // come again and again, with a diagnostic after each hundred.
        let mut silent: Vec<Vec<u8>> = Vec::new();
        while written < bytes {
            for log in logs {
                let text = std::fs::read(log).unwrap();
                for line in text.split_inclusive(|byte| *byte == b'\n') {
                    let speaks = [&b": error "[..], b": warning "]
                        .iter()
                        .any(|word| line.windows(word.len()).any(|at| at == *word));
                    let mut put = |line: &[u8]| {
                        out.write_all(line).unwrap();
                        written += line.len();
                    };
                    match self {
                        Self::Real => put(line),
                        Self::Dense if speaks => put(line),
                        Self::Quiet if speaks && number % 7 == 0 => {
                            put(line);
                            silent
                                .iter()
                                .cycle()
                                .skip(number % 500)
                                .take(99)
                                .for_each(|l| put(l));
                        }
                        Self::Quiet if !speaks && silent.len() < 500 => {
                            silent.push(line.to_vec());
                        }
                        Self::Unique if speaks => put(&numbered(line, number)),
                        _ => {}
                    }
                    number += 1;
                }
                if matches!(self, Self::Quiet | Self::Unique) && written >= bytes {
                    break;
                }
            }
        }
        out.flush().unwrap();
    }
}

/// With another line number: `a.cs(<number>,5): error …`.
fn numbered(line: &[u8], number: usize) -> Vec<u8> {
    let open = line.iter().position(|byte| *byte == b'(');
    let comma = line.iter().position(|byte| *byte == b',');
    match (open, comma) {
        (Some(open), Some(comma)) if open < comma => [
            &line[..=open],
            number.to_string().as_bytes(),
            &line[comma..],
        ]
        .concat(),
        _ => line.to_vec(),
    }
}

fn compare(kind: Kind, log: &Path, temp: &Path) {
    let words = "error|Error|ERROR";
    let mut jobs: Vec<Job<'_>> = vec![
        (
            "check",
            Box::new(|| {
                let mut command = buildfix();
                command.arg("check").arg(log);
                command
            }),
        ),
        (
            "grep -cE",
            Box::new(|| {
                let mut command = Command::new("grep");
                command.args(["-cE", words]).arg(log).env("LC_ALL", "C");
                command
            }),
        ),
    ];
    if Command::new("rg").arg("--version").output().is_ok() {
        jobs.push((
            "rg -c -j1",
            Box::new(|| {
                let mut command = Command::new("rg");
                command.args(["-c", "-j1", words]).arg(log);
                command
            }),
        ));
    }
    let out = temp.join("out");
    let mut taken: Vec<Vec<Usage>> = vec![Vec::new(); jobs.len()];
    for _ in 0..setting("BUILDFIX_BENCH_ROUNDS", 11) {
        for (job, taken) in jobs.iter().zip(&mut taken) {
            taken.push(run(&mut job.1(), &out));
        }
    }
    let size = std::fs::metadata(log).unwrap().len() as f64 / 1e6;
    println!(
        "\n{} ({size:.0} MB, {} different errors)",
        kind.name(),
        total(log, &out)
    );
    println!(
        "{:10} {:>9} {:>9} {:>7} {:>24} {:>24}",
        "", "CPU ms", "MB/CPU-s", "MiB", "CPU, times grep's", "wall, times grep's"
    );
    for ((name, _), own) in jobs.iter().zip(&taken) {
        let ratio = |of: fn(&Usage) -> f64| {
            let (median, least, most) = spread(
                own.iter()
                    .zip(&taken[1])
                    .map(|(own, grep)| of(own) / of(grep)),
            );
            format!("{median:.2} ({least:.2}..{most:.2})")
        };
        let (cpu, ..) = spread(own.iter().map(|usage| usage.cpu));
        let (.., mib) = spread(own.iter().map(|usage| usage.mib));
        println!(
            "{name:10} {:>9.1} {:>9.0} {mib:>7.1} {:>24} {:>24}",
            cpu * 1e3,
            size / cpu,
            ratio(|usage| usage.cpu),
            ratio(|usage| usage.wall)
        );
    }
}
