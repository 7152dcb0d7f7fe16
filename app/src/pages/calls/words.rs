//! Words and numbers of a call, as people read them.

use model::{CallSource, CallState, Millis, RecognizerId, Skill, Verbosity, understands};

/// A state as one word.
pub const fn state(state: CallState) -> &'static str {
    match state {
        CallState::Prepared => "Prepared",
        CallState::Live => "Live",
        CallState::Finishing => "Finishing",
        CallState::Ended => "Ended",
    }
}

/// A call's way of coming in, where it is worth a word.
pub const fn source(source: CallSource) -> Option<&'static str> {
    match source {
        CallSource::Browser => None,
        CallSource::Sample => Some("Sample"),
        CallSource::Api => Some("Through the API"),
    }
}

/// How many cues, with what that means.
pub const fn verbosity(verbosity: Verbosity) -> (&'static str, &'static str) {
    match verbosity {
        Verbosity::Quiet => ("Few suggestions", "Only what is nearly certain and matters most."),
        Verbosity::Normal => ("Normal", "Objections, questions, buying signals and next steps."),
        Verbosity::Chatty => ("Many suggestions", "Also nudges about how you talk."),
    }
}

/// What a recognizer choice means where the server has nothing to say of it.
pub fn recognizer_note(id: &RecognizerId) -> &'static str {
    if *id == RecognizerId::BROWSER {
        "Your browser turns speech into text. Some browsers send the audio to their maker for that."
    } else if *id == RecognizerId::NONE {
        "The call is recorded and measured. You can make the transcript later."
    } else {
        ""
    }
}

/// What doesn't work in a call of this language (BCP 47); none where everything does.
pub fn language_note(language: &str) -> Option<&'static str> {
    match understands(language) {
        [] => Some("Suggestions are made in English only. Transcript, numbers and notes work in this call too."),
        [Skill::Questions] => Some(
            "Suggestions are made in English only. Questions are found by their mark; transcript, numbers and notes work in this call too.",
        ),
        _ => None,
    }
}

/// `3 min 20 s`, `45 s`, `1 h 2 min`: a length that is read, not watched.
pub fn length(duration: Millis) -> String {
    let seconds = duration.0.max(0) / 1000;
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, seconds) => format!("{seconds} s"),
        (0, minutes, 0) => format!("{minutes} min"),
        (0, minutes, seconds) => format!("{minutes} min {seconds} s"),
        (hours, 0, _) => format!("{hours} h"),
        (hours, minutes, _) => format!("{hours} h {minutes} min"),
    }
}

/// A share as whole per cent.
pub fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_leave_out_what_is_zero() {
        let said = [0, 45_900, 120_000, 200_000, 3_600_000, 3_725_000, -5].map(|ms| length(Millis(ms)));
        assert_eq!(said, ["0 s", "45 s", "2 min", "3 min 20 s", "1 h", "1 h 2 min", "0 s"]);
    }

    #[test]
    fn a_language_that_is_understood_needs_no_note() {
        assert_eq!(["en-GB", "", "multi"].map(language_note), [None; 3]);
        assert!(["de-DE", "ar-EG"].iter().all(|language| language_note(language).is_some()));
    }

    #[test]
    fn shares_are_whole_per_cent() {
        assert_eq!(percent(0.655), "66 %");
    }
}
