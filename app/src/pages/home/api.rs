//! What Home shows.

use chrono::NaiveDate;
use leptos::prelude::*;
use model::{Call, Millis, OpenPromise};
use serde::{Deserialize, Serialize};

use crate::error::AppError;
use crate::rpc::Rpc;

/// What a person sees first: what they promised, what waits for them, today, their last calls, and two weeks in numbers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Overview {
    /// What they promised and haven't done, by its day.
    pub promises: Vec<OpenPromise>,
    /// The day that it is where they are.
    pub day: NaiveDate,
    /// Documents that can't be read or wait for a password; 0 for those who can't change that.
    pub stuck_documents: i64,
    /// Calls of today, newest first.
    pub today: Vec<Call>,
    /// The calls before them, newest first, a few.
    pub recent: Vec<Call>,
    /// What of the first steps is done.
    pub steps: StepsDone,
    /// The last seven days.
    pub week: Week,
    /// The seven days before.
    pub week_before: Week,
}

/// What of the first steps is done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepsDone {
    /// The sample call was played.
    pub sample: bool,
    /// There are documents of one's own: the sample's sheet is none.
    pub documents: bool,
    /// A call of one's own was held.
    pub call: bool,
    /// A call is over, to look back at.
    pub review: bool,
}

/// Seven days of a person's calls. Sample calls don't count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Week {
    /// Calls that took place.
    pub calls: u32,
    /// How long they were together.
    pub time: Millis,
    /// Companies that were spoken with.
    pub companies: u32,
}

impl Week {
    /// Length of a call on average; none without calls.
    pub fn average(self) -> Option<Millis> {
        (self.calls > 0).then(|| Millis(self.time.0 / i64::from(self.calls)))
    }
}

/// How many calls Home looks through, and how many of those before today it lists.
#[cfg(feature = "ssr")]
const LOOKED_THROUGH: u32 = 20;
#[cfg(feature = "ssr")]
const RECENT: usize = 5;

/// What Home shows.
#[server(protocol = Rpc, endpoint = "home")]
pub async fn my_overview() -> Result<Overview, AppError> {
    let (services, scope) = crate::server::caller()?;
    if !scope.may(domain::calls::USE) {
        // A guest has no calls of their own.
        return Ok(Overview::default());
    }
    let mine = model::CallFilter { member: scope.member_id(), ..model::CallFilter::default() };
    let calls = domain::calls::list(&services, &scope, mine.clone(), None, LOOKED_THROUGH).await?;
    let calls: Vec<Call> = calls.items.into_iter().map(|hit| hit.call).collect();
    let (promises, zone) = domain::calls::open_promises(&services, &scope).await?;
    let size = domain::knowledge::size(&services, &scope).await?;
    let stuck_documents = if scope.may(domain::knowledge::MANAGE) { size.failed + size.locked } else { 0 };
    let is_sample = |call: &Call| call.source == model::CallSource::Sample;
    let steps = StepsDone {
        sample: calls.iter().any(is_sample),
        documents: domain::knowledge::was_given(&services, &scope).await?,
        call: calls.iter().any(|call| call.started_at.is_some() && !is_sample(call)),
        review: calls.iter().any(|call| call.ended_at.is_some()),
    };
    let now = services.now();
    let (one, two) = (now - chrono::Duration::days(7), now - chrono::Duration::days(14));
    let mut weeks = [Week::default(); 2];
    for (week, (from, until)) in weeks.iter_mut().zip([(one, now), (two, one)]) {
        let filter = model::CallFilter { from: Some(from), until: Some(until), ..mine.clone() };
        let mut calls = Vec::new();
        let mut cursor = None;
        // Nobody has a thousand calls a week; a program that does still gets its page.
        for _ in 0..10 {
            let page = domain::calls::list(&services, &scope, filter.clone(), cursor.as_deref(), 100).await?;
            calls.extend(page.items.into_iter().map(|hit| hit.call));
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        *week = sum(&calls);
    }
    let [week, week_before] = weeks;
    let day = domain::identity::day(now, &zone);
    let is_today = |call: &Call| domain::identity::day(call.started_at.unwrap_or(call.created_at), &zone) == day;
    let (today, mut recent): (Vec<_>, Vec<_>) = calls.into_iter().partition(is_today);
    recent.truncate(RECENT);
    Ok(Overview { promises, day, stuck_documents, today, recent, steps, week, week_before })
}

/// The numbers of some calls.
#[cfg(any(feature = "ssr", test))]
fn sum(calls: &[Call]) -> Week {
    let real: Vec<&Call> = calls.iter().filter(|call| call.started_at.is_some() && call.source != model::CallSource::Sample).collect();
    let companies: std::collections::BTreeSet<String> =
        real.iter().map(|call| call.company.trim().to_lowercase()).filter(|company| !company.is_empty()).collect();
    Week {
        calls: u32::try_from(real.len()).unwrap_or(u32::MAX),
        time: real.iter().map(|call| call.duration_ms).sum(),
        companies: u32::try_from(companies.len()).unwrap_or(u32::MAX),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use model::CallSource;

    use super::*;

    fn call(company: &str, minutes: i64, source: CallSource, started: bool) -> Call {
        let zero = uuid::Uuid::nil();
        let at = "2026-01-05T09:00:00Z";
        serde_json::from_value(serde_json::json!({
            "id": zero, "organization_id": zero, "member_id": zero, "title": "A call", "contact_name": "", "company": company,
            "kind": model::CallKind::ALL[0], "language": "en", "time_zone": "", "vocabulary": [], "state": model::CallState::Ended, "source": source,
            "recognizer": model::RecognizerId::NONE, "verbosity": model::Verbosity::Normal, "consent_who": "", "consent_how": "",
            "consent_at": null, "keep_audio": true, "participants": [], "tracks": [], "notes": "",
            "started_at": started.then_some(at), "ended_at": null, "duration_ms": minutes * 60_000, "created_at": at, "updated_at": at,
        }))
        .unwrap()
    }

    #[test]
    fn a_week_counts_what_took_place() {
        let calls = [
            call("Northwind", 10, CallSource::Browser, true),
            call(" northwind ", 20, CallSource::Api, true),
            call("", 30, CallSource::Browser, true),
            call("Contoso", 5, CallSource::Sample, true),
            call("Fabrikam", 0, CallSource::Browser, false),
        ];
        let week = sum(&calls);
        assert_eq!(week, Week { calls: 3, time: Millis(3_600_000), companies: 1 });
        assert_eq!(week.average(), Some(Millis(1_200_000)));
        assert_eq!(Week::default().average(), None);
    }
}
