//! What people and foreign websites wrote stays text: markup in every field that takes words, on every page that shows it.

use model::Channel::{Customer, Rep};
use model::wire::{CallEvent, ClientMessage};
use model::{CallId, Millis};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::html::parse;
use crate::page::{Page, make, path, words};
use crate::support::{Browser, PASSWORD, Program, TestServer};

/// Ends whatever a text might stand in, and begins elements that none of our pages has. `field` tells where it was typed.
fn hostile(field: &str) -> String {
    format!("{field}</title></textarea></script></form><meta http-equiv=\"refresh\"><x-evil on='{field}'>")
}

/// The same for a field that takes little.
fn short(field: &str) -> String {
    format!("{field}</textarea></title><x-evil>'\"")
}

/// Checks that nothing became an element or an attribute, and that these fields are shown whole.
async fn check(browser: &Browser, address: &str, fields: &[String]) {
    let response = browser.page(address).await;
    let status = response.status();
    let page = response.text().await.unwrap();
    let parsed = parse(&page);
    assert!(parsed.elements.iter().any(|(name, _)| name == "body"), "{address}: {status}: {page}");
    for (name, attributes) in &parsed.elements {
        assert!(name != "x-evil", "{address}: a text became an element");
        for (attribute, value) in attributes {
            assert!(!(attribute == "http-equiv" && value == "refresh"), "{address}: a text became a redirect");
            let ours = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-:".contains(c);
            assert!(attribute.chars().all(ours) || attribute == "viewbox", "{address}: <{name} {attribute}>");
        }
    }
    for field in fields {
        assert!(parsed.shows(field), "{address} doesn't show {field:?}: {page}");
    }
}

async fn given(program: &Program, name: &str, fields: &[(&str, &str)], content: &str) -> String {
    let boundary = "a-boundary-of-the-test";
    let mut body = String::new();
    for (name, value) in fields {
        body += &format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    }
    body += &format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n{content}\r\n--{boundary}--\r\n"
    );
    let request = program.request(Method::POST, "/api/v1/knowledge/documents");
    let kind = format!("multipart/form-data; boundary={boundary}");
    let answer = program.send(request.header("content-type", kind).body(body)).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{:?}", answer.body);
    answer.body["data"]["document"].as_str().unwrap().to_owned()
}

async fn read(server: &TestServer, program: &Program, id: &str) {
    for _ in 0..500 {
        server.run_jobs().await;
        let state = program.get(&format!("/api/v1/knowledge/documents/{id}")).await.body["data"]["document"]["state"].clone();
        if state == "ready" || state == "failed" {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("the document was not read");
}

fn new_call(kind: &str) -> Value {
    json!({
        "title": hostile("call title"), "contact_name": hostile("contact"), "company": hostile("company"), "kind": kind,
        "language": "en-US", "vocabulary": short("word"), "recognizer": "browser", "verbosity": "normal",
        "consent_who": hostile("consent"), "consent_how": "spoken"
    })
}

async fn fill(program: &Program, call: CallId) {
    let patched = program.patch(&path(call, ""), json!({ "notes": hostile("notes") })).await;
    assert!(patched.status.is_success(), "{:?}", patched.body);
    let mut page = Page::source(program, call).await;
    page.frames(Rep, 0..2).await;
    page.say(words(Customer, 0, &format!("It is too expensive for us {}", hostile("heard")))).await;
    page.event(|event| matches!(event, CallEvent::Cue(_))).await;
    page.say(ClientMessage::Bookmark { at: Millis(100), note: hostile("bookmark") }).await;
    page.event(|event| matches!(event, CallEvent::Bookmark(_))).await;
}

#[tokio::test]
async fn markup_in_any_field_stays_text_on_every_page() {
    let server = TestServer::start().await;
    let program = server.program();
    let account = json!({ "name": hostile("person"), "email": "ann@example.com", "organization": hostile("house"), "password": PASSWORD });
    let answer = program.post("/api/v1/auth/register", account).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{:?}", answer.body);
    let program = program.with_token(answer.body["data"]["access_token"].as_str().unwrap());
    let browser = server.browser();
    assert_eq!(browser.sign_in("Ann", PASSWORD).await.status, StatusCode::OK);
    let answer = browser.call("/api/settings/create_token", &[("new[name]", &hostile("token"))]).await;
    assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.body);

    let live = make(&program, new_call("discovery")).await;
    fill(&program, live).await;
    let ended = make(&program, new_call("demo")).await;
    fill(&program, ended).await;
    assert!(program.post(&path(ended, "/end"), json!({})).await.status.is_success());

    let collection = json!({ "name": short("collection"), "access": "everybody" });
    let made = program.post("/api/v1/knowledge/collections", collection).await;
    assert_eq!(made.status, StatusCode::CREATED, "{:?}", made.body);
    let collection = made.body["data"]["id"].as_str().unwrap().to_owned();
    let (tag, words) = (short("tag").replace(',', ""), format!("The gizmo costs 40 euros {}", hostile("passage")));
    let fields = [("collection", collection.as_str()), ("tags", tag.as_str())];
    let document = given(&program, "price list.txt", &fields, &words).await;
    read(&server, &program, &document).await;
    let about = json!({ "title": hostile("document title"), "bindings": [{ "kind": "competitor", "value": short("rival") }] });
    let edited = program.patch(&format!("/api/v1/knowledge/documents/{document}"), about).await;
    assert_eq!(edited.status, StatusCode::OK, "{:?}", edited.body);
    // A foreign website's title comes in the same way.
    let foreign = format!("<title>{}</title><p>Rumpelstiltskin lives here.</p>", "web &lt;/title&gt;&lt;x-evil&gt;");
    let foreign = given(&program, "page.html", &[], &foreign).await;
    read(&server, &program, &foreign).await;

    let both = [hostile("person"), hostile("house")];
    check(&browser, "/", &both).await;
    check(&browser, "/calls", &[hostile("call title")]).await;
    let typed = |text: &str| serde_urlencoded::to_string([("search", text), ("q", text), ("words", text), ("tag", text), ("next", text)]);
    let query = typed(&hostile("typed")).unwrap();
    check(&browser, &format!("/calls?{query}"), &[hostile("typed")]).await;
    check(&browser, "/calls?search=expensive", &[]).await;
    check(&browser, &format!("/calls/new?{query}"), &[]).await;
    check(&browser, &format!("/calls/{live}/live"), &[hostile("call title"), hostile("notes")]).await;
    let shown = ["call title", "contact", "company", "notes", "heard", "bookmark"].map(hostile);
    check(&browser, &format!("/calls/{ended}"), &shown).await;
    check(&browser, "/knowledge", &[short("collection"), hostile("document title"), tag.to_lowercase()]).await;
    check(&browser, &format!("/knowledge?{query}"), &[hostile("typed")]).await;
    check(&browser, "/knowledge?q=What+does+the+gizmo+cost%3F", &[hostile("passage")]).await;
    let shown = [hostile("document title"), tag.to_lowercase(), short("rival"), hostile("passage")];
    check(&browser, &format!("/knowledge/{document}"), &shown).await;
    check(&browser, &format!("/knowledge/{foreign}"), &["web </title><x-evil>".to_owned()]).await;
    check(&browser, "/settings", &both).await;
    check(&browser, "/settings/organization", &[hostile("house")]).await;
    check(&browser, "/settings/security", &[]).await;
    check(&browser, "/settings/tokens", &[hostile("token")]).await;
    let stranger = server.browser();
    for page in ["/sign-in", "/sign-up", "/forgot-password", "/reset-password", "/sign-up/confirm", "/no/such/page"] {
        check(&stranger, &format!("{page}?token={}&{query}", hostile("secret").replace('&', "")), &[]).await;
    }
    // What was typed into a form comes back with what is wrong.
    let name = hostile("refused");
    let refused = browser.submit("/settings/tokens", "/api/settings/create_token", &[("new[name]", &name.repeat(3))]).await;
    assert!(refused.status().is_redirection(), "{}", refused.status());
    check(&browser, "/settings/tokens", &[name]).await;
    let text = hostile("pasted");
    let fields = [("collection", ""), ("title", ""), ("text", text.as_str()), ("tags", "")];
    let refused = browser.submit("/knowledge", "/api/knowledge/text", &fields).await;
    assert!(refused.status().is_redirection(), "{}", refused.status());
    check(&browser, "/knowledge", &[text]).await;
}
