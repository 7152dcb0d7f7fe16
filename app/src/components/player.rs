//! Plays a recording: one or more channels together, with who spoke when above the seek bar.

use leptos::html;
use leptos::prelude::*;
use leptos::web_sys::HtmlAudioElement;
use model::Millis;

use super::{Glyph, IconButton, Lane, Lanes};
use crate::styles::player as css;

/// How a page and its player talk to each other.
#[derive(Clone, Copy, Debug)]
pub struct Playback {
    /// Where it is; the player writes it a few times a second.
    pub position: RwSignal<Millis>,
    /// Whether it plays; both may write it.
    pub playing: RwSignal<bool>,
    jump: RwSignal<Option<Millis>>,
}

impl Playback {
    /// At the start, silent.
    pub fn new() -> Self {
        Self { position: RwSignal::new(Millis::ZERO), playing: RwSignal::new(false), jump: RwSignal::new(None) }
    }

    /// Goes somewhere, such as the start of a segment.
    pub fn seek(self, to: Millis) {
        self.jump.set(Some(Millis(to.0.max(0))));
    }

    /// Goes somewhere and plays.
    pub fn play_from(self, at: Millis) {
        self.seek(at);
        self.playing.set(true);
    }
}

impl Default for Playback {
    fn default() -> Self {
        Self::new()
    }
}

/// The player. Space plays and pauses, the arrow keys move by 5 s while the seek bar has the focus.
#[component]
pub fn Player(
    /// Addresses of the audio, one a channel; they play together.
    sources: Vec<String>,
    /// How long the recording is.
    length: Millis,
    /// Who spoke when.
    #[prop(optional)]
    lanes: Vec<Lane>,
    /// To follow and steer it.
    playback: Playback,
) -> impl IntoView {
    let Playback { position, playing, jump } = playback;
    let speed = RwSignal::new(String::from("1"));
    let failed = RwSignal::new(false);
    let elements: Vec<NodeRef<html::Audio>> = sources.iter().map(|_| NodeRef::new()).collect();
    let elements = StoredValue::new(elements);
    let each = move |act: &dyn Fn(&HtmlAudioElement)| {
        elements.with_value(|elements| elements.iter().filter_map(|element| element.get()).for_each(|element| act(&element)));
    };

    Effect::new(move |_| {
        if playing.get() {
            each(&|audio| {
                // A refusal (no audio, no permission) arrives as an `error` or `pause` event too.
                let _ = audio.play();
            });
        } else {
            each(&|audio| {
                let _ = audio.pause();
            });
        }
    });
    Effect::new(move |_| {
        if let Some(to) = jump.get() {
            each(&|audio| audio.set_current_time(to.as_seconds()));
            position.set(to);
        }
    });
    Effect::new(move |_| {
        let rate = speed.get().parse().unwrap_or(1.0);
        each(&|audio| audio.set_playback_rate(rate));
    });

    let audio = sources.iter().zip(elements.get_value()).enumerate().map(|(i, (source, element))| {
        // The first one leads; the others follow it.
        let leads = i == 0;
        view! {
            <audio
                node_ref=element
                preload="metadata"
                src=source.clone()
                on:timeupdate:target=move |event| {
                    if leads {
                        #[allow(clippy::cast_possible_truncation)]
                        position.set(Millis((event.target().current_time() * 1000.0) as i64));
                    }
                }
                on:ended=move |_| if leads { playing.set(false) }
                on:error=move |_| {
                    failed.set(true);
                    playing.set(false);
                }
            ></audio>
        }
    });
    let audio = audio.collect_view();
    let plain =
        sources.into_iter().map(|source| view! { <audio class=css::PLAIN controls preload="none" src=source></audio> }).collect_view();
    let speeds =
        ["0.75", "1", "1.25", "1.5", "2"].map(|value| view! { <option value=value selected=value == "1">{format!("{value}×")}</option> });
    view! {
        <div class=css::PLAYER role="group" aria-label="Recording">
            {audio}
            <div class=css::CONTROLS>
                <IconButton
                    glyph=Signal::derive(move || if playing.get() { Glyph::Pause } else { Glyph::Play })
                    label=Signal::derive(move || if playing.get() { "Pause" } else { "Play" }.to_owned())
                    disabled=failed
                    on:click=move |_| playing.update(|playing| *playing = !*playing)
                />
                <span class=css::TIME>{move || position.get().clock()}" / "{length.clock()}</span>
                <div class=css::TRACK>
                    <Lanes lanes length />
                    <input
                        class=css::SEEK
                        type="range"
                        min="0"
                        max=length.0.max(1).to_string()
                        step="100"
                        aria-label="Position"
                        aria-valuetext=move || format!("{} of {}", position.get().clock(), length.clock())
                        disabled=move || failed.get()
                        prop:value=move || position.get().0.to_string()
                        on:input:target=move |event| playback.seek(Millis(event.target().value().parse().unwrap_or(0)))
                        on:keydown=move |event| {
                            let by = match event.key().as_str() {
                                "ArrowLeft" | "ArrowDown" => -5_000,
                                "ArrowRight" | "ArrowUp" => 5_000,
                                " " => {
                                    event.prevent_default();
                                    playing.update(|playing| *playing = !*playing);
                                    return;
                                }
                                _ => return,
                            };
                            event.prevent_default();
                            playback.seek(Millis((position.get_untracked().0 + by).min(length.0)));
                        }
                    />
                </div>
                <select
                    class=css::SPEED
                    aria-label="Speed"
                    on:change:target=move |event| speed.set(event.target().value())
                >
                    {speeds.collect_view()}
                </select>
            </div>
            {move || failed.get().then(|| view! { <p class=css::FAILED role="alert">"The recording can't be played. Reload the page; if it stays, download it instead."</p> })}
            {plain}
        </div>
    }
}
