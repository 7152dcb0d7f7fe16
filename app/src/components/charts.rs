//! Charts: bars, a stacked bar, a sparkline, a gauge. Drawn as SVG; the numbers stand behind each as a table for those who can't see it.

use leptos::prelude::*;

use super::Tone;
use crate::styles::charts as css;

/// One number with its name.
#[derive(Clone, Debug, PartialEq)]
pub struct Datum {
    /// What it is.
    pub label: String,
    /// How much, not negative.
    pub value: f64,
    /// How it is written, such as "62 %".
    pub shown: String,
    /// Its colour.
    pub tone: Tone,
}

impl Datum {
    /// A number with its name, as it is written, and its colour.
    pub fn new(label: impl Into<String>, value: f64, shown: impl Into<String>, tone: Tone) -> Self {
        Self { label: label.into(), value: if value.is_finite() { value.max(0.0) } else { 0.0 }, shown: shown.into(), tone }
    }
}

/// The table behind a chart.
fn table(label: String, data: &[Datum]) -> impl IntoView {
    let rows = data.iter().map(|datum| {
        view! {
            <tr>
                <th scope="row">{datum.label.clone()}</th>
                <td>{datum.shown.clone()}</td>
            </tr>
        }
    });
    view! {
        <table class="visually-hidden">
            <caption>{label}</caption>
            <tbody>{rows.collect_view()}</tbody>
        </table>
    }
}

/// Parts of a whole, in one bar, with a legend.
#[component]
pub fn StackedBar(
    /// What is divided.
    #[prop(into)]
    label: String,
    /// The parts.
    #[prop(into)]
    data: Signal<Vec<Datum>>,
) -> impl IntoView {
    move || {
        let data = data.get();
        let total: f64 = data.iter().map(|datum| datum.value).sum();
        let mut x = 0.0;
        let bars = data.iter().filter(|_| total > 0.0).map(|datum| {
            let width = datum.value / total * 100.0;
            let bar = view! { <rect x=number(x) width=number(width) height="10" data-tone=datum.tone.name()></rect> };
            x += width;
            bar
        });
        let bars = bars.collect_view();
        let legend = data.iter().map(|datum| {
            view! {
                <li class=css::KEY data-tone=datum.tone.name()>
                    <span class=css::SWATCH></span>
                    {datum.label.clone()}
                    <strong>{datum.shown.clone()}</strong>
                </li>
            }
        });
        view! {
            <figure class=css::FIGURE>
                <svg class=css::STACK viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
                    <rect class=css::GROUND width="100" height="10"></rect>
                    {bars}
                </svg>
                <ul class=css::LEGEND aria-hidden="true">{legend.collect_view()}</ul>
                {table(label.clone(), &data)}
            </figure>
        }
    }
}

/// Numbers side by side, one line each.
#[component]
pub fn BarChart(
    /// What is compared.
    #[prop(into)]
    label: String,
    /// The numbers.
    #[prop(into)]
    data: Signal<Vec<Datum>>,
) -> impl IntoView {
    move || {
        let data = data.get();
        let most = data.iter().map(|datum| datum.value).fold(0.0, f64::max);
        let rows = data.iter().map(|datum| {
            let width = if most > 0.0 { datum.value / most * 100.0 } else { 0.0 };
            view! {
                <li class=css::LINE>
                    <span class=css::NAME>{datum.label.clone()}</span>
                    <svg class=css::BAR viewBox="0 0 100 10" preserveAspectRatio="none">
                        <rect class=css::GROUND width="100" height="10"></rect>
                        <rect width=number(width) height="10" data-tone=datum.tone.name()></rect>
                    </svg>
                    <strong class=css::NUMBER>{datum.shown.clone()}</strong>
                </li>
            }
        });
        view! {
            <figure class=css::FIGURE>
                <ul class=css::LINES aria-hidden="true">{rows.collect_view()}</ul>
                {table(label.clone(), &data)}
            </figure>
        }
    }
}

/// How a number moved, without axes. The table lists every value.
#[component]
pub fn Sparkline(
    /// What moved.
    #[prop(into)]
    label: String,
    /// The values, oldest first, with their names.
    #[prop(into)]
    data: Signal<Vec<Datum>>,
    /// Its colour.
    #[prop(default = Tone::Accent)]
    tone: Tone,
) -> impl IntoView {
    move || {
        let data = data.get();
        let values: Vec<f64> = data.iter().map(|datum| datum.value).collect();
        view! {
            <figure class=css::FIGURE>
                <svg class=css::SPARK viewBox="0 0 100 24" preserveAspectRatio="none" aria-hidden="true" data-tone=tone.name()>
                    <polyline points=points(&values)></polyline>
                </svg>
                {table(label.clone(), &data)}
            </figure>
        }
    }
}

/// One number on its scale, with the range that is good.
#[component]
pub fn Gauge(
    /// What is measured.
    #[prop(into)]
    label: String,
    /// The number; its tone says what it means.
    #[prop(into)]
    value: Signal<Datum>,
    /// Ends of the scale.
    scale: (f64, f64),
    /// The range that is good.
    good: (f64, f64),
) -> impl IntoView {
    let place = move |value: f64| ((value - scale.0) / (scale.1 - scale.0) * 100.0).clamp(0.0, 100.0);
    let (from, to) = (place(good.0), place(good.1));
    view! {
        <figure class=css::FIGURE>
            <svg
                class=css::GAUGE
                viewBox="0 0 100 10"
                preserveAspectRatio="none"
                role="meter"
                aria-label=label
                aria-valuemin=number(scale.0)
                aria-valuemax=number(scale.1)
                aria-valuenow=move || number(value.get().value)
                aria-valuetext=move || value.get().shown
            >
                <rect class=css::GROUND y="3" width="100" height="4"></rect>
                <rect class=css::RANGE x=number(from) y="3" width=number(to - from) height="4"></rect>
                <rect x=move || number((place(value.get().value) - 0.75).clamp(0.0, 98.5)) width="1.5" height="10" data-tone=move || value.get().tone.name()></rect>
            </svg>
        </figure>
    }
}

/// Two decimals are finer than a pixel.
fn number(value: f64) -> String {
    format!("{:.2}", if value.is_finite() { value } else { 0.0 })
}

/// The line of a sparkline in a box of 100 by 24, with room for its stroke.
fn points(values: &[f64]) -> String {
    let (low, high) = values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(*value), high.max(*value)));
    let span = high - low;
    #[allow(clippy::cast_precision_loss)]
    let step = 100.0 / values.len().saturating_sub(1).max(1) as f64;
    #[allow(clippy::cast_precision_loss)]
    let point = |(i, value): (usize, &f64)| {
        let height = if span > 0.0 { (value - low) / span } else { 0.5 };
        format!("{},{}", number(i as f64 * step), number(22.0 - height * 20.0))
    };
    values.iter().enumerate().map(point).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sparkline_fills_its_box() {
        assert_eq!(points(&[1.0, 3.0, 2.0]), "0.00,22.00 50.00,2.00 100.00,12.00");
        assert_eq!(points(&[5.0, 5.0]), "0.00,12.00 100.00,12.00");
        assert_eq!(points(&[]), "");
    }

    #[test]
    fn what_is_not_a_number_draws_nothing() {
        assert!(Datum::new("Pace", f64::NAN, "–", Tone::Neutral).value.abs() < f64::EPSILON);
        assert_eq!(number(f64::INFINITY), "0.00");
    }
}
