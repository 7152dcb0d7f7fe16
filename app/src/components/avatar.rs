//! A person's initials.

use leptos::prelude::*;

use crate::styles::avatar as css;

/// A round with initials; the name stands beside it or is its title.
#[component]
pub fn Avatar(
    /// Whose.
    #[prop(into)]
    name: String,
) -> impl IntoView {
    view! { <span class=css::AVATAR aria-hidden="true">{initials(&name)}</span> }
}

/// First letters of the first and the last word.
pub fn initials(name: &str) -> String {
    let mut words = name.split_whitespace();
    let first = words.next().and_then(|word| word.chars().next());
    let last = words.next_back().and_then(|word| word.chars().next());
    first.into_iter().chain(last).flat_map(char::to_uppercase).collect()
}

#[cfg(test)]
mod tests {
    use super::initials;

    #[test]
    fn initials_of_names() {
        assert_eq!(initials("Ada Lovelace"), "AL");
        assert_eq!(initials("Jean-Luc de la Tour"), "JT");
        assert_eq!(initials("ß"), "SS");
        assert_eq!(initials("  "), "");
    }
}
