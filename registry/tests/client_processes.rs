//! What processes share: one download for all of them, whoever is killed; a store
//! that they may not write; the environment's proxy.
//!
//! The tests start this very program again, as another process with an environment
//! of its own.

#[path = "support/hostile.rs"]
mod hostile;

use buildfix_registry::client::{ClientError, Http, Kind, Quiet, Registry, Store};
use buildfix_registry::index::Checksum;
use hostile::{Hostile, NAME, Request, artifact, get, head, options, reply, stored, told};
use libtest_mimic::{Arguments, Failed, Trial};
use std::io::Write as _;
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::Mutex;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

type Outcome = Result<(), Failed>;

/// The process that is started: the registry's address and the folder.
const URL: &str = "BUILDFIX_TEST_URL";
const DIR: &str = "BUILDFIX_TEST_DIR";

/// What it prints: the artifact's checksum and whether it was fetched, or its error.
fn child(url: &str, dir: &Path) {
    match whether_fetched(url, dir) {
        Ok((bytes, fetched)) => println!("{} {fetched}", Checksum::of(&bytes)),
        Err(error) => {
            println!("{:?}: {error}\n{}", error.kind, error.help().unwrap_or("-"));
            std::process::exit(1);
        }
    }
}

fn whether_fetched(url: &str, dir: &Path) -> Result<(Vec<u8>, bool), ClientError> {
    let answers = dir.join("answers");
    let registry = Registry::open(url, Http::new(options()), Some(&answers), false, None)?;
    let lines = registry.lines(&NAME.parse().unwrap())?;
    Store::new(dir).fetch(&registry, &lines.lines[0], &Quiet)
}

fn process(program: &Path, url: &str, dir: &Path) -> Command {
    let mut command = Command::new(program);
    command.env(URL, url).env(DIR, dir);
    for name in ["ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY"] {
        command.env_remove(name).env_remove(name.to_lowercase());
    }
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    command
}

fn start(url: &str, dir: &Path) -> Child {
    let program = std::env::current_exe().unwrap();
    process(&program, url, dir).spawn().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn many_who_want_the_same_download_it_once() -> Outcome {
    let bytes = artifact();
    // Nobody gets it before everybody had time to ask.
    let server = Hostile::registry(&bytes, |request, _| {
        if request.path.starts_with("/cas/") {
            std::thread::sleep(Duration::from_millis(500));
        }
        false
    });
    let dir = tempfile::tempdir()?;
    let children: Vec<Child> = (0..3).map(|_| start(&server.url, dir.path())).collect();
    let mut fetched = 0;
    std::thread::scope(|scope| {
        let get = || whether_fetched(&server.url, dir.path()).unwrap();
        let threads: Vec<_> = (0..3).map(|_| scope.spawn(get)).collect();
        for thread in threads {
            let (got, new) = thread.join().unwrap();
            assert!(got == bytes);
            fetched += usize::from(new);
        }
    });
    for child in children {
        let output = child.wait_with_output()?;
        let sum = Checksum::of(&bytes);
        match said(&output).trim() {
            text if text == format!("{sum} true") => fetched += 1,
            text => assert_eq!(text, format!("{sum} false")),
        }
    }
    assert_eq!((fetched, server.downloads().len()), (1, 1));
    assert_eq!(stored(dir.path()), [Checksum::of(&bytes).hex()]);
    Ok(())
}

/// Waits for what must come.
fn until(what: &str, mut there: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(60);
    while !there() {
        assert!(Instant::now() < end, "in vain: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn who_is_killed_leaves_what_the_next_one_goes_on_with() -> Outcome {
    use std::os::unix::process::ExitStatusExt as _;
    let bytes = artifact();
    let body = bytes.clone();
    let (release, released) = channel::<()>();
    let released = Mutex::new(released);
    // The first gets a third of it and then nothing.
    let server = Hostile::registry(&bytes, move |request, stream| {
        if !request.path.starts_with("/cas/") {
            return false;
        }
        match request.from() {
            None => {
                head(stream, "200 OK", &[("content-length", "300000")]);
                let _ = stream.write_all(&body[..100_000]);
                let _ = released.lock().unwrap().recv();
            }
            Some(from) => {
                let range = format!("bytes {from}-299999/300000");
                let headers = [("content-range", range.as_str())];
                reply(stream, "206 Partial Content", &headers, &body[from..]);
            }
        }
        true
    });
    let dir = tempfile::tempdir()?;
    let sum = Checksum::of(&bytes);
    let path = dir.path().join(format!("sha256/{}.partial", sum.hex()));
    let mut first = start(&server.url, dir.path());
    until("a third of the artifact", || {
        std::fs::metadata(&path).is_ok_and(|meta| meta.len() == 100_000)
    });
    // One that waits for the first, and one that comes later.
    let second = start(&server.url, dir.path());
    until("the second one's questions", || {
        server.count("/index/acme/x") == 2
    });
    first.kill().unwrap();
    assert_eq!(first.wait().unwrap().signal(), Some(9));
    let second = second.wait_with_output().unwrap();
    assert_eq!(said(&second).trim(), format!("{sum} true"));
    assert_eq!(whether_fetched(&server.url, dir.path())?, (bytes, false));
    let asked: Vec<_> = server.downloads().iter().map(Request::from).collect();
    assert_eq!(asked, [None, Some(100_000)]);
    assert_eq!(stored(dir.path()), [sum.hex()]);
    drop(release);
    Ok(())
}

/// Runs this program as one who may not write, whoever runs the tests.
fn as_nobody(url: &str, dir: &Path) -> Result<Output, Failed> {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
    use std::os::unix::process::CommandExt as _;
    let place = tempfile::tempdir()?;
    std::fs::set_permissions(place.path(), std::fs::Permissions::from_mode(0o755))?;
    // The build's folder may be one's own.
    let program = place.path().join("client");
    std::fs::copy(std::env::current_exe()?, &program)?;
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755))?;
    let mut command = process(&program, url, dir);
    command.current_dir("/");
    if std::fs::metadata(place.path())?.uid() == 0 {
        command.uid(65_534).gid(65_534);
    }
    Ok(command.output()?)
}

fn a_store_that_cannot_be_written_is_named_and_still_read() -> Outcome {
    use std::os::unix::fs::PermissionsExt as _;
    let bytes = artifact();
    let server = Hostile::registry(&bytes, |_, _| false);
    let dir = tempfile::tempdir()?;
    let mode = |mode: u32| std::fs::Permissions::from_mode(mode);
    let store = dir.path().join("sha256");
    std::fs::create_dir(&store)?;
    std::fs::set_permissions(&store, mode(0o555))?;
    std::fs::set_permissions(dir.path(), mode(0o555))?;
    let output = as_nobody(&server.url, dir.path())?;
    let text = said(&output);
    assert!(!output.status.success(), "{text}");
    let named = format!("Local: {}", store.display());
    for part in [named.as_str(), "ermission denied", "BUILDFIX_CACHE_DIR"] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert_eq!(server.downloads().len(), 0);
    // What is there is used.
    std::fs::set_permissions(&store, mode(0o755))?;
    std::fs::write(store.join(Checksum::of(&bytes).hex()), &bytes)?;
    std::fs::set_permissions(&store, mode(0o555))?;
    let output = as_nobody(&server.url, dir.path())?;
    assert_eq!(
        said(&output).trim(),
        format!("{} false", Checksum::of(&bytes))
    );
    assert_eq!(server.downloads().len(), 0);
    std::fs::set_permissions(dir.path(), mode(0o755))?;
    std::fs::set_permissions(&store, mode(0o755))?;
    // A file where the folder should be.
    let file = dir.path().join("file");
    std::fs::write(&file, "")?;
    let error = get(&server.url, &file, options(), None).unwrap_err();
    told(
        &error,
        Kind::Local,
        &[&file.display().to_string()],
        "BUILDFIX_CACHE_DIR",
    );
    Ok(())
}

/// A proxy that connects to one server, whatever it is asked for; or refuses.
fn proxy(to: &Hostile, refuse: Option<&'static str>) -> Hostile {
    let to = to.url.strip_prefix("http://").unwrap().to_owned();
    Hostile::start(move |request, stream| {
        if let Some(status) = refuse {
            return reply(stream, status, &[], b"");
        }
        assert_eq!(request.method, "CONNECT");
        let mut server = TcpStream::connect(&to).unwrap();
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
        let (mut from, mut into) = (stream.try_clone().unwrap(), server.try_clone().unwrap());
        std::thread::spawn(move || std::io::copy(&mut from, &mut into));
        let _ = std::io::copy(&mut server, stream);
        let _ = stream.shutdown(std::net::Shutdown::Both);
    })
}

fn a_proxy_that_the_environment_names_is_asked() -> Outcome {
    let bytes = artifact();
    let server = Hostile::registry(&bytes, |_, _| false);
    let through = proxy(&server, None);
    let program = std::env::current_exe()?;
    // No name server knows this one: the proxy does.
    let url = "http://registry.invalid";
    let run = |url: &str, variables: &[(&str, &str)]| {
        let dir = tempfile::tempdir().unwrap();
        let mut command = process(&program, url, dir.path());
        let output = command.envs(variables.iter().copied()).output().unwrap();
        said(&output)
    };
    let good = format!("{} true", Checksum::of(&bytes));
    for name in ["HTTP_PROXY", "http_proxy", "ALL_PROXY"] {
        let before = through.seen().len();
        assert_eq!(run(url, &[(name, &through.url)]).trim(), good, "{name}");
        let seen = &through.seen()[before..];
        assert!(!seen.is_empty(), "{name}");
        for request in seen {
            let asked = (request.method.as_str(), request.path.as_str());
            assert_eq!(asked, ("CONNECT", "registry.invalid:80"), "{name}");
        }
    }
    // Its user is for the proxy, and for nobody else.
    let before = (through.seen().len(), server.seen().len());
    let with_user = through.url.replace("http://", "http://me:secret@");
    assert_eq!(run(url, &[("HTTP_PROXY", &with_user)]).trim(), good);
    for request in &through.seen()[before.0..] {
        let shown = request.header("proxy-authorization");
        assert_eq!(shown, Some("Basic bWU6c2VjcmV0"));
    }
    for request in &server.seen()[before.1..] {
        assert_eq!(request.header("proxy-authorization"), None);
    }
    // Not for whom it is not meant.
    let before = through.seen().len();
    let direct = [
        ("HTTP_PROXY", through.url.as_str()),
        ("NO_PROXY", "127.0.0.1"),
    ];
    assert_eq!(run(&server.url, &direct).trim(), good);
    assert_eq!(through.seen().len(), before);
    // One that refuses, and one that is away, is named; its user is not.
    let refusing = proxy(&server, Some("407 Proxy Authentication Required"));
    let free = std::net::TcpListener::bind("127.0.0.1:0")?;
    let away = format!("http://{}", free.local_addr()?);
    drop(free);
    for (proxy, why) in [(&refusing.url, "407"), (&away, "onnection refused")] {
        let host = proxy.strip_prefix("http://").unwrap();
        let with_user = format!("http://me:secret@{host}");
        let text = run(url, &[("HTTP_PROXY", &with_user)]);
        let through = format!("through the proxy {host}");
        for part in ["Unreachable: ", url, &through, why, "HTTPS_PROXY"] {
            assert!(text.contains(part), "{part} in {text}");
        }
        assert!(!text.contains("secret"), "{text}");
    }
    Ok(())
}

fn main() {
    if let (Ok(url), Some(dir)) = (std::env::var(URL), std::env::var_os(DIR)) {
        return child(&url, Path::new(&dir));
    }
    let args = Arguments::from_args();
    let mut trials = Vec::new();
    macro_rules! trials {
        ($($name:ident),* $(,)?) => {
            $(trials.push(Trial::test(stringify!($name), $name));)*
        };
    }
    trials![
        many_who_want_the_same_download_it_once,
        who_is_killed_leaves_what_the_next_one_goes_on_with,
        a_store_that_cannot_be_written_is_named_and_still_read,
        a_proxy_that_the_environment_names_is_asked,
    ];
    libtest_mimic::run(&args, trials).exit();
}
