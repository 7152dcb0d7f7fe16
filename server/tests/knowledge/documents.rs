//! One document: given, read, changed, replaced, deleted.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::form::{DOCUMENTS, Form, asked, field, give, given, kept, listed, nothing_kept, path, ready, send, settled};
use crate::support::{Program, TestServer};

const PRICES: &str = "# Prices 2026\n\nThe Team plan costs 29 euros per seat.\n\n# Support\n\nSupport answers within four hours.\n";

async fn download(program: &Program, path: &str) -> reqwest::Response {
    program.request(Method::GET, path).header("accept-encoding", "gzip").send().await.unwrap()
}

#[tokio::test]
async fn a_file_is_given_read_changed_and_deleted() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let form = Form::default().field("folder", "Sales/2026").field("tags", "Prices, EMEA").field("tags", "plans");
    let form = form.field("collection", "").file("prices.md", PRICES.as_bytes());
    let id = given(&send(&ann, DOCUMENTS, form).await);
    let detail = ready(&ann, &id).await;
    let document = &detail["document"];
    assert_eq!((&document["title"], &document["file_name"]), (&json!("Prices 2026"), &json!("prices.md")));
    assert_eq!((&document["folder"], &document["source"]), (&json!("Sales/2026"), &json!("file")));
    assert_eq!(document["tags"], json!(["prices", "emea", "plans"]));
    assert_eq!((&document["bytes"], &document["version"]), (&json!(PRICES.len()), &json!(1)));
    assert_eq!(detail["history"].as_array().unwrap().len(), 1);
    assert!(detail["steps"].as_array().unwrap().iter().all(|step| step["done"] == true), "{detail:?}");
    let passages = ann.get(&path(&id, "/passages?limit=1")).await;
    assert_eq!(passages.body["data"][0]["place"]["headings"], json!(["Prices 2026"]), "{:?}", passages.body);
    assert_eq!(passages.body["meta"]["hasMore"], true);
    let next = passages.body["meta"]["next"].as_str().unwrap();
    let rest = ann.get(&path(&id, &format!("/passages?cursor={next}"))).await;
    assert!(rest.body["data"][0]["text"].as_str().unwrap().contains("four hours"), "{:?}", rest.body);
    let change = json!({ "title": " New prices ", "tags": ["Current"], "bindings": [{ "kind": "competitor", "value": "Initech" }] });
    let changed = ann.patch(&path(&id, ""), change).await;
    assert_eq!(changed.status, StatusCode::OK, "{:?}", changed.body);
    assert_eq!(changed.body["data"]["document"]["title"], "New prices");
    assert_eq!(changed.body["data"]["bindings"], json!([{ "kind": "competitor", "value": "Initech" }]));
    let stays = ann.patch(&path(&id, ""), json!({})).await.body["data"].clone();
    assert_eq!((&stays["document"]["tags"], stays["bindings"].as_array().unwrap().len()), (&json!(["current"]), 1));
    assert_eq!(asked(&ann, "Team plan costs per seat").await, ["The Team plan costs 29 euros per seat."]);
    let uses = ann.get(&path(&id, "/uses")).await;
    assert_eq!(uses.body["data"][0]["question"], "Team plan costs per seat", "{:?}", uses.body);
    assert_eq!(kept(&server).len(), 1, "the file and nothing else");
    let whole = ann.get(&path(&id, "")).await.body["data"].clone();
    assert_eq!(ann.delete(&path(&id, "")).await.status, StatusCode::NO_CONTENT);
    for rest in ["", "/passages", "/uses", "/file"] {
        assert_eq!(ann.get(&path(&id, rest)).await.failure(404), "not_found", "{rest}");
    }
    assert_eq!(ann.delete(&path(&id, "")).await.failure(404), "not_found");
    assert!(asked(&ann, "Team plan costs per seat").await.is_empty());
    // For a minute it can be brought back, and answers as it did.
    let back = ann.post(&path(&id, "/restore"), json!({})).await;
    assert_eq!((back.status, &back.body["data"]), (StatusCode::OK, &whole), "{:?}", back.body);
    assert_eq!(asked(&ann, "Team plan costs per seat").await, ["The Team plan costs 29 euros per seat."]);
    assert_eq!(ann.get(&path(&id, "/file")).await.status, StatusCode::OK);
    assert_eq!(ann.delete(&path(&id, "")).await.status, StatusCode::NO_CONTENT);
    nothing_kept(&server).await;
    assert_eq!(ann.post(&path(&id, "/restore"), json!({})).await.failure(404), "not_found", "gone for good");
}

#[tokio::test]
async fn a_file_comes_back_as_it_was_given_and_is_never_shown() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let html = "<html><body><h1>Terms</h1><p>Everything is free.</p><script>alert(1)</script></body></html>".repeat(40);
    let id = given(&send(&ann, DOCUMENTS, Form::default().file("Zoë's “terms”.html", html.as_bytes())).await);
    let file = download(&ann, &path(&id, "/file")).await;
    let header = |name: &str| file.headers().get(name).map_or("", |value| value.to_str().unwrap()).to_owned();
    assert_eq!(header("content-type"), "application/octet-stream");
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert_eq!(
        header("content-disposition"),
        "attachment; filename=\"Zo__s _terms_.html\"; filename*=UTF-8''Zo%C3%AB%27s%20%E2%80%9Cterms%E2%80%9D.html"
    );
    assert!(header("content-security-policy").ends_with("; sandbox"), "{}", header("content-security-policy"));
    assert_eq!((header("content-length"), header("content-encoding")), (html.len().to_string(), String::new()));
    assert_eq!(header("cache-control"), "no-store");
    assert!(file.text().await.unwrap() == html, "as it was given");
    let head = ann.request(Method::HEAD, &path(&id, "/file")).send().await.unwrap();
    assert_eq!((head.status(), &head.headers()["content-length"]), (StatusCode::OK, &html.len().to_string().parse().unwrap()));
    assert_eq!(ann.get(&path(&id, "/file?version=2")).await.failure(404), "not_found");
    assert_eq!(ann.get(&path(&id, "/file?version=new")).await.failure(422), "invalid");
    assert_eq!(ann.get(&path(&id, "/file?inline=1")).await.failure(422), "invalid");
}

#[tokio::test]
async fn a_version_takes_the_place_of_the_one_before_and_leaves_it_in_the_history() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let id = give(&ann, "prices.md", PRICES).await;
    ready(&ann, &id).await;
    let news = PRICES.replace("29 euros", "31 euros");
    let answer = send(&ann, &path(&id, "/versions"), Form::default().file("prices 2027.md", news.as_bytes())).await;
    assert_eq!(given(&answer), id, "the document stays the same");
    let detail = ready(&ann, &id).await;
    assert_eq!((&detail["document"]["version"], &detail["document"]["file_name"]), (&json!(2), &json!("prices 2027.md")));
    let history: Vec<_> = detail["history"].as_array().unwrap().iter().map(|version| version["file_name"].clone()).collect();
    assert_eq!(history, ["prices 2027.md", "prices.md"]);
    assert_eq!(download(&ann, &path(&id, "/file?version=1")).await.text().await.unwrap(), PRICES);
    assert_eq!(download(&ann, &path(&id, "/file")).await.text().await.unwrap(), news);
    assert_eq!(asked(&ann, "Team plan costs per seat").await, ["The Team plan costs 31 euros per seat."]);
    let third = Form::default().field("replaces", &id).file("prices 2028.md", PRICES.replace("29", "33").as_bytes());
    assert_eq!(given(&send(&ann, DOCUMENTS, third).await), id, "the other way to say it");
    assert_eq!(ready(&ann, &id).await["document"]["version"], 3);
    let fields = Form::default().field("tags", "a").file("prices.md", b"x");
    assert_eq!(field(&send(&ann, &path(&id, "/versions"), fields).await), "tags", "a version has no fields of its own");
    let nothing = path("01931c1e-0000-7000-8000-000000000000", "/versions");
    assert_eq!(send(&ann, &nothing, Form::default().file("a.md", b"x")).await.failure(404), "not_found");
    let json = ann.post(&path(&id, "/versions"), json!({ "title": "x", "text": "x" })).await;
    assert_eq!(json.failure(415), "invalid");
}

#[tokio::test]
async fn a_text_is_given_as_json() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let text = json!({ "title": "Who we are", "text": "Northwind was founded in 1998 in Oslo.\r\nIt has 40 people.", "tags": ["About"] });
    let id = given(&ann.post(DOCUMENTS, text.clone()).await);
    let detail = ready(&ann, &id).await;
    assert_eq!((&detail["document"]["title"], &detail["document"]["source"]), (&json!("Who we are"), &json!("text")));
    assert_eq!(asked(&ann, "Northwind founded").await, ["Northwind was founded in 1998 in Oslo."]);
    let again = ann.post(DOCUMENTS, text).await;
    assert_eq!((again.status, &again.body["data"]), (StatusCode::OK, &json!({ "document": id, "duplicate": true })));
    assert_eq!(again.headers["location"], path(&id, ""));
    let large = "Zoë said “yes”.\n".repeat(62_000);
    let large = json!({ "title": "Large", "text": large });
    assert!(large.to_string().len() > 1_200_000, "more than other requests may carry");
    given(&ann.post(DOCUMENTS, large).await);
    let charset = ann.request(Method::POST, DOCUMENTS).header("content-type", "application/json; charset=utf-8");
    let charset = ann.send(charset.body(json!({ "title": "a", "text": "Something else." }).to_string())).await;
    assert_eq!(charset.status, StatusCode::CREATED, "{:?}", charset.body);
}

#[tokio::test]
async fn texts_that_are_none() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    for (name, text) in [
        ("title", json!({ "title": " ", "text": "x" })),
        ("title", json!({ "title": "x".repeat(201), "text": "x" })),
        ("text", json!({ "title": "x", "text": "" })),
        ("text", json!({ "title": "x", "text": " \n " })),
        ("text", json!({ "title": "x", "text": "a\u{0}b" })),
        ("text", json!({ "title": "x", "text": "x".repeat(1_000_001) })),
        ("tags", json!({ "title": "x", "text": "x", "tags": ["x".repeat(41)] })),
        ("tags", json!({ "title": "x", "text": "x", "tags": (0..21).map(|n| format!("tag {n}")).collect::<Vec<_>>() })),
    ] {
        assert_eq!(field(&ann.post(DOCUMENTS, text.clone()).await), name, "{}", text.to_string().chars().take(60).collect::<String>());
    }
    assert_eq!(ann.post(DOCUMENTS, json!({ "title": "x", "text": "x", "author": "me" })).await.failure(422), "invalid");
    assert_eq!(ann.post(DOCUMENTS, json!({ "text": "x" })).await.failure(422), "invalid");
    let foreign = json!({ "title": "x", "text": "x", "collection": "01931c1e-0000-7000-8000-000000000000" });
    assert_eq!(ann.post(DOCUMENTS, foreign).await.failure(404), "not_found");
    let too_large = ann.post(DOCUMENTS, json!({ "title": "x", "text": "x".repeat(9_000_000) })).await;
    assert_eq!(too_large.failure(413), "too_large");
    assert!(too_large.body["detail"].as_str().unwrap().contains("8 MB"), "{:?}", too_large.body);
    let raw =
        |kind: &'static str, body: &'static str| ann.send(ann.request(Method::POST, DOCUMENTS).header("content-type", kind).body(body));
    assert_eq!(raw("application/json", "{\"title\": ").await.failure(400), "invalid");
    assert_eq!(raw("text/plain", "Hello").await.failure(415), "invalid");
    assert_eq!(raw("application/pdf", "%PDF-1.7").await.failure(415), "invalid");
    assert_eq!(ann.send(ann.request(Method::POST, DOCUMENTS)).await.failure(415), "invalid");
    assert!(listed(&ann, "").await.is_empty() && kept(&server).is_empty(), "nothing was kept");
}

#[tokio::test]
async fn documents_are_listed_by_what_is_asked_for() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let admins = ann.post("/api/v1/knowledge/collections", json!({ "name": "Legal", "access": "admins" })).await;
    let legal = admins.body["data"]["id"].as_str().unwrap().to_owned();
    let made = ann.post("/api/v1/knowledge/collections", json!({ "name": "Sales", "access": "everybody" })).await;
    let sales = made.body["data"]["id"].as_str().unwrap().to_owned();
    let german = Form::default().field("collection", &legal).field("tags", "Verträge").file(
        "vertrag.txt",
        "Dieser Vertrag läuft über zwölf Monate und verlängert sich um ein Jahr, wenn er nicht rechtzeitig gekündigt wird.".as_bytes(),
    );
    let german = given(&send(&ann, DOCUMENTS, german).await);
    server.clock.advance(chrono::TimeDelta::minutes(10));
    let english = Form::default().field("collection", &sales).file("prices.md", PRICES.as_bytes());
    let english = given(&send(&ann, DOCUMENTS, english).await);
    let failed = Form::default().field("collection", &sales).file("broken.pdf", b"%PDF-1.7 and no more");
    let failed = given(&send(&ann, DOCUMENTS, failed).await);
    for id in [&german, &english, &failed] {
        settled(&ann, id).await;
    }
    let ids = async |query: &str| -> Vec<String> {
        listed(&ann, query).await.iter().map(|document| document["id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(ids("").await.len(), 3);
    assert_eq!(ids(&format!("collection={legal}")).await, [german.as_str()]);
    assert_eq!(ids("tag=Vertr%C3%A4ge").await.len() + ids("tag=vertr%C3%A4ge").await.len(), 2, "tags have no case");
    assert_eq!(ids("language=de").await, [german.as_str()]);
    assert_eq!(ids("state=failed").await, [failed.as_str()]);
    assert_eq!(ids("words=PRICES").await, [english.as_str()]);
    assert_eq!(ids("before=2026-11-02T09:05:00Z").await, [german.as_str()]);
    assert_eq!(ids("after=2026-11-02T09:05:00Z&state=ready").await, [english.as_str()]);
    asked(&ann, "Team plan costs per seat").await;
    assert_eq!(ids("unused=true&state=ready").await, [german.as_str()]);
    let first = ann.get(&format!("{DOCUMENTS}?limit=2")).await.body;
    assert_eq!((first["meta"]["page"].clone(), first["meta"]["hasMore"].clone()), (json!(1), json!(true)));
    let rest = ids(&format!("limit=2&cursor={}", first["meta"]["next"].as_str().unwrap())).await;
    assert_eq!(rest, [german], "newest first, and each on one page");
    for wrong in ["state=asleep", "collection=x", "after=yesterday", "unused=maybe", "limit=many", "cursor=rubbish", "sort=title"] {
        assert_eq!(ann.get(&format!("{DOCUMENTS}?{wrong}")).await.failure(422), "invalid", "{wrong}");
    }
}

#[tokio::test]
async fn a_document_that_fails_says_why_and_can_be_tried_again() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let id = given(&send(&ann, DOCUMENTS, Form::default().file("broken.pdf", b"%PDF-1.7 and no more")).await);
    let detail = settled(&ann, &id).await;
    assert_eq!(detail["document"]["state"], "failed");
    let problem = detail["document"]["problem"].as_str().unwrap();
    assert!(problem.len() > 20 && problem.ends_with('.'), "{problem}");
    for (rest, body) in [("/password", json!({ "password": "x" })), ("/accept", json!({}))] {
        assert_eq!(ann.post(&path(&id, rest), body).await.failure(409), "conflict", "{rest}");
    }
    let retry = ann.send(ann.request(Method::POST, &path(&id, "/retry"))).await;
    assert_eq!(retry.status, StatusCode::NO_CONTENT, "{:?}", retry.body);
    assert_eq!(settled(&ann, &id).await["document"]["state"], "failed");
    assert_eq!(ann.get("/api/v1/knowledge/overview").await.body["data"]["size"]["failed"], 1);
    let fine = give(&ann, "prices.md", PRICES).await;
    ready(&ann, &fine).await;
    assert_eq!(ann.send(ann.request(Method::POST, &path(&fine, "/retry"))).await.failure(409), "conflict");
    for (body, status) in
        [(json!({ "password": "" }), 422), (json!({ "password": "x".repeat(2_000) }), 422), (json!({}), 422), (json!({ "pass": "x" }), 422)]
    {
        assert_eq!(ann.post(&path(&id, "/password"), body).await.failure(status), "invalid");
    }
}

/// A document that Word encrypted, if the folder of documents to test with is beside the repository.
fn encrypted() -> Option<Vec<u8>> {
    let around = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    let name = "shared/data/documents/public/files/tika__testWORD_protected_passtika.docx";
    around.map(|folder| folder.join(name)).find_map(|path| std::fs::read(path).ok())
}

#[tokio::test]
async fn an_encrypted_document_waits_for_its_password() {
    let Some(file) = encrypted() else {
        assert!(std::env::var_os("CI").is_none(), "the folder of documents is missing");
        return;
    };
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let id = given(&send(&ann, DOCUMENTS, Form::default().file("secret.docx", &file)).await);
    let locked = settled(&ann, &id).await;
    assert_eq!(locked["document"]["state"], "locked", "{locked:?}");
    assert_eq!(ann.send(ann.request(Method::POST, &path(&id, "/retry"))).await.failure(409), "conflict");
    for (password, state) in [("guess", "locked"), ("tika", "ready")] {
        assert_eq!(ann.post(&path(&id, "/password"), json!({ "password": password })).await.status, StatusCode::NO_CONTENT);
        let detail = settled(&ann, &id).await;
        assert_eq!(detail["document"]["state"], state, "{detail:?}");
        assert!(!detail.to_string().contains("guess"), "no password is told again");
    }
}

#[tokio::test]
async fn changes_that_are_none() {
    let server = TestServer::start().await;
    let ann = server.owner("Ann").await;
    let id = give(&ann, "prices.md", PRICES).await;
    let many: Vec<Value> = (0..51).map(|n| json!({ "kind": "competitor", "value": format!("Company {n}") })).collect();
    for (name, change) in [
        ("title", json!({ "title": "" })),
        ("title", json!({ "title": "a\nb" })),
        ("tags", json!({ "tags": ["x".repeat(41)] })),
        ("bindings", json!({ "bindings": [{ "kind": "topic", "value": "no.such.topic" }] })),
        // A topic whose cues show no documents.
        ("bindings", json!({ "bindings": [{ "kind": "topic", "value": "next_step.customer" }] })),
        ("bindings", json!({ "bindings": many })),
    ] {
        assert_eq!(field(&ann.patch(&path(&id, ""), change.clone()).await), name, "{change}");
    }
    for change in [json!({ "state": "ready" }), json!({ "bindings": [{ "kind": "mood", "value": "x" }] }), json!({ "tags": "a" })] {
        assert_eq!(ann.patch(&path(&id, ""), change.clone()).await.failure(422), "invalid", "{change}");
    }
    let elsewhere = json!({ "collection": "01931c1e-0000-7000-8000-000000000000" });
    assert_eq!(ann.patch(&path(&id, ""), elsewhere).await.failure(404), "not_found");
    assert_eq!(ann.get(&path(&id, "/passages?cursor=x")).await.failure(422), "invalid");
    assert_eq!(ann.get(&path(&id, "/uses?cursor=x")).await.failure(422), "invalid");
    assert_eq!(ann.get(&path("not-an-id", "")).await.failure(404), "not_found");
}
