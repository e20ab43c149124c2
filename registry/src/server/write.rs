//! Publishing and yanking over HTTP.

use super::State;
use super::answer::{Answer, json};
use crate::Name;
use crate::admin::{Published, encode};
use crate::index::Line;
use crate::publish::{Publication, SIGNATURE_HEADER, SIGNER_HEADER, Signature};
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State as Shared};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use semver::Version;
use std::sync::Arc;
use std::time::Duration;

/// Bytes of a yank's JSON.
const MAX_JSON: usize = 8 * 1024;
/// How long a refused body is read on, so that its sender, who may look for an
/// answer only after the last byte, gets to see why.
const DRAIN: Duration = Duration::from_secs(5);

type Parts = Result<Path<(String, String, String)>, PathRejection>;
type Handled = Result<Response, Answer>;

/// `PUT /api/v1/plugins/SCOPE/NAME/VERSION`
pub async fn publish(
    Shared(state): Shared<Arc<State>>,
    parts: Parts,
    request: Request,
) -> Response {
    let limit = state.options.limits.component;
    let (head, mut body) = request.into_parts();
    let may = address(parts).and_then(|(name, version)| {
        let publisher = state.check_publisher(&head.headers, name.scope())?;
        check_length(&head.headers, limit)?;
        Ok((name, version, publisher))
    });
    let (name, version, publisher) = match may {
        Ok(may) => may,
        Err(answer) => {
            // Whoever asks before sending is told before sending.
            if !head.headers.contains_key(header::EXPECT) {
                drain(&mut body, limit).await;
            }
            return answer.into_response();
        }
    };
    // Room first: what waits here has sent nothing yet.
    let Ok(_room) = state.writers.acquire().await else {
        return Answer::internal("the server ends").into_response();
    };
    let bytes = match receive(&mut body, limit, state.options.body_timeout).await {
        Ok(bytes) => bytes,
        Err(answer) => {
            drain(&mut body, limit).await;
            return answer.into_response();
        }
    };
    let held = Arc::clone(&state);
    let handled = blocking(move || store(&held, &name, &version, &head.headers, bytes, &publisher));
    match handled.await {
        Ok(Published::New(line)) => json(StatusCode::CREATED, encode(&line)),
        Ok(Published::Same(line)) => json(StatusCode::OK, encode(&line)),
        Err(answer) => answer.into_response(),
    }
}

/// Judges what was sent and adds it to the registry.
fn store(
    state: &State,
    name: &Name,
    version: &Version,
    headers: &HeaderMap,
    bytes: Bytes,
    publisher: &str,
) -> Result<Published, Answer> {
    let signature = signature(headers, &bytes)?;
    let label = format!("{name} {version}");
    let mut publication = Publication::new(Some(&label), bytes.into(), &state.options.limits)?;
    let line = publication.line();
    if line.name != *name || line.vers != *version {
        return Err(Answer::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            format!(
                "the component's manifest says `{}` {}, the request `{name}` {version}",
                line.name, line.vers
            ),
            Some("publish it under what its plugin.toml says, or change that and build".to_owned()),
        ));
    }
    if let Some(signature) = signature {
        publication = publication.signed(signature);
    }
    let published = state.folder.lock()?.publish(&publication)?;
    if let Published::New(line) = &published {
        let (name, version, sum) = (&line.name, &line.vers, &line.cksum);
        tracing::info!("published {name} {version} ({sum}) by token `{publisher}`");
    }
    Ok(published)
}

fn signature(headers: &HeaderMap, bytes: &[u8]) -> Result<Option<Signature>, Answer> {
    let text = |name| headers.get(name).map(|v| v.to_str().unwrap_or_default());
    match (text(SIGNER_HEADER), text(SIGNATURE_HEADER)) {
        (Some(signer), Some(text)) => Ok(Some(Signature::from_headers(signer, text, bytes)?)),
        (None, None) => Ok(None),
        _ => Err(Answer::new(
            StatusCode::BAD_REQUEST,
            format!("`{SIGNER_HEADER}` and `{SIGNATURE_HEADER}` belong together"),
            None,
        )),
    }
}

/// `POST /api/v1/plugins/SCOPE/NAME/VERSION/yank`
pub async fn yank(state: Shared<Arc<State>>, parts: Parts, request: Request) -> Handled {
    set_yanked(state, parts, request, true).await
}

/// `POST /api/v1/plugins/SCOPE/NAME/VERSION/unyank`
pub async fn unyank(state: Shared<Arc<State>>, parts: Parts, request: Request) -> Handled {
    set_yanked(state, parts, request, false).await
}

#[derive(Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Yank {
    #[serde(default)]
    reason: String,
}

async fn set_yanked(
    Shared(state): Shared<Arc<State>>,
    parts: Parts,
    request: Request,
    yanked: bool,
) -> Handled {
    let (head, mut body) = request.into_parts();
    let (name, version) = address(parts)?;
    let publisher = state.check_publisher(&head.headers, name.scope())?;
    let sent = receive(&mut body, MAX_JSON, state.options.body_timeout).await?;
    let Yank { reason } = match sent.is_empty() {
        true => Yank::default(),
        false => serde_json::from_slice(&sent).map_err(|error| {
            Answer::new(
                StatusCode::BAD_REQUEST,
                format!("the body is not `{{\"reason\": \"…\"}}`: {error}"),
                None,
            )
        })?,
    };
    let line = blocking(move || -> Result<Line, Answer> {
        let why = yanked.then_some(reason.as_str());
        let line = state.folder.lock()?.set_yanked(&name, &version, why)?;
        let what = if yanked { "yanked" } else { "unyanked" };
        tracing::info!("{what} {name} {version} by token `{publisher}`");
        Ok(line)
    });
    Ok(json(StatusCode::OK, encode(&line.await?)))
}

/// The version that a request is about.
fn address(parts: Parts) -> Result<(Name, Version), Answer> {
    let bad = |error: String| Answer::new(StatusCode::BAD_REQUEST, error, None);
    let Path((scope, name, version)) =
        parts.map_err(|_| bad("the address is not UTF-8".to_owned()))?;
    let name = format!("{scope}/{name}")
        .parse()
        .map_err(|error: crate::NameError| bad(error.to_string()))?;
    let version = Version::parse(&version)
        .map_err(|error| bad(format!("the address has no semantic version: {error}")))?;
    Ok((name, version))
}

fn too_large(limit: usize) -> Answer {
    Answer::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        format!("the body is larger than {limit} bytes"),
        None,
    )
}

/// Refuses by what a request announces, before any of it is read.
fn check_length(headers: &HeaderMap, limit: usize) -> Result<(), Answer> {
    let length = headers.get(header::CONTENT_LENGTH);
    let length = length
        .and_then(|v| v.to_str().ok())
        .and_then(|v| v.parse::<u64>().ok());
    match length {
        Some(length) if length > limit as u64 => Err(too_large(limit)),
        _ => Ok(()),
    }
}

async fn receive(body: &mut Body, limit: usize, timeout: Duration) -> Result<Bytes, Answer> {
    let collected = tokio::time::timeout(timeout, Limited::new(body, limit).collect()).await;
    match collected {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(too_large(limit)),
        Ok(Err(error)) => Err(Answer::new(
            StatusCode::BAD_REQUEST,
            format!("the body ended too early: {error}"),
            None,
        )),
        Err(_) => Err(Answer::new(
            StatusCode::REQUEST_TIMEOUT,
            format!("the body took longer than {} s", timeout.as_secs()),
            None,
        )),
    }
}

/// Reads and forgets a refused body, up to a limit of bytes and time.
async fn drain(body: &mut Body, limit: usize) {
    let read = async {
        let mut left = limit;
        while let Some(Ok(frame)) = body.frame().await {
            let size = frame.data_ref().map_or(0, Bytes::len);
            match left.checked_sub(size) {
                Some(rest) => left = rest,
                None => break,
            }
        }
    };
    let _ = tokio::time::timeout(DRAIN, read).await;
}

/// Work with files and hashes, off the threads that serve.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Answer> + Send + 'static,
) -> Result<T, Answer> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => Err(Answer::internal(error)),
    }
}
