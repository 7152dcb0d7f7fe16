//! What a call is found by: its terms, cut by the crate `terms`, in one row that each engine's full text index is made of.
//!
//! Before each term stands a letter that says what it is of:
//!
//! - `x` a word or a compound, of anybody; `r` and `c` the same of what the rep's and the customer's side said;
//! - `y` two words side by side, or three letters where words have no spaces;
//! - `e` how words begin, up to three letters: a longer beginning is looked for in the list of words itself;
//! - `o` the organization and `m` the member, so that one look finds what somebody may see and has the words.
//!
//! A live call's lines wait in `call_lines`, where each search looks them through, until the call has ended: then its row is written anew,
//! once. Only a very long call's row is written in between, each time that it has become twice as long.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use model::{CallId, Channel, MemberId, OrganizationId, Segment};
use terms::{Kind, cut};

use crate::engine::{Store, Tx, query};
use crate::error::Result;
use crate::statements::statements;

/// So many lines at once are not written as they are said: they don't wait.
const MANY: usize = 64;
/// A call with so many lines is long.
const LONG: i64 = 1_024;
/// A row's terms in bytes: PostgreSQL takes a megabyte. What a longer call has beyond are words side by side.
const MOST_BYTES: usize = 900_000;
/// Microseconds in which calls of one moment are put one behind the other.
pub(super) const SPREAD: i64 = 1_000_000;
/// Letters of a beginning that has a term of its own.
pub(super) const BEGINNING: usize = 3;

statements! {
    CALL_HEADING = "
        SELECT member_id, kind, state, created_at, title, contact_name, company, rep_name, customer_name FROM calls
        WHERE organization_id = $1 AND id = $2 AND deleted_at IS NULL";
    CALL_TEXTS = "SELECT channel, text FROM segments WHERE organization_id = $1 AND call_id = $2 ORDER BY number";
    RENEW_TERMS = "
        UPDATE call_terms SET member_id = $3, kind = $4, state = $5, version = $6, terms = $7
        WHERE organization_id = $1 AND call_id = $2";
    INSERT_TERMS = "
        INSERT INTO call_terms (organization_id, call_id, member_id, kind, state, version, terms, created_at, serial)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING";
    SET_TERMS_STATE = "UPDATE call_terms SET state = $3 WHERE organization_id = $1 AND call_id = $2";
    INSERT_LINE = "
        INSERT INTO call_lines (organization_id, call_id, number, terms) VALUES ($1, $2, $3, $4)
        ON CONFLICT (call_id, number) DO NOTHING";
    DELETE_TERMS = "DELETE FROM call_terms WHERE organization_id = $1 AND call_id = $2";
    DELETE_LINES = "DELETE FROM call_lines WHERE organization_id = $1 AND call_id = $2";
    // Of all tenants: the server looks at its start for what is to be done.
    ORGANIZATIONS_TO_INDEX = "
        SELECT o.id FROM organizations o WHERE EXISTS (
            SELECT 1 FROM calls c WHERE c.organization_id = o.id AND c.deleted_at IS NULL AND NOT EXISTS (
                SELECT 1 FROM call_terms t WHERE t.organization_id = c.organization_id AND t.call_id = c.id AND t.version >= $1))
        ORDER BY o.id";
    CALLS_TO_INDEX = "
        SELECT c.id FROM calls c WHERE c.organization_id = $1 AND c.id > $2 AND c.deleted_at IS NULL AND NOT EXISTS (
            SELECT 1 FROM call_terms t WHERE t.organization_id = $1 AND t.call_id = c.id AND t.version >= $3)
        ORDER BY c.id LIMIT $4";
}

#[derive(sqlx::FromRow)]
struct HeadingRow {
    member_id: MemberId,
    kind: String,
    state: String,
    created_at: DateTime<Utc>,
    title: String,
    contact_name: String,
    company: String,
    rep_name: String,
    customer_name: String,
}

/// The term of an organization's calls.
pub(super) fn of_organization(organization: OrganizationId) -> String {
    format!("o{}", organization.0.simple())
}

/// The term of a member's calls.
pub(super) fn of_member(member: MemberId) -> String {
    format!("m{}", member.0.simple())
}

/// The letter before words of a side.
pub(super) const fn side(channel: Channel) -> char {
    match channel {
        Channel::Rep => 'r',
        Channel::Customer => 'c',
    }
}

/// Terms of some texts, each once.
#[derive(Default)]
struct Terms {
    words: BTreeSet<String>,
    pairs: BTreeSet<String>,
}

impl Terms {
    fn add(&mut self, text: &str, channel: Option<Channel>) {
        for term in cut(text) {
            if term.kind == Kind::Loose {
                self.pairs.insert(format!("y{}", term.text));
                continue;
            }
            let ends = term.text.char_indices().skip(1).take(BEGINNING).map(|(end, _)| end);
            for (letters, end) in ends.enumerate().map(|(place, end)| (place + 1, end)) {
                // Nobody looks for all that begins with a letter of ours; where words have no spaces, one letter is a word.
                if letters > 1 || !term.text.is_ascii() {
                    self.words.insert(format!("e{}", &term.text[..end]));
                }
            }
            if let Some(channel) = channel {
                self.words.insert(format!("{}{}", side(channel), term.text));
            }
            self.words.insert(format!("x{}", term.text));
        }
    }

    /// Behind what is there already; words first, as many pairs as there is place for.
    fn text(self, mut text: String) -> String {
        for term in self.words.into_iter().chain(self.pairs) {
            if text.len() + term.len() >= MOST_BYTES {
                break;
            }
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(&term);
        }
        text
    }
}

/// Writes a call's row anew, from what is stored of the call. Nothing if it is gone or deleted.
///
/// # Errors
/// What the engine says.
pub async fn reindex(tx: &mut Tx, organization: OrganizationId, call: CallId) -> Result<()> {
    let Some(heading) = query!(within tx, optional HeadingRow, CALL_HEADING, organization, call)? else { return Ok(()) };
    let mut terms = Terms::default();
    let HeadingRow { title, contact_name, company, rep_name, customer_name, .. } = &heading;
    [title, contact_name, company, rep_name, customer_name].into_iter().for_each(|text| terms.add(text, None));
    for (channel, text) in query!(within tx, all (String, String), CALL_TEXTS, organization, call)? {
        terms.add(&text, channel.parse().ok());
    }
    let text = terms.text(format!("{} {}", of_organization(organization), of_member(heading.member_id)));
    query!(within tx, execute, DELETE_LINES, organization, call)?;
    put(tx, organization, call, &heading, &text).await
}

/// Lets no search find a call any more, until it is indexed again.
pub(super) async fn forget(tx: &mut Tx, organization: OrganizationId, call: CallId) -> Result<()> {
    query!(within tx, execute, DELETE_LINES, organization, call)?;
    query!(within tx, execute, DELETE_TERMS, organization, call)?;
    Ok(())
}

/// Puts a call's terms in the place of those that it has, or in a place of its own.
async fn put(tx: &mut Tx, organization: OrganizationId, call: CallId, heading: &HeadingRow, terms: &str) -> Result<()> {
    let (member, kind, state) = (heading.member_id, heading.kind.as_str(), heading.state.as_str());
    let made = heading.created_at.timestamp_micros();
    for attempt in 0..32_u32 {
        if query!(within tx, execute, RENEW_TERMS, organization, call, member, kind, state, terms::VERSION, terms)? > 0 {
            break;
        }
        // Another call of the same microsecond: somewhere in the second behind it.
        let serial = made + if attempt == 0 { 0 } else { spread(call, attempt) };
        let inserted = query!(
            within tx, execute, INSERT_TERMS, organization, call, member, kind, state, terms::VERSION, terms, heading.created_at, serial
        )?;
        if inserted > 0 {
            break;
        }
    }
    Ok(())
}

/// Some microseconds, others for each call and each attempt.
fn spread(call: CallId, attempt: u32) -> i64 {
    let (_, low) = call.0.as_u64_pair();
    let mixed = (low ^ u64::from(attempt)).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
    (mixed % SPREAD as u64) as i64
}

/// Lets lines that were added be found.
pub(crate) async fn add_lines(tx: &mut Tx, organization: OrganizationId, call: CallId, lines: &[Segment]) -> Result<()> {
    let is_twice_as_long = |line: &Segment| line.number >= LONG && line.number.count_ones() == 1;
    if lines.len() >= MANY || lines.iter().any(is_twice_as_long) {
        return reindex(tx, organization, call).await;
    }
    for line in lines {
        let mut terms = Terms::default();
        terms.add(&line.text, Some(line.channel));
        query!(within tx, execute, INSERT_LINE, organization, call, line.number, terms.text(String::new()))?;
    }
    Ok(())
}

/// A call is in another state by now.
pub(super) async fn set_state(tx: &mut Tx, organization: OrganizationId, call: CallId, state: &str) -> Result<()> {
    query!(within tx, execute, SET_TERMS_STATE, organization, call, state)?;
    Ok(())
}

impl Store {
    /// The organizations with calls that aren't indexed yet, or by an older release's rules.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn organizations_to_index(&self) -> Result<Vec<OrganizationId>> {
        let rows = query!(read self, all (OrganizationId,), ORGANIZATIONS_TO_INDEX, terms::VERSION)?;
        Ok(rows.into_iter().map(|(id,)| id).collect())
    }

    /// Calls of an organization that aren't indexed yet, or by an older release's rules, in the order of their ids, after one (the nil id for
    /// the first).
    ///
    /// # Errors
    /// What the engine says.
    pub async fn calls_to_index(&self, organization: OrganizationId, after: CallId, limit: u32) -> Result<Vec<CallId>> {
        let rows = query!(read self, all (CallId,), CALLS_TO_INDEX, organization, after, terms::VERSION, i64::from(limit))?;
        Ok(rows.into_iter().map(|(id,)| id).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_its_words_and_those_of_its_side() {
        let mut terms = Terms::default();
        terms.add("SOC 2 预算", Some(Channel::Customer));
        assert_eq!(terms.text(String::new()), "c2 csoc csoc2 c算 c预算 eso esoc e预 x2 xsoc xsoc2 x算 x预算");
    }

    #[test]
    fn of_a_call_without_end_words_are_kept_before_pairs() {
        let mut terms = Terms::default();
        (0..30_000).for_each(|number| terms.add(&format!("word{number}a other{number}b"), None));
        let text = terms.text("o1".to_owned());
        assert!(text.len() < MOST_BYTES && text.contains(" xother29999b") && !text.contains(" yword9999aother9999b"));
    }
}
