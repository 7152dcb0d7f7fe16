//! What is known of a call: all of it, or what its page shows.

use std::collections::HashSet;
use std::ops::Range;

use model::{Bookmark, Call, CallId, CallState, Cue, Insights, Metrics, Millis, OutlineLine, RecognizerChoice};
use model::{Review, Segment, ShownReview, TranscriptJob};

use super::{CallsKernel as _, get, recording, retranscribe};
use kernel::{Actor, Kernel, Result};

/// A call with all that is known of it. Reads and sends the whole transcript with the times of its words.
///
/// # Errors
/// `not_found`.
pub async fn review(kernel: &Kernel, actor: &Actor, id: CallId) -> Result<Review> {
    let call = get(kernel, actor, id).await?;
    let found = Findings::read(kernel, &call).await?;
    let segments = by_time(kernel.store().segments(actor.organization, id).await?);
    let metrics = found.metrics.clone().unwrap_or_else(|| model::metrics::of(&segments));
    Ok(found.review(call, segments, metrics))
}

/// Which part of a transcript is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TranscriptPart {
    /// Its first lines, or those around the line of this number.
    Around(Option<i64>),
    /// Those at these places in order of start, from 0. What lies past the end is left out.
    Places(Range<u32>),
}

impl TranscriptPart {
    /// The places to show. A part that would leave out a few lines at an end takes them along.
    fn places(self, outline: &[OutlineLine]) -> Range<usize> {
        let (lines, all) = (ShownReview::LINES as usize, outline.len());
        let (from, until) = match self {
            Self::Places(places) if places.start < places.end && (places.start as usize) < all => {
                (places.start as usize, (places.end as usize).min(all))
            }
            Self::Places(_) | Self::Around(None) => (0, lines),
            Self::Around(Some(number)) => {
                let place = outline.iter().position(|line| line.number == number).unwrap_or(0);
                let from = place / lines * lines;
                (from, from + lines)
            }
        };
        let few = lines / 4;
        (if from <= few { 0 } else { from })..(if until + few >= all { all } else { until })
    }
}

/// What a call's page shows: all that is known of it but the transcript, of which there is a part and the outline. Reads no more of the transcript
/// than that, and none of the recording.
///
/// # Errors
/// `not_found`.
pub async fn shown_review(kernel: &Kernel, actor: &Actor, id: CallId, part: TranscriptPart) -> Result<ShownReview> {
    let call = get(kernel, actor, id).await?;
    let found = Findings::read(kernel, &call).await?;
    let outline = kernel.store().outline(actor.organization, id).await?;
    let places = part.places(&outline);
    let from = places.start as u32;
    let segments = lines(kernel, &call, outline.get(places).unwrap_or_default()).await?;
    let metrics = match &found.metrics {
        Some(metrics) => metrics.clone(),
        // Not written yet: counted from what there is.
        None => model::metrics::of(&by_time(kernel.store().segments(actor.organization, id).await?)),
    };
    Ok(ShownReview { review: found.review(call, segments, metrics), outline, from })
}

/// Some more lines of a transcript, by their places in order of start, without the times of their words.
///
/// # Errors
/// `not_found`.
pub async fn shown_lines(kernel: &Kernel, actor: &Actor, id: CallId, places: Range<u32>) -> Result<Vec<Segment>> {
    let call = get(kernel, actor, id).await?;
    let outline = kernel.store().outline(actor.organization, id).await?;
    let until = (places.end as usize).min(outline.len());
    lines(kernel, &call, outline.get(places.start as usize..until).unwrap_or_default()).await
}

/// The segments of some lines.
async fn lines(kernel: &Kernel, call: &Call, outline: &[OutlineLine]) -> Result<Vec<Segment>> {
    let numbers: HashSet<i64> = outline.iter().map(|line| line.number).collect();
    let (Some(first), Some(last)) = (numbers.iter().min(), numbers.iter().max()) else { return Ok(Vec::new()) };
    // Numbers are in order of end, so a few more lie between them.
    let mut segments = kernel.store().segments_between(call.organization_id, call.id, *first, *last).await?;
    segments.retain(|segment| numbers.contains(&segment.number));
    for segment in &mut segments {
        segment.words.clear();
    }
    Ok(by_time(segments))
}

/// What is known of a call beside the call and its transcript.
struct Findings {
    cues: Vec<Cue>,
    bookmarks: Vec<Bookmark>,
    insights: Option<Insights>,
    metrics: Option<Metrics>,
    recording_ms: Option<Millis>,
    recognizers: Vec<RecognizerChoice>,
    transcript_job: Option<TranscriptJob>,
}

impl Findings {
    async fn read(kernel: &Kernel, call: &Call) -> Result<Self> {
        let (store, organization, id) = (kernel.store(), call.organization_id, call.id);
        // First, and all of this before the transcript: if the job is done by now, what is read afterwards is what it made.
        let transcript_job = retranscribe::state(kernel, organization, id).await?;
        let cues = store.cues(organization, id).await?;
        let mut bookmarks = store.bookmarks(organization, id).await?;
        bookmarks.sort_by_key(|bookmark| (bookmark.at_ms, bookmark.number));
        let (insights, metrics) = store.review(organization, id).await?.unzip();
        let recording_ms = recording::length(kernel, call).await;
        let recognizers =
            if recording_ms.is_some() && call.state == CallState::Ended { kernel.recognizers().for_recordings() } else { Vec::new() };
        Ok(Self { cues, bookmarks, insights, metrics, recording_ms, recognizers, transcript_job })
    }

    fn review(self, call: Call, segments: Vec<Segment>, metrics: Metrics) -> Review {
        let Self { cues, bookmarks, insights, metrics: _, recording_ms, recognizers, transcript_job } = self;
        Review { call, segments, cues, bookmarks, insights, metrics, recording_ms, recognizers, transcript_job }
    }
}

fn by_time(mut segments: Vec<Segment>) -> Vec<Segment> {
    segments.sort_by_key(|segment| (segment.start_ms, segment.number));
    segments
}

/// What was said, in order of time.
///
/// # Errors
/// `not_found`.
pub async fn transcript(kernel: &Kernel, actor: &Actor, id: CallId) -> Result<Vec<Segment>> {
    get(kernel, actor, id).await?;
    Ok(by_time(kernel.store().segments(actor.organization, id).await?))
}

#[cfg(test)]
mod tests {
    use model::Channel;

    use super::*;

    #[test]
    fn a_part_has_the_line_and_leaves_no_few_lines_over() {
        let outline =
            |lines: i64| (0..lines).map(|number| (number + 1, Channel::Rep, Millis(number), Millis(number)).into()).collect::<Vec<_>>();
        let part = |lines: i64, part: TranscriptPart| part.places(&outline(lines));
        let around = |lines: i64, number: Option<i64>| part(lines, TranscriptPart::Around(number));
        assert_eq!([0, 1, 200, 250].map(|lines| around(lines, None)), [0..0, 0..1, 0..200, 0..250]);
        assert_eq!(around(251, None), 0..200);
        assert_eq!(
            [1, 200, 201, 999, 1_000, 5_000].map(|number| around(1_000, Some(number))),
            [0..200, 0..200, 200..400, 800..1_000, 800..1_000, 0..200]
        );
        assert_eq!(around(1_050, Some(900)), 800..1_050, "the last fifty come along");
        let places = |lines: i64, places: Range<u32>| part(lines, TranscriptPart::Places(places));
        assert_eq!(places(1_000, 200..600), 200..600);
        assert_eq!(places(1_000, 200..u32::MAX), 200..1_000);
        assert_eq!(places(100, 200..600), 0..100, "they are gone");
        assert_eq!(places(1_000, Range { start: 600, end: 200 }), 0..200, "there are none");
    }
}
