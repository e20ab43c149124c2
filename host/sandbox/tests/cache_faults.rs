//! The result cache when something is wrong: damaged entries, folders that
//! cannot be written, processes that race or die. Never more than a miss.

mod support;

use buildfix_sandbox::cache::{Damage, Entry, Mode, ResultCache, ResultCacheOptions};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, SystemTime};
use support::cached::*;
use support::*;

/// The guest of this file's tests.
fn reader() -> buildfix_sandbox::Plugin {
    load(&Script::default().read("a.txt").answer(), limits())
}

fn place() -> Place {
    let place = Place::new();
    place.write("a.txt", "a");
    place
}

#[test]
fn a_damaged_entry_is_a_miss_is_deleted_and_written_anew() {
    let place = place();
    let plugin = reader();
    place.ask(&plugin).miss("no record").unwrap();
    let file = place.file();
    let whole = fs::read(&file).unwrap();
    let mut future = whole.clone();
    future[4] += 1;
    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 1;
    let damaged = [
        (future, "an entry of version"),
        (flipped, "the checksum does not match"),
        (
            whole[..whole.len() - 1].to_vec(),
            "the checksum does not match",
        ),
        (whole[..10].to_vec(), "not an entry"),
        (Vec::new(), "not an entry"),
        (
            [&whole[..], b"more"].concat(),
            "the checksum does not match",
        ),
        (vec![b'x'; 5 << 20], "not an entry"),
    ];
    for (bytes, why) in damaged {
        fs::write(&file, &bytes).unwrap();
        let call = place.ask(&plugin).miss(why).unwrap();
        assert_eq!(edit(&call).0, "a");
        assert_eq!(fs::read(&file).unwrap().len(), whole.len());
        place.ask(&plugin).hit().unwrap();
    }
    // A whole entry in another's place.
    let mut other = request();
    other.diagnostics[0].line = 99;
    fs::write(&file, &whole).unwrap();
    place.ask_about(&plugin, other.clone()).miss("").unwrap();
    let theirs = place
        .files()
        .into_iter()
        .find(|path| *path != file)
        .unwrap();
    fs::copy(&file, &theirs).unwrap();
    place
        .ask_about(&plugin, other)
        .miss("it belongs to another key")
        .unwrap();
}

#[test]
fn an_entry_that_cannot_be_replaced_is_a_miss() {
    let place = place();
    let plugin = reader();
    place.ask(&plugin).miss("no record").unwrap();
    let file = place.file();
    fs::remove_file(&file).unwrap();
    fs::create_dir_all(file.join("in the way")).unwrap();
    for _ in 0..2 {
        place.ask(&plugin).miss("no record").unwrap();
    }
}

#[test]
fn a_folder_that_cannot_be_made_is_a_miss() {
    let place = place();
    fs::write(place.cache_dir(), "a file").unwrap();
    let plugin = reader();
    for _ in 0..2 {
        let call = place.ask(&plugin).miss("no record").unwrap();
        assert_eq!(edit(&call).0, "a");
    }
}

/// Runs this test file's `child` in a process of its own, in the words of a
/// shell where `"$@"` is that process.
fn process(place: &Place, turns: u32, shell: &str) -> Command {
    let mut command = Command::new("sh");
    command
        .args(["-c", shell, "sh"])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "child", "--nocapture", "--test-threads=1"])
        .env("BUILDFIX_CACHE_TEST", place.temp.path())
        .env("BUILDFIX_CACHE_TURNS", turns.to_string());
    command
}

/// What the [`child`] prints: hits, misses, written.
fn counted(output: &Output) -> (u64, u64, u64) {
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let line = text
        .lines()
        .find_map(|line| line.split_once("counted "))
        .expect(&text)
        .1;
    let numbers: Vec<u64> = line.split(' ').map(|n| n.parse().unwrap()).collect();
    (numbers[0], numbers[1], numbers[2])
}

/// Not a test of its own: what the other processes of these tests do.
#[test]
fn child() {
    let Some(dir) = std::env::var_os("BUILDFIX_CACHE_TEST").map(PathBuf::from) else {
        return;
    };
    let turns: u32 = std::env::var("BUILDFIX_CACHE_TURNS")
        .unwrap()
        .parse()
        .unwrap();
    let text = fs::read_to_string(dir.join("workspace/a.txt")).unwrap();
    let plugin = reader();
    let cache = ResultCache::new(options(&dir.join("cache")));
    for turn in 0..turns {
        let mut request = request();
        request.diagnostics[0].line = turn;
        let call = ask(&cache, &plugin, &dir.join("workspace"), request)
            .result
            .unwrap();
        assert!(edit(&call).0 == text);
    }
    let counters = cache.counters();
    println!(
        "counted {} {} {}",
        counters.hits,
        counters.missed(),
        counters.written
    );
}

#[cfg(unix)]
#[test]
fn two_processes_race_and_every_entry_is_whole() {
    let place = place();
    let spawn = || {
        process(&place, 40, r#"exec "$@""#)
            .stdout(std::process::Stdio::piped())
            .spawn()
            .unwrap()
    };
    let children = [spawn(), spawn(), spawn()];
    for child in children {
        let (hits, misses, _) = counted(&child.wait_with_output().unwrap());
        assert_eq!(hits + misses, 40);
    }
    let checked = place.cache(Mode::Use).check();
    assert_eq!((checked.whole, checked.damaged.len()), (40, 0));
    let (hits, misses, _) = counted(&process(&place, 40, r#"exec "$@""#).output().unwrap());
    assert_eq!((hits, misses), (40, 0));
}

#[cfg(unix)]
#[test]
fn a_write_that_fails_half_way_leaves_nothing() {
    let place = place();
    // An entry has 2 MiB, but files of this process may have 1 MiB; the signal
    // that says so is turned into an error, as a full disk is one.
    place.write("a.txt", &"a".repeat(2 << 20));
    let limit = r#"trap "" XFSZ; ulimit -f 2048; exec "$@""#;
    let (hits, misses, written) = counted(&process(&place, 3, limit).output().unwrap());
    assert_eq!((hits, misses, written), (0, 3, 0));
    assert!(place.files().is_empty(), "{:?}", place.files());
}

/// Whether this process may mount in a namespace of its own.
#[cfg(target_os = "linux")]
fn may_mount() -> bool {
    let answer = Command::new("unshare").args(["-m", "true"]).output();
    answer.is_ok_and(|output| output.status.success())
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_a_miss() {
    if !may_mount() {
        eprintln!("only those who may mount can have a disk this small");
        return;
    }
    let place = place();
    fs::create_dir(place.cache_dir()).unwrap();
    let dir = place.cache_dir();
    let dir = dir.display();
    let mount = format!(
        r#"mount -t tmpfs -o size=64k none '{dir}' && "$@" && find '{dir}' -name '.new-*'"#
    );
    let output = process(
        &place,
        200,
        &format!(
            "exec unshare -m sh -c '{}' sh \"$@\"",
            mount.replace('\'', "'\\''")
        ),
    )
    .output()
    .unwrap();
    let (hits, misses, written) = counted(&output);
    assert_eq!((hits, misses), (0, 200));
    assert!((1..199).contains(&written), "{written}");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(!text.contains(".new-"), "{text}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_read_only_folder_serves_hits_and_takes_nothing() {
    let place = place();
    counted(&process(&place, 2, r#"exec "$@""#).output().unwrap());
    let before = place.files();
    let dir = place.cache_dir();
    let output = if may_mount() {
        // Permissions do not stop root.
        let mount = format!(
            "mount --bind {0} {0} && mount -o remount,ro,bind {0}",
            dir.display()
        );
        let shell = format!(r#"exec unshare -m sh -c '{mount} && exec "$@"' sh "$@""#);
        process(&place, 4, &shell).output().unwrap()
    } else {
        let locked = |mode: u32| {
            use std::os::unix::fs::PermissionsExt as _;
            for folder in before
                .iter()
                .flat_map(|file| file.ancestors().skip(1).take(3))
            {
                fs::set_permissions(folder, fs::Permissions::from_mode(mode)).unwrap();
            }
        };
        locked(0o500);
        let output = process(&place, 4, r#"exec "$@""#).output().unwrap();
        locked(0o700);
        output
    };
    assert_eq!(counted(&output), (2, 2, 0));
    assert_eq!(place.files(), before);
}

#[cfg(unix)]
#[test]
fn a_process_killed_while_it_writes_leaves_whole_entries() {
    let place = place();
    for turn in 0..20_u64 {
        let entries = place.files().len();
        let mut process = process(&place, 100_000, r#"exec "$@""#)
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap();
        let started = SystemTime::now();
        // Each one goes on where the last was killed.
        while place.files().len() < entries + 5 {
            assert!(started.elapsed().unwrap() < Duration::from_secs(60));
            std::thread::sleep(Duration::from_millis(1 + turn % 3));
        }
        process.kill().unwrap();
        process.wait().unwrap();
        let checked = place.cache(Mode::Use).check();
        assert!(checked.damaged.is_empty(), "{checked:?}");
    }
    assert!(place.cache(Mode::Use).stats().entries > 20);
}

#[test]
fn what_a_killed_writer_left_is_swept_and_what_is_being_written_is_not() {
    let place = place();
    place.ask(&reader()).miss("no record").unwrap();
    let file = place.file();
    let dir = file.parent().unwrap();
    let (old, new) = (dir.join(".new-abandoned"), dir.join(".new-busy"));
    fs::write(&old, "half").unwrap();
    fs::write(&new, "half").unwrap();
    age(&old, Duration::from_secs(7_200));
    let cache = place.cache(Mode::Use);
    assert_eq!((cache.stats().entries, cache.stats().temporary), (1, 2));
    assert_eq!(cache.prune(), (1, 4));
    assert!(!old.exists() && new.exists() && file.exists());
}

#[test]
fn garbage_is_collected_once_a_day_and_by_one_process() {
    let place = place();
    place.ask(&reader()).miss("no record").unwrap();
    let dir = place.file().parent().unwrap().to_owned();
    let abandoned = dir.join(".new-abandoned");
    fs::write(&abandoned, "half").unwrap();
    age(&abandoned, Duration::from_secs(7_200));
    let collect = || {
        let thread = place.cache(Mode::Use).collect_in_background();
        thread.unwrap().join().unwrap();
        !abandoned.exists()
    };
    // The first day has none yet, and then it is done for today.
    assert!(!collect() && !collect());
    let lock = place.cache_dir().join("results/v1/collect.lock");
    age(&lock, Duration::from_secs(25 * 3_600));
    let held = fs::File::open(&lock).unwrap();
    held.lock().unwrap();
    assert!(!collect(), "somebody else is at it");
    drop(held);
    assert!(collect());
    assert!(
        lock.metadata()
            .unwrap()
            .modified()
            .unwrap()
            .elapsed()
            .unwrap()
            < Duration::from_secs(3_600)
    );
}

#[test]
fn the_oldest_go_when_a_cache_is_full_and_a_hit_keeps_one_young() {
    let place = place();
    let plugin = reader();
    let ask_line = |cache: &ResultCache, line| {
        let mut request = request();
        request.diagnostics[0].line = line;
        ask(cache, &plugin, &place.root(), request)
    };
    let cache = place.cache(Mode::Use);
    for line in 0..200 {
        ask_line(&cache, line).miss("").unwrap();
    }
    for file in place.files() {
        age(&file, Duration::from_secs(5 * 3_600));
    }
    let size = fs::metadata(&place.files()[0]).unwrap().len();
    // Seen again, so young again.
    ask_line(&cache, 0).hit().unwrap();
    // Each of the 256 shards may hold less than one of these.
    let small = ResultCache::new(ResultCacheOptions {
        size: 256 * (size - 1),
        ..options(&place.cache_dir())
    });
    assert!(small.prune().0 > 0);
    assert!(small.stats().bytes <= 256 * (size - 1));
    // Two to a shard: of those with more, the hit one stays.
    for line in 0..200 {
        ask_line(&cache, line);
    }
    for file in place.files() {
        age(&file, Duration::from_secs(5 * 3_600));
    }
    ask_line(&cache, 0).hit().unwrap();
    let small = ResultCache::new(ResultCacheOptions {
        size: 256 * (size + size / 3),
        ..options(&place.cache_dir())
    });
    let _ = small.prune();
    ask_line(&cache, 0).hit().unwrap();
    assert!(small.stats().entries < 200);
    // Writing trims too: the cap holds without anybody collecting garbage.
    let tiny = ResultCache::new(ResultCacheOptions {
        size: 256 * (size + 8),
        ..options(&place.cache_dir())
    });
    for line in 1_000..2_000 {
        ask_line(&tiny, line);
    }
    assert!(tiny.stats().bytes <= 256 * (size + 8), "{:?}", tiny.stats());
}

#[test]
fn folders_are_private_and_tagged() {
    let place = place();
    place.ask(&reader()).miss("no record").unwrap();
    let tag = fs::read_to_string(place.cache_dir().join("CACHEDIR.TAG")).unwrap();
    assert!(tag.starts_with("Signature: 8a477f597d28d172789f06886806bc55"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o077;
        let file = place.file();
        for path in file.ancestors().take(4).chain([&*place.cache_dir()]) {
            assert_eq!(mode(path), 0, "{}", path.display());
        }
    }
}

#[test]
fn an_entry_can_be_shown_found_and_checked() {
    let place = place();
    place.ask(&reader()).miss("no record").unwrap();
    let cache = place.cache(Mode::Use);
    let [key] = cache.find("")[..] else {
        panic!("one entry")
    };
    let name = key.to_string();
    assert_eq!(cache.find(&name[..8]), [key]);
    assert!(cache.find("x").is_empty());
    let entry = cache.entry(key).unwrap();
    assert_eq!(entry.plugin, "acme/guest");
    assert_eq!(
        entry.records[0].trace[0].question.to_string(),
        "content(a.txt)"
    );
    let bytes = fs::read(place.file()).unwrap();
    assert_eq!(Entry::decode(&bytes), Ok(entry));
    fs::write(place.file(), &bytes[1..]).unwrap();
    let checked = cache.check();
    assert_eq!(checked.whole, 0);
    assert_eq!(checked.damaged[0].1, Damage::NotAnEntry);
    assert!(place.files().is_empty());
    cache.clean().unwrap();
    cache.clean().unwrap();
    assert!(!cache.results_dir().exists());
}

#[test]
fn runs_are_counted() {
    let place = place();
    let plugin = reader();
    for _ in 0..3 {
        let cache = place.cache(Mode::Use);
        ask(&cache, &plugin, &place.root(), request())
            .result
            .unwrap();
        cache.close();
    }
    let counters = place.cache(Mode::Use).stats().counters;
    assert_eq!(
        (counters.hits, counters.missed(), counters.written),
        (2, 1, 1)
    );
    assert_eq!(counters.misses["no-record"], 1);
    // A file that is none counts for nothing.
    fs::write(
        place.cache_dir().join("results/v1/counters.toml"),
        "hits = no",
    )
    .unwrap();
    assert_eq!(place.cache(Mode::Use).stats().counters.hits, 0);
}

fn age(path: &Path, age: Duration) {
    let file = fs::File::options().write(true).open(path).unwrap();
    file.set_modified(SystemTime::now() - age).unwrap();
}
