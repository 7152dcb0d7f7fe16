//! Stretches of a text that are shown as found.

/// Parts of a text that lie within and outside of some stretches, counted in characters; stretches that make no sense mark nothing.
pub fn marked(text: &str, stretches: &[(u32, u32)]) -> Vec<(String, bool)> {
    let mut parts: Vec<(String, bool)> = Vec::new();
    for (at, c) in text.chars().enumerate() {
        let hit = stretches.iter().any(|(start, end)| (*start as usize..*end as usize).contains(&at));
        match parts.last_mut() {
            Some((part, was)) if *was == hit => part.push(c),
            _ => parts.push((c.to_string(), hit)),
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_marked_is_counted_in_characters() {
        let parts = marked("Größe 12 m²", &[(0, 5), (6, 8)]);
        assert_eq!(parts, [("Größe".into(), true), (" ".into(), false), ("12".into(), true), (" m²".into(), false)]);
        assert_eq!(marked("abc", &[(2, 1), (9, 12)]), [("abc".into(), false)]);
        assert!(marked("", &[(0, 1)]).is_empty());
    }
}
