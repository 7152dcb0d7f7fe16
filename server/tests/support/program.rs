//! A client of the REST interface.

use reqwest::header::HeaderMap;
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use serde_json::Value;

use super::client;

/// An answer of the REST interface.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body; null if it is none.
    pub body: Value,
}

impl Answer {
    pub(super) async fn of(response: Response) -> Self {
        let (status, headers) = (response.status(), response.headers().clone());
        // A stream of events has no end.
        if headers.get("content-type").is_some_and(|kind| kind == "text/event-stream") {
            return Self { status, headers, body: Value::Null };
        }
        let body = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap_or_default();
        Self { status, headers, body }
    }

    /// Checks that it is a failure in every way that the interface promises; its code.
    pub fn failure(&self, status: u16) -> &str {
        assert_eq!(self.status.as_u16(), status, "{:?}", self.body);
        assert_eq!(self.headers["content-type"], "application/problem+json");
        assert_eq!(self.body["success"], false);
        assert_eq!(self.body["status"], status);
        let sentence = self.body["error"]["message"].as_str().unwrap();
        assert_eq!(self.body["detail"], sentence);
        assert!(sentence.ends_with('.') && sentence.len() > 15, "no sentence: {sentence}");
        self.body["error"]["code"].as_str().unwrap()
    }
}

/// A client of the REST interface.
#[derive(Clone)]
pub struct Program {
    base: String,
    http: Client,
    /// Its bearer token.
    pub token: Option<String>,
}

impl Program {
    /// A program that knows a server by its address only.
    pub fn of(base: &str) -> Self {
        Self { base: base.to_owned(), http: client(false), token: None }
    }

    /// Where it sends its requests.
    pub fn base(&self) -> String {
        self.base.clone()
    }

    /// Its token.
    pub fn token(&self) -> &str {
        self.token.as_deref().unwrap_or_default()
    }

    /// The same with another token.
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    /// A request, to be changed before it is sent.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.base));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// Sends a request.
    pub async fn send(&self, request: RequestBuilder) -> Answer {
        Answer::of(request.send().await.unwrap()).await
    }

    /// `GET`
    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    /// `POST` with JSON
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::POST, path).json(&body)).await
    }

    /// `PATCH` with JSON
    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::PATCH, path).json(&body)).await
    }

    /// `DELETE`
    pub async fn delete(&self, path: &str) -> Answer {
        self.send(self.request(Method::DELETE, path)).await
    }
}
