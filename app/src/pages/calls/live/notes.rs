//! The rep's notes: kept in the browser with every key, on the server a moment later. They are never lost.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use model::{CallId, CallPatch};

use crate::components::PlainTextArea;
use crate::pages::calls::{api, browser};
use crate::styles::calls_live_notes as css;

/// How long the person must rest before the server gets the text.
const REST: Duration = Duration::from_millis(700);
/// How long after a failure it is tried again.
const RETRY: Duration = Duration::from_secs(4);

#[derive(Clone, Copy, PartialEq)]
enum Saved {
    Yes,
    Soon,
    /// The server could not take it; the browser has it.
    Here,
}

/// The notes of a call.
#[component]
pub fn Notes(id: CallId, initial: String) -> impl IntoView {
    let text = RwSignal::new(initial);
    let saved = RwSignal::new(Saved::Yes);
    let edits = StoredValue::new(0_u32);

    // What an earlier page could not send is newer than what the server knew.
    Effect::new(move |_| {
        if let Some(draft) = browser::local(&draft_key(id)) {
            text.set(draft);
            save(id, text, saved, edits, Duration::ZERO);
        }
    });
    let on_input = move |event| {
        let written = event_target_value(&event);
        browser::set_local(&draft_key(id), Some(&written));
        text.set(written);
        save(id, text, saved, edits, REST);
    };
    view! {
        <div class=css::NOTES>
            <label class=css::LABEL for="call-notes">"Notes"</label>
            <PlainTextArea
                initial=text.get_untracked()
                attr:id="call-notes"
                attr:class=css::FIELD
                attr:maxlength="100000"
                attr:placeholder="Only you and your team see these."
                prop:value=move || text.get()
                on:input=on_input
                on:keydown=leave_on_escape
            />
            <p class=css::STATE role="status">
                {move || match saved.get() {
                    Saved::Yes => "Saved",
                    Saved::Soon => "Saving",
                    Saved::Here => "Kept in this browser. The server gets it as soon as it answers.",
                }}
            </p>
        </div>
    }
}

/// Escape gives the one-letter keys of the page back.
fn leave_on_escape(event: leptos::ev::KeyboardEvent) {
    if event.key() == "Escape" {
        browser::leave_field();
    }
}

fn draft_key(id: CallId) -> String {
    format!("closezly.notes.{id}")
}

/// Sends the text after `wait`, unless more was written meanwhile; a failure is tried again.
fn save(id: CallId, text: RwSignal<String>, saved: RwSignal<Saved>, edits: StoredValue<u32>, wait: Duration) {
    let Some(edit) = edits.try_update_value(|edits| {
        *edits = edits.wrapping_add(1);
        *edits
    }) else {
        return;
    };
    saved.set(Saved::Soon);
    set_timeout(
        move || {
            if edits.try_get_value() != Some(edit) {
                return;
            }
            let notes = text.get_untracked();
            spawn_local(async move {
                let patch = CallPatch { notes: Some(notes), ..CallPatch::default() };
                let taken = api::patch_call(id, patch).await.is_ok();
                if edits.try_get_value() != Some(edit) {
                    return;
                }
                if taken {
                    browser::set_local(&draft_key(id), None);
                    saved.set(Saved::Yes);
                } else {
                    save(id, text, saved, edits, RETRY);
                    saved.set(Saved::Here);
                }
            });
        },
        wait,
    );
}
