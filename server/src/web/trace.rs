//! One id, one log line and one measurement a request; a panic is one failed request.

use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures::FutureExt;
use http::{HeaderName, HeaderValue};
use model::Problem;
use tracing::Instrument;

use super::problem::Failure;
use crate::wiring::Server;

/// Carries the request's id, in both directions.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The id under which the log has a request.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

/// Gives the request its id and its span, measures it, and answers if the handler panicked.
#[allow(clippy::disallowed_methods, reason = "measures a duration")]
pub async fn request(State(server): State<Server>, mut request: Request, next: Next) -> Response {
    let id = request
        .headers()
        .get(&REQUEST_ID)
        .and_then(|id| id.to_str().ok())
        .filter(|id| (8..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'))
        .map_or_else(|| server.services().uuid().to_string(), str::to_owned);
    request.extensions_mut().insert(RequestId(id.clone()));
    let span = tracing::info_span!("request", id, organization = tracing::field::Empty, call = tracing::field::Empty);
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let started = Instant::now();
    let mut response = std::panic::AssertUnwindSafe(next.run(request))
        .catch_unwind()
        .instrument(span.clone())
        .await
        // The hook has logged it.
        .unwrap_or_else(|_| Failure::from(Problem::internal()).into_response());
    let took = started.elapsed();
    let route = response.extensions().get::<Route>().map_or("other", |route| route.0.as_str()).to_owned();
    metrics::histogram!(
        "closezly_http_request_seconds",
        "method" => method_label(&method), "route" => route, "status" => response.status().as_u16().to_string()
    )
    .record(took.as_secs_f64());
    let _entered = span.enter();
    if response.status().is_server_error() {
        tracing::error!(%method, path, status = response.status().as_u16(), ms = took.as_millis(), "answered");
    } else {
        tracing::debug!(%method, path, status = response.status().as_u16(), ms = took.as_millis(), "answered");
    }
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

#[derive(Clone)]
struct Route(String);

/// Tells [`request`], which is outside of the router's routes, which one matched.
pub async fn route(request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map(|path| Route(path.as_str().to_owned()));
    let mut response = next.run(request).await;
    if let Some(route) = route {
        response.extensions_mut().insert(route);
    }
    response
}

/// Methods that nobody uses must not make new series.
fn method_label(method: &http::Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        _ => "other",
    }
}
