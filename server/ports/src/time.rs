use chrono::{DateTime, Utc};
use uuid::Uuid;

/// The wall clock. Nothing else in the domain asks what time it is.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> DateTime<Utc>;
}

/// Where ids and secrets come from.
pub trait Ids: Send + Sync {
    /// A UUID version 7 of this moment.
    fn uuid(&self, now: DateTime<Utc>) -> Uuid;
    /// 32 random bytes from the operating system's generator.
    fn secret(&self) -> [u8; 32];
}

/// The computer's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "this is the port")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }
}

/// Random ids and secrets.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemIds;

impl Ids for SystemIds {
    fn uuid(&self, now: DateTime<Utc>) -> Uuid {
        let mut random = [0; 10];
        random.copy_from_slice(&self.secret()[..10]);
        uuid::Builder::from_unix_timestamp_millis(u64::try_from(now.timestamp_millis()).unwrap_or_default(), &random).into_uuid()
    }

    fn secret(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        // Fails only where the operating system has no generator at all; going on without would be worse than stopping.
        #[allow(clippy::expect_used, reason = "no secret is better than a guessable one")]
        aws_lc_rs::rand::fill(&mut bytes).expect("the operating system gives random bytes");
        bytes
    }
}
