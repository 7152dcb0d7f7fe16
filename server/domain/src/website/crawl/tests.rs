#![allow(clippy::unwrap_used)]

use bytes::Bytes;
use proptest::prelude::*;

use super::*;

fn url(text: &str) -> Url {
    text.parse().unwrap()
}

fn plan(start: &str, scope: &str, most: u32) -> WebsitePlan {
    WebsitePlan::new(start, scope, most).unwrap()
}

fn html(address: &str, body: &str) -> Result<WebPage, FetchError> {
    Ok(WebPage {
        url: url(address),
        content_type: "text/html".to_owned(),
        robots: String::new(),
        body: Bytes::copy_from_slice(body.as_bytes()),
    })
}

/// Answers every request by `site`; what was asked for, in order.
fn run(crawl: &mut Crawl, robots: &str, site: impl Fn(&Url) -> Result<WebPage, FetchError>) -> Vec<String> {
    let mut asked = Vec::new();
    loop {
        match crawl.proceed() {
            Next::Robots(_) => crawl.robots(Robots::parse(robots.as_bytes())),
            Next::Page { url, pause } => {
                assert!(pause >= PAUSE);
                asked.push(url[url::Position::BeforePath..].to_owned());
                let _ = crawl.page(&url, &site(&url));
            }
            Next::End => return asked,
        }
    }
}

#[test]
fn plans_are_checked() {
    assert_eq!(plan("https://A.example:443/docs/start?#x", "", 1).start().as_str(), "https://a.example/docs/start");
    assert_eq!(plan("https://a.example/docs/start", "", 1).scope().prefix().as_str(), "https://a.example/docs/");
    for (start, scope, most, error) in [
        ("a.example", "", 1, PlanError::Start("a.example".to_owned())),
        ("ftp://a.example/", "", 1, PlanError::Start("ftp://a.example/".to_owned())),
        ("https://ann:pw@a.example/", "", 1, PlanError::Start("https://ann:pw@a.example/".to_owned())),
        ("https://a.example/", "docs", 1, PlanError::Scope("docs".to_owned())),
        ("https://a.example/x", "https://a.example/docs/", 1, PlanError::Outside),
        ("https://a.example.evil.example/", "https://a.example", 1, PlanError::Outside),
        ("http://a.example/", "https://a.example/", 1, PlanError::Outside),
        ("https://a.example/", "", 0, PlanError::NoPages),
    ] {
        assert_eq!(WebsitePlan::new(start, scope, most), Err(error), "{start} {scope}");
    }
}

#[test]
fn addresses_that_mean_one_page_have_one_spelling() {
    for (one, other) in [
        ("HTTP://A.example:80/x/../y?#z", "http://a.example/y"),
        ("https://a.example/%7ejoe/%e2%82%ac", "https://a.example/~joe/%E2%82%AC"),
        ("https://a.example/a%2fb", "https://a.example/a%2Fb"),
        ("https://a.example", "https://a.example/"),
        ("https://a.example/x?q=%c3%a4", "https://a.example/x?q=%C3%A4"),
    ] {
        assert_eq!(canonical(&url(one)).as_str(), other);
    }
    assert_ne!(canonical(&url("https://a.example/a%2fb")), canonical(&url("https://a.example/a/b")), "an escaped slash is another page");
}

proptest! {
    #[test]
    fn one_spelling_is_found_once(path in "[a-zA-Z0-9%/.?&=~ü-]{0,40}") {
        if let Ok(url) = Url::parse(&format!("https://a.example/{path}")) {
            let once = canonical(&url);
            prop_assert_eq!(canonical(&once), once);
        }
    }
}

#[test]
fn a_percent_sign_that_escapes_nothing_becomes_no_escape() {
    let spelled = |path: &str| canonical(&Url::parse(&format!("https://a.example/{path}")).unwrap()).path().to_owned();
    assert_eq!([spelled("%3%30"), spelled("%+3"), spelled("100%")], ["/%2530", "/%25+3", "/100%25"]);
}

#[test]
fn every_page_in_scope_is_asked_for_once_and_nothing_else() {
    let site = |url: &Url| match url.path() {
        "/d/" => html(
            url.as_str(),
            "<a href=a#1><a href=a#2><a href=./b><a href=/e><a href=/d/p.PNG><a href=https://b.example/d/><a href=mailto:x@y><a href='javascript:x'>",
        ),
        "/d/a" => html(url.as_str(), "<a href=/d/><a href=c?x=1><a href='c?x=1#y'>"),
        _ => html(url.as_str(), ""),
    };
    let mut crawl = Crawl::new(plan("https://a.example/d/", "", 100));
    assert_eq!(run(&mut crawl, "", site), ["/d/", "/d/a", "/d/b", "/d/c?x=1"]);
    assert_eq!((crawl.pages(), crawl.is_cut()), (4, false));
}

#[test]
fn a_site_without_end_is_cut() {
    let site = |url: &Url| html(url.as_str(), &(0..50).map(|n| format!("<a href='{}x{n}/'>", url.path())).collect::<String>());
    let mut crawl = Crawl::new(plan("https://a.example/", "", 30));
    assert_eq!(run(&mut crawl, "", site).len(), 30);
    assert!(crawl.is_cut());
    // Pages that are never kept don't go on for ever either.
    let site = |url: &Url| html(url.as_str(), &format!("<meta name=robots content=noindex><a href='{}x/'>", url.path()));
    let mut crawl = Crawl::new(plan("https://a.example/", "", 10));
    assert!(run(&mut crawl, "", site).len() <= 70);
    assert_eq!(crawl.pages(), 0);
}

#[test]
fn robots_and_directives_are_obeyed() {
    let site = |url: &Url| match url.path() {
        "/" => html(url.as_str(), "<a href=/private/x><a href=/no><a href=/nofollow>"),
        "/no" => html(url.as_str(), "<meta name=robots content=noindex><a href=/after>"),
        "/nofollow" => html(url.as_str(), "<meta name=robots content=nofollow><a href=/never>"),
        _ => html(url.as_str(), ""),
    };
    let mut crawl = Crawl::new(plan("https://a.example/", "", 100));
    let asked = run(&mut crawl, "user-agent: *\ndisallow: /private\ncrawl-delay: 3", site);
    assert_eq!(asked, ["/", "/no", "/nofollow", "/after"]);
    assert_eq!((crawl.pages(), crawl.forbidden().len()), (3, 1));
}

#[test]
fn the_sites_own_pause_is_kept() {
    let mut crawl = Crawl::new(plan("https://a.example/", "", 100));
    crawl.proceed();
    crawl.robots(Robots::parse(b"user-agent: *\ncrawl-delay: 4"));
    assert!(matches!(crawl.proceed(), Next::Page { pause, .. } if pause == Duration::from_secs(4)));
    let busy = Err(FetchError::Status { status: 429, retry_after: Some(Duration::from_secs(30)) });
    assert!(matches!(crawl.page(&url("https://a.example/"), &busy), Err(Skip::Later(_))));
    assert!(matches!(crawl.proceed(), Next::Page { pause, .. } if pause == Duration::from_secs(30)));
}

#[test]
fn redirects_end_where_they_may() {
    let site = |asked: &Url| match asked.path() {
        "/" => html("https://a.example/", "<a href=/one><a href=/two><a href=/three><a href=/four>"),
        "/one" | "/two" => html("https://a.example/same", ""),
        "/three" => html("https://a.example/private", ""),
        _ => html("https://b.example/", ""),
    };
    let mut crawl = Crawl::new(plan("https://a.example/", "", 100));
    run(&mut crawl, "user-agent: *\ndisallow: /private", site);
    assert_eq!(crawl.pages(), 2, "the start and the one that two lead to");
}

#[test]
fn a_site_that_fails_is_tried_once_more_and_then_left_alone() {
    let site = |url: &Url| match url.path() {
        "/" => html(url.as_str(), &(0..20).map(|n| format!("<a href={n}>")).collect::<String>()),
        _ => Err(FetchError::TimedOut),
    };
    let mut crawl = Crawl::new(plan("https://a.example/", "", 100));
    assert_eq!(run(&mut crawl, "", site).len(), 6);
    assert!(crawl.gave_up());
    let gone = |url: &Url| match url.path() {
        "/" => html(url.as_str(), &(0..20).map(|n| format!("<a href={n}>")).collect::<String>()),
        _ => Err(FetchError::Status { status: 404, retry_after: None }),
    };
    let mut crawl = Crawl::new(plan("https://a.example/", "", 100));
    assert_eq!(run(&mut crawl, "", gone).len(), 21, "pages that are not there are no failure of the site");
}
