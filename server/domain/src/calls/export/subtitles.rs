//! Subtitles as players and their makers expect them: at most two lines of 42 characters, at most seven seconds, never two at once.

use std::fmt::Write as _;

use model::{Millis, Review};

/// Characters of a line.
const WIDTH: usize = 42;
/// Lines of a subtitle.
const LINES: usize = 2;
/// Nobody needs a subtitle for longer.
const LONGEST: Millis = Millis(7_000);
/// No subtitle goes sooner because the next one comes, unless its words were said faster.
const SHORTEST: Millis = Millis(500);

struct Subtitle {
    start: Millis,
    end: Millis,
    text: String,
}

/// All that was said, in order of time.
pub(super) fn srt(review: &Review) -> String {
    let mut subtitles: Vec<Subtitle> = Vec::new();
    for segment in &review.segments {
        let said = format!("{}: {}", review.call.speaker(segment), segment.text);
        let lines = wrapped(&plain(&said));
        let all: i64 = lines.iter().map(|line| line.chars().count() as i64).sum::<i64>().max(1);
        let length = segment.end_ms.since(segment.start_ms).max(Millis(1));
        let mut before = 0;
        for lines in lines.chunks(LINES) {
            let characters: i64 = lines.iter().map(|line| line.chars().count() as i64).sum();
            let at = |characters: i64| Millis(segment.start_ms.0.max(0) + length.0 * characters / all);
            subtitles.push(Subtitle { start: at(before), end: at(before + characters), text: lines.join("\n") });
            before += characters;
        }
    }
    // What two people say at once has its own order of time.
    subtitles.sort_by_key(|subtitle| subtitle.start);
    let mut out = String::new();
    let mut free = Millis::ZERO;
    for (index, subtitle) in subtitles.iter().enumerate() {
        let start = subtitle.start.max(free);
        let next = subtitles.get(index + 1).map_or(Millis(i64::MAX), |next| next.start);
        // One that would be gone before it is read stays for a moment, and the next one waits.
        let least = start + subtitle.end.since(subtitle.start).min(SHORTEST).max(Millis(1));
        let end = subtitle.end.min(start + LONGEST).min(next).max(least);
        free = end;
        // Writing to a `String` can't fail.
        let _ = write!(out, "{}\n{} --> {}\n{}\n\n", index + 1, stamp(start), stamp(end), subtitle.text);
    }
    out
}

fn stamp(time: Millis) -> String {
    let ms = time.0.max(0);
    format!("{:02}:{:02}:{:02},{:03}", ms / 3_600_000, ms / 60_000 % 60, ms / 1_000 % 60, ms % 1_000)
}

/// Without what players would take for an end, a tag or an instruction.
fn plain(said: &str) -> String {
    said.replace("-->", "→").replace('<', "‹").replace('>', "›").replace('{', "(").replace('}', ")")
}

/// Lines of whole words; a word that is longer than a line goes on in the next one.
fn wrapped(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut width = 0;
    for word in text.split_whitespace() {
        let long: Vec<char> = word.chars().collect();
        for piece in long.chunks(WIDTH) {
            match lines.last_mut().filter(|_| width + 1 + piece.len() <= WIDTH) {
                Some(line) => {
                    line.push(' ');
                    line.extend(piece);
                    width += 1 + piece.len();
                }
                None => {
                    lines.push(piece.iter().collect());
                    width = piece.len();
                }
            }
        }
    }
    lines
}
