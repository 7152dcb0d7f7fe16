use std::collections::{HashSet, VecDeque};
use std::time::Duration;

use url::Url;

use super::links::page_links;
use super::robots::{Robots, normal};
use ports::{FetchError, Scope, WebPage};

/// Between two requests, unless the site asks for more.
pub const PAUSE: Duration = Duration::from_secs(1);
/// Longer addresses come from calendars and baskets that never end.
const LONGEST_ADDRESS: usize = 2_000;
/// Addresses that are remembered for each page that may be kept.
const FRONTIER: usize = 20;
/// Requests for each page that may be kept: pages that turn out to be none cost a request too.
const REQUESTS: u32 = 5;
/// So many failures in a row, and the site is left alone.
pub(super) const PATIENCE: u32 = 5;
/// What is not read is not asked for.
const NOT_READ: [&str; 33] = [
    "7z", "avi", "avif", "bin", "bmp", "bz2", "css", "dmg", "eot", "exe", "gif", "gz", "ico", "iso", "jpeg", "jpg", "js", "json", "mov",
    "mp3", "mp4", "ogg", "png", "rar", "svg", "tar", "tif", "tiff", "ttf", "wav", "webm", "webp", "zip",
];

/// What to visit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebsitePlan {
    start: Url,
    scope: Scope,
    most: u32,
}

/// What is wrong with a plan. Each is a sentence for people.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// The start can't be read.
    #[error("“{0}” is no address of a website. Give one like https://example.com/help/.")]
    Start(String),
    /// The scope can't be read.
    #[error("“{0}” is no scope. Give the beginning of the addresses to visit, like https://example.com/help/.")]
    Scope(String),
    /// They don't fit.
    #[error("The start address lies outside of the scope. Both must begin alike.")]
    Outside,
    /// No page at all.
    #[error("Say how many pages to visit at most: 1 or more.")]
    NoPages,
}

impl WebsitePlan {
    /// Checks a start address, what addresses must begin with (empty: the start's folder) and how many pages are kept at most.
    ///
    /// # Errors
    /// [`PlanError`].
    pub fn new(start: &str, scope: &str, most: u32) -> Result<Self, PlanError> {
        let start_url = website(start).ok_or_else(|| PlanError::Start(start.trim().to_owned()))?;
        let prefix = if scope.trim().is_empty() { start_url.join(".").ok() } else { website(scope) };
        let prefix = prefix.filter(|prefix| prefix.query().is_none()).ok_or_else(|| PlanError::Scope(scope.trim().to_owned()))?;
        let scope = Scope::new(prefix);
        if !scope.contains(&start_url) {
            return Err(PlanError::Outside);
        }
        if most == 0 {
            return Err(PlanError::NoPages);
        }
        Ok(Self { start: start_url, scope, most })
    }

    /// Where it starts, in its one spelling.
    pub const fn start(&self) -> &Url {
        &self.start
    }

    /// What is visited.
    pub const fn scope(&self) -> &Scope {
        &self.scope
    }
}

fn website(text: &str) -> Option<Url> {
    let url = Url::parse(text.trim()).ok()?;
    let right = matches!(url.scheme(), "http" | "https") && url.username().is_empty() && url.password().is_none() && url.has_host();
    (right && url.as_str().len() <= LONGEST_ADDRESS).then(|| canonical(&url))
}

/// One spelling for addresses that mean the same page: no fragment, no empty query, no default port, escapes in upper case and
/// only where they must be.
pub fn canonical(url: &Url) -> Url {
    let mut url = url.clone();
    url.set_fragment(None);
    let path = normal(url.path());
    url.set_path(&path);
    let query = url.query().filter(|query| !query.is_empty()).map(normal);
    url.set_query(query.as_deref());
    url
}

/// What comes next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// Fetch `robots.txt`, then say it by [`Crawl::robots`].
    Robots(Url),
    /// Wait, fetch the page, then say it by [`Crawl::page`].
    Page {
        /// Its address.
        url: Url,
        /// How long to wait after the last request.
        pause: Duration,
    },
    /// All is done.
    End,
}

/// Why a page is not kept.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Skip {
    /// `robots.txt` forbids it.
    #[error("robots.txt forbids it.")]
    Robots,
    /// It asks not to be kept.
    #[error("The page asks not to be indexed (noindex).")]
    NoIndex,
    /// It redirects to a page that is visited anyway.
    #[error("It leads to a page that was visited already.")]
    Seen,
    /// It could not be fetched.
    #[error(transparent)]
    Fetch(FetchError),
    /// It could not be fetched and is tried once more at the end.
    #[error("It is tried again later: {0}")]
    Later(FetchError),
}

/// A visit to a website, without the doing: it is told what was fetched and says what comes next.
#[derive(Clone, Debug)]
pub struct Crawl {
    plan: WebsitePlan,
    robots: Option<Robots>,
    frontier: VecDeque<Url>,
    /// Everything that was ever put into the frontier.
    known: HashSet<Url>,
    /// Where pages were in the end.
    kept: HashSet<Url>,
    again: HashSet<Url>,
    pages: u32,
    requests: u32,
    failures: u32,
    wait: Option<Duration>,
    forbidden: Vec<Url>,
}

impl Crawl {
    /// Starts a visit.
    pub fn new(plan: WebsitePlan) -> Self {
        let start = plan.start.clone();
        Self {
            plan,
            robots: None,
            frontier: VecDeque::from([start.clone()]),
            known: HashSet::from([start]),
            kept: HashSet::new(),
            again: HashSet::new(),
            pages: 0,
            requests: 0,
            failures: 0,
            wait: None,
            forbidden: Vec::new(),
        }
    }

    /// What to do now.
    pub fn proceed(&mut self) -> Next {
        let Some(robots) = &self.robots else {
            return self.plan.start.join("/robots.txt").map_or(Next::End, Next::Robots);
        };
        if self.pages >= self.plan.most || self.requests >= self.plan.most.saturating_mul(REQUESTS).saturating_add(20) || self.gave_up() {
            return Next::End;
        }
        while let Some(url) = self.frontier.pop_front() {
            if robots.allows(&request_path(&url)) {
                let pause = robots.delay().unwrap_or_default().max(PAUSE).max(self.wait.take().unwrap_or_default());
                self.requests += 1;
                return Next::Page { url, pause };
            }
            self.forbidden.push(url);
        }
        Next::End
    }

    /// What became of `robots.txt`.
    pub fn robots(&mut self, robots: Robots) {
        self.robots = Some(robots);
    }

    /// What became of a page: whether it is to be kept. Its links are taken along.
    ///
    /// # Errors
    /// [`Skip`] if it isn't.
    pub fn page(&mut self, asked: &Url, fetched: &Result<WebPage, FetchError>) -> Result<(), Skip> {
        let page = match fetched {
            Ok(page) => page,
            Err(error) => return Err(self.failed(asked, error)),
        };
        self.failures = 0;
        let url = canonical(&page.url);
        if url != *asked {
            if !self.plan.scope.contains(&url) {
                return Err(Skip::Fetch(FetchError::LeftScope(url.to_string())));
            }
            if self.robots.as_ref().is_some_and(|robots| !robots.allows(&request_path(&url))) {
                return Err(Skip::Robots);
            }
        }
        if !self.kept.insert(url.clone()) {
            return Err(Skip::Seen);
        }
        self.known.insert(url);
        let is_html = matches!(page.content_type.as_str(), "text/html" | "application/xhtml+xml");
        let found = page_links(&page.url, if is_html { &page.body } else { &[] }, &page.robots);
        if !found.nofollow {
            found.links.iter().for_each(|link| self.discover(link));
        }
        if found.noindex {
            return Err(Skip::NoIndex);
        }
        self.pages += 1;
        Ok(())
    }

    fn discover(&mut self, link: &Url) {
        let most = FRONTIER.saturating_mul(self.plan.most as usize).saturating_add(1_000);
        let plain = link.username().is_empty() && link.password().is_none() && link.as_str().len() <= LONGEST_ADDRESS;
        if !plain || !self.plan.scope.contains(link) || self.known.len() >= most {
            return;
        }
        let link = canonical(link);
        let name = link.path().rsplit('/').next().unwrap_or_default();
        let kind = name.rsplit_once('.').map(|(_, kind)| kind.to_ascii_lowercase());
        if kind.is_some_and(|kind| NOT_READ.contains(&kind.as_str())) {
            return;
        }
        if self.known.insert(link.clone()) {
            self.frontier.push_back(link);
        }
    }

    fn failed(&mut self, asked: &Url, error: &FetchError) -> Skip {
        if !error.is_retryable() {
            return Skip::Fetch(error.clone());
        }
        self.failures += 1;
        if let FetchError::Status { retry_after: Some(wait), .. } = error {
            self.wait = Some((*wait).min(Duration::from_secs(60)));
        }
        if self.again.insert(asked.clone()) {
            self.frontier.push_back(asked.clone());
            return Skip::Later(error.clone());
        }
        Skip::Fetch(error.clone())
    }

    /// Pages that are to be kept so far.
    pub const fn pages(&self) -> u32 {
        self.pages
    }

    /// Whether there are more pages than may be kept.
    pub fn is_cut(&self) -> bool {
        !self.frontier.is_empty()
    }

    /// Whether the site failed so often that it is left alone.
    pub const fn gave_up(&self) -> bool {
        self.failures >= PATIENCE
    }

    /// Addresses that `robots.txt` forbids.
    pub fn forbidden(&self) -> &[Url] {
        &self.forbidden
    }

    /// What is visited.
    pub const fn plan(&self) -> &WebsitePlan {
        &self.plan
    }

    /// Whether `robots.txt` could not be reached, so that nothing may be fetched.
    pub fn is_closed(&self) -> bool {
        self.robots.as_ref().is_some_and(Robots::is_unreachable)
    }
}

/// What a request for it would name.
fn request_path(url: &Url) -> String {
    url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()))
}

#[cfg(test)]
mod tests;
