//! The transcript of a review: a click plays from there, a line can be corrected.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use model::{Call, CallState, Millis, OutlineLine, Segment};

use super::ReviewContext;
use crate::components::{Button, ButtonKind, EmptyState, For, Glyph, Show, TextArea};
use crate::pages::calls::api;
use crate::rpc::{ActionForm, FormAction};
use crate::styles::calls_review_transcript as css;

/// A pause may be this long and the last line still counts as the one being played.
const LINGER: Millis = Millis(1_500);

#[component]
pub fn Transcript(shared: ReviewContext) -> impl IntoView {
    // A link with `?edit=7` opens the line without JavaScript too.
    let query = use_query_map();
    let editing = RwSignal::new(query.with_untracked(|query| query.get("edit").and_then(|number| number.parse::<i64>().ok())));
    let correct = shared.actions.correct;
    Effect::new(move |_| {
        if let Some(Ok(_)) = correct.value().get() {
            editing.set(None);
        }
    });
    let segments = Memo::new(move |_| shared.review.with(|review| review.segments.clone()));
    let playing = Memo::new(move |_| shared.part.outline.with(|outline| at(outline, shared.at.get())));
    let is_playing = Selector::new(move || playing.get());
    Effect::new(move |_| {
        if let Some(number) = playing.get() {
            shared.follow(number);
        }
    });
    let call = shared.call();
    let lines = move || {
        let mut before = None;
        segments
            .get()
            .into_iter()
            .map(|segment| {
                let named = before != Some((segment.track, segment.channel));
                before = Some((segment.track, segment.channel));
                (segment, named)
            })
            .collect::<Vec<_>>()
    };
    view! {
        <section class=css::TRANSCRIPT aria-labelledby="transcript-title">
            <h2 id="transcript-title" class=css::HEADING>"Transcript"</h2>
            <Show when=move || segments.with(Vec::is_empty)>
                <Nothing shared />
            </Show>
            <More shared earlier=true />
            <ol class=css::LINES>
                <For
                    each=lines
                    key=|(segment, named)| (segment.number, segment.channel, *named, segment.corrected, segment.text.clone())
                    children=move |(segment, named)| {
                        let is_playing = is_playing.clone();
                        view! { <Line shared call segment named editing correct is_playing /> }
                    }
                />
            </ol>
            <More shared earlier=false />
        </section>
    }
}

/// The way to the lines before, or after, those that are shown. A link: it works without JavaScript too.
#[component]
fn More(shared: ReviewContext, earlier: bool) -> impl IntoView {
    // How many there are, and the nearest one.
    let rest = Memo::new(move |_| {
        let (from, lines) = (shared.part.from.get(), shared.review.with(|review| review.segments.len()) as u32);
        let all = shared.part.outline.with(Vec::len) as u32;
        let (count, place) = if earlier { (from, from.checked_sub(1)?) } else { (all.saturating_sub(from + lines), from + lines) };
        Some((count, shared.part.number(place)?))
    });
    move || {
        rest.get().map(|(count, number)| {
            let words = if earlier { "Earlier lines" } else { "Later lines" };
            view! {
                <p class=css::MORE>
                    <a
                        href=format!("?line={number}#segment-{number}")
                        aria-busy=move || shared.part.loading.get().to_string()
                        on:click=move |event| {
                            event.prevent_default();
                            shared.show_more(earlier);
                        }
                    >
                        {words}
                    </a>
                    {format!(" ({count} more)")}
                </p>
            }
        })
    }
}

#[component]
fn Line(
    shared: ReviewContext,
    call: Memo<Call>,
    segment: Segment,
    named: bool,
    editing: RwSignal<Option<i64>>,
    correct: FormAction<api::CorrectSegment>,
    is_playing: Selector<Option<i64>>,
) -> impl IntoView {
    let (number, channel, start_ms, corrected) = (segment.number, segment.channel, segment.start_ms, segment.corrected);
    let shown = segment.text.clone();
    let written = StoredValue::new(segment.text.clone());
    let form = move || {
        view! {
            <ActionForm action=correct attr:class=css::FORM>
                <input type="hidden" name="id" value=shared.id.to_string() />
                <input type="hidden" name="segment" value=number.to_string() />
                <TextArea label="Correct the line" name="text" id=format!("correct-{number}") initial=written.get_value() rows=2 required=true max_length=10_000 />
                <div class="row">
                    <Button kind=ButtonKind::Primary submit=true small=true busy=correct.pending() busy_words="Saving…">"Save"</Button>
                    <Button small=true on:click=move |_| editing.set(None)>"Cancel"</Button>
                </div>
            </ActionForm>
        }
    };
    view! {
        <li
            class=css::LINE
            id=format!("segment-{number}")
            data-channel=channel.as_str()
            class:playing=move || is_playing.selected(&Some(number))
            class:evidence=move || shared.evidence.with(|evidence| evidence.contains(&number))
        >
            <a
                class=css::AT
                href=format!("#segment-{number}")
                title="Play from here"
                on:click=move |event| {
                    event.prevent_default();
                    shared.seek.set(Some(start_ms));
                }
            >
                {start_ms.clock()}
            </a>
            <div class=css::BODY>
                <p class=css::NAME class:visually-hidden=!named>{move || call.with(|call| call.speaker(&segment).to_owned())}</p>
                <Show when=move || editing.get() == Some(number) fallback=move || view! { <p class=css::WORDS>{shown.clone()}</p> }>
                    {form()}
                </Show>
            </div>
            <div class=css::TOOLS>
                {corrected.then(|| view! { <span class=css::CORRECTED>"Corrected"</span> })}
                <a
                    class=css::EDIT
                    href=format!("?edit={number}#segment-{number}")
                    aria-label=format!("Correct the line at {}", start_ms.clock())
                    on:click=move |event| {
                        event.prevent_default();
                        editing.set(Some(number));
                    }
                >
                    "Correct"
                </a>
            </div>
        </li>
    }
}

#[component]
fn Nothing(shared: ReviewContext) -> impl IntoView {
    let (state, recorded) = shared.review.with_untracked(|review| (review.call.state, review.recording_ms.is_some()));
    let (title, text) = match (state, recorded) {
        (CallState::Ended, true) => ("No transcript yet", "Make one from the recording, under “More” on this page."),
        (CallState::Ended, false) => ("No transcript", "Nothing was recognized in this call, and there is no recording to make one from."),
        _ => ("No words yet", "They appear as they are recognized."),
    };
    view! { <EmptyState glyph=Glyph::Note title=title text=text /> }
}

/// The segment that is heard at a time.
fn at(lines: &[OutlineLine], at: Millis) -> Option<i64> {
    if at == Millis::ZERO {
        return None;
    }
    lines.iter().rfind(|line| line.start_ms <= at && at <= line.end_ms + LINGER).map(|line| line.number)
}

#[cfg(test)]
mod tests {
    use model::Channel;

    use super::*;

    #[test]
    fn the_line_being_heard_is_the_last_that_started() {
        let segment = |number, start, end| OutlineLine::from((number, Channel::Rep, Millis(start), Millis(end)));
        let segments = [segment(1, 1_000, 2_000), segment(3, 2_500, 4_000), segment(2, 20_000, 21_000)];
        let heard = [0, 500, 1_500, 2_400, 2_600, 5_400, 9_000, 20_000].map(|time| at(&segments, Millis(time)));
        assert_eq!(heard, [None, None, Some(1), Some(1), Some(3), Some(3), None, Some(2)]);
    }
}
