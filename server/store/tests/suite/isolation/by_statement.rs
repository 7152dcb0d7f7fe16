//! Every statement is run for one organization with all that another one has: ids, words, numbers. What it gives must be what it gave
//! before the other organization was there, and it must change nothing.

use rstest::rstest;
use sqlx::{Connection, Executor, PgConnection, TypeInfo};
use store::testing;
use store::{Engine, catalogue};

use super::sql::{self, Read};
use super::{UNBOUND, sql::Tenants};
use crate::beside::On;
use store::testing::schema::{Schema, TIME, uuid as uuid_of};

/// The organization that asks, and the one whose rows are asked for.
const OURS: u8 = 1;
const THEIRS: u8 = 2;

/// A statement with what it asks for in the place of its binds.
fn asked(text: &str, kinds: &[String], schema: &Schema, tenants: &Tenants, organization: u8, engine: Engine) -> String {
    let compared = Read::compared(text, tenants);
    let mut filled = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        let digits: String = rest[at + 1..].chars().take_while(char::is_ascii_digit).collect();
        filled.push_str(&rest[..at]);
        rest = &rest[at + 1 + digits.len()..];
        let number: usize = digits.parse().unwrap();
        let value = match compared.get(&number) {
            Some((_, column)) if column == "organization_id" => schema.value("calls", "organization_id", organization, engine),
            Some((table, column)) => schema.value(table, column, THEIRS, engine),
            None if number == 1 && kinds[0] == "UUID" => schema.value("calls", "organization_id", organization, engine),
            None => None,
        };
        let value = value.unwrap_or_else(|| any(&kinds[number - 1], &filled, engine));
        filled.push_str(&value);
    }
    filled + rest
}

/// A value that lets everything through: `before` is the statement up to it.
fn any(kind: &str, before: &str, engine: Engine) -> String {
    let compared = before.trim_end_matches(|c: char| !"<>=".contains(c) && !c.is_ascii_alphabetic());
    let (late, early) = (compared.ends_with(['<']) || compared.ends_with("<="), compared.ends_with('>') || compared.ends_with(">="));
    let quoted = |text: &str, kind: &str| if engine == Engine::Sqlite { format!("'{text}'") } else { format!("CAST('{text}' AS {kind})") };
    match kind {
        "UUID" => {
            let id = if late {
                uuid::Uuid::max()
            } else if early {
                uuid::Uuid::nil()
            } else {
                uuid_of("calls", "id", THEIRS)
            };
            if engine == Engine::Sqlite { format!("x'{}'", id.simple()) } else { quoted(&id.to_string(), kind) }
        }
        "TIMESTAMPTZ" if late => quoted("2027-01-01T00:00:00+00:00", kind),
        "TIMESTAMPTZ" if early => quoted("2025-01-01T00:00:00+00:00", kind),
        "TIMESTAMPTZ" => quoted(TIME, kind),
        // The serials of passages.
        "JSONB" if before.contains("BIGINT) FROM jsonb_array") || before.ends_with("value FROM json_each(") => quoted("[\"1002\"]", kind),
        "JSONB" => quoted("[\"word2\"]", kind),
        "BYTEA" if engine == Engine::Sqlite => "x'02'".to_owned(),
        "BYTEA" => "CAST('\\x02' AS BYTEA)".to_owned(),
        "BOOL" if engine == Engine::Sqlite => "1".to_owned(),
        "BOOL" => "TRUE".to_owned(),
        "INT8" | "INT4" | "INT2" | "FLOAT8" => if early { "0" } else { "9" }.to_owned(),
        "halfvec" => format!("'[{}1]'", "1,".repeat(383)),
        "vector" => "'[1]'".to_owned(),
        _ => "'word2'".to_owned(),
    }
}

/// What PostgreSQL takes each bind for.
async fn kinds(postgres: &mut PgConnection, text: &'static str) -> Vec<String> {
    let described = postgres.describe(sqlx::SqlSafeStr::into_sql_str(text)).await.unwrap();
    match described.parameters() {
        Some(sqlx::Either::Left(kinds)) => kinds.iter().map(|kind| kind.name().to_owned()).collect(),
        _ => Vec::new(),
    }
}

#[rstest]
#[tokio::test]
async fn with_all_that_another_organization_has_nothing_of_it_is_read_or_changed(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let (sqlite, postgres) = (testing::open(Engine::Sqlite).await, testing::open(Engine::Postgres).await);
    let schema = Schema::of(&sqlite, &postgres).await;
    let tenants = schema.tenants();
    let mut describing = PgConnection::connect(postgres.url()).await.unwrap();
    let store = if engine == Engine::Sqlite { &sqlite } else { &postgres };
    let ours = schema.value("organizations", "id", OURS, engine).unwrap();
    let keep = if engine == Engine::Sqlite { "1" } else { "TRUE" };
    let made = format!("INSERT INTO organizations (id, name, keep_audio, created_at) VALUES ({ours}, 'Ours', {keep}, '{TIME}')");
    testing::execute(store, &made).await;

    let (mut reads, mut writes) = (Vec::new(), Vec::new());
    let is_excused = |name: &str| UNBOUND.iter().any(|(excused, ..)| *excused == name);
    for statement in catalogue::all().into_iter().filter(|statement| !is_excused(statement.name)) {
        let text = if engine == Engine::Sqlite { statement.sqlite } else { statement.postgres };
        if !sql::read(text).sources.iter().any(|source| tenants.contains(&source.table)) {
            continue;
        }
        let kinds = kinds(&mut describing, statement.postgres).await;
        let asked = |organization| asked(text, &kinds, &schema, &tenants, organization, engine);
        match text.trim_start().get(..6) {
            Some("SELECT") => reads.push((statement.name, asked(OURS), asked(THEIRS))),
            Some("WITH w" | "WITH p") => reads.push((statement.name, asked(OURS), asked(THEIRS))),
            Some("UPDATE" | "DELETE") => writes.push((statement.name, asked(OURS), asked(THEIRS))),
            _ => {}
        }
    }
    assert!(reads.len() >= 50 && writes.len() >= 40, "{} reads, {} writes", reads.len(), writes.len());

    let mut on = On::open(store).await;
    let mut before = Vec::new();
    for (name, sql, _) in &reads {
        before.push(on.rows(sql.clone()).await.unwrap_or_else(|error| panic!("{name}: {error}: {sql}")));
    }
    schema.fill(store, THEIRS).await;
    let mut unseen = Vec::new();
    for ((name, ours, theirs), before) in reads.iter().zip(before) {
        assert_eq!(on.rows(ours.clone()).await.unwrap(), before, "{name} reads another organization's rows: {ours}");
        if on.rows(theirs.clone()).await.unwrap() == before {
            unseen.push(*name);
        }
    }
    // Else the test would prove little.
    assert!(unseen.len() * 3 < reads.len(), "not even their organization finds its rows with: {unseen:?}");
    let mut unchanged = Vec::new();
    for (name, ours, theirs) in &writes {
        let changed = on.would_change(ours.clone()).await.unwrap_or_else(|error| panic!("{name}: {error}: {ours}"));
        assert_eq!(changed, 0, "{name} changes another organization's rows: {ours}");
        // What the engine refuses would have been changed.
        if on.would_change(theirs.clone()).await.is_ok_and(|changed| changed == 0) {
            unchanged.push(*name);
        }
    }
    assert!(unchanged.len() * 3 < writes.len(), "not even their organization changes its rows with: {unchanged:?}");
}
