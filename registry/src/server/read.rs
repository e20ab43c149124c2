//! The files of a registry, as a static host would serve them.
//!
//! No path of a request becomes a path of the file system: its parts are parsed
//! as a [`Name`] or a [`Checksum`], which cannot leave their folder.

use super::State;
use super::answer::Answer;
use crate::index::Checksum;
use crate::{Name, admin::Folder};
use axum::body::Body;
use axum::extract::{Path, State as Shared};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use std::io::{ErrorKind, SeekFrom};
use std::path::PathBuf;
use std::sync::Arc;
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _};
use tokio_util::io::ReaderStream;

/// What changes: keep it, but ask before using it.
const ASK: &str = "no-cache";
/// What never changes.
const KEEP: &str = "public, max-age=31536000, immutable";

type Handled = Result<Response, Answer>;

/// `GET /config.json`
pub async fn config(Shared(state): Shared<Arc<State>>, headers: HeaderMap) -> Handled {
    state.check_reader(&headers)?;
    let config = state.config()?;
    let mut text = serde_json::to_vec_pretty(&config).map_err(Answer::internal)?;
    text.push(b'\n');
    small(&headers, text, "application/json")
}

/// `GET /catalog.json`
pub async fn catalog(state: Shared<Arc<State>>, headers: HeaderMap) -> Handled {
    list(state, headers, "catalog.json").await
}

/// `GET /classes.json`
pub async fn classes(state: Shared<Arc<State>>, headers: HeaderMap) -> Handled {
    list(state, headers, "classes.json").await
}

async fn list(
    Shared(state): Shared<Arc<State>>,
    headers: HeaderMap,
    file: &'static str,
) -> Handled {
    state.check_reader(&headers)?;
    let path = state.folder.root().join(file);
    small(&headers, whole(path).await?, "application/json")
}

/// `GET /index/SCOPE/NAME`
pub async fn index(
    Shared(state): Shared<Arc<State>>,
    path: Result<Path<(String, String)>, axum::extract::rejection::PathRejection>,
    headers: HeaderMap,
) -> Handled {
    state.check_reader(&headers)?;
    let Path((scope, name)) = path.map_err(|_| no_plugin())?;
    let name: Name = format!("{scope}/{name}").parse().map_err(|_| no_plugin())?;
    let text = whole(state.folder.index_path(&name)).await?;
    small(&headers, text, "text/plain; charset=utf-8")
}

fn no_plugin() -> Answer {
    Answer::not_found("the registry has no such plugin")
}

/// `GET /cas/sha256/HEX`
pub async fn artifact(
    Shared(state): Shared<Arc<State>>,
    path: Result<Path<String>, axum::extract::rejection::PathRejection>,
    headers: HeaderMap,
) -> Handled {
    state.check_reader(&headers)?;
    let nothing = || Answer::not_found("the registry has no such artifact");
    let Path(hex) = path.map_err(|_| nothing())?;
    let checksum: Checksum = format!("sha256:{hex}").parse().map_err(|_| nothing())?;
    stream(&state.folder, &checksum, &headers).await
}

async fn whole(path: PathBuf) -> Result<Vec<u8>, Answer> {
    tokio::fs::read(&path).await.map_err(|error| {
        match error.kind() {
            // A scope is a folder: asking for it as a file finds nothing.
            ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::IsADirectory => no_plugin(),
            _ => Answer::internal(format!("cannot read {}: {error}", path.display())),
        }
    })
}

/// A file that is small enough to be hashed for each answer.
fn small(headers: &HeaderMap, bytes: Vec<u8>, kind: &'static str) -> Handled {
    let etag = format!("\"{}\"", Checksum::of(&bytes).hex());
    if unchanged(headers, &etag) {
        return Ok(finish(
            Body::empty(),
            StatusCode::NOT_MODIFIED,
            &etag,
            kind,
            ASK,
        ));
    }
    Ok(finish(Body::from(bytes), StatusCode::OK, &etag, kind, ASK))
}

/// An artifact: its name is its hash, so nothing need be read to tag it.
async fn stream(folder: &Folder, checksum: &Checksum, headers: &HeaderMap) -> Handled {
    let kind = "application/wasm";
    let etag = format!("\"{}\"", checksum.hex());
    let path = folder.artifact_path(checksum);
    let mut file = match tokio::fs::File::open(&path).await {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Err(Answer::not_found("the registry has no such artifact"));
        }
        Err(error) => {
            return Err(Answer::internal(format!(
                "cannot open {}: {error}",
                path.display()
            )));
        }
    };
    if unchanged(headers, &etag) {
        return Ok(finish(
            Body::empty(),
            StatusCode::NOT_MODIFIED,
            &etag,
            kind,
            KEEP,
        ));
    }
    let size = file.metadata().await.map_err(Answer::internal)?.len();
    let range = match range(headers, &etag, size) {
        Ok(range) => range,
        Err(Unsatisfiable) => {
            let error = format!("the artifact has {size} bytes; the range is not within them");
            let answer = Answer::new(StatusCode::RANGE_NOT_SATISFIABLE, error, None);
            let mut response = answer.into_response();
            put(
                &mut response,
                header::CONTENT_RANGE,
                &format!("bytes */{size}"),
            );
            return Ok(response);
        }
    };
    let (first, last) = range.unwrap_or((0, size.saturating_sub(1)));
    let length = match size {
        0 => 0,
        _ => last - first + 1,
    };
    file.seek(SeekFrom::Start(first))
        .await
        .map_err(Answer::internal)?;
    let body = Body::from_stream(ReaderStream::with_capacity(file.take(length), 64 * 1024));
    let status = match range {
        Some(_) => StatusCode::PARTIAL_CONTENT,
        None => StatusCode::OK,
    };
    let mut response = finish(body, status, &etag, kind, KEEP);
    put(&mut response, header::ACCEPT_RANGES, "bytes");
    put(&mut response, header::CONTENT_LENGTH, &length.to_string());
    if range.is_some() {
        let text = format!("bytes {first}-{last}/{size}");
        put(&mut response, header::CONTENT_RANGE, &text);
    }
    Ok(response)
}

/// A range that begins after the end.
struct Unsatisfiable;

/// The one range that was asked for, first and last byte. Several at once, or
/// what is no range, are answered with the whole, as RFC 9110 allows; so is a
/// range of content that the client has another version of.
fn range(headers: &HeaderMap, etag: &str, size: u64) -> Result<Option<(u64, u64)>, Unsatisfiable> {
    let text = |name| {
        headers
            .get(name)
            .and_then(|value: &HeaderValue| value.to_str().ok())
    };
    if text(header::IF_RANGE).is_some_and(|tag| tag != etag) {
        return Ok(None);
    }
    let Some(asked) = text(header::RANGE) else {
        return Ok(None);
    };
    let Ok(ranges) = http_range_header::parse_range_header(asked) else {
        return Ok(None);
    };
    if ranges.ranges.len() != 1 {
        return Ok(None);
    }
    match ranges.validate(size) {
        Ok(ranges) => Ok(ranges.first().map(|range| (*range.start(), *range.end()))),
        Err(_) => Err(Unsatisfiable),
    }
}

/// Whether the client has it already.
fn unchanged(headers: &HeaderMap, etag: &str) -> bool {
    let tags = headers.get_all(header::IF_NONE_MATCH).iter();
    tags.filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|tag| tag.trim())
        // Proxies that compress weaken a tag; the content is the same.
        .any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
}

fn finish(body: Body, status: StatusCode, etag: &str, kind: &str, cache: &str) -> Response {
    let mut response = (status, body).into_response();
    put(&mut response, header::ETAG, etag);
    put(&mut response, header::CACHE_CONTROL, cache);
    if status != StatusCode::NOT_MODIFIED {
        put(&mut response, header::CONTENT_TYPE, kind);
        put(&mut response, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    }
    response
}

fn put(response: &mut Response, name: header::HeaderName, value: &str) {
    // Numbers, hashes and constants: always good header values.
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}
