//! Requests that change something, and websockets, must come from our own pages (or from a program).

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use http::header::{HOST, ORIGIN, UPGRADE};
use http::{HeaderMap, Method, StatusCode};
use model::Code;

use super::caller::cookie;
use super::forms::is_plain_form;
use super::problem::Failure;
use crate::config::public_url::{canonical, is_own_host};
use crate::wiring::Server;
use app::server::session_cookie;

/// Refuses what another site's page makes a browser send. The sentence names the address to open: often it is our own page, at another address
/// than the one that whoever runs the server has set.
pub async fn check(State(server): State<Server>, request: Request, next: Next) -> Response {
    let public_url = &server.config().public_url;
    if is_ours(request.method(), request.headers(), public_url) {
        return next.run(request).await;
    }
    let (origin, host) = (request.headers().get(ORIGIN), request.headers().get(HOST));
    let why = if is_here(request.headers()) {
        "refused a foreign origin: somebody has opened this server at another address than public_url. Give them that one, or set public_url to theirs"
    } else {
        "refused a foreign origin: another site's page, or a proxy that changes the Host header"
    };
    tracing::warn!(path = request.uri().path(), ?origin, ?host, public_url, "{why}");
    if request.method() == Method::POST && is_plain_form(request.headers()) {
        return (StatusCode::FORBIDDEN, Html(page(public_url))).into_response();
    }
    Failure::new(Code::WrongOrigin, format!("{NOT_OURS} Open {public_url} and try again there.")).into_response()
}

const NOT_OURS: &str = "This came from a page with another address than Closezly has here, so nothing was changed.";

/// For a form that was sent without JavaScript. It can't be sent back to its page with a sentence as others are: a cookie of the public address's
/// kind may not be kept there. No character of the address has a meaning in HTML.
fn page(public_url: &str) -> String {
    format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>Another address · Closezly</title></head><body><h1>Closezly has another address</h1>\
         <p>{NOT_OURS} Open <a href=\"{public_url}\">{public_url}</a> and try again there.</p></body></html>"
    )
}

/// Whether a request may do what it wants as far as its origin tells.
///
/// Reading is free: no answer carries CORS headers, so other sites' pages can't see it. A browser says where a changing
/// request comes from, in `Origin` or at least in `Sec-Fetch-Site`. Who says neither is a program; it may go on without a session's cookie, which a
/// browser could have added, as it adds a password that a proxy asked for.
fn is_ours(method: &Method, headers: &HeaderMap, public_url: &str) -> bool {
    let upgrades = headers.get(UPGRADE).is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"websocket"));
    if matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS) && !upgrades {
        return true;
    }
    let is_plain = public_url.starts_with("http://");
    let host = headers.get(HOST).map(|value| value.to_str().unwrap_or("unreadable"));
    // Behind TLS a foreign name fails at its certificate.
    if is_plain && host.is_some_and(|host| !is_own_host(host, public_url)) {
        return false;
    }
    let mut origins = headers.get_all(ORIGIN).iter();
    if let Some(origin) = origins.next() {
        let origin = origin.to_str().ok().and_then(canonical);
        return origins.next().is_none() && origin.is_some_and(|origin| is_same(&origin, host, public_url));
    }
    if let Some(site) = headers.get("sec-fetch-site") {
        return matches!(site.as_bytes(), b"same-origin" | b"none");
    }
    cookie(headers, session_cookie(!is_plain)).is_none()
}

/// Whether a request comes from a page of the very address that it goes to: ours, opened elsewhere than at the public address.
fn is_here(headers: &HeaderMap) -> bool {
    let text = |value: Option<&http::HeaderValue>| value.and_then(|value| value.to_str().ok()).map(str::to_owned);
    let (Some(origin), Some(host)) = (text(headers.get(ORIGIN)), text(headers.get(HOST))) else { return false };
    let origin = canonical(&origin);
    origin.is_some() && ["http", "https"].iter().any(|scheme| canonical(&format!("{scheme}://{host}")) == origin)
}

/// Both addresses as [`canonical`] writes them.
fn is_same(origin: &str, host: Option<&str>, public_url: &str) -> bool {
    // Reached under another name than the public one, for example localhost instead of 127.0.0.1. Only over plain HTTP:
    // behind TLS the public address is the only one.
    let reached = || host.and_then(|host| canonical(&format!("http://{host}")));
    origin == public_url || public_url.starts_with("http://") && reached().is_some_and(|reached| origin == reached)
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
        let cookie = ("cookie", "__Host-closezly_session=x");
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
            (false, &[("authorization", "Basic YTpi"), cookie]),
            (false, &[("authorization", "Bearer x"), cookie]),
            (true, &[("authorization", "Bearer x")]),
            (true, &[("authorization", "Bearer x"), ("cookie", "closezly_theme=dark")]),
            (true, &[("origin", "https://closezly.example:443"), cookie]),
            (true, &[("origin", "https://closezly.example."), cookie]),
            (true, &[]),
        ] {
            assert_eq!(ours(&post, headers), expected, "{headers:?}");
        }
    }

    #[test]
    fn reading_is_free_but_a_websocket_is_no_reading() {
        assert!(ours(&Method::GET, &[("origin", "https://evil.example"), ("cookie", "x")]));
        assert!(!ours(&Method::GET, &[("upgrade", "WebSocket"), ("origin", "https://evil.example")]));
        assert!(!ours(&Method::GET, &[("upgrade", "websocket"), ("cookie", "__Host-closezly_session=x")]));
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

    #[test]
    fn our_own_page_at_another_address_is_told_from_another_sites() {
        for (origin, host, here) in [
            ("http://192.168.1.5:3000", "192.168.1.5:3000", true),
            ("https://sales.lan", "sales.lan", true),
            ("http://SALES.lan:80", "sales.lan", true),
            ("https://evil.example", "sales.example.com", false),
            ("http://sales.lan:3000", "sales.lan:3001", false),
            ("null", "sales.lan", false),
        ] {
            let headers = HeaderMap::from_iter([(ORIGIN, origin.parse().unwrap()), (HOST, host.parse().unwrap())]);
            assert_eq!(is_here(&headers), here, "{origin} to {host}");
        }
        assert!(!is_here(&HeaderMap::new()));
    }

    #[test]
    fn a_foreign_name_that_leads_here_is_not_ours() {
        let from = |host: &str| HeaderMap::from_iter([(ORIGIN, format!("http://{host}").parse().unwrap()), (HOST, host.parse().unwrap())]);
        for (host, ours) in [("evil.example:3000", false), ("192.168.1.5:3000", true), ("[::1]:3000", true), ("closezly.corp:3000", true)] {
            assert_eq!(is_ours(&Method::POST, &from(host), "http://closezly.corp:3000"), ours, "{host}");
        }
        let program = HeaderMap::from_iter([(HOST, "evil.example:3000".parse().unwrap())]);
        assert!(!is_ours(&Method::POST, &program, "http://127.0.0.1:3000"));
    }
}
