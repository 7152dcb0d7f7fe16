//! A websocket that costs the measuring program as little as it can: what it takes up itself, the server can't have.

use std::io::IoSlice;

use model::TrackId;
use model::wire::{Frame, ServerMessage};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio_tungstenite::MaybeTlsStream;
use tokio_tungstenite::WebSocketStream;

const TEXT: u8 = 1;
const BINARY: u8 = 2;
const CLOSE: u8 = 8;

/// Takes over an open websocket on which nothing was said yet.
pub fn halves(socket: WebSocketStream<MaybeTlsStream<TcpStream>>) -> (Sender, Receiver) {
    let MaybeTlsStream::Plain(stream) = socket.into_inner() else { panic!("a measured server has no TLS") };
    let (from, to) = stream.into_split();
    (Sender(to), Receiver { from, buffer: Vec::with_capacity(8 << 10), read: 0 })
}

/// The way to the server. Its mask is zero: the server takes it off as any other.
pub struct Sender(OwnedWriteHalf);

impl Sender {
    /// Sends audio, without copying its samples.
    pub async fn frame(&mut self, track: TrackId, sequence: u32, captured_at: i64, pcm: &[u8]) {
        let mut head = header(BINARY, Frame::HEADER + pcm.len());
        head.push(track.0);
        head.extend_from_slice(&sequence.to_le_bytes());
        head.extend_from_slice(&captured_at.to_le_bytes());
        let written = self.0.write_vectored(&[IoSlice::new(&head), IoSlice::new(pcm)]).await.unwrap();
        if written < head.len() {
            self.0.write_all(&head[written..]).await.unwrap();
        }
        if written < head.len() + pcm.len() {
            self.0.write_all(&pcm[written.saturating_sub(head.len())..]).await.unwrap();
        }
    }

    pub async fn text(&mut self, text: &str) {
        let mut message = header(TEXT, text.len());
        message.extend_from_slice(text.as_bytes());
        self.0.write_all(&message).await.unwrap();
    }
}

/// What stands before a message of so many bytes.
fn header(kind: u8, bytes: usize) -> Vec<u8> {
    let mut header = vec![0x80 | kind];
    match u16::try_from(bytes).expect("a message of the generator is short") {
        short @ 0..126 => header.push(0x80 | short as u8),
        long => {
            header.push(0x80 | 126);
            header.extend_from_slice(&long.to_be_bytes());
        }
    }
    header.extend_from_slice(&[0; 4]);
    header
}

/// The way from the server.
pub struct Receiver {
    from: OwnedReadHalf,
    buffer: Vec<u8>,
    /// Bytes of the buffer that were handed out.
    read: usize,
}

impl Receiver {
    /// The next text; none when the server has closed.
    pub async fn next(&mut self) -> Option<&str> {
        loop {
            if let Some((kind, start, end)) = frame(&self.buffer[self.read..]) {
                let (start, end) = (self.read + start, self.read + end);
                self.read = end;
                match kind {
                    TEXT => return Some(std::str::from_utf8(&self.buffer[start..end]).unwrap()),
                    CLOSE => return None,
                    _ => continue,
                }
            }
            self.buffer.drain(..std::mem::take(&mut self.read));
            if !matches!(self.from.read_buf(&mut self.buffer).await, Ok(1..)) {
                return None;
            }
        }
    }
}

/// The first whole message: its kind, and where it begins and ends.
fn frame(bytes: &[u8]) -> Option<(u8, usize, usize)> {
    let (kind, length) = (*bytes.first()? & 15, *bytes.get(1)?);
    let (start, length) = match length {
        126 => (4, usize::from(u16::from_be_bytes(bytes.get(2..4)?.try_into().ok()?))),
        127 => (10, usize::try_from(u64::from_be_bytes(bytes.get(2..10)?.try_into().ok()?)).ok()?),
        short => (2, usize::from(short)),
    };
    (bytes.len() >= start + length).then_some((kind, start, start + length))
}

/// What a message says; none if it is only of interest to a page, as most that are no acks are.
pub fn told(text: &str) -> Option<ServerMessage> {
    let is_wanted = text.starts_with("{\"Ack\"")
        || text.starts_with("{\"Welcome\"")
        || ["\"Segment\"", "\"Finishing\"", "\"Ended\"", "{\"Refused\"", "{\"Rejected\""].iter().any(|wanted| text.contains(wanted));
    is_wanted.then(|| serde_json::from_str(text).unwrap())
}
