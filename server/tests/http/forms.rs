//! Pages and forms without JavaScript.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::StatusCode;

use crate::support::{PASSWORD, TestServer, cookie_value, location, set_cookie};

#[tokio::test]
async fn signing_up_and_in_and_out_works_with_forms_alone() {
    let server = TestServer::start().await;
    let browser = server.browser();
    assert_eq!(location(&browser.page("/settings").await), "/sign-in?next=/settings");
    let fields =
        [("name", "Ann Lee"), ("email", "ann@example.com"), ("organization", "Acme"), ("password", PASSWORD), ("next", "/settings")];
    let answer = browser.submit("/sign-up?next=/settings", "/api/identity/sign_up", &fields).await;
    assert_eq!(location(&answer), "/settings");
    let cookie = set_cookie(answer.headers(), "closezly_session").unwrap();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && cookie.contains("Path=/"), "{cookie}");
    assert!(!cookie.contains("Secure"), "over plain HTTP a browser would drop it: {cookie}");
    let page = browser.text("/settings").await;
    assert!(page.contains("Ann Lee") && page.contains("ann@example.com"));
    let answer = browser.submit("/settings", "/sign-out", &[]).await;
    assert_eq!(location(&answer), "/sign-in");
    assert!(!browser.is_signed_in().await);
    let answer =
        browser.submit("/sign-in", "/api/identity/sign_in", &[("email", "ANN@example.com"), ("password", PASSWORD), ("next", "")]).await;
    assert_eq!(location(&answer), "/");
    assert!(browser.text("/").await.contains("Hello, Ann"));
}

#[tokio::test]
async fn what_was_wrong_stands_beside_its_field_and_what_was_typed_stays() {
    let server = TestServer::start().await;
    let browser = server.browser();
    let fields = [("name", "Ann <Lee>"), ("email", "ann@example.com"), ("organization", "Acme"), ("password", "too-short")];
    let answer = browser.submit("/sign-up?next=/calls", "/api/identity/sign_up", &fields).await;
    assert_eq!(location(&answer), "/sign-up?next=/calls");
    let page = browser.text("/sign-up?next=/calls").await;
    let error = page.find("Choose a password of at least 10 characters.").expect("the sentence is on the page");
    let field = page.find("id=\"field-password-error\"").expect("the field has a place for it");
    assert!(error > field && error - field < 800, "the sentence is in the field's own place");
    assert!(page.contains("value=\"Ann &lt;Lee&gt;\"") && page.contains("value=\"Acme\""), "typed text stays");
    assert!(!page.contains("too-short"), "a password never comes back");
    assert!(!browser.text("/sign-up").await.contains("Choose a password of"), "the next page is fresh");
}

#[tokio::test]
async fn wrong_credentials_are_said_above_the_form() {
    let server = TestServer::start().await;
    server.owner("Ann").await;
    let browser = server.browser();
    let answer = browser.submit("/sign-in", "/api/identity/sign_in", &[("email", "nobody@example.com"), ("password", "x")]).await;
    assert_eq!(location(&answer), "/sign-in");
    let page = browser.text("/sign-in").await;
    assert!(page.contains("The email or the password is wrong.") && page.contains("value=\"nobody@example.com\""));
}

#[tokio::test]
async fn next_never_leads_to_another_site() {
    let server = TestServer::start().await;
    let browser = server.browser();
    browser.sign_up("Ann").await;
    for wrong in ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"] {
        let fields = [("email", "ann@example.com"), ("password", PASSWORD), ("next", wrong)];
        assert_eq!(location(&browser.submit("/sign-in", "/api/identity/sign_in", &fields).await), "/", "{wrong}");
    }
}

#[tokio::test]
async fn settings_are_changed_by_forms() {
    let server = TestServer::start().await;
    let browser = server.browser();
    browser.sign_up("Ann").await;
    let answer = browser.submit("/settings", "/api/settings/update_profile", &[("name", "Ann Marie")]).await;
    assert_eq!(location(&answer), "/settings?saved=1");
    assert!(browser.text("/settings?saved=1").await.contains("Ann Marie"));
    // An unchecked switch isn't sent: recordings are off.
    let answer = browser.submit("/settings/organization", "/api/settings/update_organization", &[("organization", "Zylo")]).await;
    assert_eq!(location(&answer), "/settings/organization?saved=1");
    let page = browser.text("/settings/organization").await;
    assert!(page.contains("value=\"Zylo\""));
    let answer = browser.submit("/settings/tokens", "/api/settings/create_token", &[("new[name]", "Dialer")]).await;
    assert_eq!(location(&answer), "/settings/tokens");
    let cookie = set_cookie(answer.headers(), "closezly_form").expect("the page after it knows that there is something to show").to_owned();
    let page = browser.text("/settings/tokens").await;
    let secret: String =
        page.split("czl_").nth(1).unwrap().chars().take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).collect();
    let program = server.program().with_token(&format!("czl_{secret}"));
    assert_eq!(program.get("/api/v1/auth/me").await.body["data"]["organization"]["keep_audio"], false);
    assert!(!browser.text("/settings/tokens").await.contains(&secret), "a token is shown once");
    let value = cookie_value(&cookie);
    let left = String::from_utf8(URL_SAFE_NO_PAD.decode(value).unwrap()).unwrap();
    assert!(left.contains("create_token") && !left.contains("czl_") && !left.contains(&secret), "the token is not in the cookie: {left}");
    // Whoever has the cookie has nothing, and is told so.
    let signed_in = browser.sign_in("Ann", PASSWORD).await;
    let session = set_cookie(&signed_in.headers, "closezly_session").unwrap().split(';').next().unwrap();
    let request = browser.http.get(server.url("/settings/tokens")).header("accept", "text/html");
    let again = request.header("cookie", format!("{session}; closezly_form={value}")).send().await.unwrap().text().await.unwrap();
    assert!(!again.contains(&secret) && again.contains("its answer can be shown once only"), "{again}");
}

#[tokio::test]
async fn an_unknown_page_is_a_page_that_says_so() {
    let server = TestServer::start().await;
    let page = server.browser().page("/no/such/page").await;
    assert_eq!(page.status(), StatusCode::NOT_FOUND);
    assert!(page.text().await.unwrap().contains("<!DOCTYPE html>"));
}

#[tokio::test]
async fn the_first_visitor_of_an_empty_server_signs_up_and_the_next_one_signs_in() {
    let server = TestServer::start().await;
    let first = server.browser().text("/sign-in").await;
    assert!(first.contains("Organization") && first.contains("/api/identity/sign_up"), "{first}");
    server.owner("Ann").await;
    let next = server.browser().text("/sign-in").await;
    assert!(!next.contains("Organization") && next.contains("/api/identity/sign_in"), "{next}");
}

#[tokio::test]
async fn without_a_mail_server_nobody_is_told_to_wait_for_a_mail() {
    let server = TestServer::start().await;
    for page in ["/forgot-password", "/forgot-password?sent=1"] {
        let page = server.browser().text(page).await;
        assert!(page.contains("sends no mail") && page.contains("operator") && !page.contains("on its way"), "{page}");
    }
}

#[tokio::test]
async fn a_sign_up_that_is_refused_begins_at_its_first_wrong_field() {
    let server = TestServer::start().await;
    let browser = server.browser();
    let fields = [("name", "Ann"), ("email", "ann at example"), ("organization", "Acme"), ("password", PASSWORD)];
    browser.submit("/sign-up", "/api/identity/sign_up", &fields).await;
    let page = browser.text("/sign-up").await;
    let focused = page.split("<input").find(|input| input.split('>').next().is_some_and(|tag| tag.contains("autofocus"))).unwrap();
    assert!(focused.contains("name=\"email\"") && page.matches("autofocus").count() == 1, "{focused}");
}
