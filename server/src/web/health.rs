//! For whoever watches the server.

use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use axum::extract::{ConnectInfo, State};
use axum::response::{IntoResponse, Response};
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use http::{HeaderMap, HeaderName, StatusCode};
use model::Code;
use secrecy::ExposeSecret;
use store::{Store, chain};
use subtle::ConstantTimeEq;
use tokio::sync::Mutex;

use super::problem::Failure;
use crate::config::public_url::is_own_host;
use crate::wiring::Server;
use domain::calls::CallsKernel as _;

/// So long what was found by writing is believed: whoever asks more often costs nothing more.
const BELIEVED: Duration = Duration::from_secs(1);

/// What was last found by writing, and when. One request looks, the others wait for it.
#[derive(Debug, Default)]
pub struct Probe(Mutex<Option<(Instant, Vec<&'static str>)>>);

/// The process answers.
pub async fn live() -> &'static str {
    "ok\n"
}

/// Database and disk answer, so requests will.
pub async fn ready(State(server): State<Server>) -> Response {
    let store = server.services().store();
    let mut wrong = Vec::new();
    if store.is_malformed() {
        wrong.push("database (its file is malformed: stop the server and restore a copy)");
    } else if let Err(error) = store.ping().await {
        tracing::error!(error = chain(&error), "the database doesn't answer");
        wrong.push("database");
    } else {
        wrong = written(server.probe(), store, server.services().files_folder()).await;
    }
    if store.lacks_reserve() {
        wrong.push("reserve (the disk is full or was; free some space, and the database's reserve is kept again by itself)");
    }
    if wrong.is_empty() {
        return "ready\n".into_response();
    }
    (StatusCode::SERVICE_UNAVAILABLE, format!("not ready: {}\n", wrong.join(", "))).into_response()
}

/// What can't be written.
async fn written(probe: &Probe, store: &Store, files: &std::path::Path) -> Vec<&'static str> {
    let mut last = probe.0.lock().await;
    if let Some((at, wrong)) = &*last
        && at.elapsed() < BELIEVED
    {
        return wrong.clone();
    }
    let mut wrong = Vec::new();
    if let Err(error) = store.can_write().await {
        tracing::error!(error = chain(&error), "the database begins no transaction");
        wrong.push("database");
    }
    if let Err(error) = writable(files).await {
        tracing::error!(%error, "files can't be written");
        wrong.push("files");
    }
    *last = Some((Instant::now(), wrong.clone()));
    wrong
}

/// Metrics in Prometheus' text format, for this computer or whoever has the token.
///
/// # Errors
/// `forbidden` for anybody else.
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
        None => is_local(address.ip(), &headers, server.config().client_address_header.as_ref(), &server.config().public_url),
    };
    if !allowed {
        return Err(Failure::new(
            Code::Forbidden,
            "Metrics are only for this computer, or for who has the metrics_token of the configuration.",
        ));
    }
    metrics::gauge!("closezly_live_calls").set(server.services().call_registry().live_count() as f64);
    match server.services().store().count_own_dead_jobs().await {
        Ok(count) => metrics::gauge!("closezly_failed_server_jobs").set(count as f64),
        Err(error) => tracing::error!(error = chain(&error), "failed jobs could not be counted"),
    }
    server.metrics().run_upkeep();
    Ok(([(CONTENT_TYPE, "text/plain; version=0.0.4")], server.metrics().render()).into_response())
}

/// Whether a request is from this computer itself. Behind a proxy every request comes from it, and so does one of a page whose foreign name was made
/// to lead here: then only a token tells.
fn is_local(peer: IpAddr, headers: &HeaderMap, proxy: Option<&HeaderName>, public_url: &str) -> bool {
    let proxied = ["forwarded", "x-forwarded-for", "x-real-ip", "via"].iter().any(|name| headers.contains_key(*name))
        || proxy.is_some_and(|name| headers.contains_key(name));
    let host = headers.get(HOST).map(|host| host.to_str().unwrap_or_default());
    peer.to_canonical().is_loopback() && !proxied && host.is_none_or(|host| is_own_host(host, public_url))
}

/// Whether a file can be made in a folder. Each look has a file of its own: several at once don't disturb one another.
///
/// # Errors
/// Why it can't.
pub async fn writable(folder: &std::path::Path) -> std::io::Result<()> {
    static LOOKS: AtomicU64 = AtomicU64::new(0);
    tokio::fs::create_dir_all(folder).await?;
    let probe = folder.join(format!(".probe-{}-{}", std::process::id(), LOOKS.fetch_add(1, Ordering::Relaxed)));
    let written = tokio::fs::write(&probe, b"probe").await;
    if let Err(error) = tokio::fs::remove_file(&probe).await
        && written.is_ok()
    {
        tracing::warn!(%error, file = %probe.display(), "a file of a health check stays behind");
    }
    written
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn only_this_computer_itself_is_local() {
        let (here, there) = ("127.0.0.1".parse().unwrap(), "203.0.113.7".parse().unwrap());
        let proxy = HeaderName::from_static("x-client");
        let asks = |peer, headers: &[(&str, &str)]| {
            let headers = headers.iter().map(|(name, value)| (HeaderName::try_from(*name).unwrap(), value.parse().unwrap())).collect();
            is_local(peer, &headers, Some(&proxy), "https://closezly.example")
        };
        assert!(asks(here, &[]) && asks(here, &[("host", "localhost:3000")]) && asks(here, &[("host", "closezly.example")]));
        assert!(!asks(there, &[]));
        for header in ["x-client", "x-real-ip", "x-forwarded-for", "forwarded", "via"] {
            assert!(!asks(here, &[(header, "198.51.100.9")]), "{header}");
        }
        assert!(!asks(here, &[("host", "evil.example:3000")]));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn looks_at_the_same_time_do_not_disturb_one_another() {
        let folder = tempfile::tempdir().unwrap();
        let looks = (0..64).map(|_| {
            let folder = folder.path().to_owned();
            tokio::spawn(async move {
                for _ in 0..20 {
                    writable(&folder).await.unwrap();
                }
            })
        });
        for look in looks.collect::<Vec<_>>() {
            look.await.unwrap();
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
