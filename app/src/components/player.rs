//! Plays a recording, with what is in it drawn behind the seek bar. It stays below the top bar while the page scrolls.

use leptos::html;
use leptos::prelude::*;
use model::Millis;

use super::browser::{in_control, play, remember, remembered};
use super::lane::{HEIGHT, Lane, WIDTH, place};
use super::{Glyph, IconButton, shortcut};
use crate::styles::player as css;

/// How fast it may play. Not read from the text: that would bring a reader of fractions into the browser.
const SPEEDS: [(&str, f64); 5] = [("0.75×", 0.75), ("1×", 1.0), ("1.25×", 1.25), ("1.5×", 1.5), ("2×", 2.0)];

/// The place of the usual one.
const USUAL: usize = 1;
/// Where this browser remembers how fast somebody listens.
const SPEED: &str = "player-speed";

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

    /// Plays, or pauses.
    fn toggle(self) {
        self.playing.update(|playing| *playing = !*playing);
    }
}

impl Default for Playback {
    fn default() -> Self {
        Self::new()
    }
}

/// The player. Space plays and pauses anywhere on the page but in controls, unless keys alone are switched off; the arrow keys move by 5 s while the seek bar has the focus.
#[component]
pub fn Player(
    /// Address of the audio; none if there is none.
    #[prop(into)]
    source: Signal<Option<String>>,
    /// What is said where there is no audio.
    #[prop(into)]
    silent: Signal<&'static str>,
    /// How long the recording is.
    #[prop(into)]
    length: Signal<Millis>,
    /// What is drawn.
    #[prop(into)]
    lanes: Signal<Vec<Lane>>,
    /// To follow and steer it.
    playback: Playback,
) -> impl IntoView {
    let Playback { position, playing, jump } = playback;
    let element = NodeRef::<html::Audio>::new();
    let failed = RwSignal::new(false);
    let can_play = move || source.with(Option::is_some);
    let go_by = move |ms: i64| playback.seek(Millis(position.get_untracked().0 + ms).min(length.get_untracked()));
    // First where, then whether: it plays from there.
    Effect::new(move |_| {
        let (Some(to), Some(audio)) = (jump.get(), element.get()) else { return };
        audio.set_current_time(to.as_seconds());
        position.set(to);
    });
    Effect::new(move |_| {
        let Some(audio) = element.get() else { return };
        if !playing.get() {
            // An element that is there can be paused.
            let _ = audio.pause();
        } else if audio.paused() {
            play(&audio, playing);
        }
    });
    let keys = window_event_listener(leptos::ev::keydown, move |event| {
        if shortcut(&event).as_deref() == Some(" ") && !event.default_prevented() && can_play() && !in_control(&event) {
            event.prevent_default();
            playback.toggle();
        }
    });
    on_cleanup(move || keys.remove());
    let speed = RwSignal::new(USUAL);
    Effect::new(move |_| {
        let before = remembered(SPEED);
        if let Some(at) = SPEEDS.iter().position(|(name, _)| before.as_deref() == Some(*name)) {
            speed.set(at);
        }
    });
    Effect::new(move |_| {
        if let (Some(audio), Some((_, rate))) = (element.get(), SPEEDS.get(speed.get())) {
            // Another sound in the same element would begin at its default.
            audio.set_default_playback_rate(*rate);
            audio.set_playback_rate(*rate);
        }
    });

    let audio = move || {
        source.get().map(|source| {
            let stock = format!("<audio controls preload=\"none\" src=\"{source}\"></audio>");
            // Nothing is loaded before it is played: its length is known, and a request that is broken off again helps nobody.
            view! {
                <audio
                    node_ref=element
                    preload="none"
                    src=source
                    on:timeupdate:target=move |event| position.set(Millis((event.target().current_time() * 1000.0) as i64))
                    on:play=move |_| playing.set(true)
                    on:pause=move |_| playing.set(false)
                    on:error=move |_| {
                        failed.set(true);
                        playing.set(false);
                    }
                ></audio>
                <noscript inner_html=stock></noscript>
            }
        })
    };
    let speeds = SPEEDS.map(|(name, rate)| view! { <option value=name selected=rate == 1.0>{name}</option> }).collect_view();
    let ahead = move || place(position.get(), length.get());
    let shapes = move || {
        lanes.with(|lanes| lanes.iter().map(|lane| view! { <path data-tone=lane.tone.name() d=lane.shape.clone()></path> }).collect_view())
    };
    let legend = move || {
        lanes.with(|lanes| lanes.iter().map(|lane| view! { <li data-tone=lane.tone.name()>{lane.label.clone()}</li> }).collect_view())
    };
    view! {
        <section class=css::PLAYER aria-label="Recording">
            <div class=css::BOX>
                {audio}
                <div class=css::CONTROLS data-silent=move || (!can_play()).then_some("")>
                    <IconButton
                        glyph=Signal::derive(move || if playing.get() { Glyph::Pause } else { Glyph::Play })
                        label=Signal::derive(move || if playing.get() { "Pause" } else { "Play" }.to_owned())
                        disabled=failed
                        on:click=move |_| playback.toggle()
                    />
                    <button type="button" class=css::STEP title="Back 15 seconds" on:click=move |_| go_by(-15_000)>"−15 s"</button>
                    <button type="button" class=css::STEP title="Forward 15 seconds" on:click=move |_| go_by(15_000)>"+15 s"</button>
                    <span class=css::TIME>{move || position.get().clock()}" / "{move || length.get().clock()}</span>
                    <select
                        class=css::STEP
                        aria-label="Speed"
                        prop:value=move || SPEEDS[speed.get()].0
                        on:change:target=move |event| {
                            let at = usize::try_from(event.target().selected_index()).unwrap_or(USUAL).min(SPEEDS.len() - 1);
                            remember(SPEED, SPEEDS[at].0);
                            speed.set(at);
                        }
                    >
                        {speeds}
                    </select>
                </div>
                <p class=css::SILENT>{move || (!can_play()).then(|| silent.get())}</p>
                <ul class=css::LEGEND>{legend}</ul>
                <div class=css::TRACK>
                    <svg class=css::PICTURE viewBox=format!("0 0 {WIDTH} {HEIGHT}") preserveAspectRatio="none" aria-hidden="true">
                        {shapes}
                        <rect class=css::AHEAD x=ahead y="0" width=move || WIDTH - ahead() height="100%"></rect>
                    </svg>
                    <input
                        class=css::SEEK
                        type="range"
                        min="0"
                        max=move || length.get().0.max(1).to_string()
                        step="100"
                        aria-label="Position"
                        aria-valuetext=move || format!("{} of {}", position.get().clock(), length.get().clock())
                        disabled=move || failed.get() || !can_play()
                        prop:value=move || position.get().0.to_string()
                        on:input:target=move |event| playback.seek(Millis(event.target().value().parse().unwrap_or(0)))
                        on:keydown=move |event| {
                            match event.key().as_str() {
                                "ArrowLeft" | "ArrowDown" => go_by(-5_000),
                                "ArrowRight" | "ArrowUp" => go_by(5_000),
                                "PageDown" => go_by(-15_000),
                                "PageUp" => go_by(15_000),
                                " " => playback.toggle(),
                                _ => return,
                            }
                            event.prevent_default();
                        }
                    />
                </div>
            </div>
            {move || failed.get().then(|| view! { <p class=css::FAILED role="alert">"The recording can't be played. Reload the page; if it stays, download it instead."</p> })}
        </section>
    }
}
