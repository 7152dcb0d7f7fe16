//! What a person has promised in all of their calls and hasn't done yet.

use chrono::{NaiveDate, TimeDelta};
use model::{CallId, Channel, Insights, OpenPromise};

use super::USE;
use crate::identity;
use kernel::{Actor, Kernel, Result};

/// How far back promises are looked for.
const SINCE: TimeDelta = TimeDelta::days(90);
/// In so many calls, the newest.
const CALLS: u32 = 200;
/// So many are given.
const MOST: usize = 20;

/// The caller's open promises: those that are due first come first, those without a day last. With the
/// time zone that they are in.
///
/// # Errors
/// `forbidden` for guests.
pub async fn open_promises(kernel: &Kernel, actor: &Actor) -> Result<(Vec<OpenPromise>, String)> {
    actor.require(USE)?;
    let profile = identity::profile(kernel, actor).await?;
    let reviewed = kernel.store().reviewed_since(actor.organization, actor.member()?.id, kernel.now() - SINCE, CALLS).await?;
    Ok((open(reviewed), profile.person.time_zone))
}

fn open(reviewed: Vec<(CallId, String, Insights)>) -> Vec<OpenPromise> {
    let promises = reviewed.into_iter().flat_map(|(call, title, insights)| {
        let own = (0_u32..).zip(insights.action_items).filter(|(_, item)| item.owner == Channel::Rep && !item.done);
        own.map(move |(number, item)| OpenPromise {
            call,
            title: title.clone(),
            item: number,
            line: item.evidence.first_segment(),
            text: item.text,
            due: item.due,
        })
    });
    let mut promises: Vec<_> = promises.collect();
    // Stable: of the same day those of the newest call stay first.
    promises.sort_by_key(|promise| promise.due.unwrap_or(NaiveDate::MAX));
    promises.truncate(MOST);
    promises
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use model::{ActionItem, Evidence, Span};

    use super::*;

    fn insights(items: &[(&str, Channel, Option<&str>, bool)]) -> Insights {
        let item = |(text, owner, due, done): &(&str, Channel, Option<&str>, bool)| ActionItem {
            text: (*text).to_owned(),
            owner: *owner,
            due: due.map(|day| day.parse().unwrap()),
            due_words: None,
            evidence: Evidence::of(Span { segment: 1, start: 0, end: 1 }),
            done: *done,
        };
        let action_items = items.iter().map(item).collect();
        Insights { made_by: "extractive".to_owned(), summary: Vec::new(), action_items, questions: Vec::new(), next_steps: Vec::new() }
    }

    #[test]
    fn what_i_promised_and_havent_done_comes_by_its_day() {
        let id = |number| CallId(uuid::Uuid::from_u128(number));
        let newer = insights(&[
            ("the deck", Channel::Rep, Some("2026-12-04"), false),
            ("the list", Channel::Customer, Some("2026-11-30"), false),
            ("an answer", Channel::Rep, None, false),
            ("the overview", Channel::Rep, Some("2026-12-03"), true),
        ]);
        let older = insights(&[("the price", Channel::Rep, Some("2026-12-01"), false)]);
        let open = open(vec![(id(2), "Newer".to_owned(), newer), (id(1), "Older".to_owned(), older)]);
        let told: Vec<_> = open.iter().map(|promise| (promise.text.as_str(), promise.title.as_str(), promise.item)).collect();
        assert_eq!(told, [("the price", "Older", 0), ("the deck", "Newer", 0), ("an answer", "Newer", 2)]);
    }
}
