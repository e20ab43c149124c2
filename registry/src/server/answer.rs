//! Answers that are not files: JSON, errors as `{"error": …, "help": …}`.

use crate::admin::AdminError;
use crate::publish::PublishError;
use axum::body::Body;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use std::fmt::Display;

/// An answer that tells what went wrong.
#[derive(Debug)]
pub struct Answer {
    status: StatusCode,
    error: String,
    help: Option<String>,
}

impl Answer {
    pub fn new(status: StatusCode, error: impl Into<String>, help: Option<String>) -> Self {
        Self {
            status,
            error: error.into(),
            help,
        }
    }

    pub fn not_found(error: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, error, None)
    }

    pub fn unauthorized(error: &str) -> Self {
        let help = "give one with `buildfix plugin login`; the registry's operator makes them";
        Self::new(StatusCode::UNAUTHORIZED, error, Some(help.to_owned()))
    }

    /// The operator's matter: told in the log, not to strangers.
    pub fn internal(error: impl Display) -> Self {
        tracing::error!("{error}");
        let help = "its operator finds the cause in the server's log";
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "the registry cannot do this now",
            Some(help.to_owned()),
        )
    }
}

impl From<AdminError> for Answer {
    fn from(error: AdminError) -> Self {
        let status = match &error {
            AdminError::Collision { .. } | AdminError::Exists { .. } => StatusCode::CONFLICT,
            AdminError::NotFound { .. } => StatusCode::NOT_FOUND,
            AdminError::Reason => StatusCode::BAD_REQUEST,
            _ => return Self::internal(error),
        };
        Self::new(status, error.to_string(), error.help())
    }
}

impl From<PublishError> for Answer {
    fn from(error: PublishError) -> Self {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        Self::new(status, error.to_string(), error.help())
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let mut body = json!({ "error": self.error });
        if let Some(help) = self.help {
            body["help"] = help.into();
        }
        let mut response = json(self.status, body.to_string());
        if self.status == StatusCode::UNAUTHORIZED {
            let scheme = header::HeaderValue::from_static("Bearer");
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, scheme);
        }
        response
    }
}

/// A JSON answer that is not to be kept.
pub fn json(status: StatusCode, text: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (status, headers, Body::from(text)).into_response()
}
