#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::HashMap;
use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{LazyLock, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Query};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use bytes::Bytes;
use futures::StreamExt;
use ports::{Scope, Want};
use url::Url;

use super::*;

const PATIENCE: Duration = Duration::from_secs(3);

/// Answers names from a list, one answer after the other; the last one stays.
struct Names(Mutex<HashMap<&'static str, Vec<&'static str>>>, AtomicUsize);

impl Names {
    fn new(names: &[(&'static str, &[&'static str])]) -> Arc<Self> {
        let names = names.iter().map(|(name, answers)| (*name, answers.iter().rev().copied().collect())).collect();
        Arc::new(Self(Mutex::new(names), AtomicUsize::new(0)))
    }
}

#[async_trait]
impl Lookup for Names {
    async fn lookup(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        self.1.fetch_add(1, Ordering::SeqCst);
        let mut names = self.0.lock().unwrap();
        let answers = names.get_mut(name).ok_or_else(|| io::Error::other("no such name"))?;
        let answer = if answers.len() > 1 { answers.pop().unwrap() } else { answers[0] };
        Ok(answer.split(' ').map(|address| address.parse().unwrap()).collect())
    }
}

/// A site on loopback that is known as `site.test`.
struct Site {
    address: SocketAddr,
    web: Web,
}

impl Site {
    async fn open(router: Router) -> Self {
        Self::with(router, Names::new(&[])).await
    }

    async fn with(router: Router, lookup: Arc<Names>) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, router).await });
        let trusted = vec![("site.test".to_owned(), IpAddr::V4(Ipv4Addr::LOCALHOST))];
        Self { address, web: Web::trusting(lookup, trusted, PATIENCE).unwrap() }
    }

    fn url(&self, path: &str) -> Url {
        format!("http://site.test:{}{path}", self.address.port()).parse().unwrap()
    }

    async fn page(&self, path: &str) -> Result<WebPage, FetchError> {
        self.fetch(self.url(path), Want::Page).await
    }

    async fn fetch(&self, url: Url, want: Want) -> Result<WebPage, FetchError> {
        self.web.fetch(&WebRequest { url, want, scope: None }).await
    }
}

fn anything() -> Router {
    Router::new()
        .route("/", get(|headers: HeaderMap| async move { Html(format!("{:?} {:?}", headers[header::USER_AGENT], headers.get(header::COOKIE))) }))
        .route("/cookie", get(|| async { ([(header::SET_COOKIE, "a=b; Path=/")], Redirect::to("/")) }))
        .route("/to", get(|Query(query): Query<HashMap<String, String>>| async move { (StatusCode::FOUND, [(header::LOCATION, query["url"].clone())]) }))
        .route("/loop", get(|| async { Redirect::to("/loop") }))
        .route("/hops/{left}", get(|Path(left): Path<u32>| async move {
            if left == 0 { Html("there").into_response() } else { Redirect::permanent(&format!("/hops/{}", left - 1)).into_response() }
        }))
        .route("/type/{kind}", get(|Path(kind): Path<String>| async move { ([(header::CONTENT_TYPE, kind.replace('_', "/"))], "x") }))
        .route("/busy", get(|| async { (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "7")], "") }))
        .route("/tags", get(|| async { ([("x-robots-tag", "noindex"), ("x-other", "y")], Html("x")) }))
        .route("/large", get(|| async { endless(Duration::ZERO, vec![b'a'; 1 << 20]) }))
        .route("/drip", get(|| async { endless(Duration::from_millis(200), vec![b'a']) }))
        .route("/silent", get(|| async { std::future::pending::<()>().await }))
        .route("/bomb", get(|| async { ([(header::CONTENT_TYPE, "text/html"), (header::CONTENT_ENCODING, "gzip")], BOMB.as_slice()) }))
        .route("/zipped", get(|| async { ([(header::CONTENT_TYPE, "text/html"), (header::CONTENT_ENCODING, "gzip")], gzip(b"unzipped")) }))
        .route("/odd", get(|| async { ([(header::CONTENT_TYPE, "text/html"), (header::CONTENT_ENCODING, "br")], "x") }))
        .route("/cut", get(|| async {
            ([(header::CONTENT_TYPE, "text/html"), (header::CONTENT_LENGTH, "1000")], Body::from_stream(futures::stream::iter([Ok("x"), Err(io::Error::other("cut"))])))
        }))
}

fn endless(pause: Duration, piece: Vec<u8>) -> Response {
    let pieces = futures::stream::repeat(Bytes::from(piece)).then(move |piece| async move {
        tokio::time::sleep(pause).await;
        Ok::<_, io::Error>(piece)
    });
    ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], Body::from_stream(pieces)).into_response()
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

/// 30 MB in 30 KB; made once, before anybody waits for it.
static BOMB: LazyLock<Vec<u8>> = LazyLock::new(|| gzip(&vec![0; 30_000_000]));

#[tokio::test]
async fn a_page_is_fetched_honestly_and_without_cookies() {
    let site = Site::open(anything()).await;
    let page = site.page("/").await.unwrap();
    assert_eq!((page.content_type.as_str(), &page.body[..]), ("text/html", &b"\"Closezly/test\" None"[..]));
    assert_eq!(site.page("/cookie").await.unwrap().body, page.body, "a cookie that was set is not sent");
    assert_eq!(site.page("/tags").await.unwrap().robots, "noindex");
    assert_eq!(&site.page("/zipped").await.unwrap().body[..], b"unzipped");
}

#[tokio::test]
async fn redirects_are_followed_five_times() {
    let site = Site::open(anything()).await;
    assert_eq!(site.page("/hops/5").await.unwrap().url, site.url("/hops/0"));
    assert_eq!(site.page("/hops/6").await, Err(FetchError::Redirects));
    assert_eq!(site.page("/loop").await, Err(FetchError::Redirects));
}

#[tokio::test]
async fn no_redirect_leads_into_this_computer_or_network() {
    let names: &[(&str, &[&str])] = &[
        ("inside.test", &["192.168.0.1"]),
        ("mapped.test", &["::ffff:127.0.0.1 64:ff9b::7f00:1 2002:7f00:1::"]),
        ("localhost", &["127.0.0.1 ::1"]),
    ];
    let site = Site::with(anything(), Names::new(names)).await;
    let port = site.address.port();
    for host in [
        "127.0.0.1",
        "169.254.169.254",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[64:ff9b::7f00:1]",
        "[fd00:ec2::254]",
        "2130706433",
        "0177.0.0.1",
        "0x7f.1",
        "0x7f000001",
        "127.1",
        "0",
        "100.100.100.200",
        "168.63.129.16",
        "１２７.０.０.１",
        "inside.test",
        "mapped.test",
        "localhost",
        "LOCALHOST",
    ] {
        let target = format!("http://{host}:{port}/");
        let direct = site.fetch(target.parse().unwrap(), Want::Page).await;
        assert!(matches!(direct, Err(FetchError::NotPublic(_))), "{host}: {direct:?}");
        let mut through = site.url("/to");
        through.query_pairs_mut().append_pair("url", &target);
        // A header is bytes of ASCII: other digits come escaped or not at all.
        if target.is_ascii() {
            let redirected = site.fetch(through, Want::Page).await;
            assert!(matches!(redirected, Err(FetchError::NotPublic(_))), "{host}: {redirected:?}");
        }
    }
}

#[tokio::test]
async fn no_redirect_leads_to_another_scheme_password_port_or_out_of_scope() {
    let site = Site::open(anything()).await;
    for target in ["file:///etc/passwd", "ftp://a.example/", "gopher://a.example/", "http://ann:pw@a.example/", "javascript:x"] {
        let redirected = site.page(&format!("/to?url={target}")).await;
        assert!(matches!(&redirected, Err(FetchError::Address(shown)) if !shown.contains("pw")), "{target}: {redirected:?}");
    }
    // Mail and other services, of a trusted name as well.
    for target in ["https://a.example:25/", "http://site.test:22/"] {
        let port = target.parse::<Url>().unwrap().port().unwrap();
        let refused = Err(FetchError::Port { address: target.to_owned(), port });
        assert_eq!(site.page(&format!("/to?url={target}")).await, refused);
        assert_eq!(site.fetch(target.parse().unwrap(), Want::Page).await, refused);
        assert_eq!(site.web.check(&target.parse().unwrap()), refused.map(|_| ()));
    }
    assert_eq!(site.web.check(&site.url("/")), Ok(()));
    assert!(matches!(site.web.check(&"http://10.1.2.3/docs".parse().unwrap()), Err(FetchError::NotPublic(_))));
    let scope = Some(Scope::new(site.url("/hops/")));
    let request = |path: &str| WebRequest { url: site.url(path), want: Want::Page, scope: scope.clone() };
    assert!(site.web.fetch(&request("/hops/2")).await.is_ok());
    assert!(matches!(site.web.fetch(&request("/to?url=/")).await, Err(FetchError::LeftScope(_))));
}

#[tokio::test]
async fn a_name_that_changes_its_mind_gets_nowhere() {
    // First public (where nobody answers), then private: what was checked is what is connected to, and each connection is checked.
    let names = Names::new(&[("rebind.test", &["203.0.113.1 127.0.0.1", "127.0.0.1"]), ("mixed.test", &["10.0.0.1 127.0.0.1"])]);
    let site = Site::with(anything(), names.clone()).await;
    let port = site.address.port();
    for host in ["rebind.test", "rebind.test", "mixed.test"] {
        let asked = names.1.load(Ordering::SeqCst);
        let answer = site.fetch(format!("http://{host}:{port}/").parse().unwrap(), Want::Page).await;
        assert!(matches!(answer, Err(FetchError::NotPublic(_))), "{host}: {answer:?}");
        assert_eq!(names.1.load(Ordering::SeqCst), asked + 1, "it is resolved once");
    }
    let unknown = site.fetch("http://nobody.test/".parse().unwrap(), Want::Page).await;
    assert_eq!(unknown, Err(FetchError::NoSuchName("nobody.test".to_owned())));
}

#[tokio::test]
async fn what_is_too_large_too_slow_or_of_the_wrong_kind_is_refused() {
    let site = Site::open(anything()).await;
    assert!(matches!(site.page("/large").await, Err(FetchError::TooLarge { .. })));
    assert!(BOMB.len() < 1_000_000);
    let bomb = site.page("/bomb").await.map(|page| page.body.len());
    assert!(matches!(bomb, Err(FetchError::TooLarge { .. })), "{bomb:?}");
    assert_eq!(site.page("/odd").await, Err(FetchError::ContentType("br".to_owned())));
    assert_eq!(site.page("/type/image_png").await, Err(FetchError::ContentType("image/png".to_owned())));
    assert!(site.page("/type/text_plain").await.is_ok());
    assert_eq!(site.page("/none").await, Err(FetchError::Status { status: 404, retry_after: None }));
    assert_eq!(site.page("/busy").await, Err(FetchError::Status { status: 503, retry_after: Some(Duration::from_secs(7)) }));
    assert!(matches!(site.page("/cut").await, Err(FetchError::Unreachable(_))));
    let robots = site.fetch(site.url("/large"), Want::Robots).await.unwrap();
    assert_eq!(robots.body.len(), 500 * 1024, "of robots.txt the beginning counts");
    for slow in ["/drip", "/silent"] {
        let start = std::time::Instant::now();
        assert_eq!(site.page(slow).await, Err(FetchError::TimedOut));
        assert!(start.elapsed() < PATIENCE * 2);
    }
}
