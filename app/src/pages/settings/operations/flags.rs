//! What can be switched for the organization.

use leptos::prelude::*;
use model::FlagState;

use super::api;
use crate::components::{Button, Choice, For, Select, TextField};
use crate::rpc::{ActionForm, FormAction};
use crate::styles::settings as css;

/// Every flag with its form. A form stays where it is when somebody else switches something.
#[component]
pub fn Flags(flags: Memo<Vec<FlagState>>, action: FormAction<api::SetFlag>) -> impl IntoView {
    view! {
        <p class="small soft">"Calls that run keep what they began with. A member can have a setting of their own, by the API."</p>
        <ul class=css::ITEMS>
            <For each=move || flags.get() key=|flag| flag.key.clone() children=move |flag| view! { <Switched flag flags action /> } />
        </ul>
    }
}

#[component]
fn Switched(flag: FlagState, flags: Memo<Vec<FlagState>>, action: FormAction<api::SetFlag>) -> impl IntoView {
    let (state, share) = (RwSignal::new(word(&flag).to_owned()), RwSignal::new(percent(&flag)));
    let key = StoredValue::new(flag.key.clone());
    let now = Memo::new(move |_| flags.with(|flags| flags.iter().find(|flag| key.with_value(|key| *key == flag.key)).cloned()));
    Effect::new(move |_| {
        if let Some(flag) = now.get() {
            state.set(word(&flag).to_owned());
            share.set(percent(&flag));
        }
    });
    let choices = vec![
        Choice::new("default", if flag.default { "As delivered: on" } else { "As delivered: off" }),
        Choice::new("on", "On"),
        Choice::new("off", "Off"),
        Choice::new("share", "On for a share of calls"),
    ];
    let described = move || now.with(|flag| flag.as_ref().map(describe).unwrap_or_default());
    view! {
        <li class=css::ITEM>
            <div class=css::WORDS>
                <span>{flag.description}</span>
                <span class="small soft">{described} " · " <span class="mono">{flag.key.clone()}</span></span>
            </div>
            <ActionForm action attr:class="row">
                <input type="hidden" name="key" value=flag.key.clone() />
                <Select label="Setting" name="state" id=format!("state-{}", flag.key) choices value=state />
                <TextField label="Share of calls, %" name="share" id=format!("share-{}", flag.key) max_length=3 value=share />
                <Button submit=true small=true>"Save" <span class="visually-hidden">{format!(" {}", flag.key)}</span></Button>
            </ActionForm>
        </li>
    }
}

/// The answer that says how a flag is set.
fn word(flag: &FlagState) -> &'static str {
    match flag.share {
        None => "default",
        Some(100..) => "on",
        Some(0) => "off",
        Some(_) => "share",
    }
}

/// What stands in the field of the share.
fn percent(flag: &FlagState) -> String {
    let default = if flag.default { 100 } else { 0 };
    flag.share.unwrap_or(default).to_string()
}

/// How it is, in words.
fn describe(flag: &FlagState) -> String {
    let organization = match (flag.share, flag.default) {
        (None, true) => "On, as delivered".to_owned(),
        (None, false) => "Off, as delivered".to_owned(),
        (Some(100..), _) => "On".to_owned(),
        (Some(0), _) => "Off".to_owned(),
        (Some(share), _) => format!("On for {share} % of calls"),
    };
    match flag.members.len() {
        0 => organization,
        1 => format!("{organization}; one member has an own setting"),
        several => format!("{organization}; {several} members have own settings"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_says_how_it_is() {
        let flag = |share, default| FlagState { key: "a.b".to_owned(), description: String::new(), default, share, members: Vec::new() };
        let said = |share, default| (word(&flag(share, default)), percent(&flag(share, default)), describe(&flag(share, default)));
        assert_eq!(said(None, true), ("default", "100".to_owned(), "On, as delivered".to_owned()));
        assert_eq!(said(None, false), ("default", "0".to_owned(), "Off, as delivered".to_owned()));
        assert_eq!(said(Some(0), true), ("off", "0".to_owned(), "Off".to_owned()));
        assert_eq!(said(Some(100), false), ("on", "100".to_owned(), "On".to_owned()));
        assert_eq!(said(Some(30), true), ("share", "30".to_owned(), "On for 30 % of calls".to_owned()));
    }
}
