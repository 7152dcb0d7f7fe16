//! What stands in `Authorization` is ours only if it is a token of ours: proxies put other things there.

use reqwest::{Method, StatusCode};

use crate::support::{Setup, TestServer};
use server::config::Settings;

#[tokio::test]
async fn what_a_proxy_puts_there_keeps_nobody_out() {
    let server = TestServer::start().await;
    let ann = server.browser();
    ann.sign_up("Ann").await;
    let get = |path: &str, authorization: &str| {
        ann.http.get(format!("{}{path}", server.program().base())).header("accept", "text/html").header("authorization", authorization)
    };
    for authorization in
        ["Basic YW5uOnNlc2FtZQ==", "Bearer eyJhbGciOiJSUzI1NiJ9.e30.c2ln", "Negotiate YIIB", "Digest username=\"ann\"", "nonsense", ""]
    {
        for path in ["/calls", "/api/v1/auth/me"] {
            let answer = get(path, authorization).send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::OK, "{path}: {authorization}");
        }
    }
    let stranger = server.browser();
    for authorization in ["Basic YW5uOnNlc2FtZQ==", "Bearer nobodys"] {
        let page =
            stranger.http.get(format!("{}/sign-in", server.program().base())).header("authorization", authorization).send().await.unwrap();
        assert_eq!(page.status(), StatusCode::OK, "{authorization}");
        let form = [("email", "ann@example.com"), ("password", crate::support::PASSWORD)];
        let sign_in =
            stranger.http.post(format!("{}/api/identity/sign_in", server.program().base())).header("authorization", authorization);
        let sign_in =
            sign_in.header("accept", "application/json").header("origin", server.program().base()).form(&form).send().await.unwrap();
        assert_eq!(sign_in.status(), StatusCode::OK, "{authorization}");
    }
}

#[tokio::test]
async fn a_program_with_a_wrong_token_is_told() {
    let server = TestServer::start().await;
    let program = server.program();
    let asked = program.with_token("nobodys").get("/api/v1/auth/me").await;
    assert_eq!(asked.failure(401), "unauthenticated");
    let basic = program.send(program.request(Method::GET, "/api/v1/auth/me").basic_auth("ann", Some("sesame"))).await;
    assert_eq!(basic.failure(401), "unauthenticated");
}

#[tokio::test]
async fn server_functions_and_wrong_tokens_are_counted_too() {
    let settings = Settings { client_address_header: Some("x-forwarded-for".to_owned()), ..Settings::default() };
    let server = TestServer::with(Setup { settings, ..Setup::default() }).await;
    let program = server.program().with_token("nobodys");
    let mut limited = 0;
    for _ in 0..340 {
        let asked = program.send(program.request(Method::GET, "/api/v1/auth/me").header("x-forwarded-for", "203.0.113.7:4711")).await;
        limited += u32::from(asked.status == StatusCode::TOO_MANY_REQUESTS);
    }
    assert!(limited > 0, "wrong tokens are counted by address");
    let ann = server.browser();
    ann.sign_up("Ann").await;
    let mut limited = None;
    for _ in 0..5_000 {
        let answer = ann.call("/api/home", &[]).await;
        if answer.status == StatusCode::TOO_MANY_REQUESTS {
            limited = Some(answer);
            break;
        }
    }
    let limited = limited.expect("server functions are counted by member");
    assert!(limited.headers.contains_key("retry-after"));
}
