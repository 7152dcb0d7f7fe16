//! Moments and durations.

use chrono::{DateTime, Utc};
use leptos::prelude::*;
use model::Millis;

use crate::styles::time as css;

/// A moment. The server writes it in UTC; the browser then shows it in the person's own locale and time zone, with the
/// exact one as title.
#[component]
pub fn Time(
    /// When.
    at: DateTime<Utc>,
    /// With the time of day.
    #[prop(optional)]
    with_time: bool,
) -> impl IntoView {
    let utc = at.format(if with_time { "%-d %b %Y, %H:%M UTC" } else { "%-d %b %Y" }).to_string();
    let exact = at.format("%Y-%m-%d %H:%M:%S UTC").to_string();
    let shown = RwSignal::new(utc);
    // After hydration, so that server and browser agree on the first text.
    Effect::new(move |_| shown.set(local(at, with_time)));
    view! {
        <time class=css::TIME datetime=at.to_rfc3339() title=exact>
            {move || shown.get()}
        </time>
    }
}

#[cfg(feature = "hydrate")]
fn local(at: DateTime<Utc>, with_time: bool) -> String {
    use js_sys::{Array, Date, Intl, Object, Reflect};
    #[allow(clippy::cast_precision_loss)]
    let date = Date::new(&(at.timestamp_millis() as f64).into());
    let options = Object::new();
    for (key, value) in [("dateStyle", "medium")].into_iter().chain(with_time.then_some(("timeStyle", "short"))) {
        // Setting a key of a fresh object can't fail.
        let _ = Reflect::set(&options, &key.into(), &value.into());
    }
    let format = Intl::DateTimeFormat::new(&Array::new(), &options).format();
    format.call1(&wasm_bindgen::JsValue::UNDEFINED, &date).ok().and_then(|text| text.as_string()).unwrap_or_default()
}

#[cfg(not(feature = "hydrate"))]
fn local(at: DateTime<Utc>, _with_time: bool) -> String {
    at.to_rfc3339()
}

/// A duration, such as 12:43 or 1:02:03.
#[component]
pub fn Duration(
    /// How long.
    #[prop(into)]
    of: Signal<Millis>,
) -> impl IntoView {
    view! {
        <time class=css::TIME datetime=move || format!("PT{}S", of.get().0.max(0) / 1000)>
            {move || of.get().clock()}
        </time>
    }
}
