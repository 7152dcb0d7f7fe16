//! What every answer carries, who may ask, and what the server tells of itself.

use reqwest::{Method, StatusCode};
use server::config::Settings;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use crate::support::{PASSWORD, Setup, TestServer, set_cookie};

fn site() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("pkg")).unwrap();
    let manifest = r#"{"js": "/pkg/closezly.1.js", "wasm": "/pkg/closezly_bg.1.wasm", "loader": "/pkg/closezly_chunks.1.js",
        "chunks": {"pages": ["/pkg/split_pages.1.wasm"], "live": ["/pkg/split_live.1.wasm"]}, "worklet": "/capture/worklet.wasm"}"#;
    for (name, content) in
        [("manifest.json", manifest), ("pkg/closezly.1.js", "export {}"), ("pkg/closezly_bg.1.wasm", "wasm"), ("favicon.svg", "<svg/>")]
    {
        std::fs::write(folder.path().join(name), content).unwrap();
    }
    folder
}

#[tokio::test]
async fn every_answer_carries_the_security_headers() {
    let site = site();
    let settings = Settings { site_dir: Some(site.path().to_owned()), ..Settings::default() };
    let server = TestServer::with(Setup { settings, ..Setup::default() }).await;
    for path in
        ["/sign-in", "/no/such/page", "/api/v1/auth/me", "/api/docs", "/api/none", "/favicon.svg", "/pkg/closezly.1.js", "/health/live"]
    {
        let response = server.browser().page(path).await;
        let header = |name: &str| response.headers().get(name).map_or("", |value| value.to_str().unwrap());
        assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
        assert!(header("content-security-policy").contains("frame-ancestors 'none'"), "{path}");
        assert!(header("permissions-policy").contains("microphone=(self), display-capture=(self)"), "{path}");
        assert_eq!(header("cross-origin-opener-policy"), "same-origin", "{path}");
        assert_eq!(header("referrer-policy"), "same-origin", "{path}");
        assert!(!header("x-request-id").is_empty(), "{path}");
        assert!(!header("cache-control").is_empty(), "{path}");
        assert_eq!(header("strict-transport-security"), "", "not over plain HTTP: {path}");
        assert!(response.headers().get("access-control-allow-origin").is_none(), "{path}");
    }
}

#[tokio::test]
async fn every_script_of_a_page_has_the_nonce_of_its_policy() {
    let site = site();
    let settings = Settings { site_dir: Some(site.path().to_owned()), ..Settings::default() };
    let server = TestServer::with(Setup { settings, ..Setup::default() }).await;
    let browser = server.browser();
    let before = browser.page("/sign-in").await.text().await.unwrap();
    assert!(!before.contains("/pkg/closezly") && !before.contains(".wasm"), "a page for anybody loads no code");
    browser.sign_up("Ann").await;
    let mut nonces = Vec::new();
    for path in ["/sign-in", "/calls", "/calls"] {
        let response = browser.page(path).await;
        let policy = response.headers()["content-security-policy"].to_str().unwrap().to_owned();
        let nonce = policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap().to_owned();
        assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{policy}");
        let page = response.text().await.unwrap();
        let scripts: Vec<_> = page.match_indices("<script").map(|(at, _)| &page[at..at + page[at..].find('>').unwrap()]).collect();
        assert!(!scripts.is_empty());
        assert!(scripts.iter().all(|script| script.contains(&format!("nonce=\"{nonce}\""))), "{path} {scripts:?}");
        if path == "/calls" {
            assert!(
                page.contains("/pkg/closezly.1.js") && page.contains("/pkg/closezly_bg.1.wasm"),
                "the page loads what the manifest names"
            );
            assert!(page.contains("/pkg/split_pages.1.wasm") && !page.contains("split_live"), "and its own chunk, no other's");
        }
        assert!(!page.contains(" style=\""), "inline styles would be refused");
        assert!(!page.contains(" onclick="));
        nonces.push(nonce);
    }
    assert_ne!(nonces[1], nonces[2]);
}

/// Pages are drawn side by side, on several threads; whoever leaves before a page is there takes nothing away from the others.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn pages_that_are_asked_for_at_once_are_all_answered() {
    let server = TestServer::start().await;
    let browser = server.browser();
    browser.sign_up("Ann").await;
    let mut asked = Vec::new();
    for round in 0..120 {
        for path in ["/", "/calls", "/knowledge"] {
            let page = browser.page(path);
            if round % 3 == 0 {
                // Gone after a moment, somewhere in the middle of it.
                asked.push(futures::future::Either::Left(async move {
                    let _ = tokio::time::timeout(std::time::Duration::from_millis(round % 40), page).await;
                    None
                }));
            } else {
                asked.push(futures::future::Either::Right(async move { Some((path, page.await.status())) }));
            }
        }
    }
    use futures::StreamExt;
    let answers: Vec<_> = futures::stream::iter(asked).buffer_unordered(6).filter_map(std::future::ready).collect().await;
    let wrong: Vec<_> = answers.iter().filter(|(_, status)| *status != StatusCode::OK).collect();
    assert!(wrong.is_empty(), "{wrong:?} of {}", answers.len());
}

#[tokio::test]
async fn behind_tls_cookies_are_secure_and_browsers_are_told_to_stay() {
    let settings = Settings { public_url: Some("https://closezly.example".to_owned()), ..Settings::default() };
    let server = TestServer::with(Setup { settings, ..Setup::default() }).await;
    let form = [("name", "Ann"), ("email", "ann@example.com"), ("organization", "Acme"), ("password", PASSWORD)];
    let request = reqwest::Client::new().post(server.url("/api/identity/sign_up")).form(&form);
    let response = request.header("origin", "https://closezly.example").send().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    assert!(response.headers()["strict-transport-security"].to_str().unwrap().starts_with("max-age=31536000"));
    let cookie = set_cookie(response.headers(), "__Host-closezly_session").unwrap();
    assert!(cookie.contains("; Secure") && cookie.contains("; Path=/") && !cookie.contains("Domain"), "{cookie}");
    // A neighbouring host could have set one of the plain name.
    let (name, secret) = cookie.split(';').next().unwrap().split_once('=').unwrap();
    for (name, status) in [(name, StatusCode::OK), ("closezly_session", StatusCode::UNAUTHORIZED)] {
        let me = reqwest::Client::new().get(server.url("/api/v1/auth/me")).header("cookie", format!("{name}={secret}"));
        assert_eq!(me.send().await.unwrap().status(), status, "{name}");
    }
}

#[tokio::test]
async fn other_sites_pages_can_change_nothing() {
    let server = TestServer::start().await;
    let browser = server.browser();
    browser.sign_up("Ann").await;
    for (name, value) in
        [("origin", "https://evil.example"), ("origin", "null"), ("sec-fetch-site", "cross-site"), ("x-nothing", "neither")]
    {
        for path in ["/api/settings/update_profile", "/sign-out", "/api/v1/tokens", "/calls/sample"] {
            let request = browser.http.post(server.url(path)).header(name, value).form(&[("name", "Eve")]);
            let response = request.send().await.unwrap();
            assert_eq!(response.status(), StatusCode::FORBIDDEN, "{path} with {name}: {value}");
            assert!(response.text().await.unwrap().contains("\"wrong_origin\""));
        }
    }
    assert!(browser.is_signed_in().await);
    assert!(browser.text("/settings").await.contains("value=\"Ann\""));
}

#[tokio::test]
async fn a_websocket_needs_our_origin_or_a_token() {
    let server = TestServer::start().await;
    let browser = server.browser();
    browser.sign_up("Ann").await;
    let answer = browser.sign_in("Ann", PASSWORD).await;
    let cookie = set_cookie(&answer.headers, "closezly_session").unwrap().split(';').next().unwrap().to_owned();
    let program = server.owner("Bob").await;
    let connect_to = |path: &str, headers: Vec<(&'static str, String)>| {
        let url = format!("ws://{}{path}", server.address);
        async move {
            let mut request = url.into_client_request().unwrap();
            for (name, value) in headers {
                request.headers_mut().insert(name, value.parse().unwrap());
            }
            match tokio_tungstenite::connect_async(request).await {
                Ok((_, response)) => response.status().as_u16(),
                Err(tokio_tungstenite::tungstenite::Error::Http(response)) => response.status().as_u16(),
                Err(error) => panic!("{error}"),
            }
        }
    };
    let connect = |headers| connect_to("/api/v1/calls/01931c1e-0000-7000-8000-000000000000/stream", headers);
    let bearer = format!("Bearer {}", program.token.unwrap());
    let of_pages = |origin: String| connect_to("/api/calls/live", vec![("cookie", cookie.clone()), ("origin", origin)]);
    assert_eq!(of_pages("https://evil.example".into()).await, 403);
    assert_eq!(of_pages(server.url("")).await, 101);
    assert_eq!(connect(vec![]).await, 401);
    assert_eq!(connect(vec![("cookie", cookie.clone())]).await, 403);
    assert_eq!(connect(vec![("cookie", cookie.clone()), ("origin", "https://evil.example".into())]).await, 403);
    assert_eq!(connect(vec![("cookie", cookie.clone()), ("origin", server.url(""))]).await, 101);
    assert_eq!(connect(vec![("authorization", bearer)]).await, 101);
}

#[tokio::test]
async fn health_and_metrics() {
    let server = TestServer::start().await;
    let get = |path: &'static str, headers: Vec<(&'static str, &'static str)>| {
        let request =
            headers.iter().fold(reqwest::Client::new().get(server.url(path)), |request, (name, value)| request.header(*name, *value));
        async move {
            let response = request.send().await.unwrap();
            (response.status(), response.text().await.unwrap())
        }
    };
    assert_eq!(get("/health/live", vec![]).await.0, StatusCode::OK);
    assert_eq!(get("/health/ready", vec![]).await, (StatusCode::OK, "ready\n".to_owned()));
    get("/api/v1/auth/me", vec![]).await;
    let (status, text) = get("/metrics", vec![]).await;
    assert_eq!(status, StatusCode::OK);
    assert!(text.contains("closezly_http_request_seconds_bucket") && text.contains("route=\"/api/v1/auth/me\""), "{text}");
    assert!(text.contains("closezly_live_calls 0"));
    assert_eq!(get("/metrics", vec![("x-forwarded-for", "203.0.113.5")]).await.0, StatusCode::FORBIDDEN);
    server.services.store().close().await;
    let (status, text) = get("/health/ready", vec![]).await;
    assert_eq!((status, text.as_str()), (StatusCode::SERVICE_UNAVAILABLE, "not ready: database\n"));
}

#[tokio::test]
async fn metrics_may_have_a_token() {
    let settings = Settings { metrics_token: Some("let me in".to_owned()), ..Settings::default() };
    let server = TestServer::with(Setup { settings, ..Setup::default() }).await;
    let program = server.program();
    assert_eq!(program.get("/metrics").await.failure(403), "forbidden");
    assert_eq!(program.with_token("let me out").get("/metrics").await.failure(403), "forbidden");
    assert_eq!(program.with_token("let me in").get("/metrics").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_request_keeps_the_id_that_it_came_with_if_it_is_one() {
    let server = TestServer::start().await;
    let program = server.program();
    let with = |id: &'static str| program.send(program.request(Method::GET, "/api/v1/auth/me").header("x-request-id", id));
    assert_eq!(with("abc-12345").await.headers["x-request-id"], "abc-12345");
    assert_ne!(with("a b\"c' drop").await.headers["x-request-id"], "a b\"c' drop");
}

#[tokio::test]
async fn text_is_compressed_for_who_takes_it() {
    let server = &TestServer::start().await;
    let get = |encoding: &'static str| async move {
        let client = reqwest::Client::builder().no_gzip().build().unwrap();
        client.get(server.url("/sign-in")).header("accept-encoding", encoding).send().await.unwrap()
    };
    let (small, plain) = (get("gzip, br").await, get("identity").await);
    assert_eq!(small.headers()["content-encoding"], "gzip");
    assert!(plain.headers().get("content-encoding").is_none());
    assert!(small.bytes().await.unwrap().len() * 2 < plain.bytes().await.unwrap().len());
}

#[tokio::test]
async fn strangers_may_be_kept_out() {
    let settings = Settings { open_sign_up: Some(false), ..Settings::default() };
    let server = TestServer::with(Setup { settings, ..Setup::default() }).await;
    let body = serde_json::json!({ "name": "Ann", "email": "ann@example.com", "organization": "Acme", "password": PASSWORD });
    assert_eq!(server.program().post("/api/v1/auth/register", body).await.failure(403), "forbidden");
}

#[tokio::test]
async fn the_public_address_may_be_written_in_any_way() {
    for (written, origin) in [
        ("https://sales.example.com:443", "https://sales.example.com"),
        ("http://sales.example.com:80", "http://sales.example.com"),
        ("https://Sales.example.com./", "https://sales.example.com"),
        ("https://sales.example.com", "https://sales.example.com."),
        ("https://bücher.example:443", "https://xn--bcher-kva.example"),
        ("https://bücher.example.", "https://xn--bcher-kva.example"),
    ] {
        let settings = Settings { public_url: Some(written.to_owned()), ..Settings::default() };
        let server = TestServer::with(Setup { settings, ..Setup::default() }).await;
        for (from, status) in [(origin, StatusCode::UNAUTHORIZED), ("https://evil.example", StatusCode::FORBIDDEN)] {
            let request = reqwest::Client::new().post(server.url("/api/identity/sign_in")).header("origin", from);
            let answer = request.form(&[("email", "ann@example.com"), ("password", "not it at all")]).send().await.unwrap();
            assert_eq!(answer.status(), status, "{written} from {from}");
        }
    }
}

#[tokio::test]
async fn a_pages_policy_names_no_host_but_the_configurations() {
    let server = TestServer::start().await;
    let http = reqwest::Client::new();
    for host in ["evil.example", "evil.example:3000", "192.0.2.7"] {
        let page = http.get(server.url("/sign-in")).header("accept", "text/html").header("host", host).send().await.unwrap();
        let policy = page.headers()["content-security-policy"].to_str().unwrap().to_owned();
        assert!(!policy.contains(host), "{policy}");
        let connect = policy.split(';').find(|part| part.trim().starts_with("connect-src")).unwrap();
        let port = server.address.port();
        assert_eq!(connect.trim(), format!("connect-src 'self' ws://127.0.0.1:{port} ws://localhost:{port}"));
    }
}

#[tokio::test]
async fn the_theme_is_told_over_https_only_where_there_is_https() {
    for (public_url, secure) in [(Some("https://closezly.example"), true), (None, false)] {
        let settings = Settings { public_url: public_url.map(str::to_owned), ..Settings::default() };
        let server = TestServer::with(Setup { settings, ..Setup::default() }).await;
        let origin = public_url.map_or_else(|| server.url(""), str::to_owned);
        let request = reqwest::Client::new().post(server.url("/api/theme")).header("origin", origin);
        let answer = request.form(&[("theme", "dark")]).send().await.unwrap();
        let cookie = set_cookie(answer.headers(), "theme").unwrap();
        assert!(cookie.starts_with("theme=dark; Path=/"), "{cookie}");
        assert_eq!(cookie.contains("; Secure"), secure, "{cookie}");
    }
}
