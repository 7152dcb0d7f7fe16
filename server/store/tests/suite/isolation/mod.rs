//! Another organization sees nothing and changes nothing. Which tables are tenants' is read from the migrated schemas.

mod by_hand;
mod by_statement;
mod schema;
pub mod sql;

use std::collections::BTreeSet;

use schema::Schema;
use store::{Engine, testing};

/// What statements leave unbound, by statement and the table's name in it, and why they may.
const UNBOUND: &[(&str, &str, &str)] = &[];

/// Whose statement this is when it is let through as a whole.
fn excused(statement: &str, alias: &str) -> bool {
    UNBOUND.iter().any(|(name, of, _)| *name == statement && *of == alias)
}

#[tokio::test]
async fn every_statement_on_a_tenants_rows_binds_the_organization() {
    let (sqlite, postgres) = (testing::open(Engine::Sqlite).await, testing::open(Engine::Postgres).await);
    let schema = Schema::of(&sqlite, &postgres).await;
    let tenants = schema.tenants();
    assert!(tenants.len() >= 30, "{tenants:?}");
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
