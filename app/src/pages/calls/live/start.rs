//! The one click that this page may still need: a browser gives audio only to a click.

use leptos::prelude::*;
use leptos::task::spawn_local;
use model::CallState;

use super::handle::{Ending, Live, Role};
use super::link::LinkState;
use super::source::{self, Wanted};
use crate::components::{Button, ButtonKind, Glyph, Show};
use crate::styles::calls_live as css;

/// Shown while this page captures nothing although it could: before the first word, and after a reload.
#[component]
pub fn Start(live: Live) -> impl IntoView {
    let problem = RwSignal::new(None::<String>);
    let needed = move || {
        live.role == Role::Source
            && !live.capturing.get()
            && live.ending.get() == Ending::No
            && matches!(live.phase(), CallState::Prepared | CallState::Live)
            && !live.link.with(LinkState::is_refused)
    };
    let begin = move |wanted: Wanted| {
        if live.starting.get_untracked() {
            return;
        }
        live.starting.set(true);
        problem.set(None);
        let asked = source::ask(wanted);
        spawn_local(async move {
            match asked.answer().await {
                Ok(given) => {
                    given.hand_over(live.id);
                    browser::take(live);
                }
                Err(missing) => {
                    problem.try_set(Some(missing.message));
                }
            }
            live.starting.try_set(false);
        });
    };
    let running = move || live.phase() == CallState::Live;
    view! {
        <Show when=needed>
            <div class=css::START>
                <p class=css::START_WORDS>
                    {move || if running() { "This call is still running, but this page sends no audio yet." } else { "Everything is set. Start when you are ready." }}
                </p>
                <Button kind=ButtonKind::Primary icon=Glyph::Play busy=live.starting busy_words="Starting…" on:click=move |_| begin(Wanted::remembered())>
                    {move || if running() { "Send audio again" } else { "Start" }}
                </Button>
                <Button on:click=move |_| begin(Wanted { tab: false, ..Wanted::remembered() })>"Microphone only"</Button>
                {move || problem.get().map(|problem| view! { <p role="alert">{problem}</p> })}
            </div>
        </Show>
    }
}

#[cfg(feature = "hydrate")]
mod browser {
    pub fn take(live: super::Live) {
        super::super::session::take(live);
    }
}

#[cfg(not(feature = "hydrate"))]
mod browser {
    pub fn take(_live: super::Live) {}
}
