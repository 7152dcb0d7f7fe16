//! How an input and a signal stay the same without losing what was typed before the page became live.

use leptos::html::ElementType;
use leptos::prelude::*;

/// Binds a signal to an element's value, both ways. On its first run the element wins: a person may have typed into
/// the server's page before hydration.
pub(super) fn bind<E>(
    element: NodeRef<E>,
    signal: Option<RwSignal<String>>,
    read: impl Fn(&E::Output) -> String + 'static,
    write: impl Fn(&E::Output, &str) + 'static,
) where
    E: ElementType + 'static,
    E::Output: Clone + 'static,
    NodeRef<E>: Get<Value = Option<E::Output>>,
{
    let Some(signal) = signal else { return };
    Effect::new(move |bound: Option<bool>| {
        let Some(element) = element.get() else { return false };
        let wanted = signal.get();
        let shown = read(&element);
        if shown != wanted {
            if bound == Some(true) || shown.is_empty() {
                write(&element, &wanted);
            } else {
                signal.set(shown);
            }
        }
        true
    });
}
