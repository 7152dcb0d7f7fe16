//! Moments and durations.

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, Timelike, Utc};
use leptos::prelude::*;
use model::Millis;

use crate::styles::time as css;

/// The months as [`date`] writes them.
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// `2 Jan 2026`. Written by hand: chrono's reader of patterns would weigh more in the browser than all that it writes.
pub fn date(day: &impl Datelike) -> String {
    let month = MONTHS.get(day.month0() as usize).copied().unwrap_or_default();
    format!("{} {month} {}", day.day(), day.year())
}

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
    let (hour, minute, second) = (at.hour(), at.minute(), at.second());
    let utc = if with_time { format!("{}, {hour:02}:{minute:02} UTC", date(&at)) } else { date(&at) };
    let exact = format!("{:04}-{:02}-{:02} {hour:02}:{minute:02}:{second:02} UTC", at.year(), at.month(), at.day());
    let shown = RwSignal::new(utc);
    // After hydration, so that server and browser agree on the first text.
    Effect::new(move |_| shown.set(local(at, with_time.then_some("timeStyle"))));
    view! {
        <time class=css::TIME datetime=at.to_rfc3339() title=exact>
            {move || shown.get()}
        </time>
    }
}

/// A day of the calendar, the same for everybody, written as [`Time`] writes days.
#[component]
pub fn CalendarDay(
    /// Which.
    of: NaiveDate,
) -> impl IntoView {
    let shown = RwSignal::new(date(&of));
    Effect::new(move |_| shown.set(local(of.and_time(NaiveTime::MIN).and_utc(), Some("timeZone"))));
    view! {
        <time class=css::TIME datetime=of.to_string()>
            {move || shown.get()}
        </time>
    }
}

/// The day, in the person's locale; with the time of day (`timeStyle`), or as UTC has it (`timeZone`).
#[cfg(feature = "hydrate")]
fn local(at: DateTime<Utc>, more: Option<&str>) -> String {
    use js_sys::{Array, Date, Intl, Object, Reflect};
    #[allow(clippy::cast_precision_loss)]
    let date = Date::new(&(at.timestamp_millis() as f64).into());
    let options = Object::new();
    let more = more.map(|key| (key, if key == "timeZone" { "UTC" } else { "short" }));
    for (key, value) in [("dateStyle", "medium")].into_iter().chain(more) {
        // Setting a key of a fresh object can't fail.
        let _ = Reflect::set(&options, &key.into(), &value.into());
    }
    let format = Intl::DateTimeFormat::new(&Array::new(), &options).format();
    format.call1(&wasm_bindgen::JsValue::UNDEFINED, &date).ok().and_then(|text| text.as_string()).unwrap_or_default()
}

#[cfg(not(feature = "hydrate"))]
fn local(at: DateTime<Utc>, _more: Option<&str>) -> String {
    at.to_rfc3339()
}

/// Where this browser's clock is, as the IANA names it; empty on the server, and in a browser that doesn't say.
pub fn own_time_zone() -> String {
    #[cfg(feature = "hydrate")]
    {
        use js_sys::{Array, Intl, Object, Reflect};
        let options = Intl::DateTimeFormat::new(&Array::new(), &Object::new()).resolved_options();
        Reflect::get(&options, &"timeZone".into()).ok().and_then(|zone| zone.as_string()).unwrap_or_default()
    }
    #[cfg(not(feature = "hydrate"))]
    String::new()
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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_day_month_year() {
        let of = |year, month, day| date(&NaiveDate::from_ymd_opt(year, month, day).unwrap());
        assert_eq!([of(2026, 1, 2), of(1999, 12, 31)], ["2 Jan 2026", "31 Dec 1999"]);
    }
}
