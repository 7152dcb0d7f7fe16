//! The bundled sample call: what starts it, and its sound while it runs.

use leptos::html;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use model::Millis;

use super::api;
use crate::components::{Button, Glyph, problem_of};
use crate::rpc::{ActionForm, FormAction};
use crate::styles::calls_sample as css;

/// Both voices of the call in one file; `server/providers/sample/make.py` makes it.
const SOUND: &str = "/sample-call.mp3";

/// What starts the sample call and goes to it. A page that draws its buttons anew when a call begins makes it outside of what it draws anew
/// ([`provide_sample_start`]): else the way to the call would be gone with the button.
#[derive(Clone, Copy)]
struct SampleStart(FormAction<api::StartSample>);

impl SampleStart {
    fn new() -> Self {
        let start = FormAction::<api::StartSample>::new();
        let navigate = use_navigate();
        Effect::new(move |_| {
            if let Some(Ok(call)) = start.value().get() {
                navigate(&super::live_path(call.id), NavigateOptions::default());
            }
        });
        Self(start)
    }
}

/// For a page whose [`SampleButton`]s are drawn anew.
pub fn provide_sample_start() {
    provide_context(SampleStart::new());
}

/// Plays the bundled sample call; works without JavaScript up to the live page. It goes there within the page, so that the sound
/// follows the click and no browser holds it back.
#[component]
pub fn SampleButton() -> impl IntoView {
    let SampleStart(start) = use_context().unwrap_or_else(SampleStart::new);
    let problem = problem_of(start.value());
    view! {
        <ActionForm action=start>
            <Button submit=true icon=Glyph::Play busy=start.pending() busy_words="Starting the sample…">"Play the sample call"</Button>
        </ActionForm>
        {move || problem.get().map(|problem| view! { <p role="alert" class=css::PROBLEM>{problem.message}</p> })}
    }
}

/// The sound of the sample call, from where the call is. It begins by itself, so there is a button that takes it away; where the browser
/// holds it back, the button begins it.
#[component]
pub fn SampleSound(
    /// How long the call has run.
    clock: RwSignal<Millis>,
) -> impl IntoView {
    let audio = NodeRef::<html::Audio>::new();
    let from = RwSignal::new(None);
    let heard = RwSignal::new(false);
    Effect::new(move |before: Option<Millis>| {
        let now = clock.get();
        // Before it moves it is what the page was drawn with, which is older than the call.
        if before.is_some_and(|before| before != now) && from.with_untracked(Option::is_none) {
            from.set(Some(now));
        }
        now
    });
    let turn = move |_| {
        let Some(audio) = audio.get() else { return };
        if heard.get_untracked() {
            audio.set_muted(true);
        } else {
            audio.set_muted(false);
            if audio.paused() {
                audio.set_current_time(clock.get_untracked().as_seconds());
                // After a click no browser refuses it; a file that didn't come stays silent.
                let _ = audio.play();
            }
        }
        heard.set(!heard.get_untracked());
    };
    view! {
        <div class=css::SOUND>
            <audio
                node_ref=audio
                autoplay
                src=move || from.get().map(|at| format!("{SOUND}#t={:.1}", at.as_seconds()))
                on:playing=move |_| heard.set(true)
            ></audio>
            <Button small=true icon=Glyph::Volume on:click=turn>
                {move || if heard.get() { "Sound off" } else { "Sound on" }}
            </Button>
        </div>
    }
}
