//! What a tab keeps over a reload: its name, and when its call began.

use capture::CallClock;
use model::{CallId, Millis};

use crate::pages::calls::browser;

/// Random text that stays the same over a reload of this tab.
pub(super) fn page_name() -> String {
    const KEY: &str = "closezly.page";
    browser::session(KEY).unwrap_or_else(|| {
        let name = format!(
            "{:08x}{:08x}",
            (js_sys::Math::random() * f64::from(u32::MAX)) as u32,
            (js_sys::Math::random() * f64::from(u32::MAX)) as u32
        );
        browser::set_session(KEY, Some(&name));
        name
    })
}

fn zero_key(call: CallId) -> String {
    format!("closezly.zero.{call}")
}

/// Keeps when the call began by the computer's clock, for a reload while the server can't be reached.
pub(super) fn remember_zero(call: CallId, clock: CallClock) {
    browser::set_session(&zero_key(call), Some(&format!("{:.0}", js_sys::Date::now() - clock.now_ms())));
}

/// What time it is in a call that began before a reload, if that was kept.
pub(super) fn remembered_now(call: CallId) -> Option<Millis> {
    let zero: i64 = browser::session(&zero_key(call))?.parse().ok()?;
    Some(Millis((js_sys::Date::now() as i64 - zero).max(0)))
}
