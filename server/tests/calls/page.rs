//! A page of a live call, on either of the two roads.

use std::ops::Range;
use std::time::Duration;

use futures::{SinkExt, StreamExt};
use model::wire::{CallEvent, ClientMessage, FRAME_SAMPLES, Frame, Heard, Hello, Part, ServerMessage, Welcome};
use model::{CallId, Channel, Millis, Problem, TrackId};
use reqwest::StatusCode;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

use crate::support::Program;

/// Longest wait for anything.
const PATIENCE: Duration = Duration::from_secs(20);

/// How messages are written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Road {
    /// `/api/v1/calls/{id}/stream`: JSON text, audio binary.
    Stream,
    /// `/api/calls/live`: Postcard after a byte that says whether it is a value or an error.
    Function,
}

/// An open websocket.
pub struct Page {
    road: Road,
    pub socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

/// A new call's fields with consent, recognized by the browser.
pub fn new_call(title: &str) -> Value {
    json!({
        "title": title, "contact_name": "Kim Lee", "company": "Initech", "kind": "discovery", "language": "en-US", "vocabulary": "",
        "recognizer": "browser", "verbosity": "normal", "consent_who": "Kim Lee", "consent_how": "spoken"
    })
}

/// Makes a call; its id.
pub async fn make(program: &Program, new: Value) -> CallId {
    let made = program.post("/api/v1/calls", new).await;
    assert_eq!(made.status, StatusCode::CREATED, "{:?}", made.body);
    serde_json::from_value(made.body["data"]["id"].clone()).unwrap()
}

/// The address of a call, or of something of it.
pub fn path(call: CallId, rest: &str) -> String {
    format!("/api/v1/calls/{call}{rest}")
}

/// A frame of 100 ms; each sample is the frame's number, so that a recording tells which frames it has.
pub fn frame(channel: Channel, sequence: u32) -> Frame {
    let sample = i16::try_from(sequence + 1).unwrap().to_le_bytes();
    Frame { track: TrackId::usual(channel), sequence, captured_at: Millis(i64::from(sequence) * 100), pcm: sample.repeat(FRAME_SAMPLES) }
}

/// Final words of the browser's recognizer.
pub fn words(channel: Channel, start: i64, text: &str) -> ClientMessage {
    ClientMessage::Heard(Heard {
        track: TrackId::usual(channel),
        text: text.to_owned(),
        start: Millis(start),
        end: Millis(start + 900),
        confidence: 0.9,
        is_final: true,
    })
}

/// The hello of a page.
pub fn hello(call: CallId, part: Part, page: &str) -> Hello {
    Hello { call, part, page: page.to_owned(), take_over: false, last_event: 0 }
}

/// Tries to open a websocket with these headers; the status if it is refused before the upgrade.
pub async fn connect(
    base: &str,
    path: &str,
    headers: &[(&'static str, &str)],
) -> Result<WebSocketStream<MaybeTlsStream<TcpStream>>, StatusCode> {
    let mut request = format!("{}{path}", base.replace("http://", "ws://")).into_client_request().unwrap();
    for (name, value) in headers {
        request.headers_mut().insert(*name, value.parse().unwrap());
    }
    match tokio_tungstenite::connect_async(request).await {
        Ok((socket, _)) => Ok(socket),
        Err(Error::Http(response)) => Err(StatusCode::from_u16(response.status().as_u16()).unwrap()),
        Err(error) => panic!("{error}"),
    }
}

impl Page {
    /// Opens the stream of a call as a program, and says nothing yet.
    pub async fn open(program: &Program, call: CallId) -> Self {
        let bearer = format!("Bearer {}", program.token.as_ref().unwrap());
        let socket = connect(&program.base(), &path(call, "/stream"), &[("authorization", &bearer)]).await.unwrap();
        Self { road: Road::Stream, socket }
    }

    /// Around a socket of the documented stream.
    pub fn stream(socket: WebSocketStream<MaybeTlsStream<TcpStream>>) -> Self {
        Self { road: Road::Stream, socket }
    }

    /// Around a socket of the server function.
    pub fn function(socket: WebSocketStream<MaybeTlsStream<TcpStream>>) -> Self {
        Self { road: Road::Function, socket }
    }

    /// Opens a call's stream and says hello.
    pub async fn join(program: &Program, hello: Hello) -> Self {
        let mut page = Self::open(program, hello.call).await;
        page.say(ClientMessage::Hello(hello)).await;
        page
    }

    /// Opens a call's stream as its source, and is welcome.
    pub async fn source(program: &Program, call: CallId) -> Self {
        let mut page = Self::join(program, hello(call, Part::Source, "tab")).await;
        page.welcome().await;
        page
    }

    /// Sends a message.
    pub async fn say(&mut self, message: ClientMessage) {
        self.try_say(message).await.unwrap();
    }

    /// Sends a message, if the socket is still there.
    pub async fn try_say(&mut self, message: ClientMessage) -> Result<(), Error> {
        let message = match (self.road, message) {
            (Road::Stream, ClientMessage::Frame(frame)) => Message::binary(frame.to_bytes()),
            (Road::Stream, message) => Message::text(serde_json::to_string(&message).unwrap()),
            (Road::Function, message) => Message::binary([vec![0], postcard::to_stdvec(&message).unwrap()].concat()),
        };
        self.socket.send(message).await
    }

    /// Sends frames.
    pub async fn frames(&mut self, channel: Channel, sequences: Range<u32>) {
        for sequence in sequences {
            self.say(ClientMessage::Frame(frame(channel, sequence))).await;
        }
    }

    /// The next message; none when the socket is closed.
    pub async fn next(&mut self) -> Option<ServerMessage> {
        loop {
            let message = tokio::time::timeout(PATIENCE, self.socket.next()).await.expect("a message within 20 s");
            match (self.road, message?.ok()?) {
                (Road::Stream, Message::Text(text)) => return Some(serde_json::from_str(&text).unwrap()),
                (Road::Function, Message::Binary(bytes)) => {
                    assert_eq!(bytes[0], 0, "a value, not {}", String::from_utf8_lossy(&bytes));
                    return Some(postcard::from_bytes(&bytes[1..]).unwrap());
                }
                (_, Message::Close(_)) => return None,
                (_, Message::Ping(_) | Message::Pong(_)) => {}
                (_, other) => panic!("{other:?}"),
            }
        }
    }

    /// Reads until a message gives something.
    pub async fn until<T>(&mut self, mut wanted: impl FnMut(&ServerMessage) -> Option<T>) -> T {
        let mut seen = Vec::new();
        while let Some(message) = self.next().await {
            if let Some(found) = wanted(&message) {
                return found;
            }
            seen.push(message);
        }
        panic!("the socket was closed after {seen:?}");
    }

    /// Waits for the welcome.
    pub async fn welcome(&mut self) -> Welcome {
        match self.next().await {
            Some(ServerMessage::Welcome(welcome)) => welcome,
            other => panic!("no welcome: {other:?}"),
        }
    }

    /// Waits until every frame before `next` is on disk.
    pub async fn acked(&mut self, channel: Channel, next: u32) {
        let ack = ServerMessage::Ack { track: TrackId::usual(channel), next };
        self.until(|message| (*message == ack).then_some(())).await;
    }

    /// Waits for an event; its number.
    pub async fn event(&mut self, wanted: impl Fn(&CallEvent) -> bool) -> (u64, CallEvent) {
        self.until(|message| match message {
            ServerMessage::Event { sequence, event } if wanted(event) => Some((*sequence, event.clone())),
            _ => None,
        })
        .await
    }

    /// Waits for a segment with these words.
    pub async fn heard(&mut self, words: &str) -> u64 {
        self.event(|event| matches!(event, CallEvent::Segment(segment) if segment.text.contains(words))).await.0
    }

    /// Waits for something that is not taken.
    pub async fn rejected(&mut self) -> Problem {
        self.until(|message| match message {
            ServerMessage::Rejected(problem) => Some(problem.clone()),
            _ => None,
        })
        .await
    }

    /// Waits to be refused, and for the end of the socket.
    pub async fn refused(&mut self) -> Problem {
        let problem = self
            .until(|message| match message {
                ServerMessage::Refused(problem) => Some(problem.clone()),
                _ => None,
            })
            .await;
        assert_eq!(self.next().await, None, "nothing comes after it");
        problem
    }

    /// Ends the call and waits for its review.
    pub async fn end(mut self) {
        self.say(ClientMessage::End).await;
        self.event(|event| *event == CallEvent::Ended).await;
        assert_eq!(self.next().await, None, "the stream ends with the call");
    }
}

/// A short call with words of both sides and 3 s of sound, ended.
pub async fn ended_call(program: &Program, title: &str) -> CallId {
    let call = make(program, new_call(title)).await;
    let mut page = Page::source(program, call).await;
    page.frames(Channel::Rep, 0..30).await;
    page.frames(Channel::Customer, 0..20).await;
    page.say(words(Channel::Customer, 0, "Honestly, it is too expensive for us.")).await;
    page.say(words(Channel::Rep, 1_000, "I will send you the pricing deck by Friday.")).await;
    page.say(words(Channel::Customer, 2_000, "Does it work with our warehouse scanners?")).await;
    page.heard("warehouse").await;
    page.end().await;
    call
}
