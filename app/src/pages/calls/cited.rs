//! What a card rests on in the organization's documents: the words, where they stand, and the way there.

use leptos::prelude::*;
use model::Citation;

use crate::components::{Glyph, Icon};
use crate::pages::knowledge::citation_path;
use crate::styles::calls_cited as css;

/// A passage of a document.
#[component]
pub fn Cited(
    /// The passage.
    source: Citation,
    /// The document opens in a tab of its own: a call that runs here goes on.
    #[prop(optional)]
    new_tab: bool,
    /// It is the answer: read at arm's length.
    #[prop(optional)]
    large: bool,
    /// Long words are cut after a few lines.
    #[prop(optional, into)]
    short: Signal<bool>,
) -> impl IntoView {
    let href = citation_path(&source);
    let place = source.place.describe();
    view! {
        <figure class=css::CITED>
            <blockquote class=css::WORDS class:large=large dir="auto" data-short=move || short.get().to_string()>
                {readable(&source.quote)}
            </blockquote>
            <figcaption class=css::FROM>
                <a class=css::LINK href=href target=new_tab.then_some("_blank") rel=new_tab.then_some("noopener")>
                    <Icon glyph=Glyph::Note />
                    <span class=css::TITLE>{source.title}</span>
                    {new_tab.then(|| view! { <span class="visually-hidden">" (opens in a new tab)"</span> })}
                </a>
                {(!place.is_empty()).then(|| view! { <span class=css::PLACE>{place}</span> })}
            </figcaption>
        </figure>
    }
}

/// The words as somebody hears them: sentences without any mark, cells of a row with a pause between them.
pub fn spoken(quote: &str) -> String {
    let lines = readable(quote);
    let lines = lines.lines().map(|line| {
        let said = line.trim_start_matches("• ").replace(" · ", ", ");
        if said.ends_with(['.', '!', '?', ':', ';', '…']) { said } else { format!("{said}.") }
    });
    lines.collect::<Vec<_>>().join(" ")
}

/// The words without the marks of headings, lists and tables; a line for each heading, item and row.
fn readable(quote: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    // A line of running text goes on in the next one.
    let mut runs = false;
    for line in quote.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let item = ["- ", "* ", "+ ", "• "].iter().find_map(|mark| line.strip_prefix(mark));
        let row = line.strip_prefix('|').map(|row| row.trim_end_matches('|'));
        let text = line.trim_start_matches('#');
        let is_heading = text.len() < line.len() && text.starts_with(' ');
        match (item, row) {
            (Some(item), _) => lines.push(format!("• {}", item.trim())),
            (None, Some(row)) => {
                let cells: Vec<&str> = row.split('|').map(str::trim).filter(|cell| !cell.is_empty() && !is_rule(cell)).collect();
                if !cells.is_empty() {
                    lines.push(cells.join(" · "));
                }
            }
            (None, None) if is_heading => lines.push(text.trim().to_owned()),
            (None, None) => match lines.last_mut().filter(|_| runs) {
                Some(last) => {
                    last.push(' ');
                    last.push_str(line);
                }
                None => lines.push(line.to_owned()),
            },
        }
        runs = row.is_none() && !is_heading;
    }
    lines.join("\n")
}

/// Whether a cell is part of the line between a table's head and its rows.
fn is_rule(cell: &str) -> bool {
    cell.chars().all(|c| matches!(c, '-' | ':'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_not_read_out_and_lines_stay_where_they_mean_something() {
        assert_eq!(readable("- Team: 29 €\n- Business:\n  59 €\n"), "• Team: 29 €\n• Business: 59 €");
        assert_eq!(readable("## Prices\nThe Team plan\ncosts 29 €."), "Prices\nThe Team plan costs 29 €.");
        assert_eq!(readable("| Plan | Price |\n|---|:--|\n| Team | 29 € |\nper month"), "Plan · Price\nTeam · 29 €\nper month");
        assert_eq!(readable("#1 in Europe,\n-5 % a year"), "#1 in Europe, -5 % a year");
        assert_eq!(readable(" \n "), "");
    }

    #[test]
    fn what_is_heard_has_no_marks_at_all() {
        assert_eq!(spoken("## Prices\n- Team: 29 €\n- Business:\n  59 €\n"), "Prices. Team: 29 €. Business: 59 €.");
        assert_eq!(spoken("| Plan | Price |\n|---|:--|\n| Team | 29 € |\nIs it\nper month?"), "Plan, Price. Team, 29 €. Is it per month?");
        assert_eq!(spoken("The Team plan costs 29 €."), "The Team plan costs 29 €.");
        assert_eq!(spoken(" "), "");
    }
}
