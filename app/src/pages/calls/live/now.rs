//! What matters now: one to three suggestions, newest on top; earlier ones as lines.

use leptos::prelude::*;

use crate::components::{For, Show};
use model::{Cue, CueKind, CueState};

use super::handle::{Live, Part};
use crate::pages::calls::cited::{Cited, spoken};
use crate::pages::calls::words;
use crate::styles::calls_live_now as css;

/// Cards that are open at once; the server keeps to it too.
const MAX_OPEN: usize = 3;

/// The cards of a live call.
#[component]
pub fn Now(live: Live) -> impl IntoView {
    let open = move || live.read(Part::Cues, |state| state.open_cues().take(MAX_OPEN).cloned().collect::<Vec<_>>());
    let earlier = move || {
        live.read(Part::Cues, |state| {
            let mut cues: Vec<Cue> = state.open_cues().skip(MAX_OPEN).chain(state.earlier_cues()).cloned().collect();
            cues.sort_by_key(|cue| std::cmp::Reverse(cue.number));
            cues
        })
    };
    let newest = move || {
        live.read(Part::Cues, |state| {
            let advice = |cue: &Cue| if cue.is_generic() { String::new() } else { cue.guidance.clone() };
            state.open_cues().next().map(|cue| format!("{}: {}. {}", cue.kind.label(), cue.headline(), advice(cue)))
        })
    };
    // Said by itself when it comes, so that the card isn't read out again.
    let passage = Memo::new(move |_| {
        live.read(Part::Cues, |state| {
            let source = state.open_cues().next()?.source.as_ref()?;
            Some(format!("From {}: {}", source.title, spoken(&source.quote)))
        })
    });
    let note = live.language().as_deref().and_then(words::language_note);
    view! {
        <div class=css::NOW>
            <p class="visually-hidden" aria-live="polite">{move || newest().unwrap_or_default()}</p>
            <p class="visually-hidden" aria-live="polite">{move || passage.get().unwrap_or_default()}</p>
            {note.map(|note| view! { <p class=css::NOTE>{note}</p> })}
            <Show when=move || open().is_empty()>
                <p class=css::EMPTY>"Nothing to say right now. Suggestions appear here when they matter."</p>
            </Show>
            <div class=css::CARDS>
                <For each=open key=|cue| cue.number children=move |cue| view! { <Card live cue /> } />
            </div>
            <Show when=move || !earlier().is_empty()>
                <h3 class=css::EARLIER>"Earlier"</h3>
                <ul class=css::LIST>
                    <For each=earlier key=|cue| (cue.number, cue.state, cue.quote.clone()) children=move |cue| view! { <Line live cue /> } />
                </ul>
            </Show>
        </div>
    }
}

#[component]
fn Card(live: Live, cue: Cue) -> impl IntoView {
    let number = cue.number;
    let more = RwSignal::new(false);
    let chosen = move || live.chosen.get() == Some(number);
    // A card that came while its words were still being said is told again once they are final.
    let told = {
        let first = cue.clone();
        move || {
            live.read(Part::Cues, |state| state.cues.iter().find(|known| known.number == number).cloned()).unwrap_or_else(|| first.clone())
        }
    };
    let headline = {
        let told = told.clone();
        move || told().headline().to_owned()
    };
    let quote = {
        let told = told.clone();
        move || quoted(&told())
    };
    let source = {
        let told = told.clone();
        move || {
            let cue = told();
            live.read(Part::Transcript, |_| ());
            let said = live.read(Part::Partials, |state| state.said_at(&cue)).unwrap_or(cue.at_ms);
            view! {
                <p class=css::SOURCE>
                    {format!("Said at {}", said.clock())} " · playbook " <span class="mono">{cue.topic.clone()}</span>
                </p>
            }
        }
    };
    // Drawn again only when it is another one: a reader's focus on its link stays.
    let passage = {
        let told = told.clone();
        Memo::new(move |_| told().source)
    };
    // What comes after the card unfolds, once; what was there with it doesn't, nor when the card is shown again in another place.
    let arrives = RwSignal::new(cue.source.is_none());
    let show_words = move |_| live.show_segment(told().evidence.first_segment());
    // Without a passage it would say what is true of any question: then only the words stand there.
    let is_generic = cue.is_generic();
    let is_bare = move || is_generic && passage.with(Option::is_none);
    let language = live.language();
    view! {
        <article
            class=css::CARD
            data-kind=cue.kind.as_str()
            data-cue=number
            class:chosen=chosen
            class:bare=is_bare
            aria-labelledby=format!("cue-{number}")
        >
            <header class=css::HEAD>
                <span class=css::KIND>{cue.kind.label()}</span>
                <h3 class=css::TITLE id=format!("cue-{number}") dir="auto" lang=language.clone()>{headline}</h3>
                <span class=css::TIME>{cue.at_ms.clock()}</span>
            </header>
            {(!is_generic && cue.headline() != cue.quote).then(|| view! { <p class=css::QUOTE dir="auto" lang=language.clone()>{quote}</p> })}
            // What answers stands first and large. What is true of any such moment is a small line below it, or nothing.
            {move || {
                passage
                    .get()
                    .map(|source| {
                        view! {
                            <div class=css::PASSAGE class:arriving=move || arrives.get() on:animationend=move |_| arrives.set(false)>
                                <div class=css::FOLD>
                                    <Cited source=*source new_tab=true large=true short=Signal::derive(move || !more.get()) />
                                </div>
                            </div>
                        }
                    })
            }}
            {(!is_generic).then(|| view! { <p class=css::GUIDANCE class:beside=move || passage.with(Option::is_some)>{cue.guidance.clone()}</p> })}
            <Show when=move || more.get()>{source.clone()}</Show>
            <div class=css::ACTIONS>
                <button type="button" class=css::ACTION on:click=move |_| live.set_cue(number, CueState::Kept)>"Keep"</button>
                <button type="button" class=css::ACTION on:click=move |_| live.set_cue(number, CueState::Dismissed)>"Dismiss"</button>
                <button
                    type="button"
                    class=css::ACTION
                    aria-expanded=move || more.get().to_string()
                    on:click=move |_| more.update(|more| *more = !*more)
                >
                    {move || if more.get() { "Less" } else { "More" }}
                </button>
                <Show when=move || more.get()>
                    <button type="button" class=css::ACTION on:click=show_words.clone()>"Show in transcript"</button>
                </Show>
            </div>
        </article>
    }
}

#[component]
fn Line(live: Live, cue: Cue) -> impl IntoView {
    let number = cue.number;
    view! {
        <li class=css::LINE data-kind=cue.kind.as_str()>
            <span class=css::TIME>{cue.at_ms.clock()}</span>
            <span class=css::TEXT dir="auto" lang=live.language() title=cue.guidance.clone()>{cue.headline().to_owned()}</span>
            {(cue.state == CueState::Kept).then(|| view! { <span class=css::KEPT>"Kept"</span> })}
            <button type="button" class=css::ACTION aria-label=format!("Open the suggestion {}", cue.headline()) on:click=move |_| live.set_cue(number, CueState::Open)>
                "Open"
            </button>
        </li>
    }
}

/// The words that a card answers; a coaching card's are a measured fact, not speech.
fn quoted(cue: &Cue) -> String {
    if cue.kind == CueKind::Coaching { cue.quote.clone() } else { format!("“{}”", cue.quote) }
}
