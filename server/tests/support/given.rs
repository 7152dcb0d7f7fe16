//! What stands behind the ports of a test's server: clock, ids, mail.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use ports::{Clock, Ids, Mail, MailError, Mailer, Outbound};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// A clock that stands until it is moved.
pub struct TestClock(pub(super) Mutex<DateTime<Utc>>);

impl TestClock {
    /// Moves it on.
    pub fn advance(&self, by: TimeDelta) {
        *self.0.lock().unwrap() += by;
    }
}

impl Clock for TestClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }
}

/// The same ids and secrets in every run.
#[derive(Default)]
pub struct TestIds(pub(super) AtomicU64);

impl Ids for TestIds {
    fn uuid(&self, now: DateTime<Utc>) -> Uuid {
        let count = self.0.fetch_add(1, Ordering::SeqCst);
        let mut random = [0; 10];
        random[2..].copy_from_slice(&count.to_be_bytes());
        uuid::Builder::from_unix_timestamp_millis(now.timestamp_millis().unsigned_abs(), &random).into_uuid()
    }

    fn secret(&self) -> [u8; 32] {
        Sha256::digest(self.0.fetch_add(1, Ordering::SeqCst).to_be_bytes()).into()
    }
}

/// Mails that would have been sent.
pub struct Outbox {
    mails: Mutex<Vec<Mail>>,
    delivers: bool,
    /// What the mail server says instead of taking a mail.
    trouble: Mutex<Option<fn() -> MailError>>,
    asked: AtomicU64,
}

impl Outbox {
    /// An empty one.
    pub(super) fn new(delivers: bool) -> Self {
        Self { mails: Mutex::default(), delivers, trouble: Mutex::default(), asked: AtomicU64::new(0) }
    }

    /// The mails so far.
    pub fn all(&self) -> Vec<Mail> {
        self.mails.lock().unwrap().clone()
    }

    /// Lets every mail fail, or none any more.
    pub fn fail(&self, trouble: Option<fn() -> MailError>) {
        *self.trouble.lock().unwrap() = trouble;
    }

    /// How many mails were handed over, or were tried to be.
    pub fn asked(&self) -> u64 {
        self.asked.load(Ordering::SeqCst)
    }

    /// The newest mail, once there are `count` of them: mails go out after the answer.
    pub async fn wait(&self, count: usize) -> Mail {
        for _ in 0..500 {
            if let (true, Some(mail)) = (self.all().len() >= count, self.all().pop()) {
                return mail;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("no mail came");
    }
}

#[async_trait]
impl Mailer for Outbox {
    async fn send(&self, mail: &Outbound<Mail>) -> Result<(), MailError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        if let Some(trouble) = *self.trouble.lock().unwrap() {
            return Err(trouble());
        }
        self.mails.lock().unwrap().push(mail.get().clone());
        Ok(())
    }

    fn delivers(&self) -> bool {
        self.delivers
    }
}
