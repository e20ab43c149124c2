//! Artifacts on this machine, by the SHA-256 of their content.
//!
//! A download goes to `HEX.partial` and gets its name only when its checksum
//! fits, so whatever stands under a name is whole, whenever a process was
//! killed. A partial one is gone on with the next time. A lock for each artifact
//! makes the second of two installs wait for the first and find its work.

use super::http::{Http, Send, retryable};
use super::source::{FAULTY, Hashing, Place, odd};
use super::{ClientError, Kind, OciReference, Registry};
use crate::index::{Checksum, Line};
use buildfix_component::text::tame_line;
use std::fs::File;
use std::io::{Read, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Who wants to know how far a download is.
pub trait Progress {
    /// A download begins, or goes on after `have` bytes.
    fn begin(&self, what: &str, have: u64, size: u64);
    /// So many bytes are here.
    fn at(&self, bytes: u64);
    /// It has ended, well or not.
    fn end(&self);
}

/// Nobody.
#[derive(Clone, Copy, Debug, Default)]
pub struct Quiet;

impl Progress for Quiet {
    fn begin(&self, _: &str, _: u64, _: u64) {}
    fn at(&self, _: u64) {}
    fn end(&self) {}
}

/// The artifacts of this machine.
#[derive(Clone, Debug)]
pub struct Store {
    dir: PathBuf,
}

/// What came of one attempt.
enum Got {
    Whole,
    /// Another attempt may bring the rest.
    Part(ClientError),
}

impl Store {
    /// A store in a folder, which is made when something is put there.
    #[must_use]
    pub fn new(dir: &Path) -> Self {
        Self {
            dir: dir.join("sha256"),
        }
    }

    /// Where an artifact is, or would be.
    #[must_use]
    pub fn path(&self, checksum: &Checksum) -> PathBuf {
        self.dir.join(checksum.hex())
    }

    /// An artifact's bytes, if they are here and are what they should be. A
    /// damaged one is deleted.
    #[must_use]
    pub fn get(&self, checksum: &Checksum) -> Option<Vec<u8>> {
        let path = self.path(checksum);
        let bytes = std::fs::read(&path).ok()?;
        if Checksum::of(&bytes) == *checksum {
            return Some(bytes);
        }
        tracing::warn!("{} is damaged and is deleted", path.display());
        let _ = std::fs::remove_file(path);
        None
    }

    /// The files of all artifacts that are here, sorted. Their bytes are not
    /// checked.
    #[must_use]
    pub fn artifacts(&self) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(&self.dir).into_iter().flatten().flatten();
        let whole = |path: &PathBuf| {
            let name = path.file_name().and_then(|name| name.to_str());
            name.is_some_and(|n| n.len() == 64 && n.bytes().all(|b| b.is_ascii_hexdigit()))
        };
        let mut paths: Vec<PathBuf> = entries.map(|e| e.path()).filter(whole).collect();
        paths.sort();
        paths
    }

    /// Takes an artifact out, as one that was fetched and is not wanted.
    pub fn forget(&self, checksum: &Checksum) {
        let _ = std::fs::remove_file(self.path(checksum));
    }

    /// An artifact of a registry: out of the store, or downloaded into it. Gives
    /// the bytes, and whether they had to be fetched.
    ///
    /// # Errors
    /// When it cannot be had, or is not what the index says. Nothing is kept of
    /// such a one.
    pub fn fetch(
        &self,
        registry: &Registry,
        line: &Line,
        progress: &dyn Progress,
    ) -> Result<(Vec<u8>, bool), ClientError> {
        if let Some(bytes) = self.get(&line.cksum) {
            return Ok((bytes, false));
        }
        let what = format!("plugin `{}` {}", line.name, line.vers);
        bounded(&what, line.size)?;
        // A folder is no network.
        let place = match registry.is_folder() || !registry.is_offline() {
            true => Some(registry.place(line)?),
            false => None,
        };
        let place = place.filter(|place| matches!(place, Place::File(_)) || !registry.is_offline());
        let Some(place) = place else {
            let message = format!("{what} is not on this machine, and the network may not be used");
            return Err(ClientError::new(Kind::Offline, message)
                .help_is("run `buildfix plugin fetch` once where the network can be used"));
        };
        self.fetch_from(
            &what,
            &line.cksum,
            line.size,
            &place,
            registry.http(),
            progress,
        )
    }

    /// An artifact of an OCI registry, by what its manifest says.
    ///
    /// # Errors
    /// As [`Store::fetch`].
    pub fn fetch_oci(
        &self,
        reference: &OciReference,
        checksum: &Checksum,
        size: u64,
        http: &Http,
        progress: &dyn Progress,
    ) -> Result<(Vec<u8>, bool), ClientError> {
        if let Some(bytes) = self.get(checksum) {
            return Ok((bytes, false));
        }
        bounded(&reference.to_string(), size)?;
        let place = Place::Oci(reference.clone());
        self.fetch_from(
            &reference.to_string(),
            checksum,
            size,
            &place,
            http,
            progress,
        )
    }

    fn fetch_from(
        &self,
        what: &str,
        checksum: &Checksum,
        size: u64,
        place: &Place,
        http: &Http,
        progress: &dyn Progress,
    ) -> Result<(Vec<u8>, bool), ClientError> {
        let local = |error: &std::io::Error| ClientError::local(&self.dir, error);
        std::fs::create_dir_all(&self.dir).map_err(|e| local(&e))?;
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(self.dir.join(format!("{}.lock", checksum.hex())))
            .map_err(|e| local(&e))?;
        lock.lock().map_err(|e| local(&e))?;
        // Another process may have brought it meanwhile.
        if let Some(bytes) = self.get(checksum) {
            return Ok((bytes, false));
        }
        let partial = self.dir.join(format!("{}.partial", checksum.hex()));
        let download = Download {
            what,
            size,
            partial: &partial,
            http,
            progress,
        };
        let resumed = std::fs::metadata(&partial).is_ok_and(|meta| meta.len() > 0);
        let run = || {
            download.run(place)?;
            download.judge(checksum, place)
        };
        let mut outcome = run();
        // What an earlier process left may be to blame, and not the server.
        if resumed && matches!(&outcome, Err(error) if error.kind == Kind::Mismatch) {
            let _ = std::fs::remove_file(&partial);
            outcome = run();
        }
        progress.end();
        let ended = match outcome {
            Ok(()) => {
                let path = self.path(checksum);
                std::fs::rename(&partial, &path).map_err(|e| ClientError::local(&path, &e))?;
                self.get(checksum)
                    .map(|bytes| (bytes, true))
                    .ok_or_else(|| {
                        ClientError::new(
                            Kind::Local,
                            format!("{} changes while it is used", path.display()),
                        )
                    })
            }
            Err(error) => {
                // What broke off is gone on with the next time; what is wrong is
                // not kept.
                if error.kind != Kind::Unreachable {
                    let _ = std::fs::remove_file(&partial);
                }
                Err(error)
            }
        };
        // The lock's file stays: who waits for it holds this very one.
        ended
    }
}

/// Refuses what no host would load, before it fills a disk.
fn bounded(what: &str, size: u64) -> Result<(), ClientError> {
    let limit = buildfix_component::FileLimits::default().component as u64;
    if size <= limit {
        return Ok(());
    }
    let message = format!("{what} has {size} bytes, at most {limit} are allowed");
    Err(ClientError::new(Kind::Answer, message)
        .help_is("no buildfix would load it: tell its publisher"))
}

struct Download<'a> {
    what: &'a str,
    size: u64,
    partial: &'a Path,
    http: &'a Http,
    progress: &'a dyn Progress,
}

impl Download<'_> {
    fn run(&self, place: &Place) -> Result<(), ClientError> {
        match place {
            Place::File(path) => {
                let file = File::open(path).map_err(|error| match error.kind() {
                    std::io::ErrorKind::NotFound => self.absent(&path.display().to_string()),
                    _ => ClientError::local(path, &error),
                })?;
                let shown = path.display().to_string();
                let length = file.metadata().map_or(self.size, |meta| meta.len());
                if length != self.size {
                    return Err(self.other_size(&shown, &format!("{length} bytes")));
                }
                self.progress.begin(self.what, 0, self.size);
                let mut out = self.open(0)?;
                match self.copy(file, &mut out, 0, &shown, None)? {
                    Got::Whole => Ok(()),
                    Got::Part(error) => Err(error),
                }
            }
            Place::Http(url, token) => {
                let token = token.iter();
                let headers: Vec<_> = token
                    .map(|token| ("authorization", format!("Bearer {token}")))
                    .collect();
                self.get(url, &headers)
            }
            Place::Oci(reference) => {
                let blob = reference.blob(self.http, self.size)?;
                self.get(&blob.url, &blob.headers)
            }
        }
    }

    fn get(&self, url: &str, headers: &[(&'static str, String)]) -> Result<(), ClientError> {
        self.http.trying(|last| match self.attempt(url, headers)? {
            Got::Whole => Ok(Some(())),
            Got::Part(error) if last => Err(error),
            Got::Part(_) => Ok(None),
        })
    }

    fn attempt(&self, url: &str, headers: &[(&'static str, String)]) -> Result<Got, ClientError> {
        let here = std::fs::metadata(self.partial).map_or(0, |meta| meta.len());
        // One that is complete and did not fit, or too long, begins anew.
        let here = if here < self.size { here } else { 0 };
        let mut headers = headers.to_vec();
        if here > 0 {
            headers.push(("range", format!("bytes={here}-")));
        }
        let answer = match self.http.once(url, &headers, Send::Get) {
            Ok(answer) => answer,
            Err(error) if error.kind == Kind::Unreachable => return Ok(Got::Part(error)),
            Err(error) => return Err(error),
        };
        let from = match answer.status {
            200 => 0,
            206 => {
                let range = answer.header("content-range").unwrap_or_default();
                if !range.starts_with(&format!("bytes {here}-")) {
                    let _ = std::fs::remove_file(self.partial);
                    let (what, range) = (self.what, tame_line(range, 100));
                    let message = format!(
                        "{url} answers with the range `{range}` of {what}, not with that from {here}"
                    );
                    return Ok(Got::Part(
                        ClientError::new(Kind::Answer, message).help_is(FAULTY),
                    ));
                }
                here
            }
            // What is here is of something else.
            416 if here > 0 => {
                let _ = std::fs::remove_file(self.partial);
                return Ok(Got::Part(odd(url, 416)));
            }
            404 | 410 | 451 => return Err(self.absent(url)),
            status if retryable(status) => return Ok(Got::Part(odd(url, status))),
            401 | 403 => {
                let message = format!("{url} wants another token for {}", self.what);
                return Err(ClientError::new(Kind::Unauthorized, message)
                    .help_is("`buildfix plugin login`, or set BUILDFIX_REGISTRY_TOKEN"));
            }
            status => return Err(odd(url, status)),
        };
        let rest = self.size.saturating_sub(from);
        let length = answer.header("content-length");
        if let Some(length) = length.and_then(|length| length.parse::<u64>().ok())
            && length != rest
        {
            return Err(self.other_size(url, &format!("{} bytes", from.saturating_add(length))));
        }
        self.progress.begin(self.what, from, self.size);
        let mut out = self.open(from)?;
        let since = Some(Instant::now());
        let limit = rest.saturating_add(2);
        self.copy(answer.reader(limit), &mut out, from, url, since)
    }

    fn open(&self, from: u64) -> Result<File, ClientError> {
        let open = || -> std::io::Result<File> {
            let mut file = File::options()
                .create(true)
                .truncate(from == 0)
                .write(true)
                .open(self.partial)?;
            file.set_len(from)?;
            file.seek(SeekFrom::Start(from))?;
            Ok(file)
        };
        open().map_err(|error| ClientError::local(self.partial, &error))
    }

    fn copy(
        &self,
        mut from: impl Read,
        out: &mut File,
        mut have: u64,
        url: &str,
        since: Option<Instant>,
    ) -> Result<Got, ClientError> {
        let first = have;
        let mut buffer = vec![0; 64 * 1024];
        loop {
            let read = match from.read(&mut buffer) {
                Ok(0) => break,
                Ok(read) => read,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(error) => return Ok(Got::Part(self.broke_off(url, have, &error.to_string()))),
            };
            have += read as u64;
            if have > self.size {
                return Err(self.other_size(url, "more, and it was stopped there"));
            }
            out.write_all(&buffer[..read])
                .map_err(|error| ClientError::local(self.partial, &error))?;
            self.progress.at(have);
            if since.is_some_and(|since| self.crawls(since, have - first)) {
                return Ok(Got::Part(self.broke_off(url, have, "it is too slow")));
            }
        }
        if have < self.size {
            return Ok(Got::Part(self.broke_off(url, have, "it ended early")));
        }
        Ok(Got::Whole)
    }

    /// Whether a download that began at `since` and brought so many bytes is to be
    /// given up.
    fn crawls(&self, since: Instant, bytes: u64) -> bool {
        let options = &self.http.options;
        let over = since.elapsed().saturating_sub(options.small);
        let wanted = over.as_millis() * u128::from(options.rate) / 1_000;
        u128::from(bytes) < wanted
    }

    fn other_size(&self, url: &str, found: &str) -> ClientError {
        let (what, size) = (self.what, self.size);
        let message = format!("the index says that {what} has {size} bytes, {url} has {found}");
        ClientError::new(Kind::Mismatch, message)
            .help_is("the artifact is not the one that was published: tell the registry's operator")
    }

    fn judge(&self, checksum: &Checksum, place: &Place) -> Result<(), ClientError> {
        let failed = |error: &std::io::Error| ClientError::local(self.partial, error);
        let mut file = File::open(self.partial).map_err(|e| failed(&e))?;
        let mut hashing = Hashing::default();
        let mut buffer = vec![0; 64 * 1024];
        loop {
            match file.read(&mut buffer).map_err(|e| failed(&e))? {
                0 => break,
                read => hashing.update(&buffer[..read]),
            }
        }
        file.sync_all().map_err(|e| failed(&e))?;
        let found = hashing.finish();
        if found == *checksum {
            return Ok(());
        }
        let (what, size) = (self.what, self.size);
        let message = format!(
            "checksum mismatch for {what}: the index has {checksum}, downloaded {found} ({size} bytes, {})",
            place.shown()
        );
        Err(ClientError::new(Kind::Mismatch, message).help_is(
            "the artifact is not the one that was published; do not go on unless its publisher explains why",
        ))
    }

    fn absent(&self, url: &str) -> ClientError {
        let message = format!("the index has {}, but {url} does not exist", self.what);
        ClientError::new(Kind::Absent, message)
            .help_is("tell the registry's operator; another version may be there")
    }

    fn broke_off(&self, url: &str, have: u64, why: &str) -> ClientError {
        let (what, size, why) = (self.what, self.size, tame_line(why, 200));
        let message = format!("{url} broke off after {have} of {size} bytes of {what}: {why}");
        ClientError::new(Kind::Unreachable, message)
            .help_is("try again: the download goes on where it broke off")
    }
}

impl Place {
    fn shown(&self) -> String {
        match self {
            Self::Http(url, _) => url.clone(),
            Self::File(path) => path.display().to_string(),
            Self::Oci(reference) => reference.to_string(),
        }
    }
}
