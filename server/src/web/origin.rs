//! Requests that change something, and websockets, must come from our own pages (or from a program).

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{AUTHORIZATION, COOKIE, HOST, ORIGIN, UPGRADE};
use http::{HeaderMap, Method};
use model::Code;

use super::problem::Failure;
use crate::wiring::Server;

/// Refuses what another site's page makes a browser send.
pub async fn check(State(server): State<Server>, request: Request, next: Next) -> Response {
    if is_ours(request.method(), request.headers(), &server.config().public_url) {
        return next.run(request).await;
    }
    tracing::warn!(path = request.uri().path(), origin = ?request.headers().get(ORIGIN), "refused a foreign origin");
    Failure::new(Code::WrongOrigin, "This came from a page that is not ours, so nothing was changed. Open Closezly itself and try again.")
        .into_response()
}

/// Whether a request may do what it wants as far as its origin tells.
///
/// Reading is free: no answer carries CORS headers, so other sites' pages can't see it. A browser says where a changing
/// request comes from, in `Origin` or at least in `Sec-Fetch-Site`. Who says neither is a program; it may go on with its
/// own token, but not with a cookie, which a browser could have added.
fn is_ours(method: &Method, headers: &HeaderMap, public_url: &str) -> bool {
    let upgrades = headers.get(UPGRADE).is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"websocket"));
    if matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS) && !upgrades {
        return true;
    }
    let text = |name: http::HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or("unreadable"));
    let mut origins = headers.get_all(ORIGIN).iter();
    if let Some(origin) = origins.next() {
        return origins.next().is_none() && origin.to_str().is_ok_and(|origin| is_same(origin, text(HOST), public_url));
    }
    if let Some(site) = headers.get("sec-fetch-site") {
        return matches!(site.as_bytes(), b"same-origin" | b"none");
    }
    headers.contains_key(AUTHORIZATION) || !headers.contains_key(COOKIE)
}

fn is_same(origin: &str, host: Option<&str>, public_url: &str) -> bool {
    if origin.eq_ignore_ascii_case(public_url) {
        return true;
    }
    // Reached under another name than the public one, for example localhost instead of 127.0.0.1. Only over plain HTTP:
    // behind TLS the public address is the only one.
    let plain = origin.strip_prefix("http://");
    public_url.starts_with("http://") && plain.is_some() && plain == host
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::*;

    fn ours(method: &Method, headers: &[(&str, &str)]) -> bool {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(http::HeaderName::try_from(*name).unwrap(), value.parse().unwrap());
        }
        is_ours(method, &map, "https://closezly.example")
    }

    #[test]
    fn only_our_pages_and_programs_may_change_something() {
        let post = Method::POST;
        let cookie = ("cookie", "closezly_session=x");
        for (expected, headers) in [
            (true, &[("origin", "https://closezly.example"), cookie][..]),
            (true, &[("origin", "https://CLOSEZLY.example"), cookie]),
            (false, &[("origin", "https://evil.example"), cookie]),
            (false, &[("origin", "http://closezly.example"), ("host", "closezly.example"), cookie]),
            (false, &[("origin", "https://closezly.example.evil.example"), cookie]),
            (false, &[("origin", "null"), cookie]),
            (false, &[("origin", ""), cookie]),
            (false, &[("origin", "https://closezly.example"), ("origin", "https://evil.example"), cookie]),
            (false, &[("origin", "https://evil.example"), ("authorization", "Bearer x")]),
            (true, &[("sec-fetch-site", "same-origin"), cookie]),
            (true, &[("sec-fetch-site", "none"), cookie]),
            (false, &[("sec-fetch-site", "same-site"), cookie]),
            (false, &[("sec-fetch-site", "cross-site"), cookie]),
            (false, &[cookie]),
            (true, &[("authorization", "Bearer x")]),
            (true, &[]),
        ] {
            assert_eq!(ours(&post, headers), expected, "{headers:?}");
        }
    }

    #[test]
    fn reading_is_free_but_a_websocket_is_no_reading() {
        assert!(ours(&Method::GET, &[("origin", "https://evil.example"), ("cookie", "x")]));
        assert!(!ours(&Method::GET, &[("upgrade", "WebSocket"), ("origin", "https://evil.example")]));
        assert!(!ours(&Method::GET, &[("upgrade", "websocket"), ("cookie", "x")]));
        assert!(ours(&Method::GET, &[("upgrade", "websocket"), ("origin", "https://closezly.example"), ("cookie", "x")]));
        assert!(ours(&Method::GET, &[("upgrade", "websocket"), ("authorization", "Bearer x")]));
    }

    #[test]
    fn over_plain_http_the_host_may_have_another_name() {
        let headers = |origin: &str| HeaderMap::from_iter([(ORIGIN, origin.parse().unwrap()), (HOST, "localhost:3000".parse().unwrap())]);
        assert!(is_ours(&Method::POST, &headers("http://localhost:3000"), "http://127.0.0.1:3000"));
        assert!(!is_ours(&Method::POST, &headers("http://localhost:4000"), "http://127.0.0.1:3000"));
        assert!(!is_ours(&Method::POST, &headers("http://localhost:3000"), "https://closezly.example"));
    }
}
