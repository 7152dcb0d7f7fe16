//! The name of the browser's tab. `leptos_meta` writes a title's text into the document as it is, so the one formatter here,
//! which stands at the root, escapes it on the server.

use leptos::prelude::*;
use leptos::text_prop::TextProp;
use leptos_meta::{Formatter, Title};

use super::raw_text::escaped;

/// What the tab is called where no page says more, and the formatter of what pages say. Stands once, at the root of the app.
#[component]
pub fn Titles() -> impl IntoView {
    view! { <Title formatter=Formatter::from(shown) text="Closezly" /> }
}

/// Names the tab after the page.
#[component]
pub fn PageTitle(
    /// The page's title.
    #[prop(into)]
    text: TextProp,
) -> impl IntoView {
    // The server writes the head last of all, when what the page was made of may be gone: what the title reads then must be text.
    #[cfg(feature = "ssr")]
    let text = TextProp::from(text.get().to_string());
    // In the browser it may still be read when what the page was made of is gone: that is read by an effect, which goes with it.
    #[cfg(not(feature = "ssr"))]
    let text = {
        let kept = ArcRwSignal::new(untrack(|| text.get().to_string()));
        let reader = kept.clone();
        Effect::new(move |_| {
            let now = text.get().to_string();
            if kept.with_untracked(|kept| *kept != now) {
                kept.set(now);
            }
        });
        TextProp::from(move || reader.get())
    };
    view! { <Title text=move || format!("{} · Closezly", text.get()) /> }
}

/// On the server a title is written into the document; in the browser it is set as text.
fn shown(title: String) -> String {
    if cfg!(feature = "ssr") { escaped(&title) } else { title }
}
