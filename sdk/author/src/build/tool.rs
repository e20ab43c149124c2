//! Running a tool chain's programs.

use crate::problem::Problem;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// Where a program is: the one that `variable` names, else the first of `names` on
/// the path.
pub fn find(variable: &str, names: &[&str]) -> Option<PathBuf> {
    if let Some(own) = std::env::var_os(variable).filter(|own| !own.is_empty()) {
        return Some(own.into());
    }
    let path = std::env::var_os("PATH")?;
    let on_path = |name: &&str| {
        std::env::split_paths(&path)
            .flat_map(|dir| [dir.join(name), dir.join(format!("{name}.exe"))])
            .find(|file| file.is_file())
    };
    names.iter().find_map(on_path)
}

/// A tool that is needed and not there.
pub fn missing(what: &str, install: &str) -> Problem {
    Problem::new(format!("{what} is not installed")).help(format!("install it: {install}"))
}

/// Runs a program to its end; what it prints goes to the terminal, on standard error,
/// for standard output is the caller's.
pub fn run(command: &mut Command, what: &str) -> Result<(), Problem> {
    command.stdin(Stdio::null()).stdout(std::io::stderr());
    let status = command.status().map_err(|error| cannot(command, &error))?;
    if status.success() {
        return Ok(());
    }
    Err(Problem::new(format!("{what} failed ({status})"))
        .help("what it printed is above; buildfix changed nothing"))
}

/// Runs a program for what it prints on standard output.
pub fn output(command: &mut Command) -> Result<Output, Problem> {
    command.stdin(Stdio::null()).stderr(Stdio::inherit());
    command.output().map_err(|error| cannot(command, &error))
}

fn cannot(command: &Command, error: &std::io::Error) -> Problem {
    let program = Path::new(command.get_program()).display();
    if error.kind() == ErrorKind::NotFound {
        return Problem::new(format!("`{program}` is not installed"));
    }
    Problem::new(format!("cannot run `{program}`: {error}"))
}
