//! The bar at the bottom: levels, mute, pause, mark, pop out, end.

use leptos::prelude::*;

use crate::components::Show;
use leptos::task::spawn_local;
use model::wire::NoticeLevel;
use model::{CallState, TrackId};

use super::handle::{CallCommand, Ending, Live, Part, Role, Source};
use super::link::LinkState;
use super::source::Wanted;
use super::status;
use crate::pages::calls::api;
use crate::styles::calls_live_bar as css;

/// The bar of a live call.
#[component]
pub fn Bar(live: Live, #[prop(into)] pop_out: Callback<()>, can_pop_out: RwSignal<bool>) -> impl IntoView {
    let muted = move || live.sources[TrackId::MICROPHONE.index()].get() == Source::Muted;
    let over = move || matches!(live.phase(), CallState::Finishing | CallState::Ended);
    // What a page asks that takes no part in the call reaches nobody.
    let cut_off = move || over() || live.link.with(LinkState::is_refused);
    let is_source = live.role == Role::Source;
    view! {
        <footer class=css::BAR>
            {is_source
                .then(|| view! {
                    <div class=css::LEVELS>
                        <Level live track=TrackId::MICROPHONE label="Mic" />
                        <Microphones live />
                        <Level live track=TrackId::FAR_END label="Tab" />
                    </div>
                    <button
                        type="button"
                        class=css::KEY
                        aria-pressed=move || muted().to_string()
                        disabled=move || !live.capturing.get() || over()
                        on:click=move |_| live.ask(CallCommand::Mute(!muted()))
                    >
                        {move || if muted() { "Unmute" } else { "Mute" }}
                        <kbd>"M"</kbd>
                    </button>
                    <button
                        type="button"
                        class=css::KEY
                        aria-pressed=move || live.paused().to_string()
                        disabled=move || !live.capturing.get() || over()
                        on:click=move |_| live.ask(CallCommand::Pause(!live.paused()))
                    >
                        {move || if live.paused() { "Resume" } else { "Pause" }}
                        <kbd>"P"</kbd>
                    </button>
                    <button type="button" class=css::KEY disabled=cut_off on:click=move |_| live.ask(CallCommand::Bookmark)>
                        "Mark"
                        <kbd>"B"</kbd>
                    </button>
                })}
            <span class=css::GAP></span>
            <Show when=move || can_pop_out.get()>
                <button type="button" class=format!("{} {}", css::KEY, css::ROOMY) on:click=move |_| pop_out.run(())>"Pop out"</button>
            </Show>
            <button type="button" class=format!("{} {}", css::KEY, css::ROOMY) aria-expanded=move || live.help.get().to_string() on:click=move |_| live.help.update(|help| *help = !*help)>
                "Keys"
                <kbd>"?"</kbd>
            </button>
            <Show when=move || !is_source && live.is_sample()>
                <button type="button" class=css::END disabled=over on:click=move |_| end_sample(live)>"End"</button>
            </Show>
            {is_source
                .then(|| view! {
                    <button type="button" class=css::END disabled=move || cut_off() || live.ending.get() != Ending::No on:click=move |_| live.ending.set(Ending::Asked)>
                        "End"
                    </button>
                })}
        </footer>
    }
}

/// The same in short, above the suggestions in their small window.
#[component]
pub fn SmallBar(live: Live) -> impl IntoView {
    let muted = move || live.sources[TrackId::MICROPHONE.index()].get() == Source::Muted;
    let is_source = live.role == Role::Source;
    view! {
        <div class=css::SMALL>
            <span class=css::CLOCK>{move || live.clock.get().clock()}</span>
            <span class="soft">{move || status::state(live)}</span>
            <span class=css::GAP></span>
            {is_source
                .then(|| view! {
                    <button
                        type="button"
                        class=css::KEY
                        aria-pressed=move || muted().to_string()
                        disabled=move || !live.capturing.get()
                        on:click=move |_| live.ask(CallCommand::Mute(!muted()))
                    >
                        {move || if muted() { "Unmute" } else { "Mute" }}
                    </button>
                    <button type="button" class=css::KEY on:click=move |_| live.ask(CallCommand::Bookmark)>"Mark"</button>
                })}
        </div>
    }
}

/// A sample call has no page that plays it: the server does, and is told to stop.
fn end_sample(live: Live) {
    spawn_local(async move {
        if let Err(error) = api::end_call(live.id).await {
            live.change(|state| state.notice(NoticeLevel::Error, error.to_string()));
        }
    });
}

/// Whether a source gives nothing but zeros.
pub fn silent(live: Live, track: TrackId) -> bool {
    live.read(Part::Recognizers, |state| state.hearing.silent.contains(&track))
}

/// The choice of another microphone in mid-call.
#[component]
fn Microphones(live: Live) -> impl IntoView {
    let chosen = move || Wanted::remembered().device.unwrap_or_default();
    view! {
        <Show when=move || live.capturing.get() && live.microphones.with(|known| known.len() > 1)>
            <select class=css::MICROPHONES aria-label="Microphone" on:change:target=move |event| live.ask(CallCommand::Microphone(event.target().value()))>
                <option value="">"Default microphone"</option>
                {move || {
                    let chosen = chosen();
                    let option = |(id, label): (String, String)| view! { <option selected=id == chosen value=id>{label}</option> };
                    live.microphones.get().into_iter().map(option).collect_view()
                }}
            </select>
        </Show>
    }
}

/// A track's level, with what is wrong with it where something is.
#[component]
fn Level(live: Live, track: TrackId, label: &'static str) -> impl IntoView {
    let source = live.sources[track.index()];
    let level = live.levels[track.index()];
    let state = move || match source.get() {
        Source::Off => "off",
        Source::On if silent(live, track) => "silent",
        Source::On => "on",
        Source::Muted => "muted",
        Source::Lost(_) => "lost",
    };
    view! {
        <div class=css::LEVEL data-channel=move || live.heard_on(track).0.as_str() data-state=state>
            <span class=css::LEVEL_NAME>{label}</span>
            <svg class=css::METER viewBox="0 0 100 8" preserveAspectRatio="none" role="img" aria-label=move || format!("{label} {}", state())>
                <rect class=css::METER_GROUND width="100" height="8" rx="2"></rect>
                <rect class=css::METER_FILL width=move || format!("{:.0}", level.get().clamp(0.0, 1.0) * 100.0) height="8" rx="2"></rect>
            </svg>
            <span class=css::LEVEL_STATE>{move || if state() == "on" { "" } else { state() }}</span>
        </div>
    }
}
