//! A browser with JavaScript off.

use reqwest::header::{HeaderMap, HeaderValue, SET_COOKIE};
use reqwest::{Client, Response, StatusCode};

use super::{Answer, PASSWORD, client, email};

/// A browser with JavaScript off: cookies, forms, no redirects that the test didn't see.
pub struct Browser {
    base: String,
    /// Its cookies and connections.
    pub http: Client,
    origin: String,
}

impl Browser {
    /// One that knows a server by its address, and is signed in nowhere.
    pub(super) fn of(base: String) -> Self {
        Self { origin: base.clone(), base, http: client(true) }
    }

    /// Loads a page.
    pub async fn page(&self, path: &str) -> Response {
        self.http
            .get(format!("{}{path}", self.base))
            .header("accept", "text/html")
            .header("user-agent", "TestBrowser/1")
            .send()
            .await
            .unwrap()
    }

    /// Loads a page as text.
    pub async fn text(&self, path: &str) -> String {
        self.page(path).await.text().await.unwrap()
    }

    /// Sends the form of a page.
    pub async fn submit(&self, page: &str, action: &str, fields: &[(&str, &str)]) -> Response {
        self.http
            .post(format!("{}{action}", self.base))
            .header("accept", "text/html,application/xhtml+xml")
            .header("origin", &self.origin)
            .header("referer", format!("{}{page}", self.base))
            .header("user-agent", "TestBrowser/1")
            .form(fields)
            .send()
            .await
            .unwrap()
    }

    /// Calls a server function as the page's script does.
    pub async fn call(&self, action: &str, fields: &[(&str, &str)]) -> Answer {
        let request = self
            .http
            .post(format!("{}{action}", self.base))
            .header("accept", "application/json")
            .header("origin", &self.origin)
            .header("user-agent", "TestBrowser/1")
            .form(fields);
        Answer::of(request.send().await.unwrap()).await
    }

    /// Signs up and is then signed in.
    pub async fn sign_up(&self, name: &str) {
        let fields = [("name", name), ("email", &email(name)), ("organization", "Acme"), ("password", PASSWORD), ("next", "/")];
        let answer = self.call("/api/identity/sign_up", &fields).await;
        assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.body);
    }

    /// Signs in.
    pub async fn sign_in(&self, name: &str, password: &str) -> Answer {
        self.call("/api/identity/sign_in", &[("email", &email(name)), ("password", password)]).await
    }

    /// Whether it is signed in.
    pub async fn is_signed_in(&self) -> bool {
        self.http.get(format!("{}/api/v1/auth/me", self.base)).send().await.unwrap().status() == StatusCode::OK
    }
}

/// Where a redirect goes.
pub fn location(response: &Response) -> &str {
    assert!(response.status().is_redirection(), "{}", response.status());
    response.headers()["location"].to_str().unwrap()
}

/// The `Set-Cookie` of a cookie, if the answer has one.
pub fn set_cookie<'a>(headers: &'a HeaderMap<HeaderValue>, name: &str) -> Option<&'a str> {
    headers.get_all(SET_COOKIE).iter().filter_map(|value| value.to_str().ok()).find(|value| value.starts_with(&format!("{name}=")))
}

/// A cookie's value in its `Set-Cookie`.
pub fn cookie_value(set_cookie: &str) -> &str {
    set_cookie.split(';').next().unwrap().split_once('=').unwrap().1
}
