//! For whoever watches the server.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, State};
use axum::response::{IntoResponse, Response};
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, StatusCode};
use model::Code;
use secrecy::ExposeSecret;
use subtle::ConstantTimeEq;

use super::problem::Failure;
use crate::wiring::Server;

/// The process answers.
pub async fn live() -> &'static str {
    "ok\n"
}

/// Database and disk answer, so requests will.
pub async fn ready(State(server): State<Server>) -> Response {
    let mut wrong = Vec::new();
    if let Err(error) = server.services().store().ping().await {
        tracing::error!(%error, "database doesn't answer");
        wrong.push("database");
    }
    if let Err(error) = writable(&server.services().config().files).await {
        tracing::error!(%error, "files can't be written");
        wrong.push("files");
    }
    if wrong.is_empty() {
        return "ready\n".into_response();
    }
    (StatusCode::SERVICE_UNAVAILABLE, format!("not ready: {}\n", wrong.join(", "))).into_response()
}

/// Metrics in Prometheus' text format, for this computer or whoever has the token.
pub async fn metrics(
    State(server): State<Server>,
    ConnectInfo(address): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let allowed = match &server.config().metrics_token {
        Some(token) => headers
            .get(AUTHORIZATION)
            .and_then(|value| value.as_bytes().strip_prefix(b"Bearer "))
            .is_some_and(|given| given.ct_eq(token.expose_secret().as_bytes()).into()),
        // Behind a proxy every request comes from this computer: then only a token tells.
        None => address.ip().is_loopback() && !headers.contains_key("x-forwarded-for") && !headers.contains_key("forwarded"),
    };
    if !allowed {
        return Err(Failure::new(
            Code::Forbidden,
            "Metrics are only for this computer, or for who has the metrics_token of the configuration.",
        ));
    }
    metrics::gauge!("closezly_live_calls").set(server.services().hosts().live_count() as f64);
    server.metrics().run_upkeep();
    Ok(([(CONTENT_TYPE, "text/plain; version=0.0.4")], server.metrics().render()).into_response())
}

/// Whether a file can be made in a folder.
///
/// # Errors
/// Why it can't.
pub async fn writable(folder: &std::path::Path) -> std::io::Result<()> {
    tokio::fs::create_dir_all(folder).await?;
    let probe = folder.join(format!(".probe-{}", std::process::id()));
    tokio::fs::write(&probe, b"probe").await?;
    tokio::fs::remove_file(&probe).await
}
