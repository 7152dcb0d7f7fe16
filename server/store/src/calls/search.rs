//! Finding calls by words: each engine has full text of its own.

use chrono::DateTime;
use model::{CallFilter, CallHit, CallKind, CallState, Channel, Found, Millis, OrganizationId, Page};
use sqlx::types::Json;
use terms::{Query, Sought, snippet};

use super::index::{BEGINNING, SPREAD, of_member, of_organization, side};
use super::row::CallRow;
use crate::cursor::{Cursor, end_of_time};
use crate::dialect::differing;
use crate::engine::{Engine, Store, query};
use crate::error::Result;
use crate::statements::statements;

/// Between lines of a call.
const LINE_END: char = '\u{1f}';

/// What narrows calls `t`: `$1` organization, `$2` to `$6` as in the plain list, `$7` before which serial, `$12` the least one.
macro_rules! narrowed {
    () => {
        " t.organization_id = $1 AND t.state = COALESCE($2, t.state) AND t.kind = COALESCE($3, t.kind)
            AND t.member_id = COALESCE($4, t.member_id) AND t.created_at >= $5 AND t.created_at < $6 AND t.serial < $7 AND t.serial >= $12"
    };
}

/// What follows the engine's own `within` (calls that the index finds): calls that run and were found otherwise, and the newest of both with all
/// their lines, those of the side `$11` only.
macro_rules! search_tail {
    ($serials:literal) => {
        concat!(
            ", running AS (
                SELECT t.serial, t.call_id FROM call_terms t WHERE",
            narrowed!(),
            " AND t.serial IN (",
            $serials,
            ") ORDER BY t.serial DESC LIMIT $8
            ),
            found AS (SELECT serial, call_id FROM within UNION SELECT serial, call_id FROM running ORDER BY serial DESC LIMIT $8)
            SELECT ",
            super::columns!(),
            ", found.serial AS found_serial, (
                SELECT string_agg(CAST(s.number AS TEXT) || ' ' || CAST(s.start_ms AS TEXT) || ' ' || s.text, '\u{1f}' ORDER BY s.number)
                FROM segments s
                WHERE s.organization_id = $1 AND s.call_id = found.call_id AND s.channel = COALESCE($11, s.channel)
            ) AS found_lines
            FROM found JOIN calls ON calls.organization_id = $1 AND calls.id = found.call_id AND calls.deleted_at IS NULL ORDER BY found.serial DESC"
        )
    };
}

differing! {
    /// `$1` to `$8` as above, `$9` what the engine is asked, `$10` the serials of calls that run and have the words, as JSON.
    SEARCH_CALLS = Dialect {
        // The index gives the newest first, and no more than are wanted. CROSS JOIN keeps it outside: SQLite does not reorder around it.
        sqlite: concat!(
            "WITH within AS (
                SELECT t.serial, t.call_id FROM call_terms_fts CROSS JOIN call_terms t
                WHERE call_terms_fts MATCH $9 AND call_terms_fts.rowid < $7 AND call_terms_fts.rowid >= $12 AND t.serial = call_terms_fts.rowid AND",
            narrowed!(),
            " ORDER BY call_terms_fts.rowid DESC LIMIT $8
            )",
            search_tail!("SELECT value FROM json_each($10)")
        ),
        postgres: concat!(
            "WITH within AS (SELECT serial, call_id FROM calls_with_terms(CAST($9 AS TSQUERY), $1, $2, $3, $4, $5, $6, $12, $7, $8))",
            search_tail!("SELECT CAST(value AS BIGINT) FROM jsonb_array_elements_text($10)")
        ),
    };
}

statements! {
    // Live ones mostly, each with all its terms.
    CALLS_WITH_WAITING_LINES = "
        SELECT t.serial, t.terms || ' ' || (
            SELECT string_agg(l.terms, ' ') FROM call_lines l WHERE l.organization_id = t.organization_id AND l.call_id = t.call_id
        ) FROM call_terms t
        WHERE t.organization_id = $1 AND t.serial < $2 AND t.call_id IN (SELECT w.call_id FROM call_lines w WHERE w.organization_id = $1)";
}

#[derive(sqlx::FromRow)]
struct HitRow {
    #[sqlx(flatten)]
    call: CallRow,
    found_serial: i64,
    found_lines: Option<String>,
}

impl Store {
    /// As [`Store::calls`], for a search that has something to look for.
    pub(super) async fn search_calls(
        &self,
        organization: OrganizationId,
        filter: &CallFilter,
        query: &Query,
        cursor: Cursor,
        limit: usize,
    ) -> Result<Page<CallHit>> {
        let wanted = Wanted::new(query, filter.speaker);
        // A call's serial is at most a second behind its time.
        let least = filter.from.map_or(0, |from| from.timestamp_micros());
        let latest = filter.until.map_or(i64::MAX, |until| until.timestamp_micros().saturating_add(SPREAD));
        let before = cursor.at.timestamp_micros().min(latest);
        let waiting = query!(read self, all (i64, Option<String>), CALLS_WITH_WAITING_LINES, organization, before)?;
        let has = |terms: &Option<String>| terms.as_ref().is_some_and(|terms| wanted.is_in(terms));
        let running: Vec<i64> = waiting.iter().filter(|(_, terms)| has(terms)).map(|(serial, _)| *serial).collect();
        let owner = filter.member.map_or_else(|| of_organization(organization), of_member);
        let (state, kind) = (filter.state.map(CallState::as_str), filter.kind.map(CallKind::as_str));
        let (from, until) = (filter.from.unwrap_or(DateTime::UNIX_EPOCH), filter.until.unwrap_or_else(end_of_time));
        // One more than asked for tells whether there is a next page.
        let mut rows = query!(
            read self, all HitRow, SEARCH_CALLS, organization, state, kind, filter.member, from, until, before, limit as i64 + 1,
            wanted.text(self.engine(), &owner), Json(&running), filter.speaker.map(Channel::as_str), least
        )?;
        let has_more = rows.len() > limit;
        rows.truncate(limit);
        let place = |row: &HitRow| {
            let at = DateTime::from_timestamp_micros(row.found_serial).unwrap_or(row.call.call().created_at);
            Cursor { at, id: row.call.call().id.0 }.text("calls")
        };
        let next = rows.last().filter(|_| has_more).map(place);
        Ok(Page { items: rows.into_iter().map(|row| row.into_hit(query, filter.speaker)).collect(), next })
    }
}

/// What a call's terms must have: a group's spellings as they stand in the index, each with whether it is a beginning only.
struct Wanted(Vec<Vec<(String, bool)>>);

impl Wanted {
    fn new(query: &Query, speaker: Option<Channel>) -> Self {
        let letter = speaker.map_or('x', side);
        let spelled = |sought: &Sought| match sought {
            Sought::Word(text) => (format!("{letter}{text}"), false),
            // Pairs are of anybody.
            Sought::Pair(text) => (format!("y{text}"), false),
            Sought::Beginning(text) if speaker.is_none() && text.chars().count() <= BEGINNING => (format!("e{text}"), false),
            Sought::Beginning(text) => (format!("{letter}{text}"), true),
        };
        Self(query.groups().iter().map(|group| group.0.iter().map(spelled).collect()).collect())
    }

    /// As the engine's full text takes it. Terms have nothing that means anything to either engine.
    fn text(&self, engine: Engine, owner: &str) -> String {
        let (and, or) = if engine == Engine::Sqlite { (" AND ", " OR ") } else { (" & ", " | ") };
        let quoted = |(term, is_beginning): &(String, bool)| match (engine, is_beginning) {
            (Engine::Sqlite, false) => format!("\"{term}\""),
            (Engine::Sqlite, true) => format!("\"{term}\" *"),
            (Engine::Postgres, false) => format!("'{term}'"),
            (Engine::Postgres, true) => format!("'{term}':*"),
        };
        let group = |group: &Vec<(String, bool)>| format!("({})", group.iter().map(quoted).collect::<Vec<_>>().join(or));
        let groups = [quoted(&(owner.to_owned(), false))].into_iter().chain(self.0.iter().map(group));
        groups.collect::<Vec<_>>().join(and)
    }

    /// Whether terms, with spaces between them, have one of each group.
    fn is_in(&self, terms: &str) -> bool {
        let has = |(wanted, is_beginning): &(String, bool)| {
            terms.match_indices(wanted.as_str()).any(|(at, _)| {
                let starts = at == 0 || terms.as_bytes()[at - 1] == b' ';
                let end = at + wanted.len();
                starts && (*is_beginning || end == terms.len() || terms.as_bytes()[end] == b' ')
            })
        };
        self.0.iter().all(|group| group.iter().any(has))
    }
}

impl HitRow {
    /// The best line is shown unless the heading has all that is looked for.
    fn into_hit(self, query: &Query, speaker: Option<Channel>) -> CallHit {
        let call: model::Call = self.call.into();
        let names = [&call.title, &call.contact_name, &call.company, &call.side_name(Channel::Rep), &call.side_name(Channel::Customer)];
        let heading = names.map(String::as_str).join("\n\n");
        let says_all = speaker.is_none() && query.count(&heading) == query.groups().len();
        let found = self.found_lines.filter(|_| !says_all).and_then(|lines| best_line(&lines, query));
        CallHit { call, found }
    }
}

/// The line with the most of what is looked for; of equals the first.
fn best_line(lines: &str, query: &Query) -> Option<Found> {
    let all = query.groups().len();
    let lines = || lines.split(LINE_END).filter_map(line);
    let best = |quick: bool| {
        let mut best: Option<(usize, (i64, i64, &str))> = None;
        for line in lines().filter(|(.., text)| !quick || query.may_be_in(text)) {
            let count = query.count(line.2);
            if count > best.map_or(0, |(count, _)| count) {
                best = Some((count, line));
                if count == all {
                    break;
                }
            }
        }
        best
    };
    // What is written otherwise than it is looked for takes a closer look.
    let (_, (segment, start_ms, text)) = best(true).or_else(|| best(false))?;
    let snippet = snippet(text, query);
    Some(Found { segment, start_ms: Millis(start_ms), text: snippet.text, marks: snippet.marks })
}

fn line(line: &str) -> Option<(i64, i64, &str)> {
    let (number, rest) = line.split_once(' ')?;
    let (start, text) = rest.split_once(' ')?;
    Some((number.parse().ok()?, start.parse().ok()?, text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_is_said_in_each_engines_words() {
        let wanted = Wanted::new(&Query::new("soc2 budg"), None);
        assert_eq!(
            wanted.text(Engine::Sqlite, "o1"),
            "\"o1\" AND (\"xsoc2\" OR \"ysoc2\" OR \"xsoc2budg\") AND (\"xbudg\" OR \"ybudg\" OR \"xbudg\" * OR \"xsoc2budg\")"
        );
        let wanted = Wanted::new(&Query::new("bu"), Some(Channel::Rep));
        assert_eq!(wanted.text(Engine::Postgres, "m1"), "'m1' & ('rbu' | 'ybu' | 'rbu':*)");
        assert_eq!(Wanted::new(&Query::new("bu"), None).text(Engine::Postgres, "m1"), "'m1' & ('xbu' | 'ybu' | 'ebu')");
    }

    #[test]
    fn terms_that_wait_are_looked_through() {
        let wanted = Wanted::new(&Query::new("budget froze"), None);
        assert!(wanted.is_in("o1 xbudget xfrozen"));
        assert!(!wanted.is_in("o1 xbudgets xfrozen"));
        assert!(!wanted.is_in("o1 xbudget xice"));
    }
}
