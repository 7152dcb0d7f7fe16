//! A person's data: every table says whether it holds any, and what one person has is handed out and erased whole, on both engines.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::identity::person;
use domain::{AREAS, DomainError, Erasure, Kernel};
use model::Code;
use ports::{SystemClock, SystemIds};
use rstest::rstest;
use store::Engine;
use store::testing::schema::Schema;
use store::testing::{self, TestStore};

/// Tables without data of people, and why.
const NONE: &[(&str, &str)] = &[
    ("audit_heads", "numbers and hashes of the log"),
    ("collections", "the organization's, as are documents and websites"),
    ("credentials", "the organization's, for other services; sealed"),
    ("document_bindings", "the organization's documents"),
    ("document_tags", "the organization's documents"),
    ("documents", "the organization's, whoever gave them; who did is in their versions"),
    ("event_head", "one number"),
    ("knowledge_tenants", "numbers of an organization"),
    ("knowledge_terms", "words of the organization's documents"),
    ("organization_storage", "sums of an organization"),
    ("organizations", "the tenant; goes with its only member, by --with-organization"),
    ("passage_removals", "numbers of documents"),
    ("passage_vectors", "made of the organization's documents"),
    ("passages", "the organization's documents"),
    ("recording_parts", "where sealed sound lies; the job that deletes a call's sound takes them along"),
    ("schedules", "the server's own"),
    ("servers", "which servers are there"),
    ("usage_days", "sums of an organization"),
    ("website_omissions", "addresses of the organization's websites"),
    ("websites", "the organization's"),
];

/// Columns that tell of a table that its rows are somebody's.
const TELLING: [&str; 5] = ["actor", "email", "member_id", "person_id", "rep_name"];

#[tokio::test]
async fn every_table_says_whether_it_holds_data_of_people() {
    let (sqlite, postgres) = (testing::open(Engine::Sqlite).await, testing::open(Engine::Postgres).await);
    let schema = Schema::of(&sqlite, &postgres).await;
    let declared: Vec<_> = AREAS.iter().flat_map(|area| area.personal_data).collect();
    let names: BTreeSet<&str> = declared.iter().map(|data| data.rows.table).collect();
    let none: BTreeSet<&str> = NONE.iter().map(|(table, _)| *table).collect();
    for (table, columns) in &schema.0 {
        let table = table.as_str();
        assert!(
            names.contains(table) || none.contains(table),
            "{table} is new: an entry in `personal_data` of its area's manifest, or a line in NONE here that says why it holds none"
        );
        assert!(!(names.contains(table) && none.contains(table)), "{table} is in a manifest and in NONE");
        let telling = columns.iter().find(|column| TELLING.contains(&column.name.as_str()));
        if let (Some(column), true) = (telling, none.contains(table)) {
            panic!("{table}.{} says whose a row is: it belongs into a manifest", column.name);
        }
    }
    let stale: Vec<_> = names.union(&none).filter(|table| !schema.0.contains_key(**table)).collect();
    assert!(stale.is_empty(), "these are no tables any more: {stale:?}");
    for data in declared {
        let has = |table: &str, column: &str| {
            let column = column.split_whitespace().next().unwrap();
            assert!(schema.0[table].iter().any(|known| known.name == column), "{table} has no {column}");
        };
        has(data.rows.table, data.rows.column);
        if let Some(through) = data.rows.through {
            has(through.table, through.id);
            has(through.table, through.column);
        }
        if let Erasure::Empty(columns) = data.erasure {
            columns.iter().for_each(|column| has(data.rows.table, column));
        }
    }
}

const ANN: &str = "ann@example.com";
const EVE: &str = "eve@example.com";

/// Ann and Eve, each with a row in every table and an organization of their own.
struct Full {
    schema: Schema,
    kernel: Kernel,
    store: TestStore,
}

impl Full {
    async fn open(engine: Engine) -> Self {
        let (sqlite, postgres) = (testing::open(Engine::Sqlite).await, testing::open(Engine::Postgres).await);
        let schema = Schema::of(&sqlite, &postgres).await;
        let store = if engine == Engine::Sqlite { sqlite } else { postgres };
        for (seed, email) in [(1, ANN), (2, EVE)] {
            schema.fill(&store, seed).await;
            for table in ["people", "sign_ups"] {
                testing::execute(&store, &format!("UPDATE {table} SET email = '{email}' WHERE email = 'word{seed}'")).await;
            }
            let payload = format!("UPDATE jobs SET payload = '{{\"email\":\"{email}\"}}' WHERE kind = 'word{seed}'");
            testing::execute(&store, &payload).await;
        }
        let kernel = domain::assemble_bare(store.store(), Arc::new(SystemClock), Arc::new(SystemIds));
        Self { schema, kernel, store }
    }

    /// The rows of each table.
    async fn rows(&self) -> BTreeMap<&str, i64> {
        let mut rows = BTreeMap::new();
        for table in self.schema.0.keys() {
            rows.insert(table.as_str(), Schema::count(&self.store, table, "1 = 1").await);
        }
        rows
    }

    async fn execute(&self, sql: &str) {
        testing::execute(&self.store, sql).await;
    }
}

fn refused(error: DomainError) -> (Code, String) {
    let problem = error.into_problem();
    (problem.code, problem.message)
}

/// What Erasure a table has in the manifests.
fn erasure(table: &str) -> Option<Erasure> {
    let mut declared = AREAS.iter().flat_map(|area| area.personal_data);
    declared.find(|data| data.rows.table == table).map(|data| data.erasure)
}

#[rstest]
#[tokio::test]
async fn a_row_in_every_table_is_handed_out_and_erased_and_others_keep_theirs(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let full = Full::open(engine).await;
    let exported = person::export(&full.kernel, " Ann@Example.com ").await.unwrap();
    assert_eq!(exported["email"], ANN);
    let declared: BTreeSet<&str> = AREAS.iter().flat_map(|area| area.personal_data).map(|data| data.rows.table).collect();
    for table in &declared {
        let rows = exported["tables"][table]["rows"].as_array().unwrap();
        assert_eq!(rows.len(), 1, "{table}");
        assert!(!exported["tables"][table]["retention"].as_str().unwrap().is_empty());
    }
    assert_eq!(exported["tables"].as_object().unwrap().len(), declared.len());
    assert_eq!(exported["tables"]["segments"]["rows"][0]["text"], "word1");
    let printed = exported.to_string();
    assert!(!printed.contains("hash\":\"word1") && !printed.contains("password_hash") && !printed.contains("token_hash"), "{printed}");
    assert!(!printed.contains("word2") && !printed.contains(EVE));

    let (before, eve) = (full.rows().await, person::export(&full.kernel, EVE).await.unwrap());
    let looked = person::erasable(&full.kernel, ANN, false).await.unwrap();
    assert_eq!(person::export(&full.kernel, ANN).await.unwrap()["tables"], exported["tables"], "looking erases nothing");
    let erased = person::erase(&full.kernel, ANN, false).await.unwrap();
    assert_eq!(erased, looked);
    assert!(erased.iter().all(|table| table.rows == 1) && erased.len() == declared.len(), "{erased:?}");

    let after = full.rows().await;
    for (table, rows) in &after {
        let expected = match (*table, erasure(table)) {
            // Ann's mail is gone; her recording and her upload are to be deleted.
            ("jobs", _) => 3,
            // Two exports of Ann's, one of Eve's, the erasure.
            ("audit_entries", _) => before[table] + 3,
            // One of hers is gone; what she had open is told to end.
            ("events", _) => before[table],
            (_, Some(Erasure::Delete)) => before[table] - 1,
            _ => before[table],
        };
        assert_eq!(*rows, expected, "{table}");
    }
    assert_eq!(full.schema.find(&full.store, ANN).await, [""; 0]);
    let of_hers = full.schema.find(&full.store, "word1").await;
    let theirs: BTreeSet<&str> = of_hers.iter().map(|column| column.split('.').next().unwrap()).collect();
    let kept = |table: &str| !matches!(erasure(table), Some(Erasure::Delete));
    assert!(theirs.iter().all(|table| kept(table)), "{theirs:?}");
    assert_eq!(Schema::count(&full.store, "document_versions", "member_id IS NULL").await, 1);
    let now = person::export(&full.kernel, EVE).await.unwrap();
    assert_eq!(now["tables"], eve["tables"], "Eve keeps all");

    // The log tells it, and names nobody.
    let told = "action = 'person.erased' AND actor IS NULL AND details LIKE '%\"rows\":%'";
    assert_eq!(Schema::count(&full.store, "audit_entries", told).await, 1);
    // Once more is harmless, and says so.
    let (code, sentence) = refused(person::erase(&full.kernel, ANN, false).await.unwrap_err());
    assert_eq!(code, Code::NotFound);
    assert!(sentence.contains(ANN) && sentence.contains("no account"), "{sentence}");
    assert_eq!(full.rows().await.values().sum::<i64>(), after.values().sum::<i64>() + 1, "but for Eve's export");
}

#[rstest]
#[tokio::test]
async fn an_only_owner_is_told_what_to_do(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let full = Full::open(engine).await;
    full.execute("UPDATE members SET role = 'owner'").await;
    let before = full.rows().await;
    let sentence = |error| {
        let (code, sentence) = refused(error);
        assert_eq!(code, Code::Conflict);
        sentence
    };
    let alone = sentence(person::erase(&full.kernel, ANN, false).await.unwrap_err());
    assert!(alone.contains("only member of “word1”") && alone.contains("--with-organization"), "{alone}");

    // A colleague: then the organization is not hers alone to go with.
    let second = "INSERT INTO people (id, email, name, password_hash, created_at)
        SELECT organization_id, 'bob@example.com', 'Bob', 'x', created_at FROM members ORDER BY id LIMIT 1";
    full.execute("UPDATE members SET created_at = '2026-09-21T11:00:00+00:00'").await;
    full.execute(second).await;
    let ann = "(SELECT m.organization_id FROM members m JOIN people p ON p.id = m.person_id WHERE p.email = 'ann@example.com')";
    full.execute(&format!("UPDATE people SET id = {ann} WHERE email = 'bob@example.com'")).await;
    let place = format!(
        "INSERT INTO members (id, organization_id, person_id, role, created_at)
        SELECT id, id, id, 'rep', '2026-09-21T12:00:00+00:00' FROM people WHERE id = {ann}"
    );
    full.execute(&place).await;
    for with_organization in [false, true] {
        let left = sentence(person::erase(&full.kernel, ANN, with_organization).await.unwrap_err());
        assert!(left.contains("only owner of “word1”") && left.contains("bob@example.com") && left.contains("erase them first"), "{left}");
    }
    person::erase(&full.kernel, "bob@example.com", false).await.unwrap();
    assert_eq!(full.rows().await["members"], before["members"]);

    let looked = person::erasable(&full.kernel, ANN, true).await.unwrap();
    assert_eq!(person::erase(&full.kernel, ANN, true).await.unwrap(), looked);
    let after = full.rows().await;
    let kept = ["audit_entries", "audit_heads", "event_head", "jobs", "organizations", "recording_parts", "schedules", "servers"];
    for (table, rows) in after.iter().filter(|(table, _)| !kept.contains(table)) {
        // What Ann had open is told to end, by an event that has her number alone.
        assert_eq!(*rows, if *table == "events" { 2 } else { 1 }, "{table}: Eve's alone");
    }
    assert_eq!(Schema::count(&full.store, "organizations", "name = 'Erased organization'").await, 1);
    assert_eq!(Schema::count(&full.store, "jobs", "kind = 'knowledge.delete_files' AND CAST(payload AS TEXT) LIKE '%word1%'").await, 1);
    assert_eq!(full.schema.find(&full.store, ANN).await, [""; 0]);
    person::export(&full.kernel, EVE).await.unwrap();
}

#[rstest]
#[tokio::test]
async fn a_sign_up_without_an_account_goes_too_and_nobody_is_told_as_nobody(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let full = Full::open(engine).await;
    full.execute("UPDATE sign_ups SET email = 'zoe@example.com' WHERE email = 'ann@example.com'").await;
    let exported = person::export(&full.kernel, "zoe@example.com").await.unwrap();
    assert_eq!(exported["tables"]["sign_ups"]["rows"].as_array().unwrap().len(), 1);
    assert_eq!(exported["tables"]["people"]["rows"].as_array().unwrap().len(), 0);
    person::erase(&full.kernel, "zoe@example.com", false).await.unwrap();
    assert_eq!(full.schema.find(&full.store, "zoe@").await, [""; 0]);
    for unknown in ["zoe@example.com", "nobody@example.com"] {
        for refusal in [
            person::export(&full.kernel, unknown).await.map(drop).unwrap_err(),
            person::erasable(&full.kernel, unknown, true).await.map(drop).unwrap_err(),
            person::erase(&full.kernel, unknown, false).await.map(drop).unwrap_err(),
        ] {
            let (code, sentence) = refused(refusal);
            assert!(code == Code::NotFound && sentence.contains(unknown), "{sentence}");
        }
    }
    let (code, _) = refused(person::erase(&full.kernel, "no address", false).await.unwrap_err());
    assert_eq!(code, Code::Invalid);
}

#[rstest]
#[tokio::test]
async fn who_is_in_a_call_is_not_erased_now(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let full = Full::open(engine).await;
    full.execute("UPDATE calls SET state = 'live', owner = 'a server'").await;
    full.execute("DELETE FROM servers").await;
    let now = full.kernel.now();
    full.kernel.store().renew_lease("a server", None, now, now).await.unwrap();
    let (code, sentence) = refused(person::erase(&full.kernel, ANN, false).await.unwrap_err());
    assert!(code == Code::Conflict && sentence.contains("in a call"), "{sentence}");
    // One that a server left behind keeps nobody.
    full.execute("DELETE FROM servers").await;
    person::erase(&full.kernel, ANN, false).await.unwrap();
}
