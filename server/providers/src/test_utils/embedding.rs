use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use futures::StreamExt;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::embedding::{OpenAi, OpenAiConfig};

/// How an embeddings server misbehaves.
#[derive(Clone, Debug, PartialEq)]
pub enum EmbeddingTrouble {
    /// Answers with a status, headers and a body.
    Answers(u16, Vec<(&'static str, &'static str)>, String),
    /// The first so many requests are told to wait `retry-after` seconds.
    Busy(usize, u64),
    /// Gives one vector less than asked for.
    LeavesOneOut,
    /// Numbers two vectors alike.
    NumbersTwice,
    /// Gives vectors of so many numbers.
    Dimensions(usize),
    /// Gives vectors of zeros.
    Zeros,
    /// Gives no numbering, in order.
    NoIndex,
    /// Sends a byte now and then, for ever.
    Drips,
    /// Sends spaces as fast as it can, for ever.
    Floods,
    /// Ends in the middle of the answer.
    HangsUp,
}

/// An embeddings server on loopback that speaks as OpenAI's does. Its vectors are hashed words: texts with the same words are close. It
/// lives as long as the value.
#[derive(Debug)]
pub struct EmbeddingServer {
    url: String,
    shared: Arc<Shared>,
    task: tokio::task::JoinHandle<()>,
}

#[derive(Debug, Default)]
struct Shared {
    trouble: Mutex<Option<EmbeddingTrouble>>,
    requests: Mutex<Vec<Value>>,
    seen: AtomicUsize,
}

impl EmbeddingServer {
    /// The key that it wants.
    pub const KEY: &str = "test-embedding-key";
    /// The model that it has.
    pub const MODEL: &str = "hashed-words";
    /// Numbers in its vectors.
    pub const DIMENSIONS: usize = 256;

    /// Starts one that behaves.
    pub async fn start() -> Self {
        Self::start_at("127.0.0.1:0").await.expect("loopback has a free port")
    }

    /// Starts one that misbehaves.
    pub async fn start_with(trouble: EmbeddingTrouble) -> Self {
        let server = Self::start().await;
        server.set_trouble(Some(trouble));
        server
    }

    /// Starts one at an address.
    ///
    /// # Errors
    /// If the address is taken.
    pub async fn start_at(address: &str) -> std::io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let shared = Arc::new(Shared::default());
        let router = Router::new().route("/v1/embeddings", post(embeddings)).with_state(shared.clone());
        let task = tokio::spawn(async move {
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self { url, shared, task })
    }

    /// Its base address, `http://127.0.0.1:port`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// From now on it misbehaves like this, or behaves.
    pub fn set_trouble(&self, trouble: Option<EmbeddingTrouble>) {
        *self.shared.trouble.lock().unwrap() = trouble;
    }

    /// The bodies of the requests that were accepted, in order.
    pub fn requests(&self) -> Vec<Value> {
        self.shared.requests.lock().unwrap().clone()
    }

    /// What a client of it is configured with.
    pub fn config(&self) -> OpenAiConfig {
        OpenAiConfig {
            url: self.url.clone(),
            key: Some(Self::KEY.to_owned().into()),
            model: Self::MODEL.to_owned(),
            dimensions: Some(Self::DIMENSIONS),
        }
    }

    /// A client of it.
    pub fn embedder(&self) -> OpenAi {
        OpenAi::new(&self.config()).expect("its own configuration is right")
    }
}

impl Drop for EmbeddingServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A vector that counts a text's words by their hash; not of length 1. Small words count little, endings of words not at all.
pub fn hashed_words(text: &str, dimensions: usize) -> Vec<f32> {
    // So that no text has no vector.
    let mut vector = vec![0.001; dimensions];
    for word in text.to_lowercase().split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        let stem: String = word.chars().take(6).collect();
        let weight = if word.len() < 4 { 0.2 } else { 1.0 };
        vector[hash(&stem) as usize % dimensions] += weight;
    }
    vector
}

/// FNV-1a: the same on every machine and in every version.
fn hash(word: &str) -> u64 {
    word.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

async fn embeddings(State(shared): State<Arc<Shared>>, headers: HeaderMap, Json(body): Json<Value>) -> Response {
    let authorization = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let trouble = shared.trouble.lock().unwrap().clone();
    let seen = shared.seen.fetch_add(1, Ordering::SeqCst);
    let refuse = |status: StatusCode, code: &str, message: String| {
        (status, Json(json!({ "error": { "message": message, "type": "invalid_request_error", "code": code } }))).into_response()
    };
    if authorization != format!("Bearer {}", EmbeddingServer::KEY) {
        return refuse(StatusCode::UNAUTHORIZED, "invalid_api_key", format!("Incorrect API key provided: {authorization}."));
    }
    if body["model"] != EmbeddingServer::MODEL {
        return refuse(StatusCode::NOT_FOUND, "model_not_found", format!("The model {} does not exist.", body["model"]));
    }
    let texts: Option<Vec<&str>> = body["input"].as_array().and_then(|texts| texts.iter().map(Value::as_str).collect());
    let Some(texts) = texts.filter(|texts| !texts.is_empty() && texts.len() <= 2048 && texts.iter().all(|text| !text.is_empty())) else {
        return refuse(StatusCode::BAD_REQUEST, "invalid_input", "'$.input' is invalid.".to_owned());
    };
    match &trouble {
        Some(EmbeddingTrouble::Answers(status, headers, body)) => {
            let mut response = (StatusCode::from_u16(*status).unwrap(), body.clone()).into_response();
            for (name, value) in headers {
                response.headers_mut().insert(*name, value.parse().unwrap());
            }
            return response;
        }
        Some(EmbeddingTrouble::Busy(requests, seconds)) if seen < *requests => {
            let mut response = refuse(StatusCode::TOO_MANY_REQUESTS, "rate_limit_exceeded", "Rate limit reached for requests".to_owned());
            response.headers_mut().insert(header::RETRY_AFTER, seconds.to_string().parse().unwrap());
            return response;
        }
        Some(EmbeddingTrouble::Drips) => {
            let drops = futures::stream::repeat(()).then(|()| async {
                tokio::time::sleep(Duration::from_millis(100)).await;
                Ok::<_, std::io::Error>(" ")
            });
            return Body::from_stream(drops).into_response();
        }
        Some(EmbeddingTrouble::Floods) => {
            let flood = futures::stream::repeat_with(|| Ok::<_, std::io::Error>(" ".repeat(64 * 1024)));
            return Body::from_stream(flood).into_response();
        }
        Some(EmbeddingTrouble::HangsUp) => {
            let torn = [Ok("{\"data\": [{\"ind"), Err(std::io::Error::other("torn"))];
            return Body::from_stream(futures::stream::iter(torn)).into_response();
        }
        _ => {}
    }
    shared.requests.lock().unwrap().push(body.clone());
    Json(answer(&texts, trouble.as_ref())).into_response()
}

/// Last text first: a client must look at the numbering.
fn answer(texts: &[&str], trouble: Option<&EmbeddingTrouble>) -> Value {
    let dimensions = match trouble {
        Some(EmbeddingTrouble::Dimensions(dimensions)) => *dimensions,
        _ => EmbeddingServer::DIMENSIONS,
    };
    let mut data: Vec<Value> = texts
        .iter()
        .enumerate()
        .map(|(index, text)| json!({ "object": "embedding", "index": index, "embedding": hashed_words(text, dimensions) }))
        .rev()
        .collect();
    match trouble {
        Some(EmbeddingTrouble::LeavesOneOut) => drop(data.pop()),
        Some(EmbeddingTrouble::NumbersTwice) => data.iter_mut().for_each(|item| item["index"] = json!(0)),
        Some(EmbeddingTrouble::Zeros) => data.iter_mut().for_each(|item| item["embedding"] = json!(vec![0.0; dimensions])),
        Some(EmbeddingTrouble::NoIndex) => {
            data.reverse();
            for item in &mut data {
                item.as_object_mut().unwrap().remove("index");
            }
        }
        _ => {}
    }
    let words: usize = texts.iter().map(|text| text.split_whitespace().count()).sum();
    json!({ "object": "list", "data": data, "model": EmbeddingServer::MODEL, "usage": { "prompt_tokens": words, "total_tokens": words } })
}
