//! Short messages that go by themselves, with a way back.

use std::time::Duration;

use leptos::prelude::*;

use super::{Button, ButtonKind, For, Glyph, Icon, IconButton, Tone};
use crate::styles::toast as css;

/// How long a message stays; with an undo, twice as long.
const STAYS: Duration = Duration::from_secs(6);

/// The context that takes messages.
#[derive(Clone, Copy)]
pub struct Toasts {
    shown: RwSignal<Vec<Toast>>,
    next: StoredValue<u32>,
}

#[derive(Clone)]
struct Toast {
    number: u32,
    tone: Tone,
    words: String,
    undo: Option<Callback<()>>,
}

impl Toasts {
    pub(crate) fn provide() {
        provide_context(Self { shown: RwSignal::new(Vec::new()), next: StoredValue::new(0) });
    }

    /// Says that something is done, such as "Call deleted".
    pub fn done(self, words: impl Into<String>) {
        self.show(Tone::Good, words.into(), None);
    }

    /// Says that something is done, and offers to take it back.
    pub fn done_with_undo(self, words: impl Into<String>, undo: Callback<()>) {
        self.show(Tone::Good, words.into(), Some(undo));
    }

    /// Says that something failed, where no better place on the page is left.
    pub fn failed(self, words: impl Into<String>) {
        self.show(Tone::Bad, words.into(), None);
    }

    fn show(self, tone: Tone, words: String, undo: Option<Callback<()>>) {
        let number = self.next.get_value();
        self.next.set_value(number.wrapping_add(1));
        let stays = if undo.is_some() { STAYS * 2 } else { STAYS };
        self.shown.update(|shown| {
            shown.push(Toast { number, tone, words, undo });
            let too_many = shown.len().saturating_sub(3);
            shown.drain(..too_many);
        });
        set_timeout(move || self.close(number), stays);
    }

    fn close(self, number: u32) {
        self.shown.try_update(|shown| shown.retain(|toast| toast.number != number));
    }
}

/// Where messages go. Only inside [`crate::App`].
pub fn use_toasts() -> Toasts {
    expect_context()
}

/// The corner where messages appear; once on a page.
#[component]
pub fn ToastRegion() -> impl IntoView {
    let toasts = use_toasts();
    view! {
        <section class=css::REGION aria-label="Messages" aria-live="polite">
            <For each=move || toasts.shown.get() key=|toast| toast.number let:toast>
                <div class=css::TOAST data-tone=toast.tone.name()>
                    <Icon glyph=toast.tone.glyph() />
                    <span class=css::WORDS>{toast.words.clone()}</span>
                    {toast
                        .undo
                        .map(|undo| {
                            view! {
                                <Button
                                    small=true
                                    kind=ButtonKind::Secondary
                                    on:click=move |_| {
                                        undo.run(());
                                        toasts.close(toast.number);
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
