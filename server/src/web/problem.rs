//! Errors on the wire: `application/problem+json` (RFC 9457) that also carries the envelope's `error`.

use axum::response::{IntoResponse, Response};
use domain::DomainError;
use http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderName, HeaderValue, StatusCode};
use model::{Code, Problem};
use serde::Serialize;
use utoipa::ToSchema;

/// Where a file that is sent in pieces goes on, in requests and answers.
pub const UPLOAD_OFFSET: HeaderName = HeaderName::from_static("upload-offset");

/// A failed request as it is answered.
#[derive(Debug)]
pub struct Failure {
    problem: Problem,
    status: StatusCode,
    retry_after: Option<u64>,
    upload_offset: Option<i64>,
}

/// The body of every failure.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Failure)]
pub struct FailureBody {
    /// Always `about:blank`: the code says it all.
    #[serde(rename = "type")]
    kind: &'static str,
    /// The status in words.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// What happened and what to do next.
    detail: String,
    /// Always false.
    success: bool,
    /// The same for clients of the envelope.
    error: FailureError,
}

/// The envelope's error.
#[derive(Debug, Serialize, ToSchema)]
pub struct FailureError {
    /// To branch on.
    code: Code,
    /// What happened and what to do next.
    message: String,
    /// More, where there is more.
    details: FailureDetails,
}

/// More about an error.
#[derive(Debug, Serialize, ToSchema)]
pub struct FailureDetails {
    /// The field that caused it.
    field: Option<String>,
    /// Seconds to wait before the next attempt.
    retry_after: Option<u64>,
    /// The byte that an upload goes on at, where another one was sent.
    upload_offset: Option<i64>,
}

impl Failure {
    /// A failure with its code's status.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Problem::new(code, message).into()
    }

    /// What a person reads.
    #[cfg(test)]
    pub fn sentence(&self) -> &str {
        &self.problem.message
    }

    /// The same with another status than the code's own, where HTTP has a better one.
    pub fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// The same for an upload that goes on at this byte.
    pub fn at_offset(mut self, offset: i64) -> Self {
        self.upload_offset = Some(offset);
        self
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        let status = StatusCode::from_u16(problem.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self { problem, status, retry_after: None, upload_offset: None }
    }
}

impl From<DomainError> for Failure {
    fn from(error: DomainError) -> Self {
        let retry_after = error.retry_after().map(|wait| wait.as_secs().max(1));
        Self { retry_after, ..error.into_problem().into() }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let Self { problem, status, retry_after, upload_offset } = self;
        let body = FailureBody {
            kind: "about:blank",
            title: status.canonical_reason().unwrap_or("Error"),
            status: status.as_u16(),
            detail: problem.message.clone(),
            success: false,
            error: FailureError {
                code: problem.code,
                message: problem.message,
                details: FailureDetails { field: problem.field, retry_after, upload_offset },
            },
        };
        let mut response = (status, serde_json::to_string(&body).unwrap_or_default()).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = retry_after {
            headers.insert(RETRY_AFTER, seconds.into());
        }
        if let Some(offset) = upload_offset {
            headers.insert(UPLOAD_OFFSET, offset.into());
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use domain::DomainError;
    use http::StatusCode;
    use store::StoreError;

    use super::Failure;

    #[test]
    fn every_error_of_the_store_has_its_status() {
        let inner = || sqlx::Error::RowNotFound;
        let file = || std::io::Error::other("inside");
        let path = || "/inside/closezly.db".to_owned();
        let all = [
            (StoreError::Taken(inner()), StatusCode::CONFLICT),
            (StoreError::Missing(inner()), StatusCode::NOT_FOUND),
            (StoreError::Cursor, StatusCode::UNPROCESSABLE_ENTITY),
            (StoreError::Full(inner()), StatusCode::INSUFFICIENT_STORAGE),
            (StoreError::Busy(inner()), StatusCode::SERVICE_UNAVAILABLE),
            (StoreError::RolledBack, StatusCode::INTERNAL_SERVER_ERROR),
            (StoreError::Malformed(inner()), StatusCode::INTERNAL_SERVER_ERROR),
            (StoreError::Url("inside".to_owned()), StatusCode::INTERNAL_SERVER_ERROR),
            (StoreError::Folder { path: path(), source: file() }, StatusCode::INTERNAL_SERVER_ERROR),
            (StoreError::InUse { path: path() }, StatusCode::INTERNAL_SERVER_ERROR),
            (StoreError::Beside { path: path(), source: file() }, StatusCode::INTERNAL_SERVER_ERROR),
            (StoreError::ForeignLog { path: path(), why: "inside" }, StatusCode::INTERNAL_SERVER_ERROR),
            (StoreError::Damaged { path: path(), found: "inside".to_owned() }, StatusCode::INTERNAL_SERVER_ERROR),
            (StoreError::Newer { version: 99 }, StatusCode::INTERNAL_SERVER_ERROR),
            (StoreError::HalfMigrated { version: 99 }, StatusCode::INTERNAL_SERVER_ERROR),
            (StoreError::ForeignMigration { version: 99 }, StatusCode::INTERNAL_SERVER_ERROR),
            (StoreError::Migration { version: 99, source: inner() }, StatusCode::INTERNAL_SERVER_ERROR),
            (StoreError::Migrations(sqlx::migrate::MigrateError::VersionMissing(99)), StatusCode::INTERNAL_SERVER_ERROR),
            (StoreError::Engine(inner()), StatusCode::INTERNAL_SERVER_ERROR),
        ];
        for (error, status) in all {
            let name = format!("{error:?}");
            let failure = Failure::from(DomainError::from(error));
            assert_eq!(failure.status, status, "{name}");
            let message = &failure.problem.message;
            assert!(message.len() > 30 && !message.contains("inside") && !message.contains("99"), "{name}: {message}");
        }
    }
}
