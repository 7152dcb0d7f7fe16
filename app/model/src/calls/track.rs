//! Who is in a call, and on which streams of sound they are heard.

use serde::{Deserialize, Serialize};

use super::{Call, Channel, Segment};

/// A stream of sound in a call, by its place in [`Call::tracks`]: a microphone, a meeting's tab, a telephone line, a channel of a file. Also
/// the byte in front of each of its frames on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(maximum = 15))]
#[serde(transparent)]
pub struct TrackId(pub u8);

impl TrackId {
    /// What a browser's microphone is recorded on.
    pub const MICROPHONE: Self = Self(0);
    /// What the meeting's tab, or the far end of a line, is recorded on.
    pub const FAR_END: Self = Self(1);
    /// What a browser captures.
    pub const CAPTURED: [Self; 2] = [Self::MICROPHONE, Self::FAR_END];
    /// Tracks that a call may have.
    pub const MAX: usize = 16;

    /// Of the usual two, the one on which a side is heard.
    pub const fn usual(channel: Channel) -> Self {
        match channel {
            Channel::Rep => Self::MICROPHONE,
            Channel::Customer => Self::FAR_END,
        }
    }

    /// Its place in a call's tracks.
    pub const fn index(self) -> usize {
        self.0 as usize
    }

    /// The tracks of a call that has so many, in order.
    pub fn all(count: usize) -> impl DoubleEndedIterator<Item = Self> + ExactSizeIterator + Clone {
        (0..count.min(Self::MAX) as u8).map(Self)
    }
}

impl TryFrom<i64> for TrackId {
    type Error = std::num::TryFromIntError;

    fn try_from(number: i64) -> Result<Self, Self::Error> {
        number.try_into().map(Self)
    }
}

impl std::fmt::Display for TrackId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// Somebody in a call, or several people that share a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Participant {
    /// On which side.
    pub channel: Channel,
    /// The name that is shown, 1 to 120 characters.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 120, pattern = "line"))]
    pub name: String,
}

/// A stream of sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Track {
    /// Who is heard on it: a place in [`Call::participants`].
    pub participant: u8,
}

impl Track {
    /// One for each of so many participants.
    pub fn each(participants: usize) -> Vec<Self> {
        (0..participants.min(TrackId::MAX) as u8).map(|participant| Self { participant }).collect()
    }
}

impl Call {
    /// Who is heard on a track; none if the call has no such track.
    pub fn participant(&self, track: TrackId) -> Option<&Participant> {
        self.participants.get(usize::from(self.tracks.get(track.index())?.participant))
    }

    /// Whose side a track is on; none if the call has no such track.
    pub fn channel_of(&self, track: TrackId) -> Option<Channel> {
        self.participant(track).map(|participant| participant.channel)
    }

    /// The tracks of one side, in order.
    pub fn tracks_of(&self, channel: Channel) -> impl Iterator<Item = TrackId> + '_ {
        TrackId::all(self.tracks.len()).filter(move |track| self.channel_of(*track) == Some(channel))
    }

    /// The sides of its tracks, in order.
    pub fn channels(&self) -> Vec<Channel> {
        TrackId::all(self.tracks.len()).filter_map(|track| self.channel_of(track)).collect()
    }

    /// The name of who spoke a line.
    pub fn speaker(&self, segment: &Segment) -> &str {
        match self.participant(segment.track) {
            Some(participant) if participant.channel == segment.channel => &participant.name,
            _ => self.participants.iter().find(|one| one.channel == segment.channel).map_or(segment.channel.label(), |one| &one.name),
        }
    }

    /// What a side is called: the names of everybody on it.
    pub fn side_name(&self, channel: Channel) -> String {
        let names: Vec<&str> = self.participants.iter().filter(|one| one.channel == channel).map(|one| one.name.as_str()).collect();
        if names.is_empty() { channel.label().to_owned() } else { names.join(", ") }
    }

    /// Lets each side be heard on the tracks of the other one, for a call whose microphone and tab were the wrong way round: in order, the
    /// last of a side on all further ones.
    pub fn swap_sides(&mut self) {
        for channel in self.channels().into_iter().map(Channel::other) {
            if !self.participants.iter().any(|one| one.channel == channel) {
                self.participants.push(Participant { channel, name: channel.label().to_owned() });
            }
        }
        let of =
            |channel| -> Vec<u8> { (0..).zip(&self.participants).filter(|(_, one)| one.channel == channel).map(|(at, _)| at).collect() };
        let sides = Channel::ALL.iter().map(|channel| of(*channel)).collect::<Vec<_>>();
        let mut taken = [0; 2];
        let channels = self.channels();
        for (track, channel) in self.tracks.iter_mut().zip(channels) {
            let other = &sides[channel.other().index()];
            if let Some(participant) = other.get(taken[channel.index()]).or(other.last()) {
                track.participant = *participant;
            }
            taken[channel.index()] += 1;
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::time::Millis;

    /// A call with one track for each of these people.
    fn meeting(sides: &[Channel]) -> Call {
        let participants: Vec<_> =
            sides.iter().zip('A'..).map(|(channel, name)| Participant { channel: *channel, name: name.to_string() }).collect();
        let at = "2026-11-20T10:00:00Z";
        let call = serde_json::json!({
            "id": uuid::Uuid::nil(), "organization_id": uuid::Uuid::nil(), "member_id": uuid::Uuid::nil(), "title": "T", "contact_name": "",
            "company": "", "kind": "demo", "language": "en", "vocabulary": [], "state": "live", "source": "api", "recognizer": "none",
            "verbosity": "normal", "consent_who": "", "consent_how": "", "consent_at": null, "keep_audio": true, "notes": "",
            "started_at": null, "ended_at": null, "duration_ms": 0, "created_at": at, "updated_at": at,
            "participants": participants, "tracks": Track::each(sides.len()),
        });
        serde_json::from_value(call).unwrap()
    }

    fn line(track: u8, channel: Channel) -> Segment {
        let (text, words) = ("Yes.".into(), Vec::new());
        let (start_ms, end_ms) = (Millis(0), Millis(500));
        Segment { number: 1, track: TrackId(track), channel, text, start_ms, end_ms, confidence: 1.0, words, corrected: false }
    }

    #[test]
    fn a_meeting_has_several_people_on_a_side() {
        let call = meeting(&[Channel::Rep, Channel::Customer, Channel::Customer]);
        assert_eq!(call.channel_of(TrackId(2)), Some(Channel::Customer));
        assert_eq!(call.channel_of(TrackId(3)), None);
        assert_eq!(call.tracks_of(Channel::Customer).collect::<Vec<_>>(), [TrackId(1), TrackId(2)]);
        assert_eq!(call.speaker(&line(2, Channel::Customer)), "C");
        assert_eq!(call.speaker(&line(9, Channel::Customer)), "B", "a line of a track that is gone is its side's");
        assert_eq!((call.side_name(Channel::Rep), call.side_name(Channel::Customer)), ("A".into(), "B, C".into()));
    }

    #[test]
    fn sides_that_are_swapped_twice_are_as_before() {
        for sides in [&[Channel::Rep, Channel::Customer][..], &[Channel::Customer, Channel::Rep, Channel::Customer, Channel::Rep]] {
            let call = meeting(sides);
            let mut swapped = call.clone();
            swapped.swap_sides();
            assert_eq!(swapped.participants, call.participants);
            assert_eq!(swapped.channels(), call.channels().into_iter().map(Channel::other).collect::<Vec<_>>());
            swapped.swap_sides();
            assert_eq!(swapped, call);
        }
    }

    #[test]
    fn one_track_alone_is_the_other_side_then() {
        let mut call = meeting(&[Channel::Customer]);
        call.swap_sides();
        assert_eq!((call.channels(), call.side_name(Channel::Rep)), (vec![Channel::Rep], "Rep".to_owned()));
    }
}
