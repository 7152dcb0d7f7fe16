//! Another organization sees nothing and changes nothing. Which tables are tenants' is read from the migrated schemas.

mod by_hand;
mod by_statement;
pub mod sql;

use std::collections::BTreeSet;

use store::testing::schema::Schema;
use store::{Engine, testing};

/// What statements leave unbound, by statement and the table's name in it, and why they may.
const UNBOUND: &[(&str, &str, &str)] = &[
    // Who somebody is, is found out by these: by the hash of a secret, or by the person whom it belongs to.
    ("API_TOKEN", "api_tokens", "by the hash of its secret"),
    ("WHOSE_FAMILY", "m", "by a sign-in that the secret of its refresh token has found"),
    ("API_TOKENS", "api_tokens", "by the member whom authentication has found"),
    ("CREDENTIALS", "m", "by the person's address; gives the member to sign in as"),
    ("DELETE_API_TOKEN", "api_tokens", "by the member whom authentication has found"),
    ("DELETE_API_TOKENS_OF", "api_tokens", "a person's, in all their organizations"),
    ("DELETE_API_TOKENS_OF", "members", "a person's, in all their organizations"),
    ("ORGANIZATIONS_OF", "members", "a person's, in all their organizations"),
    ("PLACES_OF", "m", "a person's, in all their organizations"),
    ("PROFILE", "m", "by the member whom authentication has found; gives the organization"),
    ("PROGRAM_SIGN_INS", "m", "a person's, in all their organizations"),
    ("REVOKE_FAMILY_OF", "members", "a person's, in all their organizations"),
    ("REVOKE_OF_PERSON", "members", "a person's, in all their organizations"),
    ("SIGNED_IN_FROM", "m", "by the person's address; gives yes or no"),
    ("STANDING_API_TOKEN", "m", "the token's own member, of its organization by the foreign key; gives both to compare"),
    ("STANDING_FAMILY", "m", "by the sign-in that a signed token names; gives the organization"),
    ("STANDING_SESSION", "m", "by the session that a cookie names; gives the organization"),
    ("TOUCH_API_TOKEN", "api_tokens", "by the token that authentication has found"),
    // What the server itself takes up, runs, relays, counts and forgets, of all organizations.
    ("CLAIM_JOB", "due", "a worker takes the next job of any organization"),
    ("CLAIM_JOB", "j", "a worker takes the next job of any organization"),
    ("CLAIM_JOB", "jobs", "a worker takes the next job of any organization"),
    ("COMPLETE_JOB", "jobs", "by the lease that a worker holds"),
    ("COUNT_JOBS", "jobs", "the server's own metrics"),
    ("COUNT_OWN_DEAD_JOBS", "jobs", "those of no organization, for who runs the server"),
    ("CREDENTIALS_AFTER", "credentials", "sealed anew under another key, whoever's they are"),
    ("DUE_WEBSITES", "websites", "a schedule looks for those of all organizations"),
    ("DISCARD_OWN_JOB", "jobs", "one of no organization, by who runs the server"),
    ("EXPIRED_UPLOADS", "uploads", "a schedule looks for those of all organizations"),
    ("EXTEND_JOB", "jobs", "by the lease that a worker holds"),
    ("FAIL_JOB", "jobs", "by the lease that a worker holds"),
    ("FIRST_EVENT", "events", "the relay's; gives a number"),
    ("FORGET_EVENTS", "events", "a schedule forgets those of all organizations"),
    ("FORGET_KEYS", "idempotency_keys", "a schedule forgets those of all organizations"),
    ("ORGANIZATIONS_TO_INDEX", "c", "which organizations there are, at the start"),
    ("ORGANIZATIONS_TO_INDEX", "t", "which organizations there are, at the start"),
    ("KNOWING_ORGANIZATIONS", "knowledge_tenants", "which organizations there are, at the start"),
    ("NEXT_DUE", "jobs", "when a worker is to look again; gives a time"),
    ("OWN_DEAD_JOB", "jobs", "one of no organization, for who runs the server"),
    ("OWN_DEAD_JOBS", "jobs", "those of no organization, for who runs the server"),
    ("PENDING_EVENTS", "events", "the relay's"),
    ("PLACED_EVENTS", "events", "the relay's"),
    ("PLACE_EVENTS", "events", "the relay's"),
    ("RELEASE_JOB", "jobs", "by the lease that a worker holds"),
    ("RELEASE_JOBS_OF_OTHERS", "jobs", "what servers that are gone had taken"),
    ("RETRY_OWN_JOB", "jobs", "one of no organization, by who runs the server"),
    ("UNMEASURED_CALLS", "calls", "recordings are measured at the start; ids only"),
    ("UNFINISHED_CALLS", "c", "what servers that are gone had left; ids and times only"),
    ("WORN_OUT_JOBS", "jobs", "what servers that are gone had taken"),
    // Bound elsewhere.
    ("CANDIDATES", "passages", "PostgreSQL: bound where the found ones are joined; each term begins with its organization's number"),
];

/// Whether a table may be left unbound.
fn excused(statement: &str, alias: &str) -> bool {
    UNBOUND.iter().any(|(name, of, _)| *name == statement && *of == alias)
}

#[tokio::test]
async fn every_statement_on_a_tenants_rows_binds_the_organization() {
    let (sqlite, postgres) = (testing::open(Engine::Sqlite).await, testing::open(Engine::Postgres).await);
    let schema = Schema::of(&sqlite, &postgres).await;
    let tenants = schema.tenants();
    assert!(tenants.len() >= 25, "{tenants:?}");
    let (mut wrong, mut used) = (BTreeSet::new(), BTreeSet::new());
    let mut checked = 0;
    for statement in store::catalogue::all() {
        for text in [statement.sqlite, statement.postgres] {
            let read = sql::read(text);
            checked += read.sources.iter().filter(|source| tenants.contains(&source.table)).count();
            for source in read.unbound(&tenants) {
                if excused(statement.name, &source.alias) {
                    used.insert((statement.name, source.alias.clone()));
                } else {
                    wrong.insert(format!("(\"{}\", \"{}\", \"…\"): {}", statement.name, source.alias, source.table));
                }
            }
            if let Some(why) = sql::wrong_insert(text, &tenants) {
                if excused(statement.name, "INSERT") {
                    used.insert((statement.name, "INSERT".to_owned()));
                } else {
                    wrong.insert(format!("(\"{}\", \"INSERT\", \"…\"): {why}", statement.name));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "these tables are bound to no organization:\n{}", wrong.into_iter().collect::<Vec<_>>().join("\n"));
    let stale: Vec<_> = UNBOUND.iter().filter(|(name, alias, _)| !used.contains(&(*name, (*alias).to_owned()))).collect();
    assert!(stale.is_empty(), "these are bound by now, or gone: {stale:?}");
    assert!(checked > 200, "only {checked} tables in statements were looked at");
}
