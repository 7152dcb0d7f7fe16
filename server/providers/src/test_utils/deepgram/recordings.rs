//! The stand-in's REST interface: `POST /v1/listen` with a whole WAV file, answered in the recorded shape.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::json;
use tokio::net::TcpStream;
use tokio::sync::mpsc;

use super::{DeepgramSession, DeepgramTrouble, DeepgramUpstream, Plan, WORD, parameters};

/// A WAV file's header.
const HEADER: usize = 44;

#[derive(Clone)]
struct Recordings {
    plan: Arc<Plan>,
    sessions: Arc<Mutex<Vec<DeepgramSession>>>,
}

/// Connections that begin with a POST.
struct Posts {
    sockets: mpsc::UnboundedReceiver<TcpStream>,
    address: SocketAddr,
}

impl axum::serve::Listener for Posts {
    type Io = TcpStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (TcpStream, SocketAddr) {
        match self.sockets.recv().await {
            Some(socket) => (socket, self.address),
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> std::io::Result<SocketAddr> {
        Ok(self.address)
    }
}

/// Answers the connections that are handed over. Ends with the upstream's own task, which drops the sender.
pub(super) fn serve(address: SocketAddr, plan: Arc<Plan>, sessions: Arc<Mutex<Vec<DeepgramSession>>>) -> mpsc::UnboundedSender<TcpStream> {
    let (sender, sockets) = mpsc::unbounded_channel();
    let routes =
        Router::new().route("/v1/listen", post(listen)).layer(DefaultBodyLimit::disable()).with_state(Recordings { plan, sessions });
    tokio::spawn(async move { axum::serve(Posts { sockets, address }, routes).await });
    sender
}

fn refused(status: u16, why: &str) -> Response {
    let status = StatusCode::from_u16(status).unwrap();
    (status, Json(json!({ "err_code": "REFUSED", "err_msg": why, "request_id": "00000000-0000-4000-8000-000000000000" }))).into_response()
}

async fn listen(State(all): State<Recordings>, RawQuery(query): RawQuery, headers: HeaderMap, body: Bytes) -> Response {
    let Recordings { plan, sessions } = all;
    match plan.trouble {
        Some(DeepgramTrouble::Refuses(status)) => return refused(status, "No such model/language/tier combination found."),
        Some(DeepgramTrouble::SendsErrors) => return refused(500, "Internal error."),
        Some(DeepgramTrouble::SendsRubbish) => return Json(json!({ "banana": 1 })).into_response(),
        Some(DeepgramTrouble::SaysNothing | DeepgramTrouble::NeverEnds) => tokio::time::sleep(Duration::from_secs(600)).await,
        _ => {}
    }
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    if header("authorization") != format!("Token {}", plan.key) {
        return refused(401, "Invalid credentials.");
    }
    let Some(samples) = samples(&body).filter(|_| header("content-type") == "audio/wav") else {
        return refused(400, "Bad Request: failed to process audio: corrupt or unsupported data");
    };
    let query = parameters(query.as_deref().unwrap_or_default());
    let tag = query.iter().find(|(name, _)| name == "tag").map(|(_, value)| value.clone()).unwrap_or_default();
    let first = samples.first().copied();
    let base = first.filter(|first| *first >= DeepgramUpstream::START_OF_STREAM);
    let base = base.map_or(0, |first| i64::from(first - DeepgramUpstream::START_OF_STREAM) * 10);
    let length = samples.len() as i64 / 16;
    let words: Vec<_> = plan
        .script
        .iter()
        .filter(|sentence| sentence.channel == tag && samples.iter().any(|sample| *sample != 0))
        .flat_map(|sentence| (0..).zip(sentence.text.split_whitespace()).map(|(place, word)| (word, sentence.at_ms + place * WORD - base)))
        .filter(|(_, start)| *start >= 0 && start + WORD <= length)
        .collect();
    let details: Vec<_> = words
        .iter()
        .map(|(word, start)| {
            let plain = word.to_lowercase().trim_matches(|c: char| c.is_ascii_punctuation()).to_owned();
            let (start, end) = (*start as f64 / 1000.0, (start + WORD) as f64 / 1000.0);
            json!({ "word": plain, "start": start, "end": end, "confidence": 0.97, "punctuated_word": word })
        })
        .collect();
    let transcript = words.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(" ");
    sessions.lock().unwrap().push(DeepgramSession {
        query,
        first_sample: first,
        audio_ms: length,
        closed: true,
        ended: true,
        recording: true,
        ..DeepgramSession::default()
    });
    Json(json!({
        "metadata": {
            "transaction_key": "deprecated", "request_id": "00000000-0000-4000-8000-000000000000", "sha256": "",
            "created": "2026-01-01T00:00:00.000Z", "duration": length as f64 / 1000.0, "channels": 1, "models": [], "model_info": {},
        },
        "results": { "channels": [{ "alternatives": [{ "transcript": transcript, "confidence": 0.98, "words": details }] }] },
    }))
    .into_response()
}

/// The samples of a whole WAV file, 16 kHz mono.
fn samples(file: &[u8]) -> Option<Vec<i16>> {
    let number = |at: usize| file.get(at..at + 4)?.first_chunk::<4>().map(|bytes| u32::from_le_bytes(*bytes) as usize);
    let is_wav = file.starts_with(b"RIFF") && file.get(8..16)? == b"WAVEfmt " && number(24)? == 16_000 && file.get(36..40)? == b"data";
    let whole = number(40)? == file.len() - HEADER && number(4)? == file.len() - 8;
    let pairs = file.get(HEADER..)?.chunks_exact(2);
    (is_wav && whole).then(|| pairs.map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect())
}
