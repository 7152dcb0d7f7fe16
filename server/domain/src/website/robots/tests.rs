use super::*;

fn allowed(robots: &str, path: &str) -> bool {
    Robots::parse(robots.as_bytes()).allows(path)
}

#[test]
fn the_longest_rule_decides_and_allow_wins_a_tie() {
    // The table of RFC 9309, section 5.2, and of the search engines' documentation.
    let cases = [
        ("allow: /p\ndisallow: /", "/page", true),
        ("allow: /folder\ndisallow: /folder", "/folder/page", true),
        ("allow: /page\ndisallow: /*.htm", "/page.htm", false),
        ("allow: /page\ndisallow: /*.ph", "/page.php5", true),
        ("allow: /$\ndisallow: /", "/", true),
        ("allow: /$\ndisallow: /", "/page.htm", false),
        ("disallow: /fish*", "/fishheads/yummy.html", false),
        ("disallow: /fish", "/catfish", true),
        ("disallow: /fish/", "/fish", true),
        ("disallow: /fish", "/Fish.asp", true),
        ("disallow: /*.php", "/index.php?x=1", false),
        ("disallow: /*.php$", "/index.php?x=1", true),
        ("disallow: /*.php$", "/a.php/b.php", false),
        ("disallow: /fish*.php", "/fish/x.php?y", false),
        ("disallow: *", "/x", false),
        ("disallow:", "/x", true),
        ("disallow: /", "/robots.txt", true),
        ("disallow: /a%3cd.html", "/a%3Cd.html", false),
        ("disallow: /%7Ejoe", "/~joe/x", false),
        ("disallow: /foo/bar/ツ", "/foo/bar/%E3%83%84", false),
        ("disallow: /a/*/b/*/c", "/a/1/b/2/c", false),
        ("disallow: /a/*/b/*/c", "/a/1/c", true),
    ];
    for (rules, path, expected) in cases {
        assert_eq!(allowed(&format!("User-agent: *\n{rules}\n"), path), expected, "{rules} {path}");
    }
}

#[test]
fn our_own_group_goes_before_everybodys_and_groups_of_one_name_are_one() {
    let text = "user-agent: *\ndisallow: /\n\nUser-Agent: other\nUSER-AGENT: Closezly/2.0 (x)\nDisallow: /a\n\nuser-agent: closezly\ndisallow: /b # note\n";
    assert!(allowed(text, "/x") && !allowed(text, "/a") && !allowed(text, "/b"));
    assert!(!allowed("user-agent: *\ndisallow: /a\nuser-agent: closezlybot\nallow: /\n", "/a"), "a longer name is another robot's");
    assert!(allowed("user-agent: closezly\nallow: /\nuser-agent: *\ndisallow: /\n", "/a"));
    assert!(allowed("disallow: /\n", "/a"), "a rule before any group is nobody's");
}

#[test]
fn any_line_ending_a_mark_at_the_start_and_rubbish_are_taken() {
    assert!(!allowed("\u{feff}User-agent: *\rDisallow: /a\r\rSitemap: x", "/a"));
    assert!(!allowed("User-agent: *\r\nSitemap: https://x\r\nDisallow : /a\r\n", "/a"));
    let rubbish = Robots::parse(b"\xff\xfe\x00<html>:::\nuser-agent\n*: /\n");
    assert_eq!(rubbish, Robots::default());
    let long = format!("user-agent: *\ndisallow: /{}\ndisallow: /b\n", "a".repeat(100_000));
    assert!(allowed(&long, &format!("/{}", "a".repeat(100_000))) && !allowed(&long, "/b"));
}

#[test]
fn a_delay_is_kept_up_to_ten_seconds() {
    let delay = |value: &str| Robots::parse(format!("user-agent: *\ncrawl-delay: {value}\n").as_bytes()).delay();
    assert_eq!(delay("2.5"), Some(Duration::from_millis(2500)));
    assert_eq!(delay("86400"), Some(LONGEST_DELAY));
    assert_eq!((delay("-1"), delay("NaN"), delay("soon")), (None, None, None));
}

#[test]
fn one_that_is_not_there_allows_and_one_that_can_not_be_reached_forbids() {
    let status = |status| Robots::absent(&FetchError::Status { status, retry_after: None });
    assert!(status(404).allows("/a") && status(403).allows("/a") && status(410).allows("/a"));
    assert!(!status(500).allows("/a") && !status(503).allows("/a") && !status(429).allows("/a"));
    assert!(!Robots::absent(&FetchError::TimedOut).allows("/a"));
    assert!(!Robots::absent(&FetchError::NotPublic("x".to_owned())).allows("/a"));
}

#[test]
fn a_pattern_of_many_stars_takes_no_time() {
    let pattern = format!("user-agent: *\ndisallow: /{}b$\n", "*a".repeat(2000));
    let start = std::time::Instant::now();
    assert!(allowed(&pattern, &format!("/{}", "a".repeat(1990))));
    assert!(start.elapsed() < Duration::from_secs(1));
}
