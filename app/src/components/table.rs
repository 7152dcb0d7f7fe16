//! Tables: heads that sort by link, an empty and a loading state. The caller writes the rows as `<tr>`.

use leptos::prelude::*;

use super::{Glyph, Icon, Skeleton, SkeletonLines};
use crate::styles::table as css;

/// Which way a column is sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sorted {
    /// Small to large.
    Ascending,
    /// Large to small.
    Descending,
}

/// The head of a column.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Column {
    label: String,
    sort_by: Option<String>,
    sorted: Option<Sorted>,
    numeric: bool,
    hidden: bool,
}

impl Column {
    /// A column with a name.
    pub fn new(label: impl Into<String>) -> Self {
        Self { label: label.into(), ..Self::default() }
    }

    /// A column of buttons; its name is only read out.
    pub fn actions(label: impl Into<String>) -> Self {
        Self { hidden: true, ..Self::new(label) }
    }

    /// The same, of numbers: set to the end of the line.
    pub fn numeric(self) -> Self {
        Self { numeric: true, ..self }
    }

    /// The same, with a link that sorts by it, and how it is sorted now.
    pub fn sortable(self, href: impl Into<String>, sorted: Option<Sorted>) -> Self {
        Self { sort_by: Some(href.into()), sorted, ..self }
    }
}

/// A table. Cells of numeric columns carry `data-numeric`.
#[component]
pub fn Table(
    /// What it lists; read out.
    #[prop(into)]
    label: String,
    /// Its columns.
    #[prop(into)]
    columns: Signal<Vec<Column>>,
    /// Shows the shape of rows instead of rows.
    #[prop(optional, into)]
    loading: Signal<bool>,
    /// Whether there is nothing to show.
    #[prop(optional, into)]
    empty: Signal<bool>,
    /// What is shown then, such as an `EmptyState`.
    #[prop(optional, into)]
    when_empty: Option<ViewFn>,
    /// The rows: `<tr><td>…`.
    children: Children,
) -> impl IntoView {
    let waiting = format!("Loading {}", label.to_lowercase());
    view! {
        <div class=css::BOX aria-busy=move || loading.get().then_some("true")>
            <table class=css::TABLE>
                <caption class="visually-hidden">{label}</caption>
                <thead>
                    <tr>{move || columns.get().into_iter().map(head).collect_view()}</tr>
                </thead>
                <tbody data-hidden=move || loading.get().then_some("")>{children()}</tbody>
            </table>
            {move || loading.get().then(|| view! { <div class=css::WAITING><SkeletonLines shape=Skeleton::Row count=5 label=waiting.clone() /></div> })}
            {move || (empty.get() && !loading.get()).then(|| when_empty.as_ref().map(ViewFn::run))}
        </div>
    }
}

fn head(column: Column) -> impl IntoView {
    let sorted = column.sorted.map(|sorted| match sorted {
        Sorted::Ascending => ("ascending", Glyph::ArrowUp),
        Sorted::Descending => ("descending", Glyph::ArrowDown),
    });
    let label =
        if column.hidden { view! { <span class="visually-hidden">{column.label}</span> }.into_any() } else { column.label.into_any() };
    let content = match column.sort_by {
        Some(href) => view! {
            <a class=css::SORT href=href>
                {label}
                {sorted.map(|(_, glyph)| view! { <Icon glyph /> })}
            </a>
        }
        .into_any(),
        None => label,
    };
    view! {
        <th scope="col" data-numeric=column.numeric.then_some("") aria-sort=sorted.map(|(name, _)| name)>
            {content}
        </th>
    }
}
