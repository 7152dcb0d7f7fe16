use std::net::IpAddr;
use std::time::Duration;

use bytes::BytesMut;
use ports::{FetchError, Want, WebPage, WebRequest};
use reqwest::header::{ACCEPT, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, LOCATION, RETRY_AFTER};
use reqwest::{Response, StatusCode};
use url::{Host, Url};

use super::Web;
use super::guard::is_public;
use super::resolve::{NotPublic, Unknown};

const MOST_REDIRECTS: u32 = 5;
const LARGEST_PAGE: usize = 10_000_000;
/// As much as RFC 9309 asks for; what comes after it doesn't count.
const LARGEST_ROBOTS: usize = 500 * 1024;
const READ: [&str; 6] = ["text/html", "application/xhtml+xml", "text/plain", "text/markdown", "text/x-markdown", "application/pdf"];
const ACCEPTED: &str = "text/html,application/xhtml+xml,text/markdown;q=0.9,text/plain;q=0.8,application/pdf;q=0.8";

impl Web {
    pub(super) async fn follow(&self, request: &WebRequest) -> Result<WebPage, FetchError> {
        let mut url = request.url.clone();
        for _ in 0..=MOST_REDIRECTS {
            refuse(&url)?;
            let accepted = if request.want == Want::Robots { "text/plain,*/*;q=0.5" } else { ACCEPTED };
            let sent = self.client.get(url.clone()).header(ACCEPT, accepted).send().await;
            let response = sent.map_err(|error| unsent(&error, &url))?;
            if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
                return read(request.want, url, response).await;
            }
            let location = response.headers().get(LOCATION).and_then(|value| std::str::from_utf8(value.as_bytes()).ok());
            url = location.and_then(|location| url.join(location).ok()).ok_or(FetchError::Redirects)?;
            refuse(&url)?;
            if request.scope.as_ref().is_some_and(|scope| !scope.contains(&url)) {
                return Err(FetchError::LeftScope(shown(&url)));
            }
        }
        Err(FetchError::Redirects)
    }
}

/// What can be said without asking anybody. An address in numbers (decimal, octal, hexadecimal) is read by `Url` as
/// browsers read it, and never comes to the resolver.
pub(super) fn refuse(url: &Url) -> Result<(), FetchError> {
    let wrong = || FetchError::Address(shown(url));
    if !matches!(url.scheme(), "http" | "https") || !url.username().is_empty() || url.password().is_some() {
        return Err(wrong());
    }
    match url.host().ok_or_else(wrong)? {
        Host::Ipv4(address) if !is_public(IpAddr::V4(address)) => return Err(FetchError::NotPublic(shown(url))),
        Host::Ipv6(address) if !is_public(IpAddr::V6(address)) => return Err(FetchError::NotPublic(shown(url))),
        Host::Domain(_) | Host::Ipv4(_) | Host::Ipv6(_) => {}
    }
    // Below are mail and other services that a request could be made to speak to.
    match url.port().filter(|port| *port < 1024 && *port != 80 && *port != 443) {
        Some(port) => Err(FetchError::Port { address: shown(url), port }),
        None => Ok(()),
    }
}

async fn read(want: Want, url: Url, mut response: Response) -> Result<WebPage, FetchError> {
    let status = response.status();
    if !status.is_success() || status == StatusCode::NO_CONTENT {
        return Err(FetchError::Status { status: status.as_u16(), retry_after: retry_after(response.headers()) });
    }
    let content_type = essence(response.headers());
    if want == Want::Page && !READ.contains(&content_type.as_str()) {
        return Err(FetchError::ContentType(if content_type.is_empty() { "unknown".to_owned() } else { content_type }));
    }
    // What is still encoded here is encoded in a way that was not asked for.
    if let Some(encoding) =
        response.headers().get(CONTENT_ENCODING).filter(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"identity"))
    {
        return Err(FetchError::ContentType(String::from_utf8_lossy(encoding.as_bytes()).into_owned()));
    }
    let limit = if want == Want::Robots { LARGEST_ROBOTS } else { LARGEST_PAGE };
    let tags = response.headers().get_all("x-robots-tag").iter().map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    let robots = tags.collect::<Vec<_>>().join("\n");
    let mut body = BytesMut::new();
    // Counted after decompression: a small answer may stand for a very large one.
    while let Some(piece) = response.chunk().await.map_err(|error| unsent(&error, &url))? {
        let room = limit - body.len();
        if piece.len() > room {
            if want == Want::Page {
                return Err(FetchError::TooLarge { limit });
            }
            body.extend_from_slice(&piece[..room]);
            break;
        }
        body.extend_from_slice(&piece);
    }
    Ok(WebPage { url, content_type, robots, body: body.freeze() })
}

fn essence(headers: &HeaderMap) -> String {
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// In seconds; a date is not worth a clock.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok().map(Duration::from_secs)
}

/// An address as people may see it: without what a redirect could hide in it.
fn shown(url: &Url) -> String {
    let mut url = url.clone();
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.as_str().chars().take(200).collect()
}

fn unsent(error: &reqwest::Error, url: &Url) -> FetchError {
    if error.is_timeout() {
        return FetchError::TimedOut;
    }
    let mut innermost = error.to_string();
    let mut next = std::error::Error::source(error);
    while let Some(error) = next {
        if error.is::<NotPublic>() {
            return FetchError::NotPublic(shown(url));
        }
        if let Some(Unknown(name)) = error.downcast_ref() {
            return FetchError::NoSuchName(name.clone());
        }
        innermost = error.to_string();
        next = error.source();
    }
    FetchError::Unreachable(innermost.trim_end_matches('.').to_owned())
}
