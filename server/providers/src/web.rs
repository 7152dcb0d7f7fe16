//! Fetches web pages that a user named, and goes nowhere else: not into this computer, not into this network, unless whoever runs the
//! server named a site there.
//!
//! Names are resolved here, once, by the connection itself; what isn't public is left out of the answer, so there is no second
//! resolution that could say something else. Redirects are followed by hand, each through the same check.

mod fetch;
mod guard;
mod intranet;
mod resolve;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use ports::{FetchError, WebFetcher, WebPage, WebRequest};
use url::Url;

pub use guard::is_public;
pub use intranet::intranet_sites;
use resolve::GuardedResolver;
pub use resolve::{Lookup, SystemLookup};

const CONNECT: Duration = Duration::from_secs(10);
/// For one page with its redirects: a site that drips is left.
const WHOLE: Duration = Duration::from_secs(30);

/// The web, as far as it is public.
pub struct Web {
    client: reqwest::Client,
    patience: Duration,
}

impl Web {
    /// Introduces itself as `Closezly/<version>`. Names in `trusted` (as in addresses: in lower case, international ones in ASCII)
    /// are not looked up: they lead to their address, even if it isn't public. All else that isn't public stays refused.
    ///
    /// # Errors
    /// [`FetchError::Unreachable`] if this computer has no certificates to check sites by.
    pub fn new(version: &str, trusted: Vec<(String, IpAddr)>) -> Result<Self, FetchError> {
        Self::build(version, Arc::new(SystemLookup), trusted, WHOLE)
    }

    /// For tests: names are looked up by `lookup`. `patience` is for one page.
    ///
    /// # Errors
    /// See [`Web::new`].
    #[cfg(any(test, feature = "test-utils"))]
    pub fn trusting(lookup: Arc<dyn Lookup>, trusted: Vec<(String, IpAddr)>, patience: Duration) -> Result<Self, FetchError> {
        Self::build("test", lookup, trusted, patience)
    }

    fn build(version: &str, lookup: Arc<dyn Lookup>, trusted: Vec<(String, IpAddr)>, patience: Duration) -> Result<Self, FetchError> {
        let client = reqwest::Client::builder()
            .user_agent(format!("Closezly/{version}"))
            .redirect(reqwest::redirect::Policy::none())
            .dns_resolver(Arc::new(GuardedResolver::new(lookup, trusted)))
            // A proxy would resolve names by itself.
            .no_proxy()
            .referer(false)
            .gzip(true)
            .connect_timeout(CONNECT)
            .build()
            .map_err(|error| FetchError::Unreachable(error.to_string()))?;
        Ok(Self { client, patience })
    }
}

#[async_trait]
impl WebFetcher for Web {
    async fn fetch(&self, request: &WebRequest) -> Result<WebPage, FetchError> {
        tokio::time::timeout(self.patience, self.follow(request)).await.unwrap_or(Err(FetchError::TimedOut))
    }

    fn check(&self, url: &Url) -> Result<(), FetchError> {
        fetch::refuse(url)
    }
}

#[cfg(test)]
mod tests;
