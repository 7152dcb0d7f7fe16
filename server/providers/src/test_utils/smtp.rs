use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// How a sink misbehaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SmtpTrouble {
    /// Refuses every receiver for good.
    RefusesReceivers,
    /// Says to try later.
    TriesLater,
    /// Closes the connection after the greeting.
    HangsUp,
}

/// An SMTP server on loopback that keeps what it is given. It lives as long as the value.
#[derive(Debug)]
pub struct SmtpSink {
    url: String,
    mails: Arc<Mutex<Vec<String>>>,
    task: tokio::task::JoinHandle<()>,
}

impl SmtpSink {
    /// Starts one that takes everything.
    pub async fn start() -> Self {
        Self::start_with(None).await
    }

    /// Starts one that misbehaves.
    pub async fn start_with(trouble: Option<SmtpTrouble>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
        let url = format!("smtp://{}", listener.local_addr().expect("a bound socket has an address"));
        let mails = Arc::new(Mutex::new(Vec::new()));
        let kept = mails.clone();
        let task = tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(talk(socket, kept.clone(), trouble));
            }
        });
        Self { url, mails, task }
    }

    /// Its address, `smtp://127.0.0.1:port`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The mails so far, headers and text as they came.
    pub fn mails(&self) -> Vec<String> {
        self.mails.lock().unwrap().clone()
    }
}

impl Drop for SmtpSink {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn talk(socket: TcpStream, mails: Arc<Mutex<Vec<String>>>, trouble: Option<SmtpTrouble>) -> Option<()> {
    let (reader, mut writer) = socket.into_split();
    let mut lines = BufReader::new(reader).lines();
    writer.write_all(b"220 sink ready\r\n").await.ok()?;
    if trouble == Some(SmtpTrouble::HangsUp) {
        return None;
    }
    while let Some(line) = lines.next_line().await.ok()? {
        let verb = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
        let answer = match (verb.as_str(), trouble) {
            ("EHLO", _) => "250-sink\r\n250 8BITMIME",
            ("RCPT", Some(SmtpTrouble::RefusesReceivers)) => "550 no such mailbox",
            ("RCPT", Some(SmtpTrouble::TriesLater)) => "451 try again later",
            ("HELO" | "MAIL" | "RCPT" | "RSET" | "NOOP", _) => "250 ok",
            ("DATA", _) => {
                writer.write_all(b"354 go on\r\n").await.ok()?;
                let mut mail = String::new();
                while let Some(line) = lines.next_line().await.ok()? {
                    if line == "." {
                        break;
                    }
                    mail.push_str(line.strip_prefix('.').unwrap_or(&line));
                    mail.push('\n');
                }
                mails.lock().unwrap().push(mail);
                "250 kept"
            }
            ("QUIT", _) => "221 bye",
            _ => "502 not here",
        };
        writer.write_all(format!("{answer}\r\n").as_bytes()).await.ok()?;
    }
    Some(())
}
