//! The cues of a call: on a timeline with both sides' talk, and as a list with what they rest on.

use std::fmt::Write as _;

use leptos::prelude::*;

use crate::components::{For, Show};
use model::{Cue, CueState, Millis, OutlineLine, Review};

use super::ReviewContext;
use super::insights::Proof;
use crate::pages::calls::cited::Cited;
use crate::styles::calls_review_cues as css;

/// Width of the timeline in its own units.
const WIDTH: f64 = 1000.0;

/// Who spoke when, with cues and bookmarks above. The list below and the transcript say the same in words.
#[component]
pub fn Timeline(shared: ReviewContext) -> impl IntoView {
    let drawn = Memo::new(move |_| shared.part.outline.with(|outline| shared.review.with(|review| Drawn::of(review, outline))));
    let here = move || drawn.with(|drawn| drawn.x(shared.at.get()));
    view! {
        <Show when=move || drawn.with(|drawn| drawn.talk.iter().any(|side| !side.is_empty()))>
            <svg class=css::TIMELINE viewBox="0 0 1000 48" preserveAspectRatio="none" aria-hidden="true">
                {move || {
                    drawn.with(|drawn| {
                        let [rep, customer] = &drawn.talk;
                        let talk = (
                            view! { <path class=css::REP d=path(rep, 16)></path> },
                            view! { <path class=css::CUSTOMER d=path(customer, 32)></path> },
                        );
                        let cues = drawn
                            .cues
                            .iter()
                            .map(|(kind, x)| view! { <rect class=css::CUE data-kind=*kind x=*x y="2" width="4" height="10"></rect> })
                            .collect_view();
                        let marks = drawn.marks.iter().map(|x| view! { <rect class=css::MARK x=*x y="0" width="2" height="48"></rect> }).collect_view();
                        (talk, cues, marks)
                    })
                }}
                <rect class=css::HERE x=here y="0" width="2" height="48"></rect>
            </svg>
        </Show>
    }
}

/// Bars of a side's talk in one shape: a long call has thousands of lines.
fn path(bars: &[(f64, f64)], y: u32) -> String {
    let mut path = String::with_capacity(28 * bars.len());
    for (x, width) in bars {
        // Writing to a `String` can't fail.
        let _ = write!(path, "M{x:.2} {y}h{width:.2}v12h-{width:.2}z");
    }
    path
}

/// The timeline's shapes, in its own units.
#[derive(Clone, Debug, PartialEq)]
struct Drawn {
    length: f64,
    /// Each side's bars, from where and how long, in order; none overlaps the next one.
    talk: [Vec<(f64, f64)>; 2],
    cues: Vec<(&'static str, f64)>,
    marks: Vec<f64>,
}

impl Drawn {
    fn of(review: &Review, outline: &[OutlineLine]) -> Self {
        let said = outline.iter().map(|line| line.end_ms.0).max().unwrap_or(0);
        let mut drawn = Self {
            length: review.call.duration_ms.0.max(said).max(1) as f64,
            talk: Default::default(),
            cues: Vec::new(),
            marks: Vec::new(),
        };
        for line in outline {
            let x = drawn.x(line.start_ms);
            let end = x + (drawn.x(line.end_ms) - x).max(1.0);
            let side = &mut drawn.talk[line.channel.index()];
            match side.last_mut() {
                // Drawn over one another they look the same.
                Some((before, width)) if x <= *before + *width => *width = width.max(end - *before),
                _ => side.push((x, end - x)),
            }
        }
        drawn.cues = review.cues.iter().map(|cue| (cue.kind.as_str(), drawn.x(cue.at_ms))).collect();
        drawn.marks = review.bookmarks.iter().map(|bookmark| drawn.x(bookmark.at_ms)).collect();
        drawn
    }

    fn x(&self, at: Millis) -> f64 {
        (at.0 as f64 / self.length * WIDTH).clamp(0.0, WIDTH)
    }
}

/// Every cue that wasn't dismissed.
#[component]
pub fn Cues(shared: ReviewContext) -> impl IntoView {
    let cues = Memo::new(move |_| {
        shared.review.with(|review| review.cues.iter().filter(|cue| cue.state != CueState::Dismissed).cloned().collect::<Vec<_>>())
    });
    view! {
        <Show when=move || cues.with(|cues| !cues.is_empty())>
            <section class=css::CARD aria-labelledby="cues-title">
                <h2 class=css::HEADING id="cues-title">"Suggestions"</h2>
                <ul class=css::LIST>
                    <For each=move || cues.get() key=|cue| (cue.number, cue.state, cue.source.as_ref().map(|source| (source.document, source.passage))) children=move |cue| view! { <Item shared cue /> } />
                </ul>
            </section>
        </Show>
    }
}

#[component]
fn Item(shared: ReviewContext, cue: Cue) -> impl IntoView {
    view! {
        <li class=css::ITEM data-kind=cue.kind.as_str()>
            <p class=css::TOP>
                <span class=css::KIND>{cue.kind.label()}</span>
                <span class=css::TITLE>{cue.title}</span>
                {(cue.state == CueState::Kept).then(|| view! { <span class=css::KEPT>"Kept"</span> })}
            </p>
            <p class=css::QUOTE>{cue.quote}</p>
            <p class=css::GUIDANCE>{cue.guidance} " " <Proof shared evidence=cue.evidence /></p>
            {cue.source.map(|source| view! { <Cited source=*source /> })}
        </li>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_drawn_outside_even_of_a_call_without_length() {
        let drawn = Drawn { length: 1.0, talk: Default::default(), cues: Vec::new(), marks: Vec::new() };
        assert_eq!(drawn.x(Millis(50_000)), WIDTH);
        assert_eq!(drawn.x(Millis(-5)), 0.0);
    }
}
