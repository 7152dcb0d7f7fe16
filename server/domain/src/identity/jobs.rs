//! What is done about accounts later: mails, what may take its time, what goes by the clock.
//!
//! A mail's job holds no secret: the token of its link is made, and its hash stored, when the mail is written.

use kernel::{DomainError, Job, JobContext, Kernel, Queue, Result};
use ports::{Mail, MailError, Redaction};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{IdentityKernel as _, note_everywhere, reset, sign_up};

const UPKEEP: Queue = Queue { name: "identity.upkeep", workers: 1 };
/// A mail server may take its time with each.
const MAIL: Queue = Queue { name: "identity.mail", workers: 4 };
/// With the runner's pauses, of an hour at most, a mail server may be away for a day.
const FOR_A_DAY: u32 = 30;

/// Forgets expired sessions, links and tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Tidy;

impl Job for Tidy {
    const KIND: &'static str = "identity.tidy";
    const QUEUE: Queue = UPKEEP;
    const MAX_ATTEMPTS: u32 = 1;

    async fn run(self, context: JobContext) -> Result<()> {
        super::tidy(&context.kernel).await.map(drop)
    }
}

/// Writes into the log of whom it concerns that somebody was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct NoteRefusedSignIn {
    /// The mail address, of which perhaps nobody has an account.
    pub(super) email: String,
    /// From where.
    pub(super) address: String,
}

impl Job for NoteRefusedSignIn {
    const KIND: &'static str = "identity.note_refused_sign_in";
    const QUEUE: Queue = UPKEEP;

    async fn run(self, context: JobContext) -> Result<()> {
        let kernel = &context.kernel;
        let Some(found) = kernel.store().credentials(&self.email).await? else { return Ok(()) };
        let Some(profile) = kernel.store().profile(found.member).await? else { return Ok(()) };
        let mut tx = kernel.begin_own().await?;
        let details = json!({ "address": self.address });
        // Nobody is signed in as the one whom it concerns, so it is nobody's doing.
        note_everywhere(&mut tx, &[profile.organization.id], "identity.sign_in_failed", profile.person.id, &details).await?;
        tx.finish(&context.lease).await?;
        tx.commit().await
    }
}

/// Mails a link to set a new password, if anybody has the address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct MailResetLink {
    /// The mail address.
    pub(super) email: String,
    /// From where it was asked for.
    pub(super) address: String,
}

impl Job for MailResetLink {
    const KIND: &'static str = "identity.mail_reset_link";
    const QUEUE: Queue = MAIL;
    const MAX_ATTEMPTS: u32 = FOR_A_DAY;

    async fn run(self, context: JobContext) -> Result<()> {
        match reset::link(&context.kernel, &self, context.lease.attempt).await? {
            Some(mail) => send(&context.kernel, mail).await,
            None => Ok(()),
        }
    }
}

/// Mails the link that makes an account, or tells the owner of the address that there is one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct MailSignUp {
    /// The mail address.
    pub(super) email: String,
}

impl Job for MailSignUp {
    const KIND: &'static str = "identity.mail_sign_up";
    const QUEUE: Queue = MAIL;
    const MAX_ATTEMPTS: u32 = FOR_A_DAY;

    async fn run(self, context: JobContext) -> Result<()> {
        match sign_up::link(&context.kernel, &self.email, &context.lease).await? {
            Some(mail) => send(&context.kernel, mail).await,
            None => Ok(()),
        }
    }
}

/// Tells the owner of a mail address that somebody signed up with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct TellOwner {
    /// The mail address.
    pub(super) email: String,
}

impl Job for TellOwner {
    const KIND: &'static str = "identity.tell_owner";
    const QUEUE: Queue = MAIL;
    const MAX_ATTEMPTS: u32 = FOR_A_DAY;

    async fn run(self, context: JobContext) -> Result<()> {
        send(&context.kernel, sign_up::warning(&context.kernel, self.email)).await
    }
}

/// Hands a mail over. What the mail server refuses for good is dropped: strangers type addresses that nobody has.
async fn send(kernel: &Kernel, mail: Mail) -> Result<()> {
    match kernel.mailer().send(&Redaction::default().account_mail(mail)).await {
        Ok(()) => Ok(()),
        Err(error @ MailError::Unreachable(_)) => Err(DomainError::Internal(error.to_string())),
        Err(error @ (MailError::Malformed(_) | MailError::Refused(_))) => {
            metrics::counter!("identity_mails_refused").increment(1);
            tracing::error!(%error, "a mail was not sent");
            Ok(())
        }
    }
}
