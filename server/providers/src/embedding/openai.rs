//! Any server that answers `POST /v1/embeddings` as OpenAI's does: <https://platform.openai.com/docs/api-reference/embeddings>.
//! OpenAI, Azure's compatible address, Ollama, vLLM, llama.cpp, LiteLLM, text-embeddings-inference.

mod wire;

use std::time::Duration;

use async_trait::async_trait;
use futures::StreamExt;
use ports::{EmbedError, Embedder, EmbeddingModel, Outbound};
use reqwest::header::RETRY_AFTER;
use reqwest::{Client, Response, StatusCode, Url};
use secrecy::{ExposeSecret, SecretString};

use super::reason;
use wire::{Answer, Request, Trouble};

/// Where the service is, unless the configuration says otherwise.
pub const DEFAULT_URL: &str = "https://api.openai.com";
/// The model, unless the configuration says otherwise.
pub const DEFAULT_MODEL: &str = "text-embedding-3-small";

/// Models whose vectors' length needs not be configured.
const KNOWN: [(&str, usize); 3] = [("text-embedding-3-small", 1536), ("text-embedding-3-large", 3072), ("text-embedding-ada-002", 1536)];
/// Texts in a request.
const BATCH: usize = 64;
/// Bytes of text in a request: OpenAI takes 300,000 tokens, servers at home less.
const BATCH_BYTES: usize = 96 * 1024;
/// Bytes of a text: under the 8,191 tokens of OpenAI's models in most languages.
const LONGEST: usize = 16 * 1024;
/// What a number in an answer may take, and what may be around them.
const NUMBER_BYTES: usize = 32;
const FRAME_BYTES: usize = 64 * 1024;
/// No wait is longer, whatever a server asks for.
const LONGEST_WAIT: Duration = Duration::from_secs(60 * 60);

/// Where the server is, and what to ask it for.
#[derive(Clone, Debug)]
pub struct OpenAiConfig {
    /// Base address, for example `https://api.openai.com` or `http://127.0.0.1:11434`; with or without `/v1`.
    pub url: String,
    /// Sent as bearer token.
    pub key: Option<SecretString>,
    /// The model's name, as the server knows it.
    pub model: String,
    /// Numbers in a vector. Needed for models other than OpenAI's; shortens the vectors of `text-embedding-3-*`.
    pub dimensions: Option<usize>,
}

/// How long to wait for the server.
#[derive(Clone, Copy, Debug)]
pub struct EmbedderPatience {
    /// For a connection.
    pub connects: Duration,
    /// For the whole of an answer.
    pub answers: Duration,
}

impl Default for EmbedderPatience {
    fn default() -> Self {
        Self { connects: Duration::from_secs(10), answers: Duration::from_secs(60) }
    }
}

/// An embeddings server.
#[derive(Clone, Debug)]
pub struct OpenAi {
    client: Client,
    address: Url,
    key: Option<SecretString>,
    /// The name on the wire.
    name: String,
    /// Asked for on the wire.
    shortened: Option<usize>,
    model: EmbeddingModel,
}

impl OpenAi {
    /// Makes a client; nothing is sent yet.
    ///
    /// # Errors
    /// A sentence that names the setting.
    pub fn new(config: &OpenAiConfig) -> Result<Self, String> {
        Self::with_patience(config, EmbedderPatience::default())
    }

    /// As [`new`](Self::new), with another patience.
    ///
    /// # Errors
    /// A sentence that names the setting.
    pub fn with_patience(config: &OpenAiConfig, patience: EmbedderPatience) -> Result<Self, String> {
        let wrong = || "embeddings_url must be like https://api.openai.com or http://127.0.0.1:11434.".to_owned();
        let base = config.url.trim_end_matches('/').trim_end_matches("/v1");
        let address = Url::parse(&format!("{base}/v1/embeddings")).map_err(|_| wrong())?;
        if !matches!(address.scheme(), "http" | "https") || !address.has_host() || address.query().is_some() || base.contains('#') {
            return Err(wrong());
        }
        if config.model.trim().is_empty() {
            return Err("embeddings_model must name the model.".to_owned());
        }
        if base == DEFAULT_URL && config.key.is_none() {
            return Err("OpenAI needs a key: set embeddings_key.".to_owned());
        }
        let native = KNOWN.iter().find(|(name, _)| *name == config.model).map(|&(_, dimensions)| dimensions);
        let dimensions = config.dimensions.or(native).ok_or_else(|| {
            format!("How many numbers has a vector of {}? Set embeddings_dimensions; the model's description says it.", config.model)
        })?;
        if !(1..=8192).contains(&dimensions) {
            return Err("embeddings_dimensions must be between 1 and 8192.".to_owned());
        }
        // A redirect would carry the key elsewhere.
        let client = Client::builder()
            .connect_timeout(patience.connects)
            .timeout(patience.answers)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| format!("The client for the embeddings server could not be made: {}.", reason(&error)))?;
        Ok(Self {
            client,
            address,
            key: config.key.clone(),
            name: config.model.clone(),
            // Others refuse the parameter: it is sent only where it is known to be understood.
            shortened: config.dimensions.filter(|_| config.model.contains("text-embedding-3")),
            model: EmbeddingModel { name: format!("openai/{}", config.model), dimensions },
        })
    }

    async fn request(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, EmbedError> {
        let body = Request { model: &self.name, input: texts, dimensions: self.shortened };
        let mut request = self.client.post(self.address.clone()).json(&body);
        if let Some(key) = &self.key {
            request = request.bearer_auth(key.expose_secret());
        }
        let response = request.send().await.map_err(|error| EmbedError::Unavailable(reason(&error)))?;
        if !response.status().is_success() {
            return Err(self.refusal(response).await);
        }
        let limit = texts.len() * self.model.dimensions * NUMBER_BYTES + FRAME_BYTES;
        let body = read(response, limit).await?;
        let answer: Answer = serde_json::from_slice(&body)
            .map_err(|error| EmbedError::Refused(format!("its answer isn't what an embeddings server says ({error})")))?;
        answer.vectors(texts.len(), self.model.dimensions).map_err(EmbedError::Refused)
    }

    /// What a status other than success means.
    async fn refusal(&self, response: Response) -> EmbedError {
        let status = response.status();
        let wait = retry_after(&response);
        let body = read(response, FRAME_BYTES).await.unwrap_or_default();
        let trouble = Trouble::read(&body);
        let words = self.without_key(&trouble.words());
        let said = if words.is_empty() { format!("it answers {status}") } else { format!("it answers {status}: {words}") };
        match status {
            // Waiting doesn't help who has used up what was paid for.
            StatusCode::TOO_MANY_REQUESTS if trouble.is_quota() => EmbedError::Refused(said),
            StatusCode::TOO_MANY_REQUESTS => EmbedError::RateLimited { retry_after: wait },
            StatusCode::SERVICE_UNAVAILABLE if wait.is_some() => EmbedError::RateLimited { retry_after: wait },
            StatusCode::REQUEST_TIMEOUT | StatusCode::CONFLICT => EmbedError::Unavailable(said),
            status if status.is_server_error() => EmbedError::Unavailable(said),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => EmbedError::Refused(format!("the key is not accepted; {said}")),
            StatusCode::NOT_FOUND => EmbedError::Refused(format!("the address or the model {} is unknown; {said}", self.name)),
            _ => EmbedError::Refused(said),
        }
    }

    /// Some servers repeat the key that they don't like.
    fn without_key(&self, words: &str) -> String {
        match &self.key {
            Some(key) if !key.expose_secret().is_empty() => words.replace(key.expose_secret(), "••••"),
            _ => words.to_owned(),
        }
    }
}

#[async_trait]
impl Embedder for OpenAi {
    fn model(&self) -> &EmbeddingModel {
        &self.model
    }

    /// Several requests one after the other if it takes more than one; a failure of one fails the whole.
    async fn embed(&self, texts: &[Outbound<String>]) -> Result<Vec<Vec<f32>>, EmbedError> {
        let mut vectors = Vec::with_capacity(texts.len());
        let mut rest: Vec<&str> = texts.iter().map(|text| sendable(text.get())).collect();
        while !rest.is_empty() {
            let later = rest.split_off(batch(&rest));
            vectors.extend(self.request(&rest).await?);
            rest = later;
        }
        Ok(vectors)
    }
}

/// How many of the texts go into the next request: at least one.
fn batch(texts: &[&str]) -> usize {
    let mut bytes = 0;
    let fitting = texts.iter().take(BATCH).take_while(|text| {
        bytes += text.len();
        bytes <= BATCH_BYTES
    });
    fitting.count().max(1)
}

/// What is sent of a text: servers refuse an empty one, and one with more tokens than the model takes.
fn sendable(text: &str) -> &str {
    let cut = &text[..text.floor_char_boundary(LONGEST)];
    if cut.trim().is_empty() { "." } else { cut }
}

/// The body, if it isn't longer than an honest one.
async fn read(response: Response, limit: usize) -> Result<Vec<u8>, EmbedError> {
    let mut body = Vec::new();
    let mut pieces = response.bytes_stream();
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|error| EmbedError::Unavailable(reason(&error)))?;
        if body.len() + piece.len() > limit {
            return Err(EmbedError::Refused(format!("its answer has more than {limit} bytes")));
        }
        body.extend_from_slice(&piece);
    }
    Ok(body)
}

/// `retry-after-ms`, or `retry-after` in seconds. A date is ignored: it is right only if both clocks are.
fn retry_after(response: &Response) -> Option<Duration> {
    let number = |name: &str| response.headers().get(name)?.to_str().ok()?.trim().parse::<f64>().ok();
    let seconds = number("retry-after-ms").map(|millis| millis / 1000.0).or_else(|| number(RETRY_AFTER.as_str()))?;
    Duration::try_from_secs_f64(seconds).ok().map(|wait| wait.min(LONGEST_WAIT))
}

#[cfg(test)]
mod tests;
