//! Short messages that go by themselves, with a way back.

use std::sync::Arc;
use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_query_map;

use super::{Button, ButtonKind, For, Glyph, Icon, IconButton, Tone, typing};
use crate::error::AppError;
use crate::styles::toast as css;

/// How long a message stays; longer while it is pointed at or has the focus.
const STAYS: Duration = Duration::from_secs(6);
/// The same with an undo: time to find it by keyboard, and well within what the server grants.
const UNDO_STAYS: Duration = Duration::from_secs(30);

/// Takes back what was done. In no owner's keeping: the page that it comes from is mostly left by then.
type Undo = Arc<dyn Fn() + Send + Sync>;

/// The context that takes messages.
#[derive(Clone, Copy)]
pub struct Toasts {
    shown: RwSignal<Vec<Toast>>,
    next: StoredValue<u32>,
    held: RwSignal<bool>,
}

#[derive(Clone)]
struct Toast {
    number: u32,
    tone: Tone,
    words: String,
    undo: Option<Undo>,
}

impl Toasts {
    pub(crate) fn provide() {
        provide_context(Self { shown: RwSignal::new(Vec::new()), next: StoredValue::new(0), held: RwSignal::new(false) });
    }

    /// Says that something is done, such as "Call deleted".
    pub fn done(self, words: impl Into<String>) {
        self.show(Tone::Good, words.into(), None);
    }

    /// Says that something was deleted, such as a "Call", and brings it back if somebody wants that.
    pub fn deleted<F>(self, what: &'static str, restore: impl Fn() -> F + Send + Sync + 'static)
    where
        F: Future<Output = Result<(), AppError>> + 'static,
    {
        let undo: Undo = Arc::new(move || {
            let restored = restore();
            spawn_local(async move {
                match restored.await {
                    Ok(()) => self.done(format!("{what} is back")),
                    Err(AppError(problem)) => self.failed(problem.message),
                }
            });
        });
        self.show(Tone::Good, format!("{what} deleted"), Some(undo));
    }

    /// Says that something failed, where no better place on the page is left.
    pub fn failed(self, words: impl Into<String>) {
        self.show(Tone::Bad, words.into(), None);
    }

    fn show(self, tone: Tone, words: String, undo: Option<Undo>) {
        let number = self.next.get_value();
        self.next.set_value(number.wrapping_add(1));
        let stays = if undo.is_some() { UNDO_STAYS } else { STAYS };
        self.shown.update(|shown| {
            shown.push(Toast { number, tone, words, undo });
            let too_many = shown.len().saturating_sub(3);
            shown.drain(..too_many);
        });
        self.close_after(number, stays);
    }

    fn close_after(self, number: u32, stays: Duration) {
        // Not from under the pointer or the focus.
        let over = move || if self.held.get_untracked() { self.close_after(number, STAYS) } else { self.close(number) };
        set_timeout(over, stays);
    }

    /// Takes the newest that can be taken back, back; false if there is none.
    fn undo(self, which: impl Fn(&Toast) -> bool) -> bool {
        let found = self.shown.with_untracked(|shown| {
            let found = shown.iter().rev().find(|toast| toast.undo.is_some() && which(toast));
            found.and_then(|toast| Some((toast.number, toast.undo.clone()?)))
        });
        let Some((number, undo)) = found else { return false };
        self.close(number);
        undo();
        true
    }

    fn close(self, number: u32) {
        if self.shown.try_update(|shown| shown.retain(|toast| toast.number != number)).is_some() && self.held.get_untracked() {
            // What was pointed at is gone; whoever looks after the focus gives it to what is beside.
            self.held.set(false);
        }
    }
}

/// Where messages go. Only inside [`crate::App`].
pub fn use_toasts() -> Toasts {
    expect_context()
}

/// The way back for who deleted something without JavaScript: the address of the list names it.
#[component]
pub fn Deleted(
    /// What it was, such as a "Call".
    what: &'static str,
    /// Where the form goes that brings it back.
    restore: &'static str,
) -> impl IntoView {
    let id = use_query_map().with_untracked(|query| query.get("deleted"));
    // Nothing but an id is written as it is.
    let id = id.filter(|id| id.chars().all(|sign| sign.is_ascii_hexdigit() || sign == '-'));
    id.map(|id| {
        let form = format!(
            "<form method=\"post\" action=\"{restore}\"><input type=\"hidden\" name=\"id\" value=\"{id}\">\
             <p role=\"status\">{what} deleted. <button>Undo</button></p></form>"
        );
        view! { <noscript inner_html=form></noscript> }
    })
}

/// The corner where messages appear; once on a page.
#[component]
pub fn ToastRegion() -> impl IntoView {
    let toasts = use_toasts();
    let held = toasts.held;
    let keys = window_event_listener(leptos::ev::keydown, move |event| {
        let is_undo = event.key() == "z" && (event.ctrl_key() || event.meta_key()) && !event.alt_key() && !typing(&event);
        if is_undo && toasts.undo(|_| true) {
            event.prevent_default();
        }
    });
    on_cleanup(move || keys.remove());
    view! {
        <section
            class=css::REGION
            aria-label="Messages"
            aria-live="polite"
            on:focusin=move |_| held.set(true)
            on:focusout=move |_| held.set(false)
            on:pointerenter=move |_| held.set(true)
            on:pointerleave=move |_| held.set(false)
        >
            <For each=move || toasts.shown.get() key=|toast| toast.number let:toast>
                <div class=css::TOAST data-tone=toast.tone.name()>
                    <Icon glyph=toast.tone.glyph() />
                    <span class=css::WORDS>{toast.words.clone()}</span>
                    {toast
                        .undo
                        .is_some()
                        .then(|| {
                            view! {
                                <Button
                                    small=true
                                    kind=ButtonKind::Secondary
                                    attr:title="Ctrl Z"
                                    attr:aria-keyshortcuts="Control+Z Meta+Z"
                                    on:click=move |_| {
                                        toasts.undo(|shown| shown.number == toast.number);
                                    }
                                >
                                    "Undo"
                                </Button>
                            }
                        })}
                    <IconButton glyph=Glyph::Close label="Close message" small=true on:click=move |_| toasts.close(toast.number) />
                </div>
            </For>
        </section>
    }
}
