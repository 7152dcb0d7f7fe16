//! Bodies are small and come at once, or not at all.

use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_LENGTH, EXPECT};
use http::{Method, StatusCode};
use model::Code;

use super::problem::Failure;

/// Largest body of a request, in bytes.
pub const MAX_BODY: usize = 1024 * 1024;

const MAX_WAIT: Duration = Duration::from_secs(30);

/// Reads the body up to [`MAX_BODY`] before anything else looks at it: too large is 413, too slow is 408.
pub async fn limit(request: Request, next: Next) -> Response {
    if matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS) {
        return next.run(request).await;
    }
    let announced = request.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > MAX_BODY as u64) {
        return too_large();
    }
    let (mut parts, body) = request.into_parts();
    parts.headers.remove(EXPECT);
    match tokio::time::timeout(MAX_WAIT, to_bytes(body, MAX_BODY)).await {
        Ok(Ok(bytes)) => next.run(Request::from_parts(parts, Body::from(bytes))).await,
        Ok(Err(error)) if is_too_large(&error) => too_large(),
        Ok(Err(_)) => Failure::new(Code::Invalid, "The body of the request ended too early. Send it again.")
            .with_status(StatusCode::BAD_REQUEST)
            .into_response(),
        Err(_) => Failure::new(Code::Unavailable, "The body of the request took too long. Send it again.")
            .with_status(StatusCode::REQUEST_TIMEOUT)
            .into_response(),
    }
}

fn too_large() -> Response {
    Failure::new(Code::TooLarge, "That is too much at once: a request may carry at most 1 MB.").into_response()
}

fn is_too_large(error: &axum::Error) -> bool {
    let mut source: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = source {
        if error.to_string() == "length limit exceeded" {
            return true;
        }
        source = error.source();
    }
    false
}
