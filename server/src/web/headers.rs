//! Headers that every answer carries.

use std::net::SocketAddr;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use http::{HeaderName, HeaderValue};

use crate::config::Config;
use crate::wiring::Server;

/// What an answer that is no page may do in a browser: nothing.
const NO_PAGE: &str = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/// Adds the headers; an answer that set one itself keeps it.
pub async fn add(State(server): State<Server>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let mut add = |name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    add(CONTENT_SECURITY_POLICY, NO_PAGE);
    add(X_CONTENT_TYPE_OPTIONS, "nosniff");
    add(X_FRAME_OPTIONS, "DENY");
    add(REFERRER_POLICY, "same-origin");
    // The camera is never asked for, but Chromium complains on the console where listing microphones meets a policy against it.
    add(
        HeaderName::from_static("permissions-policy"),
        "microphone=(self), display-capture=(self), camera=(self), geolocation=(), payment=(), usb=()",
    );
    add(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    add(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    // What carries no word of its own about caching belongs to one person.
    add(CACHE_CONTROL, "no-store");
    if server.config().is_https() {
        add(STRICT_TRANSPORT_SECURITY, "max-age=31536000; includeSubDomains");
    }
    response
}

/// What a page may do: load from here, run our scripts, talk to us. Older browsers don't count websockets to 'self', so they are named; by
/// addresses of the configuration alone: the request's `Host` may be anybody's name that leads here.
pub fn page_policy(nonce: &str, config: &Config) -> String {
    let sockets = sockets(&config.public_url, config.listen);
    format!(
        "default-src 'self'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self' 'nonce-{nonce}'; \
         connect-src 'self'{sockets}; worker-src 'self'; media-src 'self' blob:; img-src 'self' data: blob:; object-src 'none'; \
         frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
    )
}

/// Where pages open websockets: at the public address and, over plain HTTP, at this computer's own. A policy has no way to write an IPv6 address.
fn sockets(public_url: &str, listen: SocketAddr) -> String {
    let mut sockets = vec![public_url.replacen("http", "ws", 1)];
    if public_url.starts_with("http://") {
        sockets.extend([format!("ws://localhost:{}", listen.port()), format!("ws://127.0.0.1:{}", listen.port())]);
        if !listen.ip().is_unspecified() {
            sockets.push(format!("ws://{listen}"));
        }
    }
    sockets.retain(|socket| !socket.contains('['));
    sockets.sort();
    sockets.dedup();
    sockets.iter().fold(String::new(), |all, socket| all + " " + socket)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn websockets_are_at_addresses_of_the_configuration() {
        for (public_url, listen, named) in [
            ("https://sales.example.com", "127.0.0.1:3000", " wss://sales.example.com"),
            ("https://sales.example.com:8443", "0.0.0.0:3000", " wss://sales.example.com:8443"),
            ("http://127.0.0.1:3000", "127.0.0.1:3000", " ws://127.0.0.1:3000 ws://localhost:3000"),
            ("http://sales.corp", "192.168.1.5:80", " ws://127.0.0.1:80 ws://192.168.1.5:80 ws://localhost:80 ws://sales.corp"),
            ("http://[::1]:3000", "[::]:3000", " ws://127.0.0.1:3000 ws://localhost:3000"),
        ] {
            assert_eq!(sockets(public_url, listen.parse().unwrap()), named, "{public_url} {listen}");
        }
    }
}
