//! What a player draws behind its seek bar: who spoke when, or how loud, and moments. Shapes in a picture of [`WIDTH`] by [`HEIGHT`], in
//! whole units: a path of its own for each thing that has a name.

use std::fmt::Write as _;

use model::{Channel, Millis};

use super::Tone;

/// Width of the picture.
pub(super) const WIDTH: i64 = 1_000;
/// Its height: the rep is above the middle, the customer below it.
pub(super) const HEIGHT: i64 = 40;

/// One thing that is drawn, with its name in the legend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lane {
    /// What it is.
    pub label: String,
    /// Its colour.
    pub tone: Tone,
    /// Its shape, as the path of an SVG.
    pub shape: String,
}

impl Lane {
    /// How loud a side is: its peaks divide the length evenly; 255 is the loudest.
    pub fn wave(label: String, channel: Channel, peaks: &[u8]) -> Self {
        let middle = HEIGHT / 2;
        let mut shape = format!("M0 {middle}");
        for (nth, peak) in (1..).zip(peaks) {
            // Ears hear a quarter of the pressure as half as loud.
            let height = i64::from((u32::from(*peak) * 361 / 255).isqrt()).max(i64::from(*peak > 0));
            let y = if channel == Channel::Rep { middle - height } else { middle + height };
            // Writing to a `String` can't fail.
            let _ = write!(shape, "V{y}H{}", nth * WIDTH / peaks.len().max(1) as i64);
        }
        let _ = write!(shape, "V{middle}z");
        Self { label, tone: tone(channel), shape }
    }

    /// When a side spoke, in order of start. Bars that would lie over one another are one: a long call has thousands of lines.
    pub fn talk(label: String, channel: Channel, spans: impl Iterator<Item = (Millis, Millis)>, length: Millis) -> Self {
        let y = if channel == Channel::Rep { 7 } else { 23 };
        let mut bars: Vec<(i64, i64)> = Vec::new();
        for (start, end) in spans {
            let (from, to) = (place(start, length), place(end, length).max(place(start, length) + 1));
            match bars.last_mut() {
                Some((_, end)) if from <= *end => *end = to.max(*end),
                _ => bars.push((from, to)),
            }
        }
        let mut shape = String::new();
        for (from, to) in bars {
            let _ = write!(shape, "M{from} {y}H{to}v10H{from}z");
        }
        Self { label, tone: tone(channel), shape }
    }

    /// Moments, as lines from the upper edge.
    pub fn moments(label: &str, tone: Tone, moments: impl Iterator<Item = Millis>, length: Millis, height: u32) -> Self {
        let mut shape = String::new();
        for at in moments {
            let _ = write!(shape, "M{} 0h3v{height}h-3z", place(at, length).min(WIDTH - 3));
        }
        Self { label: label.to_owned(), tone, shape }
    }
}

const fn tone(channel: Channel) -> Tone {
    match channel {
        Channel::Rep => Tone::Rep,
        Channel::Customer => Tone::Customer,
    }
}

/// Where a moment is in the picture.
pub(super) fn place(at: Millis, length: Millis) -> i64 {
    (at.0.max(0).saturating_mul(WIDTH) / length.0.max(1)).min(WIDTH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_drawn_outside_even_of_a_call_without_length() {
        assert_eq!([Millis(50_000), Millis(-5), Millis(i64::MAX)].map(|at| place(at, Millis::ZERO)), [WIDTH, 0, WIDTH]);
        let moments = Lane::moments("Marked", Tone::Warn, [Millis(100), Millis(50)].into_iter(), Millis(100), 40);
        assert_eq!(moments.shape, "M997 0h3v40h-3zM500 0h3v40h-3z");
    }

    #[test]
    fn bars_that_touch_are_one() {
        let spans = [(0, 10), (5, 20), (20, 20), (90, 100)].map(|(start, end)| (Millis(start), Millis(end)));
        let talk = Lane::talk("Ann".into(), Channel::Rep, spans.into_iter(), Millis(100));
        assert_eq!(talk.shape, "M0 7H201v10H0zM900 7H1000v10H900z");
    }

    #[test]
    fn a_wave_goes_up_for_the_rep_and_down_for_the_customer() {
        let wave = |channel| Lane::wave(String::new(), channel, &[0, 1, 255, 64]).shape;
        assert_eq!(wave(Channel::Rep), "M0 20V20H250V19H500V1H750V11H1000V20z");
        assert_eq!(wave(Channel::Customer), "M0 20V20H250V21H500V39H750V29H1000V20z");
    }
}
