//! [`Show`] and [`For`] as Leptos has them, but compiled once and not once for each use: a use of Leptos' own costs one to three kB of what
//! the browser loads. Import them by name; that hides Leptos' own.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use leptos::children::ViewFn;
use leptos::prelude::*;

/// Its children while a condition holds, else what stands in their place.
#[component(transparent)]
pub fn Show(
    /// The condition.
    when: impl Fn() -> bool + Send + Sync + 'static,
    /// What stands there otherwise; nothing if it isn't given.
    #[prop(optional, into)]
    fallback: ViewFn,
    /// What is shown.
    children: ChildrenFn,
) -> impl IntoView {
    show(Arc::new(when), fallback, children)
}

fn show(when: Arc<dyn Fn() -> bool + Send + Sync>, fallback: ViewFn, children: ChildrenFn) -> AnyView {
    let when = ArcMemo::new(move |_| when());
    (move || if when.get() { children() } else { fallback.run() }).into_any()
}

/// A view for each of some items. What keeps its key keeps its view.
#[component]
pub fn For<I, T, K, N>(
    /// The items.
    each: impl Fn() -> I + Send + 'static,
    /// What tells them apart.
    key: impl Fn(&T) -> K + Send + Sync + 'static,
    /// An item's view.
    children: impl Fn(T) -> N + Send + Sync + 'static,
) -> impl IntoView
where
    I: IntoIterator<Item = T>,
    T: Send + 'static,
    K: Hash,
    N: IntoView + 'static,
{
    let children = Arc::new(children);
    let entry = move |item: T| {
        let children = Arc::clone(&children);
        // The same in the server and the browser, and as good as unique among the items of a page.
        let mut hash = DefaultHasher::new();
        key(&item).hash(&mut hash);
        Entry { key: hash.finish(), view: Box::new(move || children(item).into_any()) }
    };
    list(Box::new(move || each().into_iter().map(&entry).collect()))
}

/// An item that isn't drawn yet.
struct Entry {
    key: u64,
    view: Box<dyn FnOnce() -> AnyView + Send>,
}

fn list(entries: Box<dyn Fn() -> Vec<Entry> + Send>) -> AnyView {
    leptos::prelude::For(
        leptos::prelude::ForProps::builder().each(entries).key(|entry: &Entry| entry.key).children(|entry: Entry| (entry.view)()).build(),
    )
    .into_any()
}
