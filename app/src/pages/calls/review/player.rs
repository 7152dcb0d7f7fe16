//! The recording, in step with the transcript.

use leptos::html::Audio;
use leptos::prelude::*;

use crate::components::Show;
use model::{CallState, Millis};

use super::ReviewContext;
use crate::pages::calls::words;
use crate::styles::calls_review_player as css;

#[component]
pub fn Player(shared: ReviewContext) -> impl IntoView {
    let audio = NodeRef::<Audio>::new();
    let failed = RwSignal::new(false);
    Effect::new(move |_| {
        let (Some(to), Some(audio)) = (shared.seek.get(), audio.get()) else { return };
        audio.set_current_time(to.as_seconds());
        // A browser that refuses to play without a gesture leaves the player where it should be.
        let _ = audio.play();
    });
    let known = Memo::new(move |_| shared.review.with(|review| (review.recording_ms, review.call.state)));
    move || {
        match known.get() {
        (Some(length), _) => view! {
            <div class=css::PLAYER>
                <audio
                    node_ref=audio
                    class=css::AUDIO
                    controls
                    preload="metadata"
                    src=format!("/api/v1/calls/{}/recording", shared.id)
                    aria-label=format!("Recording, {}", words::length(length))
                    on:timeupdate:target=move |event| shared.at.set(Millis((event.target().current_time() * 1000.0) as i64))
                    on:error=move |_| failed.set(true)
                ></audio>
                <Show when=move || failed.get()>
                    <p class=css::FAILED role="alert">"The recording could not be played. Reload the page; if it stays, ask your administrator."</p>
                </Show>
            </div>
        }
        .into_any(),
        (None, CallState::Ended) => view! { <p class=css::NONE>"This call has no recording. Audio is not kept, or none came."</p> }.into_any(),
        (None, _) => ().into_any(),
    }
    }
}
