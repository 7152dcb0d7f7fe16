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

/// An error and what caused it, in one line.
pub fn chain(error: &dyn std::error::Error) -> String {
    std::iter::successors(Some(error), |error| error.source()).map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
