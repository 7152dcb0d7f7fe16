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
    view! { <Title text=move || format!("{} · Closezly", text.get()) /> }
}

/// On the server a title is written into the document; in the browser it is set as text.
fn shown(title: String) -> String {
    if cfg!(feature = "ssr") { escaped(&title) } else { title }
}
