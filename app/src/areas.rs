//! The one list of areas. Navigation and commands are read from it, and their pages are mounted here.

use leptos::prelude::*;
use leptos_router::any_nested_route::IntoAnyNestedRoute as _;

use crate::area::Area;
use crate::pages::{calls, home, knowledge, settings};

/// Every area, in the order of the navigation.
pub const AREAS: [Area; 4] = [home::AREA, calls::AREA, knowledge::AREA, settings::AREA];

/// The pages of all areas, for who is signed in.
#[component(transparent)]
pub fn Pages() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <home::Pages />
        <calls::Pages />
        <knowledge::Pages />
        <settings::Pages />
    }
    .into_inner()
    .into_any_nested_route()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_places_are_one_areas() {
        let names: std::collections::BTreeSet<_> = AREAS.iter().map(|area| area.name).collect();
        assert_eq!(names.len(), AREAS.len());
        let places: Vec<_> = AREAS.iter().flat_map(|area| area.navigation).map(|link| link.href).collect();
        let distinct: std::collections::BTreeSet<_> = places.iter().collect();
        assert_eq!(distinct.len(), places.len());
        let commands: Vec<_> = AREAS.iter().flat_map(|area| area.commands).map(|link| link.label).collect();
        let distinct: std::collections::BTreeSet<_> = commands.iter().collect();
        assert_eq!(distinct.len(), commands.len());
    }
}
