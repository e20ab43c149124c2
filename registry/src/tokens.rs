//! Who may publish what: the registry's token file.
//!
//! ```toml
//! [[token]]
//! name = "acme-ci"            # for logs; never the token itself
//! sha256 = "9f86d081…"        # of the token
//! scopes = ["acme"]           # publishes under `acme/`; `*` is every scope; none: may read
//! expires = "2027-01-01T00:00:00Z"   # optional
//! ```
//!
//! The file holds hashes, so that a backup of it lets nobody publish. Tokens
//! are 256 random bits: a plain hash of them cannot be guessed back.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use buildfix_component::text::tame_line;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// What a token begins with, so that scanners for leaked secrets know it.
const PREFIX: &str = "bfx_";

/// The token file, read.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tokens {
    #[serde(default)]
    token: Vec<Token>,
}

/// One `[[token]]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Token {
    /// Whose it is, for logs.
    pub name: String,
    /// Lower-case hex SHA-256 of the token.
    pub sha256: String,
    /// The scopes it may publish under; `*` for all; empty for one that reads.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// When it ends: RFC 3339, UTC.
    pub expires: Option<String>,
}

/// Why a token file cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("cannot use the token file {}: {reason}", path.display())]
pub struct TokenFileError {
    path: PathBuf,
    reason: String,
}

impl Tokens {
    /// Reads and checks a token file.
    ///
    /// # Errors
    /// Says what is wrong with which token.
    pub fn read(path: &Path) -> Result<Self, TokenFileError> {
        let text = std::fs::read_to_string(path).map_err(|error| error.to_string());
        text.and_then(|text| Self::parse(&text))
            .map_err(|reason| TokenFileError {
                path: path.to_owned(),
                reason,
            })
    }

    fn parse(text: &str) -> Result<Self, String> {
        let tokens: Self =
            toml::from_str(text).map_err(|error| error.to_string().trim().to_owned())?;
        for token in &tokens.token {
            let name = tame_line(&token.name, 80);
            let digit = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
            if token.sha256.len() != 64 || !token.sha256.bytes().all(digit) {
                return Err(format!(
                    "`sha256` of token `{name}` is not 64 lower-case hexadecimal digits"
                ));
            }
            for scope in &token.scopes {
                // A name is what a scope is good for: judge it by one.
                if scope != "*" && format!("{scope}/x").parse::<crate::Name>().is_err() {
                    return Err(format!(
                        "token `{name}` has the scope `{}`, which no plugin can have",
                        tame_line(scope, 80)
                    ));
                }
            }
            if let Some(expires) = &token.expires {
                humantime::parse_rfc3339(expires).map_err(|error| {
                    format!("`expires` of token `{name}` is no RFC 3339 time: {error}")
                })?;
            }
        }
        Ok(tokens)
    }

    /// The token that somebody showed, if it is known and has not ended.
    #[must_use]
    pub fn find(&self, shown: &str) -> Option<&Token> {
        let hash = hash(shown);
        // Comparing hashes byte by byte tells an attacker nothing: what they
        // would have to vary is the preimage.
        let found = self.token.iter().find(|token| token.sha256 == hash)?;
        let ended = found.expires.as_ref().is_some_and(|expires| {
            humantime::parse_rfc3339(expires).is_ok_and(|end| end <= SystemTime::now())
        });
        (!ended).then_some(found)
    }
}

impl Token {
    /// Whether it may publish and yank under a scope.
    #[must_use]
    pub fn may_publish(&self, scope: &str) -> bool {
        self.scopes.iter().any(|own| own == "*" || own == scope)
    }
}

/// A new token, and the `[[token]]` table for it.
///
/// # Errors
/// When the system has no random numbers, or a scope is none.
pub fn create(
    name: &str,
    scopes: &[String],
    expires: Option<&str>,
) -> Result<(String, String), String> {
    let mut random = [0_u8; 32];
    getrandom::fill(&mut random).map_err(|error| format!("no random numbers: {error}"))?;
    let token = format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(random));
    let mut table = toml::Table::new();
    table.insert("name".to_owned(), name.into());
    table.insert("sha256".to_owned(), hash(&token).into());
    table.insert("scopes".to_owned(), scopes.to_vec().into());
    if let Some(expires) = expires {
        table.insert("expires".to_owned(), expires.into());
    }
    let text = format!("[[token]]\n{table}");
    Tokens::parse(&text)?;
    Ok((token, text))
}

fn hash(token: &str) -> String {
    use std::fmt::Write as _;
    Sha256::digest(token)
        .iter()
        .fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_created_token_is_found_by_itself_alone() {
        let (token, table) = create("acme \"ci\"", &["acme".to_owned()], None).unwrap();
        assert!(!table.contains(&token));
        let tokens = Tokens::parse(&table).unwrap();
        let found = tokens.find(&token).unwrap();
        assert!(found.may_publish("acme") && !found.may_publish("acm"));
        assert!(tokens.find(&format!("{token}x")).is_none());
        assert!(tokens.find("").is_none());
        assert!(tokens.find(&found.sha256).is_none(), "the hash is no token");
    }

    #[test]
    fn an_ended_token_is_none() {
        let at = |time| create("x", &["*".to_owned()], Some(time)).unwrap();
        let (token, table) = at("2001-01-01T00:00:00Z");
        assert!(Tokens::parse(&table).unwrap().find(&token).is_none());
        let (token, table) = at("2901-01-01T00:00:00Z");
        assert!(Tokens::parse(&table).unwrap().find(&token).is_some());
    }

    #[test]
    fn a_wrong_file_is_refused_with_the_token_named() {
        let hash = "a".repeat(64);
        for (text, said) in [
            ("[[token]]\nname = \"n\"\nsha256 = \"ab\"".to_owned(), "`n`"),
            (
                format!("[[token]]\nname = \"n\"\nsha256 = \"{hash}\"\nscopes = [\"A\"]"),
                "`A`",
            ),
            (
                format!("[[token]]\nname = \"n\"\nsha256 = \"{hash}\"\nexpires = \"soon\""),
                "`n`",
            ),
            (
                format!("[[token]]\nname = \"n\"\nsha256 = \"{hash}\"\nscope = [\"a\"]"),
                "scope",
            ),
        ] {
            let error = Tokens::parse(&text).unwrap_err();
            assert!(error.contains(said), "{error}");
        }
        assert!(create("x", &["../up".to_owned()], None).is_err());
    }
}
