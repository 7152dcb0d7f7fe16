//! The address that people use, compared as an address and not as text.

use url::{Host, Url};

/// An origin as browsers write it: scheme and host in small letters, an international name in its ASCII form, no dot at the end, no port that the
/// scheme has anyway. None if it is no http or https address, or one with a user, a path, a query or a fragment.
pub fn canonical(address: &str) -> Option<String> {
    let mut url = Url::parse(address).ok()?;
    let bare = url.username().is_empty() && url.password().is_none() && url.query().is_none() && url.fragment().is_none();
    if !matches!(url.scheme(), "http" | "https") || !bare || url.path() != "/" {
        return None;
    }
    if let Some(host) = url.host_str().and_then(|host| host.strip_suffix('.')).map(str::to_owned) {
        url.set_host(Some(&host)).ok()?;
    }
    Some(url.origin().ascii_serialization())
}

/// Whether a `Host` header may name this server where it is reached over plain HTTP. Another site can have its own name lead to this
/// computer, and its pages would be taken for ours; it can't do so with an address of numbers, nor with the names that we know.
pub fn is_own_host(host: &str, public_url: &str) -> bool {
    let Some(asked) = canonical(&format!("http://{host}")).and_then(|asked| Url::parse(&asked).ok()) else { return false };
    match asked.host() {
        Some(Host::Ipv4(_) | Host::Ipv6(_)) => true,
        Some(Host::Domain(name)) => {
            name == "localhost" || name.ends_with(".localhost") || Url::parse(public_url).is_ok_and(|own| own.host_str() == Some(name))
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_has_one_spelling() {
        for (written, meant) in [
            ("https://sales.example.com", "https://sales.example.com"),
            ("https://SALES.example.com/", "https://sales.example.com"),
            ("https://sales.example.com:443", "https://sales.example.com"),
            ("http://sales.example.com:80/", "http://sales.example.com"),
            ("http://sales.example.com:443", "http://sales.example.com:443"),
            ("https://sales.example.com.", "https://sales.example.com"),
            ("https://sales.example.com.:8443", "https://sales.example.com:8443"),
            ("https://bücher.example", "https://xn--bcher-kva.example"),
            ("https://xn--bcher-kva.example", "https://xn--bcher-kva.example"),
            ("http://[2001:DB8::1]:3000", "http://[2001:db8::1]:3000"),
            ("http://127.0.0.1:3000", "http://127.0.0.1:3000"),
        ] {
            assert_eq!(canonical(written).as_deref(), Some(meant), "{written}");
        }
        for wrong in [
            "closezly",
            "",
            "null",
            "ftp://a.example",
            "https://",
            "https://a.example/path",
            "https://ann@a.example",
            "https://a.example?x",
            "https://a.example#x",
        ] {
            assert_eq!(canonical(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_name_that_anybody_may_have_is_not_ours() {
        let public = "http://closezly.corp:3000";
        for host in
            ["localhost:3000", "127.0.0.1:3000", "[::1]:3000", "192.168.1.20", "closezly.corp:3000", "CLOSEZLY.corp", "app.localhost"]
        {
            assert!(is_own_host(host, public), "{host}");
        }
        for host in ["evil.example:3000", "closezly.corp.evil.example", "localhost.evil.example", "", "a b", "127.0.0.1.evil.example"] {
            assert!(!is_own_host(host, public), "{host}");
        }
    }
}
