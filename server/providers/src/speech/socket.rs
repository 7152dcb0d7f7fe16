//! The one socket loop of all vendors with a live websocket: connect, keep alive, close.
//!
//! A stream is one connection. When that is lost the stream ends with an error, and whoever opened it opens another one: only there is
//! known what was not answered, and which recognizer comes next. A vendor brings a `LiveProtocol`, which knows messages and no sockets.

use std::collections::VecDeque;
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

use crate::speech::timeline::Timeline;
use crate::speech::{WAITING, millis_of, to_bytes};

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// So many messages in a row may be unreadable.
const TOLERATED_MESSAGES: u32 = 5;
/// Audio goes out in frames of at most 250 ms.
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

/// What a message says, in stream time.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ProtocolEvent {
    /// May still change.
    Partial(Utterance),
    /// Will not change.
    Final(Utterance),
    /// Audio until here has been worked through for good, and its words were told as finals: it needs not be heard again.
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
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            send: Duration::from_secs(10),
            keep_alive: Duration::from_secs(4),
            silence: Duration::from_secs(20),
            rest: Duration::from_secs(15),
        }
    }
}

/// Connects and starts the loop.
///
/// # Errors
/// Why the connection can't be made.
pub(crate) async fn open(protocol: impl LiveProtocol, pace: Pace) -> Result<RecognizerStream, RecognizerError> {
    let socket = connect(&protocol, pace).await?;
    let (audio, audio_in) = mpsc::channel(WAITING);
    let (events_out, events) = mpsc::channel(WAITING);
    let stream = Stream {
        protocol,
        pace,
        audio: audio_in,
        events: events_out,
        waiting: VecDeque::new(),
        sent: 0,
        timeline: Timeline::default(),
        finishing: false,
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

struct Stream<P> {
    protocol: P,
    pace: Pace,
    audio: mpsc::Receiver<Audio>,
    events: mpsc::Sender<Result<RecognizerEvent, RecognizerError>>,
    /// Samples that wait to be sent: one chunk of the host's at most.
    waiting: VecDeque<i16>,
    /// Samples that were sent.
    sent: u64,
    timeline: Timeline,
    /// No more audio will come.
    finishing: bool,
    unreadable: u32,
}

impl<P: LiveProtocol> Stream<P> {
    async fn run(mut self, mut socket: Socket) {
        let end = self.converse(&mut socket).await;
        // However it ended: what was heard for good is told.
        if let Some(rest) = self.protocol.take_rest() {
            self.tell(rest, true).await;
        }
        match end {
            // The other side may be gone already, or not answer: nothing depends on it.
            Ok(()) => drop(timeout(Duration::from_secs(1), socket.close(None)).await),
            Err(error) => {
                tracing::warn!(%error, "the connection to the recognizer was lost");
                // If nobody listens any more, there is nobody to tell.
                let _ = self.events.send(Err(error)).await;
            }
        }
    }

    /// The connection's life: until everything was said, or nobody listens any more.
    async fn converse(&mut self, socket: &mut Socket) -> Result<(), RecognizerError> {
        let mut finished = false;
        let mut last_sent = Instant::now();
        let mut owes_since: Option<Instant> = None;
        loop {
            let patience = if finished { self.pace.rest } else { self.pace.silence };
            let lost_at = owes_since.map_or_else(|| last_sent + Duration::from_secs(3600), |since| since + patience);
            tokio::select! {
                biased;
                () = self.events.closed() => return Ok(()),
                message = socket.next() => match message {
                    Some(Ok(Message::Text(text))) => {
                        // It owes something again as soon as it gets something.
                        owes_since = finished.then(Instant::now);
                        if self.take_in(text.as_str()).await? {
                            return Ok(());
                        }
                    }
                    Some(Ok(Message::Close(frame))) => {
                        let why = frame.map_or_else(|| "it was closed".to_owned(), |frame| format!("it was closed ({frame})"));
                        return Err(RecognizerError::Connection(why));
                    }
                    Some(Ok(_)) => {}
                    Some(Err(error)) => return Err(RecognizerError::Connection(error.to_string())),
                    None => return Err(RecognizerError::Connection("it ended".to_owned())),
                },
                () = std::future::ready(()), if !self.waiting.is_empty() || (self.finishing && !finished) => {
                    let message = if self.waiting.is_empty() {
                        finished = true;
                        Message::text(self.protocol.finish())
                    } else {
                        let frame: Vec<i16> = self.waiting.drain(..self.waiting.len().min(FRAME)).collect();
                        self.sent += frame.len() as u64;
                        Message::binary(to_bytes(&frame))
                    };
                    self.send(socket, message).await?;
                    last_sent = Instant::now();
                    if finished || owes_since.is_none() {
                        owes_since = Some(last_sent);
                    }
                }
                chunk = self.audio.recv(), if !self.finishing => match chunk {
                    Some(Audio::Samples(sound)) => self.waiting.extend(sound.samples()),
                    Some(Audio::Finish) | None => self.finishing = true,
                },
                () = sleep_until(last_sent + self.pace.keep_alive), if !finished => {
                    self.send(socket, Message::text(self.protocol.keep_alive())).await?;
                    last_sent = Instant::now();
                }
                () = sleep_until(lost_at) => return Err(RecognizerError::Hung),
            }
        }
    }

    async fn send(&self, socket: &mut Socket, message: Message) -> Result<(), RecognizerError> {
        match timeout(self.pace.send, socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(RecognizerError::Connection(error.to_string())),
            Err(_) => Err(RecognizerError::Hung),
        }
    }

    /// Reads a message. True if it was the last one.
    async fn take_in(&mut self, text: &str) -> Result<bool, RecognizerError> {
        let all = match self.protocol.read(text) {
            Ok(all) => all,
            Err(wrong) => {
                self.unreadable += 1;
                tracing::warn!(wrong, "a message of the recognizer can't be read");
                return if self.unreadable > TOLERATED_MESSAGES { Err(RecognizerError::Rubbish(wrong)) } else { Ok(false) };
            }
        };
        self.unreadable = 0;
        for heard in all {
            match heard {
                ProtocolEvent::Partial(said) => self.tell(said, false).await,
                ProtocolEvent::Final(said) => self.tell(said, true).await,
                ProtocolEvent::Done(until) => {
                    let until = Millis(until.0.clamp(0, millis_of(self.sent)));
                    // The loop sees that nobody listens.
                    let _ = self.events.send(Ok(RecognizerEvent::Done(until))).await;
                }
                ProtocolEvent::End if self.finishing => return Ok(true),
                ProtocolEvent::End => return Err(RecognizerError::Connection("it ended".to_owned())),
                ProtocolEvent::Failed(why) => return Err(RecognizerError::Connection(why)),
            }
        }
        Ok(false)
    }

    async fn tell(&mut self, said: Utterance, is_final: bool) {
        let said = self.timeline.place(said, millis_of(self.sent), is_final);
        // The loop sees that nobody listens.
        let _ = self.events.send(Ok(if is_final { RecognizerEvent::Final(said) } else { RecognizerEvent::Partial(said) })).await;
    }
}

#[cfg(test)]
mod tests;
