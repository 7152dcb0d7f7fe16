//! The transcript of a review: it follows the player, a click plays from there, a line can be corrected.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use model::{Call, CallState, Millis, OutlineLine, Segment};

use super::ReviewContext;
use crate::components::{Button, ButtonKind, EmptyState, For, Glyph, Show, TextArea, composing, marked, typing};
use crate::pages::calls::{BETWEEN_WORDS, api, browser};
use crate::rpc::{ActionForm, FormAction};
use crate::styles::calls_review_transcript as css;

/// A pause may be this long and the last line still counts as the one being played.
const LINGER: Millis = Millis(1_500);

/// What the lines have in common.
#[derive(Clone)]
struct LineContext {
    shared: ReviewContext,
    call: Memo<Call>,
    correct: FormAction<api::CorrectSegment>,
    editing: RwSignal<Option<i64>>,
    /// The one line that Tab leads to; none before the page is alive, when Tab leads to each.
    reached: RwSignal<Option<i64>>,
    is_reached: Selector<Option<i64>>,
    is_playing: Selector<Option<i64>>,
    /// The line that the address names, and words in it.
    linked: Memo<Option<(i64, Vec<String>)>>,
}

#[component]
pub fn Transcript(shared: ReviewContext) -> impl IntoView {
    // A link with `?edit=7` opens the line without JavaScript too.
    let query = use_query_map();
    let editing = RwSignal::new(query.with_untracked(|query| query.get("edit").and_then(|number| number.parse::<i64>().ok())));
    let linked = Memo::new(move |_| {
        query.with(|query| {
            let words = query.get("words").unwrap_or_default();
            Some((query.get("line")?.parse::<i64>().ok()?, words.split(BETWEEN_WORDS).map(str::to_owned).collect()))
        })
    });
    let segments = Memo::new(move |_| shared.review.with(|review| review.segments.clone()));
    let playing = Memo::new(move |_| shared.part.outline.with(|outline| at(outline, shared.playback.position.get())));
    let reached = RwSignal::new(None);
    let correct = shared.actions.correct;
    let following = follow(shared, playing);
    Effect::new(move |_| {
        if let Some(Ok(corrected)) = correct.value().get() {
            let number = corrected.number;
            editing.set(None);
            // At once, so that the line that has the focus is the one that stays.
            shared.review.update(|review| {
                if let Some(line) = review.segments.iter_mut().find(|line| line.number == number) {
                    *line = corrected;
                }
            });
            request_animation_frame(move || browser::focus(&format!("#segment-{number} a")));
        }
    });
    Effect::new(move |_| {
        if let Some(number) = editing.get() {
            request_animation_frame(move || browser::focus(&format!("#correct-{number}")));
        }
    });
    // The browser goes to a line by itself only where the page comes from the server, and doesn't know how tall the player is.
    Effect::new(move |_| {
        if let Some((number, _)) = linked.get() {
            request_animation_frame(move || browser::reveal(&segment_id(number), false));
        }
    });
    Effect::new(move |_| {
        segments.with(|segments| {
            let is_shown = |number: &i64| segments.iter().any(|line| line.number == *number);
            if !reached.get_untracked().as_ref().is_some_and(is_shown) {
                let first = linked.get_untracked().map(|(number, _)| number).filter(is_shown);
                reached.set(first.or_else(|| segments.first().map(|line| line.number)));
            }
        });
    });
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
    let context = LineContext {
        shared,
        call: shared.call(),
        correct,
        editing,
        reached,
        is_reached: Selector::new(move || reached.get()),
        is_playing: Selector::new(move || playing.get()),
        linked,
    };
    view! {
        <section class=css::TRANSCRIPT aria-labelledby="transcript-title">
            <h2 id="transcript-title" class=css::HEADING>"Transcript"</h2>
            <Show when=move || segments.with(Vec::is_empty)>
                <Nothing shared />
            </Show>
            <More shared earlier=true />
            <ol class=css::LINES aria-description="Arrow keys go from line to line." on:keydown=move |event| browser::go_between_lines(&event)>
                <For
                    each=lines
                    key=|(segment, named)| (segment.number, segment.channel, *named, segment.corrected, segment.text.clone())
                    children=move |(segment, named)| view! { <Line context=context.clone() segment named /> }
                />
            </ol>
            <More shared earlier=false />
            <p class=css::WAY_BACK>
                <Show when=move || shared.playback.playing.get() && playing.get().is_some() && !following.get()>
                    <Button
                        small=true
                        on:click=move |_| {
                            following.set(true);
                            if let Some(number) = playing.get_untracked() {
                                browser::reveal(&segment_id(number), true);
                            }
                        }
                    >
                        "Jump to now"
                    </Button>
                </Show>
            </p>
        </section>
    }
}

fn segment_id(number: i64) -> String {
    format!("segment-{number}")
}

/// Keeps the line that is played on the page, and in view as long as it was there: who scrolls away stays there.
fn follow(shared: ReviewContext, playing: Memo<Option<i64>>) -> RwSignal<bool> {
    let following = RwSignal::new(false);
    Effect::new(move |_| {
        if let Some(number) = playing.get() {
            shared.follow(number);
            if following.get_untracked() {
                request_animation_frame(move || browser::reveal(&segment_id(number), true));
            } else {
                following.set(browser::is_in_view(&segment_id(number)));
            }
        }
    });
    let scrolled = window_event_listener(leptos::ev::scroll, move |_| {
        if let Some(number) = playing.get_untracked() {
            let seen = browser::is_in_view(&segment_id(number));
            if following.get_untracked() != seen {
                following.set(seen);
            }
        }
    });
    on_cleanup(move || scrolled.remove());
    following
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
fn Line(context: LineContext, segment: Segment, named: bool) -> impl IntoView {
    let LineContext { shared, call, correct, editing, reached, is_reached, is_playing, linked } = context;
    let (number, channel, start_ms, corrected, doubtful) =
        (segment.number, segment.channel, segment.start_ms, segment.corrected, segment.is_doubtful());
    let written = StoredValue::new(segment.text.clone());
    let is_linked = move || linked.with(|linked| linked.as_ref().is_some_and(|(line, _)| *line == number));
    let words = move || {
        let found = linked.with(|linked| match linked {
            Some((line, words)) if *line == number => written.with_value(|text| stretches(text, words)),
            _ => Vec::new(),
        });
        let part =
            |(text, hit): (String, bool)| if hit { view! { <mark class=css::HIT>{text}</mark> }.into_any() } else { text.into_any() };
        let parts = written.with_value(|text| marked(text, &found)).into_iter().map(part).collect_view();
        view! { <p class=css::WORDS lang=shared.language() dir="auto">{parts}</p> }
    };
    let cancel = move || {
        // Before the field goes, while the link beside it can be seen.
        browser::focus(&format!("#segment-{number} [href^='?edit']"));
        editing.set(None);
    };
    let on_key = move |event: leptos::ev::KeyboardEvent| {
        if !typing(&event) || composing(&event) {
            return;
        }
        match event.key().as_str() {
            "Escape" => cancel(),
            "Enter" if !event.shift_key() => browser::submit_form_of(&event),
            _ => return,
        }
        event.prevent_default();
    };
    let form = move || {
        view! {
            <ActionForm action=correct attr:class=css::FORM>
                <input type="hidden" name="id" value=shared.id.to_string() />
                <input type="hidden" name="segment" value=number.to_string() />
                <TextArea label="Correct the line" name="text" id=format!("correct-{number}") initial=written.get_value() rows=2 required=true max_length=10_000 />
                <div class="row">
                    <Button kind=ButtonKind::Primary submit=true small=true busy=correct.pending() busy_words="Saving…">"Save"</Button>
                    <Button small=true on:click=move |_| cancel()>"Cancel"</Button>
                </div>
            </ActionForm>
        }
    };
    view! {
        <li
            class=css::LINE
            id=segment_id(number)
            data-channel=channel.as_str()
            data-doubtful=doubtful.then_some("")
            aria-current=move || is_linked().then_some("true")
            class:playing=move || is_playing.selected(&Some(number))
            class:evidence=move || shared.evidence.with(|evidence| evidence.contains(&number))
        >
            <a
                class=css::AT
                href=format!("#segment-{number}")
                title="Play from here"
                tabindex=move || (!is_reached.selected(&None) && !is_reached.selected(&Some(number))).then_some("-1")
                on:focus=move |_| reached.set(Some(number))
                on:click=move |event| {
                    event.prevent_default();
                    shared.playback.play_from(start_ms);
                    // After a click, Space is the player's; after Enter, the focus stays.
                    if event.detail() > 0 {
                        browser::leave_field();
                    }
                }
            >
                {start_ms.clock()}
            </a>
            <div class=css::BODY on:keydown=on_key>
                <p class=css::NAME class:visually-hidden=!named>
                    {move || call.with(|call| call.speaker(&segment).to_owned())}
                    {doubtful.then(|| view! { <span class="visually-hidden">" (unsure)"</span> })}
                </p>
                <Show when=move || editing.get() == Some(number) fallback=words>
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

/// Where words stand in a text, in characters.
fn stretches(text: &str, words: &[String]) -> Vec<(u32, u32)> {
    let mut found = Vec::new();
    for word in words.iter().filter(|word| !word.is_empty()) {
        for (at, _) in text.match_indices(word.as_str()) {
            let start = text[..at].chars().count() as u32;
            found.push((start, start + word.chars().count() as u32));
        }
    }
    found
}

#[component]
fn Nothing(shared: ReviewContext) -> impl IntoView {
    let known = Memo::new(move |_| shared.review.with(|review| (review.call.state, review.recording_ms.is_some())));
    let words = move || match known.get() {
        (CallState::Ended, true) => ("No transcript yet", "Transcribe the recording, under “More” on this page."),
        (CallState::Ended, false) => ("No transcript", "Nothing was recognized in this call, and there is no recording to make one from."),
        _ => ("No words yet", "They appear as they are recognized."),
    };
    move || {
        let (title, text) = words();
        view! { <EmptyState glyph=Glyph::Note title=title text=text /> }
    }
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

    #[test]
    fn words_of_a_link_are_marked_wherever_they_stand() {
        let words = ["Größe", "12"].map(str::to_owned);
        assert_eq!(stretches("Größe 12, not 120", &words), [(0, 5), (6, 8), (14, 16)]);
        assert!(stretches("Größe", &[String::new()]).is_empty());
    }
}
