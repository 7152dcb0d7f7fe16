#![allow(clippy::unwrap_used)]

use std::sync::Mutex;

use async_trait::async_trait;
use bytes::Bytes;

use super::*;

/// A site in memory: path to page, or what goes wrong.
struct Site {
    pages: Vec<(&'static str, Result<&'static str, FetchError>)>,
    asked: Mutex<Vec<(String, tokio::time::Instant)>>,
}

#[async_trait]
impl WebFetcher for Site {
    async fn fetch(&self, request: &WebRequest) -> Result<WebPage, FetchError> {
        let path = request.url.path();
        self.asked.lock().unwrap().push((path.to_owned(), tokio::time::Instant::now()));
        let found = self.pages.iter().find(|(known, _)| *known == path);
        let body = found.map_or(Err(FetchError::Status { status: 404, retry_after: None }), |(_, answer)| answer.clone())?;
        Ok(WebPage {
            url: request.url.clone(),
            content_type: "text/html".to_owned(),
            robots: String::new(),
            body: Bytes::from_static(body.as_bytes()),
        })
    }
}

fn visit(pages: Vec<(&'static str, Result<&'static str, FetchError>)>) -> (WebsiteVisit, Arc<Site>, CancellationToken) {
    let (site, cancel) = (Arc::new(Site { pages, asked: Mutex::default() }), CancellationToken::new());
    let plan = WebsitePlan::new("https://a.example/", "", 10).unwrap();
    (WebsiteVisit::new(site.clone(), plan, cancel.clone()), site, cancel)
}

#[tokio::test]
async fn pages_come_one_after_the_other_with_a_pause() {
    let (mut visit, site, _) = visit(vec![("/", Ok("<a href=/a><a href=/b>")), ("/a", Ok("a")), ("/b", Ok("b"))]);
    let mut pages = 0;
    while let Some(step) = visit.next().await {
        assert!(matches!(step, Ok(Visited::Page(_))));
        pages += 1;
    }
    assert_eq!(pages, 3);
    let asked = site.asked.lock().unwrap();
    assert_eq!(asked.iter().map(|(path, _)| path.as_str()).collect::<Vec<_>>(), ["/robots.txt", "/", "/a", "/b"]);
    assert!(asked.windows(2).all(|pair| pair[1].1 - pair[0].1 >= Duration::from_secs(1)), "{asked:?}");
}

#[tokio::test]
async fn a_visit_stops_when_it_is_cancelled() {
    let (mut visit, site, cancel) = visit(vec![("/", Ok("<a href=/a><a href=/b>")), ("/a", Ok("a"))]);
    assert!(matches!(visit.next().await, Some(Ok(Visited::Page(_)))));
    cancel.cancel();
    assert_eq!(visit.next().await, Some(Err(VisitError::Cancelled)));
    assert_eq!(visit.next().await, None);
    assert_eq!(site.asked.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn a_site_that_does_not_want_it_is_left_alone() {
    let (mut forbidden, site, _) = visit(vec![("/robots.txt", Ok("user-agent: *\ndisallow: /")), ("/", Ok(""))]);
    assert_eq!(forbidden.next().await, Some(Err(VisitError::Forbidden)));
    assert_eq!(forbidden.next().await, None);
    assert_eq!(site.asked.lock().unwrap().len(), 1);
    let broken = FetchError::Status { status: 503, retry_after: None };
    let (mut unreachable, site, _) = visit(vec![("/robots.txt", Err(broken.clone())), ("/", Ok(""))]);
    assert_eq!(unreachable.next().await, Some(Err(VisitError::RobotsUnreachable(broken))));
    assert_eq!(site.asked.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn why_a_site_is_not_visited_is_said_of_what_was_given() {
    let address = |path: &str| format!("https://a.example{path}");
    for (error, said) in [
        (FetchError::NotPublic(address("/robots.txt")), "“https://a.example/” is no public address, so it is not fetched."),
        (
            FetchError::Port { address: address("/robots.txt"), port: 22 },
            "“https://a.example/” can't be fetched: port 22 is not one of a website. Those are 80, 443 and all from 1024 on.",
        ),
        (FetchError::NoSuchName("a.example".into()), "The name “a.example” can't be found. Try again later."),
        (
            FetchError::NotPublic("http://10.0.0.1/".into()),
            "The site's robots.txt can't be read, so nothing is fetched: “http://10.0.0.1/” is no public address, so it is not fetched.",
        ),
        (
            FetchError::TimedOut,
            "The site's robots.txt can't be read, so nothing is fetched: The site takes too long to answer. Try again later.",
        ),
        (
            FetchError::Unreachable("connection refused".into()),
            "The site's robots.txt can't be read, so nothing is fetched: The site can't be reached: connection refused. Try again later.",
        ),
    ] {
        let (mut visit, _, _) = visit(vec![("/robots.txt", Err(error)), ("/", Ok(""))]);
        assert_eq!(visit.next().await.unwrap().unwrap_err().to_string(), said);
    }
}

#[tokio::test]
async fn a_start_that_is_not_there_is_said() {
    let (mut visit, _, _) = visit(Vec::new());
    let error = visit.next().await.unwrap().unwrap_err();
    assert!(error.to_string().contains("status 404"), "{error}");
}
