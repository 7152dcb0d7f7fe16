//! Small bridges to JavaScript: properties by name, and listeners that go when they are dropped.

use js_sys::{Function, Object, Reflect};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::EventTarget;

/// A property, `undefined` where there is none.
pub(crate) fn get(target: &JsValue, name: &str) -> JsValue {
    Reflect::get(target, &name.into()).unwrap_or(JsValue::UNDEFINED)
}

/// Whether a property is there and is not null.
pub(crate) fn has(target: &JsValue, name: &str) -> bool {
    let value = get(target, name);
    !value.is_undefined() && !value.is_null()
}

/// A property as text, empty where there is none.
pub(crate) fn text(target: &JsValue, name: &str) -> String {
    get(target, name).as_string().unwrap_or_default()
}

/// A property as a number.
pub(crate) fn number(target: &JsValue, name: &str) -> Option<f64> {
    get(target, name).as_f64()
}

/// A plain object.
pub(crate) fn object(properties: &[(&str, JsValue)]) -> Object {
    let object = Object::new();
    for (name, value) in properties {
        set(&object, name, value);
    }
    object
}

/// Sets a property. A frozen object ignores it: then the browser's default holds.
pub(crate) fn set(target: &JsValue, name: &str, value: &JsValue) {
    let _ = Reflect::set(target, &name.into(), value);
}

/// Calls a method by name; an error if there is no such method or it throws.
pub(crate) fn call(target: &JsValue, name: &str, arguments: &[JsValue]) -> Result<JsValue, JsValue> {
    let method: Function = get(target, name).dyn_into()?;
    method.apply(target, &arguments.iter().collect::<js_sys::Array>())
}

/// Awaits what may be a promise.
pub(crate) async fn settled(value: JsValue) -> Result<JsValue, JsValue> {
    wasm_bindgen_futures::JsFuture::from(js_sys::Promise::resolve(&value)).await
}

/// Ms since the page began, monotonic.
pub(crate) fn performance_now() -> f64 {
    web_sys::window().and_then(|window| window.performance()).map_or(0.0, |performance| performance.now())
}

/// The navigator; `undefined` outside a page.
pub(crate) fn navigator() -> JsValue {
    web_sys::window().map_or(JsValue::UNDEFINED, |window| window.navigator().into())
}

/// An event listener that is taken away when this is dropped.
pub(crate) struct Listener {
    target: EventTarget,
    event: &'static str,
    closure: Closure<dyn FnMut(JsValue)>,
}

impl Listener {
    /// Listens on `target`, which must be an event target (all that this crate passes are).
    pub(crate) fn new(target: &JsValue, event: &'static str, handle: impl FnMut(JsValue) + 'static) -> Self {
        let target: EventTarget = target.clone().unchecked_into();
        let closure = Closure::wrap(Box::new(handle) as Box<dyn FnMut(JsValue)>);
        let _ = target.add_event_listener_with_callback(event, closure.as_ref().unchecked_ref());
        Self { target, event, closure }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let _ = self.target.remove_event_listener_with_callback(self.event, self.closure.as_ref().unchecked_ref());
    }
}
