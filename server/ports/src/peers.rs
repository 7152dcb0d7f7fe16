use async_trait::async_trait;
use bytes::Bytes;
use secrecy::SecretString;
use tokio::sync::mpsc;

/// Connects to other servers of the same installation.
#[async_trait]
pub trait Peers: Send + Sync {
    /// Opens a socket to the server at this address (`http://host:port`), which lets it in by the token.
    ///
    /// # Errors
    /// [`PeerError`] says why it can't be opened.
    async fn open(&self, address: &str, token: &SecretString) -> Result<PeerSocket, PeerError>;
}

/// An open socket: whole messages in, whole messages out, in order. Dropping both ends it; it ends on the other side too when this does.
#[derive(Debug)]
pub struct PeerSocket {
    /// To the other server, bounded.
    pub sender: mpsc::Sender<Bytes>,
    /// From the other server, bounded. Ends with the socket.
    pub receiver: mpsc::Receiver<Bytes>,
}

/// Why another server can't be reached.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PeerError {
    /// It does not answer in time, or nothing is there.
    #[error("the other server can't be reached: {0}")]
    Unreachable(String),
    /// It lets this server not in: their `token_key` differ, perhaps.
    #[error("the other server refuses this one (HTTP {0}); do both have the same token_key?")]
    Refused(u16),
}
