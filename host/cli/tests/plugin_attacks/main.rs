//! Attacks on `buildfix plugin install`: servers that drip or answer with pages,
//! forged and missing signatures, OCI registries that changed. What needs a
//! program that is absent is listed as ignored, with its name.
#![cfg(unix)]

mod oci;
mod servers;
mod signatures;
#[path = "../world/mod.rs"]
mod world;

use libtest_mimic::{Arguments, Failed, Trial};
use std::process::{Child, Command};
use world::{World, err};

type Outcome = Result<(), Failed>;

const INSTALL: [&str; 3] = ["plugin", "install", "acme/borrow"];

/// Has the project's registry be another.
fn turn(world: &World, address: &str) {
    let from = format!("file://{}", world.registry().display());
    let toml = world.toml().replace(&from, address);
    std::fs::write(world.project().join("buildfix.toml"), toml).unwrap();
}

/// The world's command, with little patience.
fn hasty(world: &World, args: &[&str], timeout: &str, retries: &str) -> (Option<i32>, String) {
    let mut command = world.command(args);
    command.env("BUILDFIX_HTTP_TIMEOUT", timeout);
    let output = command.env("BUILDFIX_NET_RETRY", retries).output().unwrap();
    (output.status.code(), err(&output))
}

/// A process that ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn main() {
    let args = Arguments::from_args();
    let docker = Command::new("docker-registry").arg("--version").output();
    let docker = docker.is_ok();
    let mut trials = Vec::new();
    macro_rules! trials {
        ($there:expr, $needs:literal, $module:ident, [$($name:ident),* $(,)?]) => {
            $({
                let name = match $there {
                    true => stringify!($name).to_owned(),
                    false => format!("{} (needs {})", stringify!($name), $needs),
                };
                trials.push(Trial::test(name, $module::$name).with_ignored_flag(!$there));
            })*
        };
    }
    trials!(
        true,
        "nothing",
        servers,
        [
            a_server_that_drips_is_given_up_and_named,
            a_page_in_place_of_a_file_is_told,
            patience_is_the_users_choice,
        ]
    );
    trials!(
        true,
        "nothing",
        signatures,
        [
            a_signers_key_is_pinned,
            a_signature_that_was_changed_in_the_index_is_refused,
            a_project_may_insist_on_signatures,
        ]
    );
    trials!(
        docker,
        "docker-registry",
        oci,
        [
            an_oci_plugin_is_installed_again_from_its_digest,
            an_oci_plugins_next_version_takes_its_place,
        ]
    );
    libtest_mimic::run(&args, trials).exit();
}
