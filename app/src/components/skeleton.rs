//! The shape of what is still loading.

use leptos::prelude::*;

use crate::styles::skeleton as css;

/// The shape that a skeleton stands for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Skeleton {
    /// A line of text.
    #[default]
    Line,
    /// A heading.
    Title,
    /// A button or an input.
    Control,
    /// A row of a table.
    Row,
    /// A card.
    Card,
}

impl Skeleton {
    const fn name(self) -> &'static str {
        match self {
            Self::Line => "line",
            Self::Title => "title",
            Self::Control => "control",
            Self::Row => "row",
            Self::Card => "card",
        }
    }
}

/// Some skeletons below each other, with words for those who can't see them.
#[component]
pub fn SkeletonLines(
    /// How many.
    #[prop(default = 3)]
    count: usize,
    /// Of which shape.
    #[prop(optional)]
    shape: Skeleton,
    /// What is loading, such as "Loading calls".
    #[prop(default = "Loading".into(), into)]
    label: String,
) -> impl IntoView {
    view! {
        <div class=css::SKELETONS role="status" data-shape=shape.name()>
            <span class="visually-hidden">{label}</span>
            {(0..count).map(|_| view! { <span class=css::SKELETON></span> }).collect_view()}
        </div>
    }
}
