//! A person is erased after a life on a real server: nothing that names them, and none of their words, is left.

use domain::DomainError;
use domain::identity::person;
use model::{Bookmark, Channel, Millis, Segment, TrackId};
use reqwest::{Method, StatusCode};
use serde_json::json;
use store::Engine;
use store::testing;
use store::testing::schema::Schema;

use crate::support::{PASSWORD, Program, Setup, TestServer, email};

const FILE: [&str; 4] = ["recordings", "uploads", "rep.log", "quokka.txt"];

/// Gives somebody who has an organization a place in another one too; it is the older one, where they are when they sign in.
async fn join(server: &TestServer, engine: Engine, newcomer: &Program, of: &Program, role: &str) {
    let id = |value: &serde_json::Value| {
        let id = value.as_str().unwrap().replace('-', "");
        if engine == Engine::Sqlite { format!("x'{id}'") } else { format!("'{id}'") }
    };
    let (who, owner) = (newcomer.get("/api/v1/auth/me").await.body["data"].clone(), of.get("/api/v1/auth/me").await.body["data"].clone());
    // One id is as good as another: the organization's is not a member's yet.
    let (organization, person) = (id(&owner["organization"]["id"]), id(&who["person"]["id"]));
    let sql = format!(
        "INSERT INTO members (id, organization_id, person_id, role, created_at)
        VALUES ({organization}, {organization}, {person}, '{role}', '2026-01-01T00:00:00+00:00')"
    );
    testing::execute(server.services.store(), &sql).await;
}

async fn sign_in(server: &TestServer, name: &str) -> Program {
    let answer = server.program().post("/api/v1/auth/login", json!({ "email": email(name), "password": PASSWORD })).await;
    server.program().with_token(answer.body["data"]["access_token"].as_str().unwrap_or_else(|| panic!("{:?}", answer.body)))
}

fn call(title: &str) -> serde_json::Value {
    super::operations::call(title)
}

async fn nothing_is_left(engine: Engine) {
    let server = TestServer::with(Setup { engine, ..Setup::default() }).await;
    let (sqlite, postgres) = (testing::open(Engine::Sqlite).await, testing::open(Engine::Postgres).await);
    let schema = Schema::of(&sqlite, &postgres).await;
    let ann = server.owner("Ann").await;
    let elsewhere = server.owner("Zebulon").await;
    join(&server, engine, &elsewhere, &ann, "admin").await;
    let zebulon = sign_in(&server, "Zebulon").await;

    // His own organization, and Ann's.
    let (mut files, store) = (Vec::new(), server.services.store());
    for of in [&elsewhere, &zebulon] {
        let request = of.request(Method::POST, "/api/v1/calls").header("idempotency-key", "once").json(&call("Quokka talk"));
        let made = of.send(request).await;
        assert_eq!(made.status, StatusCode::CREATED, "{:?}", made.body);
        let id: model::CallId = made.body["data"]["id"].as_str().unwrap().parse().unwrap();
        let organization: model::OrganizationId = made.body["data"]["organization_id"].as_str().unwrap().parse().unwrap();
        assert_eq!(made.body["data"]["participants"][0]["name"], "Zebulon");
        assert_eq!(of.patch(&format!("/api/v1/calls/{id}"), json!({ "notes": "quokka notes" })).await.status, StatusCode::OK);
        let segment = Segment {
            number: 1,
            track: TrackId::MICROPHONE,
            channel: Channel::Rep,
            text: "quokka words".to_owned(),
            start_ms: Millis(0),
            end_ms: Millis(9),
            confidence: 1.0,
            words: Vec::new(),
            corrected: false,
        };
        store.append_segments(organization, id, &[segment]).await.unwrap();
        store.append_bookmark(organization, id, &Bookmark { number: 1, at_ms: Millis(0), note: "quokka mark".to_owned() }).await.unwrap();
        assert_eq!(of.post("/api/v1/tokens", json!({ "name": "Zebulon's quokka" })).await.status, StatusCode::CREATED);
        let upload = of.post("/api/v1/knowledge/uploads", json!({ "file_name": FILE[3], "bytes": 9 })).await;
        let upload = upload.body["data"]["id"].as_str().unwrap().to_owned();
        let piece = of.request(Method::PATCH, &format!("/api/v1/knowledge/uploads/{upload}"));
        let piece = piece.header("content-type", "application/octet-stream").header("upload-offset", "0").body("quokka");
        assert_eq!(of.send(piece).await.status, StatusCode::OK);
        let recording = server.data().join("files").join(FILE[0]).join(organization.to_string()).join(id.to_string());
        std::fs::create_dir_all(&recording).unwrap();
        std::fs::write(recording.join(FILE[2]), "quokka").unwrap();
        let upload = server.data().join("files").join(FILE[1]).join(organization.to_string()).join(upload);
        assert!(upload.exists());
        files.extend([recording, upload]);
    }
    // Somebody is refused with his address.
    server.program().post("/api/v1/auth/login", json!({ "email": email("Zebulon"), "password": "wrong, all of it" })).await;
    let hers = ann.post("/api/v1/calls", call("Ann talks")).await.body["data"].clone();
    assert!(!schema.find(server.store(), "zebulon").await.is_empty());

    let refused = person::erase(&server.services, &email("Zebulon"), false).await;
    assert!(matches!(&refused, Err(DomainError::Problem(problem)) if problem.message.contains("--with-organization")), "{refused:?}");
    person::erase(&server.services, &email("Zebulon"), true).await.unwrap();
    for words in ["zebulon", "quokka"] {
        assert_eq!(schema.find(server.store(), words).await, [""; 0], "{words}");
    }
    for of in [&elsewhere, &zebulon] {
        assert_eq!(of.get("/api/v1/auth/me").await.failure(401), "unauthenticated");
    }
    // The server's own workers may be at it too.
    for _ in 0..500 {
        server.run_jobs().await;
        if files.iter().all(|file| !file.exists()) {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert!(files.iter().all(|file| !file.exists()), "{files:?}");

    assert_eq!(ann.get(&format!("/api/v1/calls/{}", hers["id"].as_str().unwrap())).await.body["data"]["title"], "Ann talks");
    let log = store.entries(hers["organization_id"].as_str().unwrap().parse().unwrap(), None, 50).await.unwrap().items;
    assert!(log.iter().any(|entry| entry.action == "person.erased" && entry.details["organization"] == false));
    let whole = store.verify(hers["organization_id"].as_str().unwrap().parse().unwrap()).await.unwrap();
    assert_eq!(whole.first_broken, None, "the log is as it was written");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_an_erased_person_is_left_on_sqlite() {
    nothing_is_left(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_an_erased_person_is_left_on_postgresql() {
    nothing_is_left(Engine::Postgres).await;
}
