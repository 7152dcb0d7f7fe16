use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use url::Url;

use super::crawl::{Crawl, Next, Skip, WebsitePlan};
use super::robots::Robots;
use ports::{FetchError, Want, WebFetcher, WebPage, WebRequest};

/// One step of a visit.
#[derive(Clone, Debug, PartialEq)]
pub enum Visited {
    /// A page that is to be kept.
    Page(WebPage),
    /// One that is not.
    Skipped {
        /// Its address as it was asked for.
        url: Url,
        /// Why.
        why: Skip,
    },
}

/// A visit came to nothing, or ended before its time. Each is a sentence for people.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VisitError {
    /// It was cancelled.
    #[error("The visit was stopped.")]
    Cancelled,
    /// `robots.txt` can't be reached, which forbids everything.
    #[error("The site's robots.txt can't be read, so nothing is fetched: {error}{again}", error = .0, again = again(.0))]
    RobotsUnreachable(FetchError),
    /// There is no way to the site at all.
    #[error("{error}{again}", error = .0, again = again(.0))]
    Unreachable(FetchError),
    /// `robots.txt` forbids the start.
    #[error("The site's robots.txt forbids the start address. Ask its owner, or upload the pages as files.")]
    Forbidden,
    /// The start can't be fetched.
    #[error("The start address can't be used. {0}")]
    Start(Skip),
    /// The site failed again and again.
    #[error("The site failed {0} times in a row, so it is left alone for now.")]
    GaveUp(u32),
}

/// What to do about it, where something can be done.
const fn again(error: &FetchError) -> &'static str {
    if error.is_retryable() { " Try again later." } else { "" }
}

/// A visit to a website. Ask [`WebsiteVisit::next`] until there is nothing more; dropping it ends it.
pub struct WebsiteVisit {
    fetcher: Arc<dyn WebFetcher>,
    crawl: Crawl,
    cancel: CancellationToken,
    started: bool,
    ended: bool,
    robots_error: Option<FetchError>,
    longest_pause: Option<Duration>,
}

impl WebsiteVisit {
    /// Prepares a visit that ends when `cancel` is cancelled.
    pub fn new(fetcher: Arc<dyn WebFetcher>, plan: WebsitePlan, cancel: CancellationToken) -> Self {
        Self { fetcher, crawl: Crawl::new(plan), cancel, started: false, ended: false, robots_error: None, longest_pause: None }
    }

    /// Waits at most so long between two requests. For tests against a site of one's own.
    #[must_use]
    pub const fn hurried(mut self, pause: Duration) -> Self {
        self.longest_pause = Some(pause);
        self
    }

    /// The next page, after a polite pause. None when the visit is over.
    ///
    /// # Errors
    /// [`VisitError`] once, then none.
    pub async fn next(&mut self) -> Option<Result<Visited, VisitError>> {
        if self.ended {
            return None;
        }
        let cancel = self.cancel.clone();
        let step = tokio::select! {
            biased;
            () = cancel.cancelled() => Some(Err(VisitError::Cancelled)),
            step = self.step() => step,
        };
        self.ended = !matches!(step, Some(Ok(_)));
        step
    }

    async fn step(&mut self) -> Option<Result<Visited, VisitError>> {
        loop {
            match self.crawl.proceed() {
                Next::Robots(url) => {
                    let robots = match self.fetcher.fetch(&WebRequest { url, want: Want::Robots, scope: None }).await {
                        Ok(page) => Robots::parse(&page.body),
                        Err(error) => {
                            let robots = Robots::absent(&error);
                            self.robots_error = robots.is_unreachable().then_some(error);
                            robots
                        }
                    };
                    self.crawl.robots(robots);
                }
                Next::Page { url, pause } => {
                    tokio::time::sleep(self.longest_pause.map_or(pause, |longest| longest.min(pause))).await;
                    let scope = Some(self.crawl.plan().scope().clone());
                    let fetched = self.fetcher.fetch(&WebRequest { url: url.clone(), want: Want::Page, scope }).await;
                    let first = !std::mem::replace(&mut self.started, true);
                    let verdict = self.crawl.page(&url, &fetched);
                    return Some(match (verdict, fetched) {
                        (Ok(()), Ok(page)) => Ok(Visited::Page(page)),
                        (Err(why @ Skip::Fetch(_)), _) if first => Err(VisitError::Start(why)),
                        (Err(why), _) => Ok(Visited::Skipped { url, why }),
                        (Ok(()), Err(error)) => Ok(Visited::Skipped { url, why: Skip::Fetch(error) }),
                    });
                }
                Next::End => return self.end().map(Err),
            }
        }
    }

    /// Whether the end is one to complain about.
    fn end(&mut self) -> Option<VisitError> {
        if let Some(error) = self.robots_error.take() {
            return Some(self.unreachable(error));
        }
        if !self.started {
            return Some(VisitError::Forbidden);
        }
        self.crawl.gave_up().then_some(VisitError::GaveUp(super::crawl::PATIENCE))
    }

    /// What holds of the whole site is said of the address that somebody gave, not of a `robots.txt` that nobody asked for.
    fn unreachable(&self, error: FetchError) -> VisitError {
        let start = self.crawl.plan().start();
        let robots = start.join("/robots.txt");
        let is_own = |address: &str| robots.as_ref().is_ok_and(|robots| robots.as_str() == address);
        match error {
            FetchError::NotPublic(address) if is_own(&address) => VisitError::Unreachable(FetchError::NotPublic(start.to_string())),
            FetchError::Port { address, port } if is_own(&address) => {
                VisitError::Unreachable(FetchError::Port { address: start.to_string(), port })
            }
            FetchError::NoSuchName(name) if start.host_str() == Some(&name) => VisitError::Unreachable(FetchError::NoSuchName(name)),
            error => VisitError::RobotsUnreachable(error),
        }
    }

    /// What was decided so far: pages, whether there would be more, what is forbidden.
    pub const fn crawl(&self) -> &Crawl {
        &self.crawl
    }
}

#[cfg(test)]
mod tests;
