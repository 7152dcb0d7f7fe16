//! A database with rows of an older release is brought up to date, and what was to be done there is still done.

use std::time::Duration;

use rstest::rstest;
use serde_json::json;
use store::{Engine, testing};

use crate::fixtures::{noon, tenant};

#[rstest]
#[tokio::test]
async fn jobs_of_the_release_before_are_done(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open_at(engine, 10).await;
    let us = tenant(&store, "a@example.com").await.organization;
    let (id, due) = (us.0.simple().to_string(), noon(0).to_rfc3339());
    let id = if engine == Engine::Sqlite { format!("x'{id}'") } else { format!("'{id}'") };
    let mut sql = String::new();
    for (number, (kind, payload, state, attempts)) in [
        ("calls.write_review", r#"{"call":"c"}"#, "waiting", 0),
        ("calls.recognize", r#"{"call":"c","with":"command"}"#, "dead", 3),
        ("knowledge.ingest", r#"{"document":"d"}"#, "running", 2),
        ("knowledge.upkeep.embed", "{}", "waiting", 1),
    ]
    .into_iter()
    .enumerate()
    {
        let job = format!("{:032x}", number + 1);
        let job = if engine == Engine::Sqlite { format!("x'{job}'") } else { format!("'{job}'") };
        sql += &format!(
            "INSERT INTO jobs (id, organization_id, kind, payload, state, attempts, max_attempts, run_at, worker, lease_until)
            VALUES ({job}, {id}, '{kind}', '{payload}', '{state}', {attempts}, 5, '{due}', NULL, '{due}');"
        );
    }
    testing::execute(&store, &sql).await;
    store.migrate().await.unwrap();
    let claim = async |queue| store.claim(queue, "w", noon(1), Duration::from_secs(9)).await.unwrap().unwrap();
    let review = claim("calls").await;
    assert_eq!((review.kind.as_str(), review.subject.as_str(), &review.payload), ("calls.write_review", "c", &json!({ "call": "c" })));
    let reading = claim("knowledge.ingest").await;
    assert_eq!((reading.attempts, reading.fence, reading.version), (3, 3, 1), "a worker of before comes too late");
    assert_eq!(claim("knowledge.upkeep").await.kind, "knowledge.embed");
    assert_eq!(store.dead_jobs(us, None, 9).await.unwrap().items[0].kind, "calls.recognize");
}
