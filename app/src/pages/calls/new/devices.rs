//! The microphone with a moving level, and the meeting's tab.

use leptos::prelude::*;

use crate::components::{Button, Choice, Glyph, Select, Show};
use crate::pages::calls::live::source::Wanted;
use crate::styles::calls_new_devices as css;

/// What the page knows of the browser's devices.
#[derive(Clone, Copy)]
struct Known {
    /// The microphones: id and name. Empty before permission was given.
    microphones: RwSignal<Vec<(String, String)>>,
    /// Why there is no tab audio here; none if there may be.
    no_tab: RwSignal<Option<String>>,
    /// Why no call can be captured here at all.
    no_capture: RwSignal<Option<String>>,
    /// 0 to 1 while the microphone is being tested.
    level: RwSignal<Option<f64>>,
    /// What the test failed with.
    problem: RwSignal<Option<String>>,
}

/// The choice of microphone and tab. Only the browser knows them, so it fills in after hydration.
#[component]
pub fn Devices(wanted: RwSignal<Wanted>) -> impl IntoView {
    let known = Known {
        microphones: RwSignal::new(Vec::new()),
        no_tab: RwSignal::new(None),
        no_capture: RwSignal::new(None),
        level: RwSignal::new(None),
        problem: RwSignal::new(None),
    };
    let device = RwSignal::new(String::new());
    let tab = RwSignal::new(true);
    Effect::new(move |_| {
        let remembered = Wanted::remembered();
        device.set(remembered.device.unwrap_or_default());
        tab.set(remembered.tab);
        browser::look(known);
    });
    Effect::new(move |_| {
        let tab = tab.get() && known.no_tab.with(Option::is_none);
        wanted.set(Wanted { device: Some(device.get()).filter(|device| !device.is_empty()), tab });
    });
    let choices = Signal::derive(move || {
        let named = known.microphones.get().into_iter().filter(|(id, label)| !id.is_empty() && !label.is_empty() && id != "default");
        std::iter::once(Choice::new("", "The computer's default microphone"))
            .chain(named.map(|(id, label)| Choice::new(id, label)))
            .collect::<Vec<_>>()
    });
    view! {
        <fieldset class=css::GROUP>
            <legend class=css::LEGEND>"Audio"</legend>
            {move || known.no_capture.get().map(|why| view! { <p class=css::PROBLEM role="alert">{why}</p> })}
            <Select label="Microphone" name="microphone" choices value=device hint="Your side. Names appear once this site may use the microphone." />
            <div class=css::TEST>
                <Button
                    small=true
                    icon=Glyph::Mic
                    on:click=move |_| {
                        let chosen = device.get_untracked();
                        browser::test(known, Some(chosen).filter(|device| !device.is_empty()));
                    }
                >
                    {move || if known.level.get().is_some() { "Stop the test" } else { "Test the microphone" }}
                </Button>
                <Show when=move || known.level.get().is_some()>
                    <svg class=css::METER viewBox="0 0 100 8" preserveAspectRatio="none" role="img" aria-label="Microphone level">
                        <rect class=css::GROUND width="100" height="8"></rect>
                        <rect class=css::FILL width=move || format!("{:.0}", known.level.get().unwrap_or(0.0) * 100.0) height="8"></rect>
                    </svg>
                    <span class="soft small">{move || if known.level.get().is_some_and(|level| level > 0.3) { "You are heard." } else { "Say something." }}</span>
                </Show>
            </div>
            {move || known.problem.get().map(|problem| view! { <p class=css::PROBLEM role="alert">{problem}</p> })}
            <TabChoice tab no_tab=known.no_tab />
        </fieldset>
    }
}

#[component]
fn TabChoice(tab: RwSignal<bool>, no_tab: RwSignal<Option<String>>) -> impl IntoView {
    use crate::components::Checkbox;
    view! {
        {move || match no_tab.get() {
            Some(why) => view! { <p class="soft">{why}</p> }.into_any(),
            None => view! {
                <Checkbox
                    label="Share the meeting's tab"
                    name="share_tab"
                    checked=tab
                    detail="Their side. The browser asks which tab: choose the meeting's and leave “Also share tab audio” on. Only the sound is used."
                />
            }
            .into_any(),
        }}
    }
}

#[cfg(feature = "hydrate")]
mod browser {
    use std::cell::RefCell;

    use capture::{Assets, Meter, support};
    use leptos::prelude::*;
    use leptos::task::spawn_local;

    use super::Known;

    thread_local! {
        /// The running test of this page. Dropping it lets the microphone go.
        static TEST: RefCell<Option<Meter>> = const { RefCell::new(None) };
    }

    /// Finds out what there is, without asking for permission. No microphone is opened, though this site may: the browser would show that
    /// somebody listens, and nobody has asked for it.
    pub fn look(known: Known) {
        let support = support::detect();
        known.no_tab.set(support.tab_audio.clone().err());
        known.no_capture.set(support.can_capture().err().map(str::to_owned));
        on_cleanup(|| TEST.set(None));
        spawn_local(list(known));
    }

    /// Lists the microphones, with their names where this site may use them.
    async fn list(known: Known) {
        let found = capture::devices::list().await;
        known.microphones.try_set(found.into_iter().map(|microphone| (microphone.id, microphone.label)).collect());
    }

    /// Starts or stops the test of a microphone; asks for permission.
    pub fn test(known: Known, device: Option<String>) {
        let Some(level) = known.level.try_get_untracked() else { return };
        if level.is_some() {
            TEST.set(None);
            known.level.set(None);
            return;
        }
        known.problem.set(None);
        spawn_local(async move {
            let on_level = move |level: Option<capture::Level>| {
                known.level.try_set(level.map(|level| f64::from(level.meter())));
            };
            match Meter::open(device.as_deref(), &Assets::default(), on_level).await {
                Ok(meter) => {
                    TEST.set(Some(meter));
                    if known.level.try_set(Some(0.0)).is_some() {
                        // The page was left meanwhile.
                        TEST.set(None);
                    } else {
                        list(known).await;
                    }
                }
                Err(error) => drop(known.problem.try_set(Some(error.to_string()))),
            }
        });
    }
}

#[cfg(not(feature = "hydrate"))]
mod browser {
    use super::Known;

    pub fn look(known: Known) {
        let Known { microphones: _, no_tab: _, no_capture: _, level: _, problem: _ } = known;
    }

    pub fn test(known: Known, device: Option<String>) {
        let _ = (known.level, device);
    }
}
