//! Pages that change by themselves: they hear what happens and ask again for what it changed. No page asks again and again.
//!
//! A tab has one stream for all its pages, open while somebody listens and the tab is shown. It goes on where it broke. While there is
//! none, pages ask every 15 seconds.

#[cfg(feature = "hydrate")]
mod browser;

/// What changes a list of calls.
pub const CALLS: &[&str] = &["call.created", "call.started", "call.ended", "call.updated", "call.deleted", "call.restored"];
/// What changes a call's review.
pub const REVIEW: &[&str] =
    &["call.started", "call.ended", "call.updated", "call.deleted", "call.transcript_updated", "call.feedback", "insights.ready"];
/// What changes a document.
pub const DOCUMENTS: &[&str] = &["document.created", "document.updated", "document.progressed", "document.deleted", "document.restored"];
/// What changes the rest of the knowledge area.
pub const COLLECTIONS: &[&str] = &["collection.changed", "website.changed"];
/// What changes the list of failed work.
pub const JOBS: &[&str] = &["job.dead", "job.retried", "job.kind_retried", "job.discarded"];
/// What changes what is switched on.
pub const FLAGS: &[&str] = &["flag.changed"];

/// Does something soon after each of these events, once for several that come together; with `about` only for those that name this id.
/// Also when nobody knows what was missed. Ends with what it was called in. Nothing on the server.
#[cfg_attr(not(feature = "hydrate"), allow(unused_variables, clippy::needless_pass_by_value))]
pub fn after_events(names: &'static [&'static str], about: Option<String>, run: impl Fn() + 'static) {
    #[cfg(feature = "hydrate")]
    {
        let number = browser::listen(names, about, std::rc::Rc::new(run));
        leptos::prelude::on_cleanup(move || browser::leave(number));
    }
}

/// Whether pages can't hear what happens: what they show may be out of date. Never on the server.
pub fn lost() -> leptos::prelude::Signal<bool> {
    #[cfg(feature = "hydrate")]
    return browser::lost();
    #[cfg(not(feature = "hydrate"))]
    leptos::prelude::Signal::stored(false)
}

/// Why this tab may not listen any more, once it may not: what people read of it. Never on the server.
pub fn over() -> leptos::prelude::Signal<Option<String>> {
    #[cfg(feature = "hydrate")]
    return browser::over();
    #[cfg(not(feature = "hydrate"))]
    leptos::prelude::Signal::stored(None)
}
