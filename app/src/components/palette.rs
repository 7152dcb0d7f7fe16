//! The command palette: ⌘K or Ctrl K, then where to go.

use leptos::html;
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;

use super::browser::is_on;
use super::dialog::{show_when, was_closed};
use super::{Glyph, Icon, composing, pressed};
use crate::styles::palette as css;

/// Something to go to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// What it is called.
    pub label: String,
    /// Where it goes.
    pub href: String,
    /// Before its words.
    pub glyph: Glyph,
}

impl Command {
    /// A command.
    pub fn new(label: impl Into<String>, href: impl Into<String>, glyph: Glyph) -> Self {
        Self { label: label.into(), href: href.into(), glyph }
    }
}

/// The commands that fit what was typed; the last one searches the calls for it.
fn fitting(commands: &[Command], typed: &str) -> Vec<Command> {
    let typed = typed.trim();
    let wanted = typed.to_lowercase();
    let mut fitting: Vec<Command> = commands.iter().filter(|command| command.label.to_lowercase().contains(&wanted)).cloned().collect();
    if !typed.is_empty() {
        let query: String = typed
            .bytes()
            .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") })
            .collect();
        fitting.push(Command::new(format!("Search calls for “{typed}”"), format!("/calls?search={query}"), Glyph::Search));
    }
    fitting
}

/// The keys of every page; a live call has more, and says them itself.
const KEYS: [(&str, &str); 3] = [("/", "Search"), ("Ctrl K", "Go to a page"), ("?", "See the keys")];

/// The palette, with the keys below it; once on a page.
#[component]
pub fn CommandPalette(
    /// Where one can go.
    commands: Vec<Command>,
    /// Whether it is open; a button may open it too.
    open: RwSignal<bool>,
) -> impl IntoView {
    let typed = RwSignal::new(String::new());
    let at = RwSignal::new(0_usize);
    let dialog = NodeRef::<html::Dialog>::new();
    show_when(dialog, open);
    let shown = Memo::new(move |_| fitting(&commands, &typed.get()));
    Effect::new(move |_| {
        if open.get() {
            typed.set(String::new());
            at.set(0);
        }
    });
    let listener = window_event_listener(leptos::ev::keydown, move |event| {
        if (event.ctrl_key() || event.meta_key()) && pressed(&event).eq_ignore_ascii_case("k") {
            event.prevent_default();
            open.update(|open| *open = !*open);
        }
    });
    on_cleanup(move || listener.remove());
    let navigate = StoredValue::new(use_navigate());
    let go = move |at: usize| {
        let chosen = shown.with_untracked(|shown| shown.get(at).cloned());
        if let Some(command) = chosen {
            open.set(false);
            navigate.with_value(|navigate| navigate(&command.href, leptos_router::NavigateOptions::default()));
        }
    };
    let on_key = move |event: leptos::ev::KeyboardEvent| {
        if composing(&event) {
            return;
        }
        let count = shown.with_untracked(Vec::len).max(1);
        match event.key().as_str() {
            "ArrowDown" => at.update(|at| *at = (*at + 1) % count),
            "ArrowUp" => at.update(|at| *at = (*at + count - 1) % count),
            "Enter" => go(at.get_untracked()),
            _ => return,
        }
        event.prevent_default();
    };
    let options = move || {
        let options = shown.get().into_iter().enumerate().map(|(i, command)| {
            view! {
                // An option holds no link: it is chosen from the field, or clicked as a whole.
                <li
                    role="option"
                    id=format!("palette-{i}")
                    class=css::OPTION
                    aria-selected=move || (at.get() == i).to_string()
                    on:click=move |_| go(i)
                >
                    <Icon glyph=command.glyph />
                    {command.label}
                </li>
            }
        });
        options.collect_view()
    };
    view! {
        <dialog node_ref=dialog class=css::PALETTE id="palette" aria-label="Go to" on:close=move |_| was_closed(dialog, open)
            on:click=move |event| {
                if is_on(&event, "palette") {
                    open.set(false);
                }
            }>
            <div>
                <input
                    class=css::INPUT
                    type="text"
                    placeholder="Go to a page, or search calls"
                    aria-label="Go to a page, or search calls"
                    role="combobox"
                    aria-expanded="true"
                    aria-controls="palette-list"
                    aria-activedescendant=move || format!("palette-{}", at.get())
                    autocomplete="off"
                    maxlength="200"
                    prop:value=move || typed.get()
                    on:input:target=move |event| {
                        typed.set(event.target().value());
                        at.set(0);
                    }
                    on:keydown=on_key
                />
                <ul class=css::LIST role="listbox" id="palette-list" aria-label="Where to go">{options}</ul>
                <ul class=css::KEYS aria-label="Keys">
                    {KEYS.map(|(key, does)| view! { <li><kbd class=css::KEY>{key}</kbd> " " {does}</li> }).collect_view()}
                </ul>
            </div>
        </dialog>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_filters_and_can_be_searched() {
        let commands = [Command::new("Home", "/", Glyph::Home), Command::new("Calls", "/calls", Glyph::Calls)];
        assert_eq!(fitting(&commands, "").len(), 2);
        let found = fitting(&commands, " CALL ");
        assert_eq!(found[0].href, "/calls");
        assert_eq!(fitting(&commands, "50 % & ü")[0].href, "/calls?search=50%20%25%20%26%20%C3%BC");
    }
}
