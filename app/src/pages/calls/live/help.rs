//! What the keys do.

use leptos::prelude::*;

use super::handle::Live;
use super::keys::KEYS;
use crate::components::{Glyph, IconButton, Show};
use crate::styles::calls_live as css;

/// The help on keys, above the bar.
#[component]
pub fn Help(live: Live) -> impl IntoView {
    view! {
        <Show when=move || live.help.get()>
            <aside class=css::HELP aria-label="Keys">
                <div class=css::HELP_HEAD>
                    <h2>"Keys"</h2>
                    <IconButton glyph=Glyph::Close label="Close the help" small=true on:click=move |_| live.help.set(false) />
                </div>
                <dl class=css::KEYS>
                    {KEYS.iter().map(|(key, _, words)| view! { <dt><kbd class=css::KEY>{*key}</kbd></dt><dd>{*words}</dd> }).collect_view()}
                </dl>
            </aside>
        </Show>
    }
}
