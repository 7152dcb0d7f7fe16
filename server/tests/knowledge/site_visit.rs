//! A visit to a website with the real fetcher, from its start to its end.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::response::{Html, Redirect};
use axum::routing::get;
use domain::website::{Visited, WebsitePlan, WebsiteVisit};
use providers::web::Web;
use tokio_util::sync::CancellationToken;

#[tokio::test]
async fn a_site_is_visited_from_its_start_to_its_end() {
    let page = |body: &'static str| get(move || async move { Html(body) });
    let router = Router::new()
        .route("/robots.txt", get(|| async { "User-agent: *\nDisallow: /docs/private\n" }))
        .route(
            "/docs/",
            page("<a href=a>a</a><a href=private/x>p</a><a href=/other>o</a><a href=moved>m</a><a href=gone>g</a><a href=out>out</a>"),
        )
        .route("/docs/a", page("<a href=./#top>up</a>"))
        .route("/docs/private/x", page("secret"))
        .route("/docs/moved", get(|| async { Redirect::to("/docs/a") }))
        .route("/docs/out", get(|| async { Redirect::to("/other") }))
        .route("/other", page("not in scope"));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    let web = Web::new("test", vec![("site.test".to_owned(), address.ip())]).unwrap();
    let start = format!("http://site.test:{}/docs/", address.port());
    let plan = WebsitePlan::new(&start, "", 50).unwrap();
    let mut visit = WebsiteVisit::new(Arc::new(web), plan, CancellationToken::new()).hurried(Duration::ZERO);
    let (mut pages, mut skipped) = (Vec::new(), Vec::new());
    while let Some(step) = visit.next().await {
        match step.unwrap() {
            Visited::Page(page) => pages.push(page.url.path().to_owned()),
            Visited::Skipped { url, why } => skipped.push(format!("{} {why}", url.path())),
        }
    }
    assert_eq!(pages, ["/docs/", "/docs/a"]);
    assert_eq!(visit.crawl().forbidden().len(), 1);
    assert_eq!(skipped.len(), 3, "{skipped:?}");
    assert!(skipped[0].contains("visited already") && skipped[1].contains("404") && skipped[2].contains("outside"), "{skipped:?}");
}
