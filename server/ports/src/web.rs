use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use url::Url;

/// Fetches pages that a user named. It goes nowhere but to public addresses, whatever a name or a redirect says.
#[async_trait]
pub trait WebFetcher: Send + Sync {
    /// Fetches one page. Follows at most five redirects.
    ///
    /// # Errors
    /// [`FetchError`]: its text is a sentence for people.
    async fn fetch(&self, request: &WebRequest) -> Result<WebPage, FetchError>;

    /// What can be said of an address without asking anybody; [`WebFetcher::fetch`] says it too.
    ///
    /// # Errors
    /// [`FetchError`] if it is never fetched.
    fn check(&self, _: &Url) -> Result<(), FetchError> {
        Ok(())
    }
}

/// What to fetch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebRequest {
    /// `http` or `https`, without user and password.
    pub url: Url,
    /// What is expected.
    pub want: Want,
    /// A redirect that leaves it is not followed; none for anywhere.
    pub scope: Option<Scope>,
}

/// What is expected of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Want {
    /// Something to read: HTML, plain text, Markdown or PDF, at most 10 MB.
    Page,
    /// A `robots.txt`: of any type, its first 500 KiB.
    Robots,
}

/// A part of one site: its scheme, host and port, and how paths begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope(Url);

impl Scope {
    /// Everything that begins like this address.
    pub const fn new(prefix: Url) -> Self {
        Self(prefix)
    }

    /// Whether an address lies within.
    pub fn contains(&self, url: &Url) -> bool {
        self.0.origin() == url.origin() && url.path().starts_with(self.0.path())
    }

    /// The address that it begins with.
    pub const fn prefix(&self) -> &Url {
        &self.0
    }
}

/// A page as it was fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebPage {
    /// Where it was in the end, after redirects.
    pub url: Url,
    /// Its type without parameters, in lower case: `text/html`; empty if the site says none.
    pub content_type: String,
    /// The values of all `X-Robots-Tag` headers, one a line.
    pub robots: String,
    /// Its bytes, decompressed.
    pub body: Bytes,
}

/// A page was not fetched.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// Not an address that is fetched: another scheme, a password in it.
    #[error("“{0}” can't be fetched. Give an address that starts with https:// or http://.")]
    Address(String),
    /// The port is that of another service.
    #[error("“{address}” can't be fetched: port {port} is not one of a website. Those are 80, 443 and all from 1024 on.")]
    Port {
        /// The address.
        address: String,
        /// Its port.
        port: u16,
    },
    /// The name leads to this computer, this network or another place that isn't public.
    #[error("“{0}” is no public address, so it is not fetched.")]
    NotPublic(String),
    /// A redirect leads out of the scope.
    #[error("The page moved to {0}, which is outside of this website's scope.")]
    LeftScope(String),
    /// One redirect after the other, or one that leads nowhere.
    #[error("The page redirects too often.")]
    Redirects,
    /// The site answers, but with no page.
    #[error("The site answers with status {status}.")]
    Status {
        /// HTTP's.
        status: u16,
        /// How long it asks to wait.
        retry_after: Option<Duration>,
    },
    /// Nothing that can be read as text.
    #[error("The page is of the type {0}, which is not read.")]
    ContentType(String),
    /// Larger than is taken.
    #[error("The page is larger than {} MB.", .limit / 1_000_000)]
    TooLarge {
        /// Bytes.
        limit: usize,
    },
    /// It took too long.
    #[error("The site takes too long to answer.")]
    TimedOut,
    /// It can't be reached, or breaks off.
    #[error("The site can't be reached: {0}.")]
    Unreachable(String),
    /// The name has no address, or nobody answers who knows it.
    #[error("The name “{0}” can't be found.")]
    NoSuchName(String),
}

impl FetchError {
    /// Whether trying again later may help.
    pub const fn is_retryable(&self) -> bool {
        match self {
            Self::TimedOut | Self::Unreachable(_) | Self::NoSuchName(_) => true,
            Self::Status { status, .. } => matches!(status, 408 | 429 | 500..=599),
            _ => false,
        }
    }
}
