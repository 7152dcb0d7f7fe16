//! Lists of calls: pages, filters, search, and who sees what.

use chrono::TimeDelta;
use model::{CallId, Channel};
use reqwest::StatusCode;
use serde_json::json;

use crate::page::{Page, ended_call, hello, make, new_call, path, words};
use crate::support::{Program, TestServer};

async fn titles(program: &Program, query: &str) -> Vec<String> {
    let answer = program.get(&format!("/api/v1/calls?{query}")).await;
    assert_eq!(answer.status, StatusCode::OK, "{query}: {:?}", answer.body);
    let hits = answer.body["data"].as_array().unwrap();
    hits.iter().map(|hit| hit["call"]["title"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn every_call_is_on_one_page() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    for number in 0..23 {
        make(&ann, new_call(&format!("Call {number:02}"))).await;
        if number % 5 == 0 {
            // Several calls of one moment must not be lost between two pages either.
            server.clock.advance(TimeDelta::seconds(1));
        }
    }
    let (mut seen, mut cursor, mut pages) = (Vec::new(), String::new(), 0);
    loop {
        pages += 1;
        let answer = ann.get(&format!("/api/v1/calls?limit=5&cursor={cursor}")).await;
        let meta = &answer.body["meta"];
        assert_eq!((&meta["page"], &meta["limit"]), (&if pages == 1 { json!(1) } else { json!(null) }, &json!(5)));
        seen.extend(answer.body["data"].as_array().unwrap().iter().map(|hit| hit["call"]["id"].as_str().unwrap().to_owned()));
        // A call that is made meanwhile belongs to no later page.
        make(&ann, new_call("Meanwhile")).await;
        match meta["next"].as_str() {
            Some(next) => cursor = next.to_owned(),
            None => break,
        }
        assert_eq!(meta["hasMore"], true);
    }
    assert_eq!(pages, 5);
    let all = seen.len();
    seen.sort();
    seen.dedup();
    assert_eq!((all, seen.len()), (23, 23));
}

#[tokio::test]
async fn bad_queries_are_refused() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    for query in ["cursor=nonsense", "cursor=%00", "cursor=AAAA", "state=asleep", "kind=x", "member=me", "from=yesterday", "limit=-1"] {
        let answer = ann.get(&format!("/api/v1/calls?{query}")).await;
        assert_eq!(answer.failure(422), "invalid", "{query}");
        assert_eq!(answer.body["error"]["details"]["field"], query.split('=').next().unwrap(), "{query}");
    }
    for (limit, said) in [("-1", "“-1” is none."), ("many", "“many” is none."), ("", "is empty. Leave it out, or give it a whole number")]
    {
        let answer = ann.get(&format!("/api/v1/calls?limit={limit}")).await;
        let sentence = answer.body["detail"].as_str().unwrap();
        assert!(sentence.contains("a whole number from 1 to 100") && sentence.contains(said), "{sentence}");
    }
    let long = ann.get(&format!("/api/v1/calls?search={}", "x".repeat(201))).await;
    assert_eq!(long.failure(422), "invalid");
    assert_eq!(long.body["error"]["details"]["field"], "search");
    assert_eq!(ann.get("/api/v1/calls?search=a%00b").await.failure(422), "invalid");
    assert_eq!(ann.get("/api/v1/calls?limit=0").await.body["meta"]["limit"], 1);
    assert_eq!(ann.get("/api/v1/calls?limit=4000000000").await.body["meta"]["limit"], 100);
}

#[tokio::test]
async fn filters_narrow() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    make(&ann, new_call("Old")).await;
    server.clock.advance(TimeDelta::minutes(6));
    let mut demo = new_call("Demo");
    demo["kind"] = json!("demo");
    make(&ann, demo).await;
    server.clock.advance(TimeDelta::minutes(6));
    ended_call(&ann, "Ended").await;
    assert_eq!(titles(&ann, "").await, ["Ended", "Demo", "Old"], "the newest first");
    assert_eq!(titles(&ann, "state=ended").await, ["Ended"]);
    assert_eq!(titles(&ann, "state=prepared&kind=discovery").await, ["Old"]);
    assert_eq!(titles(&ann, "kind=demo").await, ["Demo"]);
    assert_eq!(titles(&ann, "from=2026-11-02T09:06:00Z&until=2026-11-02T09:12:00Z").await, ["Demo"], "from is in, until is not");
    assert_eq!(titles(&ann, "from=2026-11-02T10:06:00%2B01:00").await, ["Ended", "Demo"]);
    let me = ann.get("/api/v1/calls?kind=demo").await.body["data"][0]["call"]["member_id"].as_str().unwrap().to_owned();
    assert_eq!(titles(&ann, &format!("member={me}")).await.len(), 3);
    assert_eq!(titles(&ann, "member=01931c1e-0000-7000-8000-000000000000").await.len(), 0);
}

#[tokio::test]
async fn search_finds_what_was_said() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let eve = server.owner("Eve").await;
    ended_call(&ann, "First").await;
    make(&ann, new_call("Warehouse tour")).await;
    let found = ann.get("/api/v1/calls?search=scanners").await;
    let hits = found.body["data"].as_array().unwrap();
    assert_eq!(hits.len(), 1, "{hits:?}");
    assert_eq!(hits[0]["found"]["start_ms"], 2_000);
    assert!(hits[0]["found"]["text"].as_str().unwrap().contains("scanners"));
    let mut both = titles(&ann, "search=WAREHOUSE").await;
    both.sort();
    assert_eq!(both, ["First", "Warehouse tour"]);
    assert_eq!(titles(&ann, "search=warehouse+scanners").await, ["First"], "every word must be there");
    assert_eq!(titles(&ann, "search=initech&state=prepared").await, ["Warehouse tour"]);
    assert_eq!(titles(&eve, "search=warehouse").await.len(), 0);
    for odd in [
        "%22",
        "%27",
        "*",
        "warehouse*",
        "NEAR(",
        "a%3Ab",
        "-",
        "%25",
        "_",
        "%5C",
        "title%3Ax",
        "%F0%9F%98%80",
        "OR",
        "%22unclosed",
        "(",
        "^x",
    ] {
        titles(&ann, &format!("search={odd}")).await;
    }
}

#[tokio::test]
async fn a_corrected_line_is_found_by_its_new_words() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let id = ended_call(&ann, "First").await;
    let line = ann.patch(&path(id, "/transcript/3"), json!({ "text": "Does it work with our forklifts?" })).await;
    assert_eq!(line.status, StatusCode::OK, "{:?}", line.body);
    assert_eq!(titles(&ann, "search=forklifts").await, ["First"]);
    assert_eq!(titles(&ann, "search=scanners").await.len(), 0);
}

#[tokio::test]
async fn reps_see_their_own_calls_managers_all_and_guests_none() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let hers = make(&ann, new_call("Ann's call")).await;
    let mut scopes = Vec::new();
    for (name, role) in [("Rob", "rep"), ("Mia", "manager"), ("Gus", "guest")] {
        scopes.push(server.colleague(&ann, name, role).await);
    }
    let [rob, mia, gus] = scopes.try_into().ok().unwrap();
    let robs: CallId = make(&rob, new_call("Rob's call")).await;
    assert_eq!(titles(&rob, "").await, ["Rob's call"]);
    assert_eq!(rob.get(&path(hers, "")).await.failure(404), "not_found");
    assert_eq!(rob.patch(&path(hers, ""), json!({ "title": "x" })).await.failure(404), "not_found");
    let member = async |of: &Program| of.get("/api/v1/auth/me").await.body["data"]["member"].as_str().unwrap().to_owned();
    let (anns, own) = (member(&ann).await, member(&rob).await);
    assert_eq!(rob.get(&format!("/api/v1/calls?member={anns}")).await.failure(403), "forbidden", "not answered by the own ones instead");
    assert_eq!(titles(&rob, &format!("member={own}")).await, ["Rob's call"]);
    assert_eq!(titles(&mia, &format!("member={own}")).await, ["Rob's call"]);
    let mut all = titles(&mia, "").await;
    all.sort();
    assert_eq!(all, ["Ann's call", "Rob's call"]);
    assert_eq!(mia.get(&path(robs, "")).await.status, StatusCode::OK);
    assert_eq!(gus.get("/api/v1/calls").await.failure(403), "forbidden");
    assert_eq!(gus.post("/api/v1/calls", new_call("x")).await.failure(403), "forbidden");
    assert_eq!(gus.get(&path(hers, "")).await.failure(404), "not_found");
    // A manager may look at a rep's live call, and not speak for them.
    let mut source = Page::source(&rob, robs).await;
    source.say(words(Channel::Customer, 0, "We have no budget this year.")).await;
    source.heard("budget").await;
    let mut speaking = Page::join(&mia, hello(robs, model::wire::Part::Source, "mia")).await;
    assert_eq!(speaking.refused().await.code, model::Code::Forbidden);
    let mut watching = Page::join(&mia, hello(robs, model::wire::Part::Viewer, "mia")).await;
    watching.welcome().await;
    let mut foreign = Page::join(&gus, hello(robs, model::wire::Part::Viewer, "gus")).await;
    assert_eq!(foreign.refused().await.code, model::Code::NotFound);
}
