//! One change of a call in a transaction of its own, for tests: the product does several at once, in a unit of work.

use chrono::{DateTime, Utc};
use model::{Bookmark, Call, CallId, CallState, Citation, Cue, CueState, Insights, Metrics, Millis, OrganizationId, Segment};

use crate::calls::CallHold;
use crate::engine::Store;
use crate::error::Result;
use crate::{calls, cues, reviews, segments};

macro_rules! alone {
    ($($(#[$doc:meta])* $name:ident = $module:ident::$function:ident($($argument:ident: $kind:ty),*) -> $given:ty;)+) => {
        impl Store {
            $(
                $(#[$doc])*
                ///
                /// # Errors
                /// What the engine says.
                pub async fn $name(&self, $($argument: $kind),*) -> Result<$given> {
                    let mut tx = self.begin().await?;
                    let given = $module::$function(&mut tx, $($argument),*).await?;
                    tx.commit().await?;
                    Ok(given)
                }
            )+
        }
    };
}

alone! {
    /// [`calls::insert`].
    insert_call = calls::insert(call: &Call) -> ();
    /// [`calls::update`].
    update_call = calls::update(call: &Call, previous: DateTime<Utc>) -> bool;
    /// [`calls::move_on`].
    move_call = calls::move_on(organization: OrganizationId, call: CallId, from: &[CallState], to: CallState, at: DateTime<Utc>) -> bool;
    /// [`calls::finish`].
    finish_call = calls::finish(organization: OrganizationId, call: CallId, at: DateTime<Utc>) -> bool;
    /// [`calls::set_duration`].
    set_duration = calls::set_duration(organization: OrganizationId, call: CallId, duration: Millis) -> bool;
    /// [`calls::set_notes`].
    set_notes = calls::set_notes(organization: OrganizationId, call: CallId, notes: &str, at: DateTime<Utc>) -> bool;
    /// [`calls::take`].
    take_call = calls::take(organization: OrganizationId, call: CallId, server: &str, epoch: i64, at: DateTime<Utc>, node: Option<&str>) -> Option<CallHold>;
    /// [`calls::hold`].
    hold_call = calls::hold(organization: OrganizationId, call: CallId, hold: &CallHold, at: DateTime<Utc>, duration: Millis) -> bool;
    /// [`calls::let_go`].
    let_call_go = calls::let_go(organization: OrganizationId, call: CallId, hold: &CallHold, seen_at: DateTime<Utc>) -> bool;
    /// [`segments::append`].
    append_segments = segments::append(organization: OrganizationId, call: CallId, segments: &[Segment]) -> ();
    /// [`segments::correct`].
    correct_segment = segments::correct(organization: OrganizationId, call: CallId, number: i64, text: &str) -> bool;
    /// [`segments::swap_channels`].
    swap_channels = segments::swap_channels(organization: OrganizationId, call: CallId) -> bool;
    /// [`calls::set_tracks`].
    set_tracks = calls::set_tracks(call: &Call) -> bool;
    /// [`segments::replace`].
    replace_segments = segments::replace(organization: OrganizationId, call: CallId, segments: &[Segment]) -> ();
    /// [`cues::append`].
    append_cues = cues::append(organization: OrganizationId, call: CallId, cues: &[Cue]) -> ();
    /// [`cues::replace`].
    replace_cues = cues::replace(organization: OrganizationId, call: CallId, cues: &[Cue]) -> ();
    /// [`cues::set_source`].
    set_cue_source = cues::set_source(organization: OrganizationId, call: CallId, number: i64, source: Option<&Citation>) -> bool;
    /// [`cues::append_bookmark`].
    append_bookmark = cues::append_bookmark(organization: OrganizationId, call: CallId, bookmark: &Bookmark) -> ();
    /// [`reviews::save`].
    save_review = reviews::save(organization: OrganizationId, call: CallId, insights: &Insights, metrics: &Metrics) -> ();
}

impl Store {
    /// [`calls::delete`], as urgent as the product has it.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn delete_call(&self, organization: OrganizationId, call: CallId) -> Result<bool> {
        self.urgent(|| async {
            let mut tx = self.begin().await?;
            let deleted = calls::delete(&mut tx, organization, call).await?;
            tx.commit().await?;
            Ok(deleted)
        })
        .await
    }

    /// [`cues::set_state`]: whether there is such a cue.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn set_cue_state(&self, organization: OrganizationId, call: CallId, number: i64, state: CueState) -> Result<bool> {
        let mut tx = self.begin().await?;
        let set = cues::set_state(&mut tx, organization, call, number, state).await?;
        tx.commit().await?;
        Ok(set.is_some())
    }
}
