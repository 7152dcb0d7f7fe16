//! The microphones that there are.

use wasm_bindgen::JsValue;

use crate::js::{self, Listener};

/// A microphone, as the browser names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Microphone {
    /// Stable for this site until its data is cleared; empty before permission was given.
    pub id: String,
    /// The name that people read; empty before permission was given.
    pub label: String,
}

/// Whether the site may use the microphone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    /// Yes.
    Granted,
    /// The browser will ask.
    Prompt,
    /// No, and the browser won't ask again.
    Denied,
    /// The browser doesn't tell.
    Unknown,
}

/// All microphones, the system's default first where the browser lists it. Empty when there are none or the browser won't tell.
pub async fn list() -> Vec<Microphone> {
    let devices = js::get(&js::navigator(), "mediaDevices");
    let Ok(promise) = js::call(&devices, "enumerateDevices", &[]) else { return Vec::new() };
    let Ok(found) = js::settled(promise).await else { return Vec::new() };
    js_sys::Array::from(&found)
        .iter()
        .filter(|device| js::text(device, "kind") == "audioinput")
        .map(|device| Microphone { id: js::text(&device, "deviceId"), label: js::text(&device, "label") })
        .collect()
}

/// Whether the microphone may be used, without asking for it.
pub async fn permission() -> Permission {
    let permissions = js::get(&js::navigator(), "permissions");
    let query = js::object(&[("name", "microphone".into())]);
    let Ok(promise) = js::call(&permissions, "query", &[query.into()]) else { return Permission::Unknown };
    match js::settled(promise).await.map(|status| js::text(&status, "state")).as_deref() {
        Ok("granted") => Permission::Granted,
        Ok("prompt") => Permission::Prompt,
        Ok("denied") => Permission::Denied,
        _ => Permission::Unknown,
    }
}

/// Tells of every change, as long as it lives.
pub struct Watch {
    _listener: Option<Listener>,
}

/// Calls `changed` with the new list whenever a device is plugged in or out.
pub fn watch(changed: impl Fn(Vec<Microphone>) + 'static) -> Watch {
    let devices = js::get(&js::navigator(), "mediaDevices");
    if !js::has(&devices, "addEventListener") {
        return Watch { _listener: None };
    }
    let changed = std::rc::Rc::new(changed);
    let listener = Listener::new(&devices, "devicechange", move |_: JsValue| {
        let changed = std::rc::Rc::clone(&changed);
        wasm_bindgen_futures::spawn_local(async move { changed(list().await) });
    });
    Watch { _listener: Some(listener) }
}
