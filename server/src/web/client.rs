//! Where a request comes from, as our own proxy tells it or as the connection does.

use std::net::{IpAddr, SocketAddr};
use std::sync::Once;

use axum::extract::{ConnectInfo, Request};
use domain::Client;
use http::header::USER_AGENT;
use http::{HeaderMap, HeaderName};

/// More of what a client calls itself is not read.
const LONGEST_USER_AGENT: usize = 300;

/// Who sends a request, as far as it can be told. `header` is the one that our own proxy writes, if there is one.
pub fn of(request: &Request, header: Option<&HeaderName>) -> Client {
    let headers = request.headers();
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let told = header.and_then(|name| told(headers, name));
    let address = told.or(peer).map(|address| address.to_canonical().to_string()).unwrap_or_default();
    let user_agent = headers.get(USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    Client { address, user_agent: user_agent.chars().take(LONGEST_USER_AGENT).collect() }
}

/// What the proxy says. The last entry is what it saw; those before it are what the client claims.
fn told(headers: &HeaderMap, name: &HeaderName) -> Option<IpAddr> {
    static UNREADABLE: Once = Once::new();
    let value = headers.get_all(name).iter().next_back()?;
    let address = value.to_str().ok().and_then(|list| last_entry(list)).and_then(address);
    if address.is_none() {
        // Without it limits by address fall on the proxy or on nobody, and whoever runs the server should know; once, not with each request.
        UNREADABLE.call_once(|| {
            tracing::warn!(header = %name, ?value, "the client's address can't be read in the header that client_address_header names");
        });
    }
    address
}

/// The last entry of a list. A comma in quotes parts nothing.
fn last_entry(list: &str) -> Option<&str> {
    let mut quoted = false;
    let last = list.rsplit(|sign: char| {
        quoted ^= sign == '"';
        sign == ',' && !quoted
    });
    last.map(str::trim).find(|entry| !entry.is_empty())
}

/// The address in an entry, in all the ways that proxies write it: with a port, in brackets, in quotes, as `for=` of the header `Forwarded`
/// (RFC 7239), with the zone of a network card.
fn address(entry: &str) -> Option<IpAddr> {
    let entry = if entry.contains('=') {
        let mut pairs = entry.split(';').filter_map(|pair| pair.split_once('='));
        pairs.find(|(name, _)| name.trim().eq_ignore_ascii_case("for")).map(|(_, value)| value)?
    } else {
        entry
    };
    let entry = entry.trim().trim_matches('"').trim();
    let without_zone = |host: &str| host.split('%').next()?.parse::<IpAddr>().ok();
    if let Some(rest) = entry.strip_prefix('[') {
        return without_zone(rest.split_once(']')?.0);
    }
    without_zone(entry).or_else(|| entry.rsplit_once(':')?.0.parse().ok())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn read(value: &str) -> Option<String> {
        let name = HeaderName::from_static("x-forwarded-for");
        let headers = HeaderMap::from_iter([(name.clone(), value.parse().unwrap())]);
        told(&headers, &name).map(|address| address.to_canonical().to_string())
    }

    #[test]
    fn an_address_is_read_however_the_proxy_writes_it() {
        for (value, address) in [
            ("203.0.113.7", "203.0.113.7"),
            (" 203.0.113.7 ", "203.0.113.7"),
            ("203.0.113.7:51234", "203.0.113.7"),
            ("1.2.3.4, 203.0.113.7:51234", "203.0.113.7"),
            ("203.0.113.7,", "203.0.113.7"),
            ("2001:db8::1", "2001:db8::1"),
            ("[2001:db8::1]:443", "2001:db8::1"),
            ("\"[2001:db8::1]\"", "2001:db8::1"),
            ("\"[2001:db8::1]:443\"", "2001:db8::1"),
            ("[fe80::1%eth0]:80", "fe80::1"),
            ("fe80::1%eth0", "fe80::1"),
            ("::ffff:203.0.113.7", "203.0.113.7"),
            ("for=203.0.113.7", "203.0.113.7"),
            ("for=1.2.3.4, For=\"[2001:db8:cafe::17]:4711\";proto=https;by=10.0.0.1", "2001:db8:cafe::17"),
            ("proto=http; for=203.0.113.7:80", "203.0.113.7"),
            ("for=\"_a,b\", for=203.0.113.7", "203.0.113.7"),
        ] {
            assert_eq!(read(value).as_deref(), Some(address), "{value}");
        }
        for wrong in ["", "unknown", "for=_hidden", "proto=https", "203.0.113", "203.0.113.7, nonsense", "[2001:db8::1", "1.2.3.4.5:80"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
