//! The one socket loop of all vendors with a live websocket: connect, keep alive, reconnect with what wasn't heard, close.
//!
//! A vendor brings a `LiveProtocol`, which knows messages and no sockets. Its times count from the first sample of a
//! connection; the loop turns them into stream time.

mod backlog;

use std::time::Duration;

use futures::{SinkExt, StreamExt};
use http::{Request, StatusCode};
use model::{Millis, Utterance};
use ports::{Audio, RecognizerError, RecognizerEvent, RecognizerStream};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error as SocketError, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

use self::backlog::Backlog;
use crate::speech::timeline::Timeline;
use crate::speech::{WAITING, millis_of, to_bytes};

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// So many messages in a row may be unreadable.
const TOLERATED_MESSAGES: u32 = 5;
/// Audio goes out in frames of at most 250 ms, replayed audio too.
const FRAME: usize = 4000;

/// A vendor's messages, without I/O.
pub(crate) trait LiveProtocol: Send + Sync + 'static {
    /// The request that opens a connection.
    fn request(&self) -> Result<Request<()>, RecognizerError>;
    /// What a refused request means.
    fn refused(&self, status: StatusCode, body: &[u8]) -> RecognizerError;
    /// Keeps a connection open while there is no audio.
    fn keep_alive(&self) -> String;
    /// Asks for the rest, then for the end.
    fn finish(&self) -> String;
    /// Reads a message.
    ///
    /// # Errors
    /// What is wrong with it, for the log.
    fn read(&mut self, text: &str) -> Result<Vec<ProtocolEvent>, String>;
    /// The connection is over: what was said for good but not yet told.
    fn take_rest(&mut self) -> Option<Utterance>;
}

/// What a message says. Times count from the connection's first sample.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ProtocolEvent {
    /// May still change.
    Partial(Utterance),
    /// Will not change.
    Final(Utterance),
    /// Audio until here has been worked through for good: it needs no replay.
    Done(Millis),
    /// Everything has been said.
    End,
    /// The service can't go on with this connection.
    Failed(String),
}

/// How patient the loop is.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// For connecting, and for sending one frame.
    pub send: Duration,
    /// A keep-alive goes out after so long without audio.
    pub keep_alive: Duration,
    /// A service that gets audio and says nothing for so long is lost.
    pub silence: Duration,
    /// For the rest after the last audio.
    pub rest: Duration,
    /// Before the first attempt to reconnect; doubles with each, up to 32 times as long.
    pub backoff: Duration,
    /// Attempts to reconnect in a row.
    pub attempts: u32,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            send: Duration::from_secs(10),
            keep_alive: Duration::from_secs(4),
            silence: Duration::from_secs(20),
            rest: Duration::from_secs(15),
            backoff: Duration::from_millis(250),
            attempts: 8,
        }
    }
}

/// Connects and starts the loop.
///
/// # Errors
/// Why the first connection can't be made.
pub(crate) async fn open(protocol: impl LiveProtocol, pace: Pace) -> Result<RecognizerStream, RecognizerError> {
    let socket = connect(&protocol, pace).await?;
    let (audio, audio_in) = mpsc::channel(WAITING);
    let (events_out, events) = mpsc::channel(WAITING);
    let stream = Stream {
        protocol,
        pace,
        audio: audio_in,
        events: events_out,
        backlog: Backlog::default(),
        timeline: Timeline::default(),
        finishing: false,
        heard_something: false,
        unreadable: 0,
    };
    tokio::spawn(stream.run(socket));
    Ok(RecognizerStream { audio, events })
}

async fn connect(protocol: &impl LiveProtocol, pace: Pace) -> Result<Socket, RecognizerError> {
    let limits = WebSocketConfig::default().max_message_size(Some(1 << 20)).max_frame_size(Some(1 << 20));
    // Without delay: a frame of speech isn't worth waiting for the next one.
    let connecting = tokio_tungstenite::connect_async_with_config(protocol.request()?, Some(limits), true);
    match timeout(pace.send, connecting).await {
        Ok(Ok((socket, _))) => Ok(socket),
        Ok(Err(SocketError::Http(response))) => Err(protocol.refused(response.status(), response.body().as_deref().unwrap_or_default())),
        Ok(Err(error)) => Err(RecognizerError::Connection(error.to_string())),
        Err(_) => Err(RecognizerError::Connection("it does not answer".to_owned())),
    }
}

/// How a connection came to its end.
enum Outcome {
    /// Everything was said, or nobody listens any more.
    Over,
    /// The next one may do better.
    Lost(RecognizerError),
}

struct Stream<P> {
    protocol: P,
    pace: Pace,
    audio: mpsc::Receiver<Audio>,
    events: mpsc::Sender<Result<RecognizerEvent, RecognizerError>>,
    backlog: Backlog,
    timeline: Timeline,
    /// No more audio will come.
    finishing: bool,
    /// This connection has done its work so far: the next failure is a new one.
    heard_something: bool,
    unreadable: u32,
}

impl<P: LiveProtocol> Stream<P> {
    async fn run(mut self, socket: Socket) {
        if let Err(error) = self.serve(socket).await {
            // If nobody listens any more, there is nobody to tell.
            let _ = self.events.send(Err(error)).await;
        }
    }

    async fn serve(&mut self, mut socket: Socket) -> Result<(), RecognizerError> {
        let mut failures = 0;
        loop {
            self.heard_something = false;
            match self.converse(&mut socket).await? {
                Outcome::Over => {
                    // The other side may be gone already, or not answer: nothing depends on it.
                    let _ = timeout(Duration::from_secs(1), socket.close(None)).await;
                    return Ok(());
                }
                Outcome::Lost(error) => {
                    if let Some(rest) = self.protocol.take_rest() {
                        self.tell(rest, true).await;
                    }
                    if self.finishing && self.backlog.is_empty() {
                        return Ok(());
                    }
                    failures = if self.heard_something { 1 } else { failures + 1 };
                    tracing::warn!(%error, failures, "the connection to the recognizer was lost");
                    socket = match self.reconnect(error, &mut failures).await? {
                        Some(socket) => socket,
                        None => return Ok(()),
                    };
                }
            }
        }
    }

    /// Tries until it succeeds, the attempts are used up (an error) or nobody listens any more (none).
    async fn reconnect(&mut self, mut error: RecognizerError, failures: &mut u32) -> Result<Option<Socket>, RecognizerError> {
        loop {
            if *failures > self.pace.attempts {
                return Err(error);
            }
            let wait = self.pace.backoff * (1 << (*failures - 1).min(5));
            let until = Instant::now() + wait.mul_f64(jitter());
            // Audio goes on meanwhile, and is kept for the next connection.
            loop {
                tokio::select! {
                    () = self.events.closed() => return Ok(None),
                    chunk = self.audio.recv(), if !self.finishing => match chunk {
                        Some(Audio::Samples(sound)) => self.backlog.push_unconnected(sound.samples()),
                        Some(Audio::Finish) | None => self.finishing = true,
                    },
                    () = sleep_until(until) => break,
                }
            }
            match connect(&self.protocol, self.pace).await {
                Ok(socket) => return Ok(Some(socket)),
                // A stream that was lost a moment ago may still be counted by the service.
                Err(again @ (RecognizerError::Connection(_) | RecognizerError::Quota(_))) => error = again,
                Err(fatal) => return Err(fatal),
            }
            *failures += 1;
        }
    }

    /// One connection's life.
    async fn converse(&mut self, socket: &mut Socket) -> Result<Outcome, RecognizerError> {
        // Stream time of the connection's first sample.
        let base = self.backlog.rewind();
        let mut finished = false;
        let mut last_sent = Instant::now();
        let mut owes_since: Option<Instant> = None;
        loop {
            let patience = if finished { self.pace.rest } else { self.pace.silence };
            let lost_at = owes_since.map_or_else(|| last_sent + Duration::from_secs(3600), |since| since + patience);
            tokio::select! {
                biased;
                () = self.events.closed() => return Ok(Outcome::Over),
                message = socket.next() => match message {
                    Some(Ok(Message::Text(text))) => {
                        // It owes something again as soon as it gets something.
                        owes_since = finished.then(Instant::now);
                        if let Some(outcome) = self.take_in(text.as_str(), base).await? {
                            return Ok(outcome);
                        }
                    }
                    Some(Ok(Message::Close(frame))) => {
                        let why = frame.map_or_else(|| "it was closed".to_owned(), |frame| format!("it was closed ({frame})"));
                        return Ok(Outcome::Lost(RecognizerError::Connection(why)));
                    }
                    Some(Ok(_)) => {}
                    Some(Err(error)) => return Ok(Outcome::Lost(RecognizerError::Connection(error.to_string()))),
                    None => return Ok(Outcome::Lost(RecognizerError::Connection("it ended".to_owned()))),
                },
                // What was kept goes out first; new audio joins its end.
                () = std::future::ready(()), if self.backlog.has_unsent() || (self.finishing && !finished) => {
                    let message = match self.backlog.next_frame(FRAME) {
                        Some(frame) => Message::binary(to_bytes(&frame)),
                        None => {
                            finished = true;
                            Message::text(self.protocol.finish())
                        }
                    };
                    if let Some(lost) = self.send(socket, message).await {
                        return Ok(lost);
                    }
                    last_sent = Instant::now();
                    if finished || owes_since.is_none() {
                        owes_since = Some(last_sent);
                    }
                }
                chunk = self.audio.recv(), if !self.finishing => match chunk {
                    Some(Audio::Samples(sound)) => self.backlog.push(sound.samples()),
                    Some(Audio::Finish) | None => self.finishing = true,
                },
                () = sleep_until(last_sent + self.pace.keep_alive), if !finished => {
                    if let Some(lost) = self.send(socket, Message::text(self.protocol.keep_alive())).await {
                        return Ok(lost);
                    }
                    last_sent = Instant::now();
                }
                () = sleep_until(lost_at) => return Ok(Outcome::Lost(RecognizerError::Hung)),
            }
        }
    }

    async fn send(&self, socket: &mut Socket, message: Message) -> Option<Outcome> {
        match timeout(self.pace.send, socket.send(message)).await {
            Ok(Ok(())) => None,
            Ok(Err(error)) => Some(Outcome::Lost(RecognizerError::Connection(error.to_string()))),
            Err(_) => Some(Outcome::Lost(RecognizerError::Hung)),
        }
    }

    async fn take_in(&mut self, text: &str, base: Millis) -> Result<Option<Outcome>, RecognizerError> {
        let all = match self.protocol.read(text) {
            Ok(all) => all,
            Err(wrong) => {
                self.unreadable += 1;
                tracing::warn!(wrong, "a message of the recognizer can't be read");
                return if self.unreadable > TOLERATED_MESSAGES { Err(RecognizerError::Rubbish(wrong)) } else { Ok(None) };
            }
        };
        self.unreadable = 0;
        for heard in all {
            match heard {
                ProtocolEvent::Partial(said) => self.tell(said, false).await,
                ProtocolEvent::Final(said) => self.tell(said, true).await,
                ProtocolEvent::Done(until) => {
                    self.heard_something = true;
                    self.backlog.forget(base + until);
                }
                ProtocolEvent::End if self.finishing => {
                    if let Some(rest) = self.protocol.take_rest() {
                        self.tell(rest, true).await;
                    }
                    return Ok(Some(Outcome::Over));
                }
                ProtocolEvent::End => return Ok(Some(Outcome::Lost(RecognizerError::Connection("it ended".to_owned())))),
                ProtocolEvent::Failed(why) => return Ok(Some(Outcome::Lost(RecognizerError::Connection(why)))),
            }
        }
        Ok(None)
    }

    /// Passes an utterance on in stream time.
    async fn tell(&mut self, mut said: Utterance, is_final: bool) {
        let base = self.backlog.base();
        said.start = said.start + base;
        said.end = said.end + base;
        for word in &mut said.words {
            word.start = word.start + base;
            word.end = word.end + base;
        }
        let said = self.timeline.place(said, millis_of(self.backlog.sent()), is_final);
        // The loop sees that nobody listens.
        let _ = self.events.send(Ok(if is_final { RecognizerEvent::Final(said) } else { RecognizerEvent::Partial(said) })).await;
    }
}

/// 0.5 to 1.5, so that many streams that were lost together don't come back together.
fn jitter() -> f64 {
    use std::hash::{BuildHasher, RandomState};
    let random = RandomState::new().hash_one(0_u8);
    0.5 + (random >> 11) as f64 / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests;
