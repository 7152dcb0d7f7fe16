//! Windows above the page, by the browser's own `dialog`: it keeps the focus inside and gives it back.

use leptos::html;
use leptos::prelude::*;

use super::browser::is_on;
use super::{ButtonKind, Glyph, IconButton};
use crate::styles::dialog as css;

/// A window in the middle. Closes on Escape, on its cross and on a click beside it.
#[component]
pub fn Dialog(
    /// Whether it is open.
    open: RwSignal<bool>,
    /// Its title; also names it for those who can't see it.
    #[prop(into)]
    title: String,
    /// Unique on the page.
    id: &'static str,
    /// Its content.
    children: Children,
) -> impl IntoView {
    view! { <Modal open title id side="middle" children /> }
}

/// A window at the end of the line, for details beside a list.
#[component]
pub fn Drawer(
    /// Whether it is open.
    open: RwSignal<bool>,
    /// Its title; also names it for those who can't see it.
    #[prop(into)]
    title: String,
    /// Unique on the page.
    id: &'static str,
    /// Its content.
    children: Children,
) -> impl IntoView {
    view! { <Modal open title id side="end" children /> }
}

/// The row of buttons at the end of a dialog.
#[component]
pub fn DialogActions(children: Children) -> impl IntoView {
    view! { <div class=css::ACTIONS>{children()}</div> }
}

#[component]
fn Modal(open: RwSignal<bool>, title: String, id: &'static str, side: &'static str, children: Children) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    show_when(dialog, open);
    let title_id = format!("{id}-title");
    let labelled_by = title_id.clone();
    view! {
        <dialog
            node_ref=dialog
            class=css::DIALOG
            id=id
            data-side=side
            aria-labelledby=labelled_by
            on:close=move |_| was_closed(dialog, open)
            on:click=move |event| {
                // The content covers all of the dialog but its backdrop.
                if is_on(&event, id) {
                    open.set(false);
                }
            }
        >
            <div class=css::CONTENT>
                <header class=css::HEADER>
                    <h2 id=title_id>{title}</h2>
                    <IconButton glyph=Glyph::Close label="Close" kind=ButtonKind::Quiet small=true on:click=move |_| open.set(false) />
                </header>
                {children()}
            </div>
        </dialog>
    }
}

/// What the browser says when a dialog was closed. It says so a moment later: by then it may be open again.
pub(super) fn was_closed(dialog: NodeRef<html::Dialog>, open: RwSignal<bool>) {
    if dialog.get_untracked().is_none_or(|dialog| !dialog.open()) {
        open.set(false);
    }
}

/// Opens and closes a dialog as the signal says.
pub(super) fn show_when(dialog: NodeRef<html::Dialog>, open: RwSignal<bool>) {
    Effect::new(move |_| {
        let (Some(dialog), open) = (dialog.get(), open.get()) else { return };
        if open && !dialog.open() {
            // It fails only for a dialog that has left the page, which then needs no opening.
            let _ = dialog.show_modal();
        } else if !open && dialog.open() {
            dialog.close();
        }
    });
}
