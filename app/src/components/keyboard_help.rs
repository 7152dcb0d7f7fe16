//! Which keys do what, on `?`.

use leptos::prelude::*;

use super::{Dialog, typing};
use crate::styles::keyboard_help as css;

/// A key, or keys after each other, and what they do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shortcut {
    /// Each key, such as `["J"]` or `["Ctrl", "K"]`.
    pub keys: &'static [&'static str],
    /// What it does.
    pub does: &'static str,
}

/// Opens a list of the page's keys on `?`. Put it on a page once.
#[component]
pub fn KeyboardHelp(
    /// The page's keys.
    shortcuts: &'static [Shortcut],
    /// To open it from a button too.
    #[prop(optional, into)]
    open: Option<RwSignal<bool>>,
) -> impl IntoView {
    let open = open.unwrap_or_else(|| RwSignal::new(false));
    let listener = window_event_listener(leptos::ev::keydown, move |event| {
        if event.key() == "?" && !typing(&event) {
            event.prevent_default();
            open.set(true);
        }
    });
    on_cleanup(move || listener.remove());
    let rows = shortcuts.iter().map(|shortcut| {
        let keys = shortcut.keys.iter().map(|key| view! { <kbd class=css::KEY>{*key}</kbd> });
        view! {
            <div class=css::LINE>
                <dt>{shortcut.does}</dt>
                <dd class=css::KEYS>{keys.collect_view()}</dd>
            </div>
        }
    });
    let rows = rows.collect_view();
    view! {
        <Dialog open title="Keyboard" id="keyboard-help">
            <dl>{rows}</dl>
        </Dialog>
    }
}
