//! What Home shows.

use leptos::prelude::*;
use model::{Call, Millis};
use serde::{Deserialize, Serialize};

use crate::error::AppError;
use crate::rpc::Rpc;

/// The person's last calls, and two weeks of them in numbers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Overview {
    /// The last calls, newest first, at most five.
    pub recent: Vec<Call>,
    /// The last seven days.
    pub week: Week,
    /// The seven days before.
    pub week_before: Week,
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

/// How many calls Home lists.
#[cfg(feature = "ssr")]
const RECENT: u32 = 5;

/// The person's last calls and numbers.
#[server(protocol = Rpc, endpoint = "home")]
pub async fn my_overview() -> Result<Overview, AppError> {
    let (services, scope) = crate::server::caller()?;
    if !scope.may(domain::calls::USE) {
        // A guest has no calls of their own.
        return Ok(Overview::default());
    }
    let mine = model::CallFilter { member: scope.member_id(), ..model::CallFilter::default() };
    let recent = domain::calls::list(&services, &scope, mine.clone(), None, RECENT).await?;
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
    Ok(Overview { recent: recent.items.into_iter().map(|hit| hit.call).collect(), week, week_before })
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
