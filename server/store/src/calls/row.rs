//! A call as it is stored: with what servers of the version before write and read.

use model::{Call, Channel, Participant, Track, TrackId};

/// A call's row.
#[derive(sqlx::FromRow)]
pub(super) struct CallRow {
    #[sqlx(flatten)]
    call: Call,
    rep_name: String,
    customer_name: String,
    sides_swapped: bool,
}

impl CallRow {
    /// The call without what only the row's other columns tell.
    pub fn call(&self) -> &Call {
        &self.call
    }
}

impl From<CallRow> for Call {
    fn from(row: CallRow) -> Self {
        let mut call = row.call;
        // Made by a server of the version before: two people, each on a track.
        if call.participants.is_empty() {
            let names = [(Channel::Rep, row.rep_name), (Channel::Customer, row.customer_name)];
            call.participants = names.into_iter().map(|(channel, name)| Participant { channel, name }).collect();
        }
        if call.tracks.is_empty() {
            call.tracks = Track::each(2);
            if row.sides_swapped {
                call.swap_sides();
            }
        }
        call
    }
}

/// What the version before calls a call's sides, and whether it looks for each one's sound in the other one's file.
pub(super) fn as_before(call: &Call) -> (String, String, bool) {
    let is_swapped = call.channel_of(TrackId::MICROPHONE) == Some(Channel::Customer);
    (call.side_name(Channel::Rep), call.side_name(Channel::Customer), is_swapped)
}
