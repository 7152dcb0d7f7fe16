//! Mail: handed to a server by SMTP, or, where none is configured, written to the log.

use std::time::Duration;

use async_trait::async_trait;
use lettre::message::Mailbox;
use lettre::message::header::ContentType;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use ports::guard::{Guard, Patience};
use ports::{Mail, MailError, Mailer, Outbound};
use secrecy::{ExposeSecret, SecretString};

/// Connecting, and each answer of the server, may take this long.
const PATIENCE: Duration = Duration::from_secs(15);
/// A whole mail may take this long.
const DEADLINE: Duration = Duration::from_secs(60);

/// Hands mails to an SMTP server.
#[derive(Debug)]
pub struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    server: String,
}

impl Smtp {
    /// A mailer that hands to `url` and sends as `from` (`Closezly <closezly@example.com>` or a bare address).
    ///
    /// `smtp://` is without encryption, `smtp+starttls://` insists on STARTTLS, `smtps://` is encrypted from the start. User and
    /// password are part of the address, percent-encoded.
    ///
    /// # Errors
    /// A sentence if the address or the sender can't be used. It doesn't repeat the password.
    pub fn from_url(url: &SecretString, from: &str) -> Result<Self, String> {
        let from = from.parse().map_err(|error| format!("The sender of mails, {from}, isn't a mail address: {error}."))?;
        let unusable = "The address of the mail server must look like smtps://user:password@host, smtp+starttls://user:password@host:587 or, without encryption, smtp://host:25.";
        let address = url.expose_secret();
        let (scheme, rest) = address.split_once("://").ok_or(unusable)?;
        let address = match scheme {
            "smtp" | "smtps" => address.to_owned(),
            "smtp+starttls" => format!("smtp://{rest}{}tls=required", if rest.contains('?') { '&' } else { '?' }),
            _ => return Err(unusable.to_owned()),
        };
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(&address).map_err(|_| unusable)?.timeout(Some(PATIENCE)).build();
        let server = rest.rsplit('@').next().unwrap_or_default().split(['/', '?']).next().unwrap_or_default().to_owned();
        Ok(Self { transport, from, server })
    }

    /// Connects and says hello.
    ///
    /// # Errors
    /// A sentence that says what went wrong.
    pub async fn check(&self) -> Result<String, String> {
        match self.transport.test_connection().await {
            Ok(true) => Ok(format!("The mail server {} answers.", self.server)),
            Ok(false) => Err(format!("The mail server {} closed the connection.", self.server)),
            Err(error) => Err(format!("The mail server {} can't be used: {}.", self.server, reason(&error))),
        }
    }

    fn message(&self, mail: &Mail) -> Result<Message, MailError> {
        if mail.subject.chars().any(char::is_control) {
            return Err(MailError::Malformed("the subject has line breaks or control characters".to_owned()));
        }
        let to =
            mail.to.parse::<Mailbox>().map_err(|error| MailError::Malformed(format!("the receiver isn't a mail address ({error})")))?;
        Message::builder()
            .from(self.from.clone())
            .to(to)
            .message_id(None)
            .subject(&mail.subject)
            .header(ContentType::TEXT_PLAIN)
            .body(mail.text.clone())
            .map_err(|error| MailError::Malformed(error.to_string()))
    }
}

#[async_trait]
impl Mailer for Smtp {
    async fn send(&self, mail: &Outbound<Mail>) -> Result<(), MailError> {
        let message = self.message(mail.get())?;
        match self.transport.send(message).await {
            Ok(_) => Ok(()),
            Err(error) if error.is_permanent() => Err(MailError::Refused(reason(&error))),
            Err(error) if error.is_client() => Err(MailError::Malformed(reason(&error))),
            Err(error) => Err(MailError::Unreachable(reason(&error))),
        }
    }

    fn delivers(&self) -> bool {
        true
    }
}

/// An error and what caused it, in one line.
fn reason(error: &dyn std::error::Error) -> String {
    std::iter::successors(Some(error), |error| error.source()).map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// A mail server behind a guard: a deadline, and left alone for a moment when it is down. Asked once: the mail is a job's, which comes
/// again by itself, and a mail that a server took without saying so must not go out twice within a second.
pub struct GuardedMailer<T> {
    inner: T,
    guard: Guard,
}

impl<T: Mailer> GuardedMailer<T> {
    /// Guards a mailer.
    pub fn new(inner: T) -> Self {
        Self { inner, guard: Guard::new("mail", Patience { deadline: DEADLINE, tries: 1, ..Patience::default() }) }
    }
}

#[async_trait]
impl<T: Mailer> Mailer for GuardedMailer<T> {
    async fn send(&self, mail: &Outbound<Mail>) -> Result<(), MailError> {
        self.guard.call(|| self.inner.send(mail)).await
    }

    fn delivers(&self) -> bool {
        self.inner.delivers()
    }
}

/// Writes mails to the log: what a server without SMTP can do. Whoever reads the log can pass a link on.
#[derive(Clone, Copy, Debug, Default)]
pub struct LogMailer;

#[async_trait]
impl Mailer for LogMailer {
    async fn send(&self, mail: &Outbound<Mail>) -> Result<(), MailError> {
        let mail = mail.get();
        tracing::warn!(
            to = mail.to,
            subject = mail.subject,
            text = mail.text,
            "no mail server is configured: this mail is only written here"
        );
        Ok(())
    }

    fn delivers(&self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests;
