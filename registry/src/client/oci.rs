//! Artifacts in OCI registries, by digest: `oci://HOST/REPOSITORY@sha256:…`.
//!
//! The digest is that of the manifest; the plugin is its one layer of the type
//! `application/wasm`, as the `wkg` and `oras` tools lay components out. Speaks
//! the OCI distribution specification 1.1: anonymous, with a user's name and
//! password (`BUILDFIX_OCI_USER`, `BUILDFIX_OCI_PASSWORD`, shown to the host
//! `BUILDFIX_OCI_HOST` and to no other), and with the bearer
//! tokens that such registries hand out for them.

use super::http::{Http, Send, Small};
use super::source::odd;
use super::{ClientError, Kind};
use crate::index::Checksum;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use std::fmt;
use std::str::FromStr;

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const CONFIG: &str = "application/vnd.wasm.config.v0+json";
const LAYER: &str = "application/wasm";
/// Bytes of a manifest, as registries limit it.
const MAX_MANIFEST: u64 = 4 * 1024 * 1024;

/// `oci://HOST[:PORT]/REPOSITORY@sha256:…`; `oci+http://` for a registry without
/// TLS, which only a loopback address may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OciReference {
    plain: bool,
    host: String,
    repository: String,
    digest: Option<Checksum>,
}

impl FromStr for OciReference {
    type Err = ClientError;

    fn from_str(text: &str) -> Result<Self, ClientError> {
        let wrong = || {
            let shown = buildfix_component::text::tame_line(text, 300);
            let message = format!("`{shown}` is not `oci://HOST/REPOSITORY@sha256:…`");
            ClientError::new(Kind::Address, message)
        };
        let rest = text.strip_prefix("oci://").ok_or_else(wrong)?;
        let (place, digest) = match rest.split_once('@') {
            Some((place, digest)) => (place, Some(digest.parse().map_err(|_| wrong())?)),
            None => (rest, None),
        };
        let (host, repository) = place.split_once('/').ok_or_else(wrong)?;
        let host_byte = |b: u8| b.is_ascii_alphanumeric() || b".-:[]".contains(&b);
        let part = |part: &str| {
            !part.is_empty()
                && part.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
                && part
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-".contains(&b))
        };
        if host.is_empty() || !host.bytes().all(host_byte) || !repository.split('/').all(part) {
            return Err(wrong());
        }
        let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
        Ok(Self {
            // What does not leave the machine needs no TLS, as for docker.
            plain: matches!(name, "localhost" | "127.0.0.1" | "[::1]"),
            host: host.to_owned(),
            repository: repository.to_owned(),
            digest,
        })
    }
}

impl fmt::Display for OciReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "oci://{}/{}", self.host, self.repository)?;
        match &self.digest {
            Some(digest) => write!(f, "@{digest}"),
            None => Ok(()),
        }
    }
}

/// A manifest, as far as it matters here.
#[derive(Deserialize)]
struct Manifest {
    layers: Vec<Layer>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Layer {
    media_type: String,
    digest: Checksum,
    size: u64,
}

/// Where the plugin is, and what to show there.
pub(crate) struct Blob {
    pub url: String,
    pub headers: Vec<(&'static str, String)>,
    pub checksum: Checksum,
    pub size: u64,
}

impl OciReference {
    /// The digest of the manifest, if the reference names one.
    #[must_use]
    pub fn digest(&self) -> Option<&Checksum> {
        self.digest.as_ref()
    }

    fn base(&self) -> String {
        let scheme = if self.plain { "http" } else { "https" };
        format!("{scheme}://{}/v2/{}", self.host, self.repository)
    }

    /// The artifact's checksum and size, as the manifest has them.
    ///
    /// # Errors
    /// When it cannot be had, or is no plugin.
    pub fn artifact(&self, http: &Http, most: u64) -> Result<(Checksum, u64), ClientError> {
        let blob = self.blob(http, most)?;
        Ok((blob.checksum, blob.size))
    }

    /// Reads the manifest and finds the plugin in it. `size` is the most bytes
    /// that it may have.
    pub(crate) fn blob(&self, http: &Http, size: u64) -> Result<Blob, ClientError> {
        let Some(digest) = &self.digest else {
            let message = format!("{self} names no digest, and a tag may be moved");
            return Err(ClientError::new(Kind::Address, message)
                .help_is("add `@sha256:…`, as `buildfix plugin publish --oci` prints it"));
        };
        let url = format!("{}/manifests/{digest}", self.base());
        let mut session = Session::new(self, http, "pull");
        let answer = session.ask(&url, &[("accept", MANIFEST.to_owned())], Send::Get)?;
        match answer.status {
            200 => {}
            404 => {
                let message = format!("there is no {self}");
                return Err(ClientError::new(Kind::Absent, message));
            }
            status => return Err(session.status(&url, status)),
        }
        let bytes = answer.body;
        let found = Checksum::of(&bytes);
        if found != *digest {
            let message = format!("checksum mismatch for {self}: the manifest there has {found}");
            return Err(ClientError::new(Kind::Mismatch, message));
        }
        let unusable = |why: &str| {
            let message = format!("{self} is not a plugin: {why}");
            ClientError::new(Kind::Answer, message)
                .help_is("push it with `buildfix plugin publish --oci`, or with wkg")
        };
        let manifest: Manifest =
            serde_json::from_slice(&bytes).map_err(|error| unusable(&error.to_string()))?;
        let [layer] = &manifest.layers[..] else {
            let layers = manifest.layers.len();
            return Err(unusable(&format!("it has {layers} layers, not one")));
        };
        if layer.media_type != LAYER {
            return Err(unusable(&format!("its layer is not of the type {LAYER}")));
        }
        if layer.size > size {
            return Err(unusable(&format!(
                "it has {} bytes, at most {size} are allowed",
                layer.size
            )));
        }
        Ok(Blob {
            url: format!("{}/blobs/{}", self.base(), layer.digest),
            headers: session.authorization(),
            checksum: layer.digest.clone(),
            size: layer.size,
        })
    }
}

/// Requests to one repository, with what it asks for to let one in.
struct Session<'a> {
    reference: &'a OciReference,
    http: &'a Http,
    actions: &'static str,
    authorization: Option<String>,
}

impl<'a> Session<'a> {
    fn new(reference: &'a OciReference, http: &'a Http, actions: &'static str) -> Self {
        Self {
            reference,
            http,
            actions,
            authorization: None,
        }
    }

    fn authorization(&self) -> Vec<(&'static str, String)> {
        let value = self.authorization.iter();
        value
            .map(|value| ("authorization", value.clone()))
            .collect()
    }

    /// Asks, and once more with what the registry wants to see.
    fn ask(
        &mut self,
        url: &str,
        headers: &[(&'static str, String)],
        send: Send<'_>,
    ) -> Result<Small, ClientError> {
        let all = [headers, &self.authorization()[..]].concat();
        let answer = self.http.small(url, &all, send, MAX_MANIFEST)?;
        if answer.status != 401 || self.authorization.is_some() {
            return Ok(answer);
        }
        let challenge = answer
            .header("www-authenticate")
            .unwrap_or_default()
            .to_owned();
        self.authorization = self.answer(&challenge)?;
        if self.authorization.is_none() {
            return Ok(answer);
        }
        let all = [headers, &self.authorization()[..]].concat();
        self.http.small(url, &all, send, MAX_MANIFEST)
    }

    /// What to show for a challenge, if there is anything.
    fn answer(&self, challenge: &str) -> Result<Option<String>, ClientError> {
        let own = credentials(&self.reference.host);
        let (scheme, parameters) = challenge.split_once(' ').unwrap_or((challenge, ""));
        if scheme.eq_ignore_ascii_case("basic") {
            return Ok(own);
        }
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Ok(None);
        }
        let parameter = |name: &str| -> Option<&str> {
            let from = parameters.split_once(&format!("{name}=\""))?.1;
            Some(from.split_once('"')?.0)
        };
        let Some(realm) = parameter("realm") else {
            return Ok(None);
        };
        // A password goes to where its registry says, but not in the clear.
        if !self.reference.plain && !realm.starts_with("https://") {
            let message = format!("{} sends its users to {realm}", self.reference.host);
            return Err(ClientError::new(Kind::Answer, message));
        }
        let scope = format!("repository:{}:{}", self.reference.repository, self.actions);
        let mut url = format!("{realm}?scope={scope}");
        if let Some(service) = parameter("service") {
            url.push_str(&format!("&service={}", service.replace(' ', "%20")));
        }
        let headers: Vec<(&str, String)> =
            own.into_iter().map(|own| ("authorization", own)).collect();
        let answer = self.http.small(&url, &headers, Send::Get, MAX_MANIFEST)?;
        if answer.status != 200 {
            return Err(self.status(&url, answer.status));
        }
        #[derive(Deserialize)]
        struct Token {
            token: Option<String>,
            access_token: Option<String>,
        }
        let token: Token = serde_json::from_slice(&answer.body).map_err(|_| odd(&url, 200))?;
        let token = token.token.or(token.access_token);
        Ok(token.map(|token| format!("Bearer {token}")))
    }

    fn status(&self, url: &str, status: u16) -> ClientError {
        if !matches!(status, 401 | 403) {
            return odd(url, status);
        }
        let message = format!(
            "{} does not let us in ({status} for {url})",
            self.reference.host
        );
        ClientError::new(Kind::Unauthorized, message).help_is(
            "set BUILDFIX_OCI_HOST to it, BUILDFIX_OCI_USER and BUILDFIX_OCI_PASSWORD to a user of \
             it, or make it public",
        )
    }

    /// Puts a blob there, unless it is there.
    fn upload(&mut self, bytes: &[u8]) -> Result<Checksum, ClientError> {
        let digest = Checksum::of(bytes);
        let base = self.reference.base();
        let known = self.ask(&format!("{base}/blobs/{digest}"), &[], Send::Head)?;
        if known.status == 200 {
            return Ok(digest);
        }
        let url = format!("{base}/blobs/uploads/");
        let answer = self.ask(&url, &[], Send::Post(b""))?;
        let location = answer.header("location").map(str::to_owned);
        let (202, Some(location)) = (answer.status, location) else {
            return Err(self.status(&url, answer.status));
        };
        let location = match location.strip_prefix('/') {
            Some(path) => {
                let scheme = if self.reference.plain {
                    "http"
                } else {
                    "https"
                };
                format!("{scheme}://{}/{path}", self.reference.host)
            }
            None => location,
        };
        // What is shown to the registry is for nobody else.
        let own = base
            .trim_end_matches(&self.reference.repository)
            .trim_end_matches("/v2/");
        if !location.starts_with(&format!("{own}/")) {
            let message = format!("{} sends uploads to {location}", self.reference.host);
            return Err(ClientError::new(Kind::Answer, message));
        }
        let mark = if location.contains('?') { '&' } else { '?' };
        let url = format!("{location}{mark}digest={digest}");
        let headers = [("content-type", "application/octet-stream".to_owned())];
        let answer = self.ask(&url, &headers, Send::Put(bytes))?;
        match answer.status {
            201 | 204 => Ok(digest),
            status => Err(self.status(&url, status)),
        }
    }
}

fn credentials(host: &str) -> Option<String> {
    // Any project, and any index line, may name a host of its own.
    std::env::var("BUILDFIX_OCI_HOST")
        .ok()
        .filter(|own| own == host)?;
    let user = std::env::var("BUILDFIX_OCI_USER")
        .ok()
        .filter(|user| !user.is_empty())?;
    let password = std::env::var("BUILDFIX_OCI_PASSWORD").unwrap_or_default();
    Some(format!(
        "Basic {}",
        STANDARD.encode(format!("{user}:{password}"))
    ))
}

/// Pushes a plugin: the component as the one layer. `title` is the file's name
/// for tools that write it out, `tag` a name beside the digest. Gives the
/// reference with the digest, which is the one to install.
///
/// # Errors
/// What the registry says against it.
pub fn push(
    http: &Http,
    to: &OciReference,
    component: &[u8],
    title: &str,
    tag: &str,
) -> Result<OciReference, ClientError> {
    let mut session = Session::new(to, http, "pull,push");
    let layer = session.upload(component)?;
    let config =
        format!("{{\"architecture\":\"wasm\",\"os\":\"wasip2\",\"layerDigests\":[\"{layer}\"]}}");
    let config_digest = session.upload(config.as_bytes())?;
    let manifest = serde_json::json!({
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": {
            "mediaType": CONFIG,
            "digest": config_digest,
            "size": config.len(),
        },
        "layers": [{
            "mediaType": LAYER,
            "digest": layer,
            "size": component.len(),
            "annotations": { "org.opencontainers.image.title": title },
        }],
    })
    .to_string();
    let headers = [("content-type", MANIFEST.to_owned())];
    let url = format!("{}/manifests/{tag}", to.base());
    let answer = session.ask(&url, &headers, Send::Put(manifest.as_bytes()))?;
    if answer.status != 201 {
        return Err(session.status(&url, answer.status));
    }
    Ok(OciReference {
        digest: Some(Checksum::of(manifest.as_bytes())),
        ..to.clone()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_name_a_host_a_repository_and_a_digest() {
        let digest = format!("sha256:{}", "0a".repeat(32));
        let text = format!("oci://ghcr.io/acme/plugins/x@{digest}");
        let reference: OciReference = text.parse().unwrap();
        assert_eq!(reference.to_string(), text);
        assert_eq!(reference.base(), "https://ghcr.io/v2/acme/plugins/x");
        let local: OciReference = "oci://127.0.0.1:5000/x".parse().unwrap();
        assert_eq!(local.base(), "http://127.0.0.1:5000/v2/x");
        for bad in [
            "ghcr.io/a/b",
            "oci://",
            "oci://host",
            "oci:///a",
            "oci://host/../a",
            "oci://host/a//b",
            "oci://host/A",
            "oci://ho st/a",
            "oci://user@host/a",
            "oci://host/a@sha256:12",
            "oci://host/a@md5:12",
            "oci://host/a?b",
            "oci://host/a#b",
        ] {
            assert!(bad.parse::<OciReference>().is_err(), "{bad}");
        }
    }
}
