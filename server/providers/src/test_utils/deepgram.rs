mod recordings;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::{SinkExt, StreamExt};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};

/// A word takes so many ms.
const WORD: i64 = 300;

/// Something that the stand-in hears on a channel.
#[derive(Clone, Debug, Deserialize)]
pub struct Sentence {
    /// `rep` or `customer`: the `tag` of the connection.
    pub channel: String,
    /// When it begins, in ms of the channel's audio.
    pub at_ms: i64,
    /// What is said.
    pub text: String,
}

impl Sentence {
    /// A sentence.
    pub fn new(channel: &str, at_ms: i64, text: &str) -> Self {
        Self { channel: channel.to_owned(), at_ms, text: text.to_owned() }
    }
}

/// How the stand-in misbehaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeepgramTrouble {
    /// Refuses every connection with this status.
    Refuses(u16),
    /// Cuts the first connection after so many ms of audio, without a close.
    Cuts(i64),
    /// Cuts every connection at once.
    CutsAll,
    /// Takes audio and says nothing.
    SaysNothing,
    /// Sends an error message on every connection.
    SendsErrors,
    /// Sends what isn't its protocol.
    SendsRubbish,
    /// Does not answer CloseStream.
    NeverEnds,
}

/// What the stand-in saw of one connection.
#[derive(Clone, Debug, Default)]
pub struct DeepgramSession {
    /// Names and decoded values of the query.
    pub query: Vec<(String, String)>,
    /// The first sample.
    pub first_sample: Option<i16>,
    /// Ms of audio.
    pub audio_ms: i64,
    /// KeepAlive messages.
    pub keep_alives: usize,
    /// Whether CloseStream came.
    pub closed: bool,
    /// Whether the connection is over.
    pub ended: bool,
    /// Whether a whole recording came, not a stream.
    pub recording: bool,
}

impl DeepgramSession {
    /// A value of the query.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// A server on loopback that speaks Deepgram's live protocol, and takes whole recordings. It lives as long as the value.
///
/// It hears its script: each sentence when its time has come in the audio of the connection that carries the sentence's channel
/// as `tag`, as long as the connection has had any sound. With [`DeepgramUpstream::START_OF_STREAM`] a test tells it where in the
/// stream a connection begins.
#[derive(Debug)]
pub struct DeepgramUpstream {
    url: String,
    sessions: Arc<Mutex<Vec<DeepgramSession>>>,
    task: tokio::task::JoinHandle<()>,
}

struct Plan {
    key: String,
    script: Vec<Sentence>,
    trouble: Option<DeepgramTrouble>,
}

impl DeepgramUpstream {
    /// The key that [`DeepgramUpstream::start`] takes.
    pub const KEY: &str = "loopback-key";
    /// A first sample of this and more means: the connection begins so many times 10 ms into the stream, less this value.
    pub const START_OF_STREAM: i16 = 20_000;

    /// Starts one that hears this script.
    pub async fn start(script: Vec<Sentence>) -> Self {
        Self::start_with(script, None).await
    }

    /// Starts one that misbehaves.
    pub async fn start_with(script: Vec<Sentence>, trouble: Option<DeepgramTrouble>) -> Self {
        Self::start_at("127.0.0.1:0", Self::KEY, script, trouble).await.expect("loopback has a free port")
    }

    /// Starts one at an address, with a key.
    ///
    /// # Errors
    /// If the address is taken.
    pub async fn start_at(address: &str, key: &str, script: Vec<Sentence>, trouble: Option<DeepgramTrouble>) -> std::io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let url = format!("ws://{address}");
        let sessions = Arc::new(Mutex::new(Vec::new()));
        let (kept, plan) = (sessions.clone(), Arc::new(Plan { key: key.to_owned(), script, trouble }));
        let task = tokio::spawn(async move {
            let recordings = recordings::serve(address, plan.clone(), kept.clone());
            while let Ok((socket, _)) = listener.accept().await {
                let (plan, kept, recordings) = (plan.clone(), kept.clone(), recordings.clone());
                tokio::spawn(async move {
                    // A websocket begins with a GET.
                    let mut first = [0];
                    match socket.peek(&mut first).await {
                        Ok(1) if first == *b"P" => drop(recordings.send(socket)),
                        _ => serve(socket, plan, kept).await,
                    }
                });
            }
        });
        Ok(Self { url, sessions, task })
    }

    /// Its address, `ws://127.0.0.1:port`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The connections so far, in the order of their beginning.
    pub fn sessions(&self) -> Vec<DeepgramSession> {
        self.sessions.lock().unwrap().clone()
    }
}

impl Drop for DeepgramUpstream {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// What the service insists on.
fn admit(request: &Request, plan: &Plan) -> Result<Vec<(String, String)>, (u16, &'static str)> {
    if let Some(DeepgramTrouble::Refuses(status)) = plan.trouble {
        return Err((status, "No such model/language/tier combination found."));
    }
    let authorized =
        request.headers().get("authorization").is_some_and(|value| value.as_bytes() == format!("Token {}", plan.key).as_bytes());
    if !authorized {
        return Err((401, "Invalid credentials."));
    }
    let query = parameters(request.uri().query().unwrap_or_default());
    let has = |name: &str, wanted: &str| query.iter().any(|(key, value)| key == name && value == wanted);
    if request.uri().path() != "/v1/listen" {
        return Err((404, "Not found."));
    }
    if !has("encoding", "linear16") || !has("sample_rate", "16000") || !has("channels", "1") || !has("interim_results", "true") {
        return Err((400, "Bad Request: failed to process the audio parameters."));
    }
    Ok(query)
}

/// Names and decoded values.
fn parameters(query: &str) -> Vec<(String, String)> {
    query.split('&').filter_map(|pair| pair.split_once('=')).map(|(name, value)| (name.to_owned(), decoded(value))).collect()
}

fn decoded(text: &str) -> String {
    let mut parts = text.split('%');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        bytes.extend(u8::from_str_radix(&part[..2], 16).ok());
        bytes.extend_from_slice(&part.as_bytes()[2..]);
    }
    String::from_utf8(bytes).unwrap_or_default()
}

async fn serve(socket: TcpStream, plan: Arc<Plan>, sessions: Arc<Mutex<Vec<DeepgramSession>>>) {
    let mut query = Vec::new();
    #[allow(clippy::result_large_err, reason = "the library's own signature")]
    let admission = |request: &Request, response: Response| match admit(request, &plan) {
        Ok(admitted) => {
            query = admitted;
            Ok(response)
        }
        Err((status, reason)) => {
            let mut refusal = ErrorResponse::new(Some(json!({ "err_code": "REFUSED", "err_msg": reason }).to_string()));
            *refusal.status_mut() = StatusCode::from_u16(status).unwrap();
            Err(refusal)
        }
    };
    let Ok(socket) = tokio_tungstenite::accept_hdr_async(socket, admission).await else { return };
    let number = {
        let mut sessions = sessions.lock().unwrap();
        sessions.push(DeepgramSession { query, ..DeepgramSession::default() });
        sessions.len() - 1
    };
    let connection = Connection { socket, plan, sessions: sessions.clone(), number, base: 0, heard_sound: false, until: 0, next: 0 };
    // A client that is gone is nobody to complain to.
    let _ = connection.listen().await;
    sessions.lock().unwrap()[number].ended = true;
}

struct Connection {
    socket: WebSocketStream<TcpStream>,
    plan: Arc<Plan>,
    sessions: Arc<Mutex<Vec<DeepgramSession>>>,
    number: usize,
    /// Where in the stream this connection begins, ms.
    base: i64,
    heard_sound: bool,
    /// Audio before this (stream ms) was told for good.
    until: i64,
    /// The sentence that comes next.
    next: usize,
}

impl Connection {
    async fn listen(mut self) -> Option<()> {
        if self.plan.trouble == Some(DeepgramTrouble::CutsAll) {
            return None;
        }
        let mut samples = 0;
        while let Some(Ok(message)) = self.socket.next().await {
            match message {
                Message::Binary(bytes) => {
                    let first = bytes.first_chunk::<2>().map(|pair| i16::from_le_bytes(*pair))?;
                    if samples == 0 && first >= DeepgramUpstream::START_OF_STREAM {
                        self.base = i64::from(first - DeepgramUpstream::START_OF_STREAM) * 10;
                    }
                    self.heard_sound |= bytes.iter().any(|byte| *byte != 0);
                    samples += bytes.len() as i64 / 2;
                    self.note(|session| {
                        session.first_sample.get_or_insert(first);
                        session.audio_ms = samples / 16;
                    });
                    match self.plan.trouble {
                        Some(DeepgramTrouble::Cuts(after)) if self.number == 0 && samples / 16 > after => return None,
                        Some(DeepgramTrouble::SaysNothing) => {}
                        Some(DeepgramTrouble::SendsErrors) => {
                            self.say(json!({"type": "Error", "description": "Could not deserialize.", "message": "", "variant": "DATA"}))
                                .await?;
                        }
                        Some(DeepgramTrouble::SendsRubbish) => self.say(json!({"banana": 1})).await?,
                        _ => self.hear(self.base + samples / 16, false).await?,
                    }
                }
                Message::Text(text) => match serde_json::from_str::<Value>(&text).ok()?["type"].as_str()? {
                    "KeepAlive" => self.note(|session| session.keep_alives += 1),
                    "CloseStream" => {
                        self.note(|session| session.closed = true);
                        match self.plan.trouble {
                            Some(DeepgramTrouble::SaysNothing | DeepgramTrouble::NeverEnds) => {
                                tokio::time::sleep(Duration::from_secs(600)).await;
                            }
                            _ => self.hear(self.base + samples / 16, true).await?,
                        }
                        self.say(json!({
                            "type": "Metadata", "transaction_key": "deprecated", "request_id": "00000000-0000-4000-8000-000000000000",
                            "sha256": "", "created": "2026-01-01T00:00:00.000Z", "duration": samples as f64 / 16_000.0, "channels": 1,
                        }))
                        .await?;
                        self.socket.close(None).await.ok()?;
                    }
                    _ => {}
                },
                _ => {}
            }
        }
        Some(())
    }

    fn note(&self, change: impl FnOnce(&mut DeepgramSession)) {
        change(&mut self.sessions.lock().unwrap()[self.number]);
    }

    async fn say(&mut self, message: Value) -> Option<()> {
        self.socket.send(Message::text(message.to_string())).await.ok()
    }

    /// Says what can be said when the audio has come to `now`.
    async fn hear(&mut self, now: i64, at_the_end: bool) -> Option<()> {
        let tag = self.sessions.lock().unwrap()[self.number].get("tag").unwrap_or_default().to_owned();
        let script: Vec<_> = self.plan.script.iter().filter(|sentence| sentence.channel == tag).cloned().collect();
        while let Some(sentence) = script.get(self.next).filter(|_| self.heard_sound) {
            let words: Vec<_> = sentence.text.split_whitespace().collect();
            let times = |at: usize| (sentence.at_ms + at as i64 * WORD, sentence.at_ms + (at as i64 + 1) * WORD);
            let heard: Vec<_> = (0..words.len())
                .filter(|at| times(*at).0 >= self.until.max(self.base) && times(*at).1 <= now)
                .map(|at| (words[at], times(at).0, times(at).1))
                .collect();
            let ended = sentence.at_ms + words.len() as i64 * WORD <= now;
            if sentence.at_ms > now || (heard.is_empty() && !ended) {
                break;
            }
            if heard.is_empty() {
                // An earlier connection had it.
                self.next += 1;
                continue;
            }
            if self.until == 0 {
                self.say(
                    json!({"type": "SpeechStarted", "channel": [0, 1], "timestamp": (sentence.at_ms - self.base).max(0) as f64 / 1000.0}),
                )
                .await?;
            }
            if ended || at_the_end {
                // The first half is final before the speaker pauses: `is_final` is not `speech_final`.
                let half = if heard.len() > 4 { heard.len() / 2 } else { 0 };
                if half > 0 {
                    self.results(&heard[..half], heard[half - 1].2, true, false).await?;
                }
                let end = heard.last().map_or(now, |word| word.2).max(self.until);
                self.results(&heard[half..], end, true, true).await?;
                self.next += 1;
            } else {
                self.results(&heard, now, false, false).await?;
                break;
            }
        }
        // In silence the service says every few seconds that there was nothing.
        let waits = script.get(self.next).is_some_and(|sentence| self.heard_sound && sentence.at_ms <= now);
        if !waits && now - self.until.max(self.base) > 3000 {
            self.say(json!({"type": "UtteranceEnd", "channel": [0, 1], "last_word_end": (self.until - self.base).max(0) as f64 / 1000.0}))
                .await?;
            self.results(&[], now, true, true).await?;
        }
        Some(())
    }

    /// A Results message in the recorded shape, about the audio from `until` to `end`.
    async fn results(&mut self, words: &[(&str, i64, i64)], end: i64, is_final: bool, speech_final: bool) -> Option<()> {
        let seconds = |at: i64| (at - self.base).max(0) as f64 / 1000.0;
        let start = self.until.max(self.base);
        let details: Vec<_> = words
            .iter()
            .map(|(word, start, end)| {
                let plain = word.to_lowercase().trim_matches(|c: char| c.is_ascii_punctuation()).to_owned();
                json!({"word": plain, "start": seconds(*start), "end": seconds(*end), "confidence": 0.97, "punctuated_word": word})
            })
            .collect();
        let transcript = words.iter().map(|(word, ..)| *word).collect::<Vec<_>>().join(" ");
        let confidence = if words.is_empty() { 0.0 } else { 0.98 };
        let message = json!({
            "channel": {"alternatives": [{"transcript": transcript, "confidence": confidence, "words": details}]},
            "metadata": {
                "model_info": {"name": "general-nova-3", "version": "2026-01-01.0", "arch": "nova-3"},
                "request_id": "00000000-0000-4000-8000-000000000000", "model_uuid": "00000000-0000-4000-8000-000000000001",
            },
            "type": "Results", "channel_index": [0, 1], "duration": (end - start) as f64 / 1000.0, "start": seconds(start),
            "is_final": is_final, "from_finalize": false, "speech_final": speech_final,
        });
        if is_final {
            self.until = end;
        }
        self.say(message).await
    }
}
