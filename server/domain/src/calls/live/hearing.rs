//! Whether a call is heard: sources that give nothing but zeros, and words that are behind the sound.

use model::wire::{Frame, Hearing, RecognizerHealth};
use model::{Millis, TrackId};

use super::actor::CallActor;

/// A source that gives only zeros for so long isn't heard.
const SILENT: Millis = Millis(10_000);
/// One that was heard before: programs for meetings, and those that take noise away, give zeros while nobody speaks.
const SILENT_BETWEEN: Millis = Millis(30_000);
/// Words later than this after the sound are behind it.
const BEHIND: Millis = Millis(15_000);
/// A result this late after its sound shows a recognizer that is slow.
const SLOW: Millis = Millis(5_000);
/// Without any result for so long a recognizer is slow too, whatever came before.
const STUCK: Millis = Millis(30_000);
/// Speech shorter than this may be a cough: no words are owed for it.
const OWED: Millis = Millis(2_000);
/// Least time between two of the same news.
const EVERY: Millis = Millis(2_000);

#[derive(Clone, Debug, Default)]
struct HeardTrack {
    is_muted: bool,
    /// Since when there have been only zeros, and until when.
    zeros: Option<(Millis, Millis)>,
    has_sounded: bool,
    /// Stretches with speech that no result covers, joined; in order.
    unheard: Vec<(Millis, Millis)>,
    /// Until where the recognizer has said what it hears.
    words_until: Millis,
    /// How late its last result was.
    late: Millis,
}

impl HeardTrack {
    fn is_silent(&self) -> bool {
        let limit = if self.has_sounded { SILENT_BETWEEN } else { SILENT };
        !self.is_muted && self.zeros.is_some_and(|(since, until)| until.since(since) >= limit)
    }

    fn behind(&self, now: Millis) -> Millis {
        let owed: i64 = self.unheard.iter().map(|(start, end)| end.since(*start).0).sum();
        let Some((first, _)) = self.unheard.first().filter(|_| owed >= OWED.0) else { return Millis::ZERO };
        let behind = now.since(*first);
        let is_slow = self.late >= SLOW || behind >= STUCK;
        if behind >= BEHIND && is_slow { behind } else { Millis::ZERO }
    }
}

/// What is heard of a call's tracks. Times are call time.
#[derive(Debug)]
pub(super) struct HearingMonitor {
    tracks: Vec<HeardTrack>,
    told: Hearing,
    told_at: Millis,
}

impl HearingMonitor {
    pub(super) fn new(tracks: usize) -> Self {
        Self { tracks: vec![HeardTrack::default(); tracks], told: Hearing::default(), told_at: Millis::ZERO }
    }

    fn track(&mut self, track: TrackId) -> Option<&mut HeardTrack> {
        self.tracks.get_mut(track.index())
    }

    /// A frame came.
    pub(super) fn frame(&mut self, frame: &Frame) {
        let Some(track) = self.track(frame.track) else { return };
        if frame.is_silent() {
            let (_, until) = track.zeros.get_or_insert((frame.captured_at, frame.captured_at));
            *until = (frame.captured_at + frame.duration()).max(*until);
        } else {
            (track.zeros, track.has_sounded) = (None, true);
        }
    }

    /// The person muted a source, or took it back: what is silent then is meant to be.
    pub(super) fn mute(&mut self, track: TrackId, muted: bool) {
        if let Some(track) = self.track(track) {
            (track.is_muted, track.zeros) = (muted, None);
        }
    }

    /// No sound comes for now, or it comes again.
    pub(super) fn pause(&mut self) {
        self.tracks.iter_mut().for_each(|track| track.zeros = None);
    }

    /// Somebody speaks on a track.
    pub(super) fn voice(&mut self, track: TrackId, start: Millis, end: Millis) {
        let Some(track) = self.track(track) else { return };
        let start = start.max(track.words_until);
        if start < end {
            match track.unheard.last_mut() {
                Some(last) if last.1 >= start => last.1 = last.1.max(end),
                _ => track.unheard.push((start, end)),
            }
        }
    }

    /// A recognizer has said what it hears until `until`.
    pub(super) fn words(&mut self, track: TrackId, until: Millis, now: Millis) {
        let Some(track) = self.track(track) else { return };
        track.late = now.since(until);
        track.words_until = track.words_until.max(until);
        track.unheard.retain_mut(|(start, end)| {
            *start = (*start).max(until);
            start < end
        });
    }

    /// What is heard now.
    fn hearing(&self, now: Millis, is_recognized: impl Fn(TrackId) -> bool) -> Hearing {
        let each = || TrackId::all(self.tracks.len()).zip(&self.tracks);
        Hearing {
            silent: each().filter(|(_, track)| track.is_silent()).map(|(id, _)| id).collect(),
            behind: each().filter(|(id, _)| is_recognized(*id)).map(|(_, track)| track.behind(now)).max().unwrap_or_default(),
        }
    }

    /// What is heard now, if that is news.
    fn news(&mut self, now: Millis, is_recognized: impl Fn(TrackId) -> bool) -> Option<Hearing> {
        let hearing = self.hearing(now, is_recognized);
        let is_other = hearing.silent != self.told.silent || (hearing.behind == Millis::ZERO) != (self.told.behind == Millis::ZERO);
        if !is_other && (hearing == self.told || now.since(self.told_at) < EVERY) {
            return None;
        }
        (self.told, self.told_at) = (hearing.clone(), now);
        Some(hearing)
    }

    /// As it was told last.
    pub(super) fn told(&self) -> Hearing {
        self.told.clone()
    }
}

impl CallActor {
    /// Tells the pages whether the call is heard, where that has changed.
    pub(super) fn tell_hearing(&mut self) {
        let statuses = &self.statuses;
        let listens = |track: TrackId| {
            let status = statuses.get(track.index()).and_then(Option::as_ref);
            status.is_some_and(|status| !matches!(status.health, RecognizerHealth::Off | RecognizerHealth::Failed))
        };
        if let Some(hearing) = self.hearing.news(self.clock.now(), listens) {
            self.publish(model::wire::CallEvent::Hearing(hearing));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn monitor() -> HearingMonitor {
        HearingMonitor::new(2)
    }

    fn frame(track: TrackId, at: i64, sample: i16) -> Frame {
        Frame { track, sequence: 0, captured_at: Millis(at), pcm: sample.to_le_bytes().repeat(1_600) }
    }

    /// Frames from one time to another, all of the same sample.
    fn give(monitor: &mut HearingMonitor, track: TrackId, from: i64, to: i64, sample: i16) {
        for at in (from..to).step_by(100) {
            monitor.frame(&frame(track, at, sample));
        }
    }

    fn hears(monitor: &HearingMonitor, now: i64) -> Hearing {
        monitor.hearing(Millis(now), |_| true)
    }

    #[test]
    fn only_zeros_for_ten_seconds_are_told_and_taken_back_with_the_first_sound() {
        let mut monitor = monitor();
        give(&mut monitor, TrackId::MICROPHONE, 0, 9_900, 0);
        assert_eq!(hears(&monitor, 9_900).silent, [], "a second, or nine, is nothing");
        give(&mut monitor, TrackId::MICROPHONE, 9_900, 10_000, 1);
        assert_eq!(hears(&monitor, 10_000).silent, [TrackId::MICROPHONE], "a last bit that flickers is no sound");
        give(&mut monitor, TrackId::MICROPHONE, 10_000, 10_100, 40);
        assert_eq!(hears(&monitor, 10_100).silent, []);
        give(&mut monitor, TrackId::MICROPHONE, 10_100, 40_000, 0);
        assert_eq!(hears(&monitor, 40_000).silent, [], "who listens for half a minute behind a noise gate");
        give(&mut monitor, TrackId::MICROPHONE, 40_000, 40_100, 0);
        assert_eq!(hears(&monitor, 40_100).silent, [TrackId::MICROPHONE]);
    }

    #[test]
    fn what_is_muted_or_paused_is_meant_to_be_silent() {
        let mut monitor = monitor();
        monitor.mute(TrackId::MICROPHONE, true);
        give(&mut monitor, TrackId::MICROPHONE, 0, 60_000, 0);
        assert_eq!(hears(&monitor, 60_000).silent, []);
        monitor.mute(TrackId::MICROPHONE, false);
        give(&mut monitor, TrackId::MICROPHONE, 60_000, 66_000, 0);
        monitor.pause();
        give(&mut monitor, TrackId::MICROPHONE, 90_000, 96_000, 0);
        assert_eq!(hears(&monitor, 96_000).silent, [], "the pause was no silence");
    }

    #[test]
    fn a_meeting_in_which_nobody_speaks_is_silent_later_than_a_tab_without_its_sound() {
        let mut never = monitor();
        give(&mut never, TrackId::FAR_END, 0, 10_000, 0);
        assert_eq!(hears(&never, 10_000).silent, [TrackId::FAR_END]);
        let mut spoke = monitor();
        give(&mut spoke, TrackId::FAR_END, 0, 1_000, 900);
        give(&mut spoke, TrackId::FAR_END, 1_000, 30_900, 0);
        assert_eq!(hears(&spoke, 30_900).silent, []);
        give(&mut spoke, TrackId::FAR_END, 30_900, 31_000, 0);
        assert_eq!(hears(&spoke, 31_000).silent, [TrackId::FAR_END]);
    }

    #[test]
    fn words_that_come_late_are_behind_until_all_speech_has_its_words() {
        let mut monitor = monitor();
        monitor.voice(TrackId::FAR_END, Millis(1_000), Millis(60_000));
        monitor.words(TrackId::FAR_END, Millis(20_000), Millis(50_000));
        assert_eq!(hears(&monitor, 60_000).behind, Millis(40_000));
        monitor.words(TrackId::FAR_END, Millis(60_000), Millis(90_000));
        assert_eq!(hears(&monitor, 95_000).behind, Millis::ZERO, "late, but nothing is owed");
        monitor.voice(TrackId::FAR_END, Millis(95_000), Millis(96_000));
        assert_eq!(hears(&monitor, 150_000).behind, Millis::ZERO, "a cough");
    }

    #[test]
    fn a_long_sentence_of_a_quick_recognizer_is_not_behind() {
        let mut monitor = monitor();
        monitor.voice(TrackId::MICROPHONE, Millis(0), Millis(5_000));
        monitor.words(TrackId::MICROPHONE, Millis(5_000), Millis(5_800));
        monitor.voice(TrackId::MICROPHONE, Millis(6_000), Millis(30_000));
        assert_eq!(hears(&monitor, 30_000).behind, Millis::ZERO);
        assert_eq!(hears(&monitor, 36_000).behind, Millis(30_000), "half a minute without a word is");
        assert_eq!(monitor.hearing(Millis(36_000), |_| false).behind, Millis::ZERO, "nobody owes words");
    }

    #[test]
    fn the_same_is_told_once_and_what_grows_every_two_seconds() {
        let mut monitor = monitor();
        let news = |monitor: &mut HearingMonitor, now| monitor.news(Millis(now), |_| true);
        assert_eq!(news(&mut monitor, 0), None);
        monitor.voice(TrackId::MICROPHONE, Millis(0), Millis(40_000));
        assert!(news(&mut monitor, 40_000).is_some());
        assert_eq!(news(&mut monitor, 41_000), None);
        assert!(news(&mut monitor, 42_000).is_some());
    }
}
