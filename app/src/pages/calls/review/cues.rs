//! The suggestions of a call: a line each, that opens what it rests on.

use leptos::prelude::*;

use crate::components::{For, Show};
use model::{Cue, CueState};

use super::ReviewContext;
use super::insights::Proof;
use crate::pages::calls::cited::Cited;
use crate::styles::calls_review_cues as css;

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
    let language = shared.language();
    let headline = cue.headline().to_owned();
    // What the line says already is not said again.
    let repeats = headline == cue.quote;
    let said = repeats.then(|| language.clone());
    let quote = (!repeats).then(|| view! { <p class=css::QUOTE lang=language.clone() dir="auto">{cue.quote}</p> });
    view! {
        <li class=css::ITEM data-kind=cue.kind.as_str()>
            <details>
                <summary class=css::TOP>
                    <span class=css::KIND>{cue.kind.label()}</span>
                    <span class=css::TITLE lang=said dir="auto">{headline}</span>
                    {(cue.state == CueState::Kept).then(|| view! { <span class=css::KEPT>"Kept"</span> })}
                    <span class=css::KIND>{cue.at_ms.clock()}</span>
                </summary>
                {quote}
                <p class=css::GUIDANCE>{cue.guidance} " " <Proof shared evidence=cue.evidence /></p>
                {cue.source.map(|source| view! { <div lang=language><Cited source=*source /></div> })}
            </details>
        </li>
    }
}
