//! What the keys of a live call do.

/// What a key asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Microphone off or on.
    Mute,
    /// Stop capturing, or go on.
    Pause,
    /// Mark this moment.
    Bookmark,
    /// Go to the notes.
    Notes,
    /// The next card down.
    NextCard,
    /// The next card up.
    PreviousCard,
    /// Keep the chosen card.
    Keep,
    /// Wave the chosen card away.
    Dismiss,
    /// Show what the keys do.
    Help,
}

/// Every key with its words, in the order of the help.
pub const KEYS: [(&str, Action, &str); 9] = [
    ("M", Action::Mute, "Mute your microphone, or unmute it"),
    ("P", Action::Pause, "Pause the call, or go on"),
    ("B", Action::Bookmark, "Mark this moment"),
    ("N", Action::Notes, "Write a note"),
    ("J", Action::NextCard, "Next suggestion"),
    ("K", Action::PreviousCard, "Previous suggestion"),
    ("Enter", Action::Keep, "Keep the suggestion"),
    ("Backspace", Action::Dismiss, "Dismiss the suggestion"),
    ("?", Action::Help, "Show these keys"),
];

/// Where a key was pressed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Place {
    /// In a field that takes text.
    pub typing: bool,
    /// On a button or a link, which takes Enter itself.
    pub on_control: bool,
    /// With Control, Alt or Meta, which belong to the browser.
    pub with_modifier: bool,
}

/// What a key asks for at this place; none leaves it to the browser.
pub fn action(key: &str, place: Place) -> Option<Action> {
    if place.typing || place.with_modifier {
        return None;
    }
    let action = KEYS.iter().find(|(name, ..)| name.eq_ignore_ascii_case(key)).map(|(_, action, _)| *action)?;
    (action != Action::Keep || !place.on_control).then_some(action)
}

/// The card that is chosen after moving by `step` from `chosen` among `open` (numbers, top to bottom); it stays in the list.
pub fn move_choice(open: &[i64], chosen: Option<i64>, step: isize) -> Option<i64> {
    let last = open.len().checked_sub(1)?;
    let at = chosen.and_then(|number| open.iter().position(|open| *open == number));
    let next = match at {
        Some(at) => at.saturating_add_signed(step).min(last),
        None => 0,
    };
    open.get(next).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_work_in_either_case_but_not_while_typing() {
        assert_eq!(action("m", Place::default()), Some(Action::Mute));
        assert_eq!(action("M", Place::default()), Some(Action::Mute));
        assert_eq!(action("x", Place::default()), None);
        assert_eq!(action("m", Place { typing: true, ..Place::default() }), None);
        assert_eq!(action("p", Place { with_modifier: true, ..Place::default() }), None, "Ctrl+P prints");
    }

    #[test]
    fn enter_on_a_button_presses_the_button() {
        assert_eq!(action("Enter", Place { on_control: true, ..Place::default() }), None);
        assert_eq!(action("Enter", Place::default()), Some(Action::Keep));
    }

    #[test]
    fn the_choice_stays_among_the_open_cards() {
        let open = [9, 7, 4];
        assert_eq!(move_choice(&open, None, 1), Some(9));
        assert_eq!(move_choice(&open, Some(9), 1), Some(7));
        assert_eq!(move_choice(&open, Some(4), 1), Some(4));
        assert_eq!(move_choice(&open, Some(9), -1), Some(9));
        assert_eq!(move_choice(&open, Some(5), 1), Some(9), "its card is gone");
        assert_eq!(move_choice(&[], Some(5), 1), None);
    }
}
