//! How often somebody may try.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use model::{Code, Problem};
use quick_cache::sync::Cache;

use kernel::Client;
use kernel::{DomainError, Result};

/// Beyond so many keys the ones that have recovered are forgotten.
const MANY: usize = 10_000;

/// The limits of one server. Each allows a burst, then so much an hour or a second.
pub struct Limits {
    sign_in_address: Keyed,
    sign_in_email: Keyed,
    /// Networks that somebody signed in from, since the start.
    known: Cache<(String, String), ()>,
    sign_up_address: Keyed,
    sign_up_email: Keyed,
    reset_address: Keyed,
    reset_email: Keyed,
    api: Keyed,
}

struct Keyed(DefaultKeyedRateLimiter<String>);

impl Default for Limits {
    fn default() -> Self {
        Self {
            sign_in_address: Keyed::new(30, Duration::from_secs(10)),
            sign_in_email: Keyed::new(10, Duration::from_secs(60)),
            known: Cache::new(MANY),
            sign_up_address: Keyed::new(10, Duration::from_secs(360)),
            sign_up_email: Keyed::new(3, Duration::from_secs(1200)),
            reset_address: Keyed::new(10, Duration::from_secs(360)),
            reset_email: Keyed::new(3, Duration::from_secs(1200)),
            api: Keyed::new(300, Duration::from_millis(50)),
        }
    }
}

impl Limits {
    /// An attempt to sign in. `is_known` says whether this mail address is signed in from there already: then it counts apart from those of
    /// everywhere else, so that nobody is kept out by what others try.
    ///
    /// # Errors
    /// `rate_limited`, with the time to wait.
    pub(super) fn sign_in(&self, client: &Client, email: &str, is_known: bool) -> Result<()> {
        self.sign_in_address.of_address(client)?;
        let network = network(client);
        let is_known = is_known || self.known.get(&(email.to_owned(), network.clone())).is_some();
        self.sign_in_email.of(&if is_known { format!("{email} {network}") } else { email.to_owned() })
    }

    /// Somebody signed in.
    pub(super) fn signed_in(&self, client: &Client, email: &str) {
        self.known.insert((email.to_owned(), network(client)), ());
    }

    /// An attempt to sign up, or to confirm that.
    ///
    /// # Errors
    /// `rate_limited`, with the time to wait.
    pub(super) fn sign_up(&self, client: &Client) -> Result<()> {
        self.sign_up_address.of_address(client)
    }

    /// Whether one more mail of a sign-up may go to this address. Nobody is told: the answer is the same for every address.
    pub(super) fn sign_up_mail(&self, email: &str) -> bool {
        self.sign_up_email.of(email).is_ok()
    }

    /// A wish for a reset link, or an attempt to use one.
    ///
    /// # Errors
    /// `rate_limited`, with the time to wait.
    pub(super) fn reset(&self, client: &Client) -> Result<()> {
        self.reset_address.of_address(client)
    }

    /// Whether one more mail may go to this address. Nobody is told: it would tell that the others were sent.
    pub(super) fn reset_mail(&self, email: &str) -> bool {
        self.reset_email.of(email).is_ok()
    }

    /// A request of the REST interface; `key` is a member, or an address where nobody is signed in.
    ///
    /// # Errors
    /// `rate_limited`, with the time to wait.
    pub fn api(&self, key: &str) -> Result<()> {
        self.api.of(key)
    }
}

impl Keyed {
    /// `burst` at once, then one every `period`.
    fn new(burst: u32, period: Duration) -> Self {
        let burst = NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::with_period(period).unwrap_or_else(|| Quota::per_second(burst)).allow_burst(burst);
        Self(RateLimiter::keyed(quota))
    }

    /// Addresses of this computer are free: they are its owner, or everybody behind a proxy that doesn't tell who it is.
    fn of_address(&self, client: &Client) -> Result<()> {
        match client.address.parse::<IpAddr>() {
            Ok(address) if address.is_loopback() => Ok(()),
            _ => self.of(&network(client)),
        }
    }

    fn of(&self, key: &str) -> Result<()> {
        if self.0.len() > MANY {
            self.0.retain_recent();
        }
        self.0.check_key(&key.to_owned()).map_err(|until| {
            let wait = until.wait_time_from(DefaultClock::default().now());
            DomainError::RateLimited { problem: Problem::new(Code::RateLimited, sentence(wait)), wait }
        })
    }
}

/// What one client has for itself.
fn network(client: &Client) -> String {
    match client.address.parse() {
        // Who has one IPv6 address has 2^64 of them.
        Ok(IpAddr::V6(address)) => format!("{:x?}", &address.segments()[..4]),
        _ => client.address.clone(),
    }
}

fn sentence(wait: Duration) -> String {
    let seconds = wait.as_secs() + 1;
    if seconds < 90 {
        format!("Too many attempts. Try again in {seconds} seconds.")
    } else {
        format!("Too many attempts. Try again in {} minutes.", seconds.div_ceil(60))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::*;

    fn from(address: &str) -> Client {
        Client { address: address.into(), ..Client::default() }
    }

    #[test]
    fn the_burst_is_free_and_then_the_wait_is_said() {
        let limits = Limits::default();
        for _ in 0..10 {
            limits.sign_up(&from("203.0.113.5")).unwrap();
        }
        let error = limits.sign_up(&from("203.0.113.5")).unwrap_err();
        let wait = error.retry_after().unwrap();
        assert!(wait > Duration::from_secs(300) && wait <= Duration::from_secs(360), "{wait:?}");
        assert!(error.to_string().contains("minutes"), "{error}");
        limits.sign_up(&from("203.0.113.6")).unwrap();
    }

    #[test]
    fn a_mail_address_is_limited_from_everywhere() {
        let limits = Limits::default();
        for n in 0..10 {
            limits.sign_in(&from(&format!("203.0.113.{n}")), "ann@example.com", false).unwrap();
        }
        assert!(limits.sign_in(&from("203.0.113.99"), "ann@example.com", false).is_err());
        limits.sign_in(&from("203.0.113.99"), "bob@example.com", false).unwrap();
    }

    #[test]
    fn nobody_is_kept_out_where_they_are_signed_in_or_were_by_what_others_try() {
        let limits = Limits::default();
        limits.signed_in(&from("2001:db8::1"), "ann@example.com");
        for n in 0..20 {
            let _ = limits.sign_in(&from(&format!("203.0.113.{n}")), "ann@example.com", false);
        }
        limits.sign_in(&from("2001:db8::2"), "ann@example.com", false).unwrap();
        limits.sign_in(&from("198.51.100.1"), "ann@example.com", true).unwrap();
        // There too only so often.
        assert!((0..20).any(|_| limits.sign_in(&from("198.51.100.1"), "ann@example.com", true).is_err()));
    }

    #[test]
    fn a_whole_ipv6_network_counts_as_one() {
        let limits = Limits::default();
        for n in 0..10 {
            limits.sign_up(&from(&format!("2001:db8::{n}"))).unwrap();
        }
        assert!(limits.sign_up(&from("2001:db8::ffff")).is_err());
        limits.sign_up(&from("2001:db8:0:1::1")).unwrap();
    }

    #[test]
    fn this_computer_is_free() {
        let limits = Limits::default();
        assert!((0..100).all(|_| limits.sign_up(&from("127.0.0.1")).is_ok() && limits.sign_up(&from("::1")).is_ok()));
    }
}
