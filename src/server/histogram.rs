//! How often a figure lay within which bounds. The recorder's own histograms keep each value with its time until they are
//! folded, which is a fiftieth of the work of a kept answer: these count. Must not know what is counted.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};

/// Counts of a figure, by bounds that it does not exceed.
#[derive(Debug)]
pub(crate) struct Histogram<const N: usize> {
    bounds: [u64; N],
    counts: [AtomicU64; N],
    beyond: AtomicU64,
    sum: AtomicU64,
}

impl<const N: usize> Histogram<N> {
    /// One of these bounds, in ascending order.
    pub fn new(bounds: [u64; N]) -> Self {
        let counts = std::array::from_fn(|_| AtomicU64::new(0));
        Self { bounds, counts, beyond: AtomicU64::new(0), sum: AtomicU64::new(0) }
    }

    /// Counts a figure.
    pub fn record(&self, figure: u64) {
        let place = self.bounds.partition_point(|bound| *bound < figure);
        self.counts.get(place).unwrap_or(&self.beyond).fetch_add(1, Ordering::Relaxed);
        self.sum.fetch_add(figure, Ordering::Relaxed);
    }
}

/// Appends histograms of one name in the text format of Prometheus: each by its labels, figures divided by a unit. One that
/// counted nothing is left out.
pub(crate) fn render<'h, const N: usize>(
    name: &str,
    histograms: impl IntoIterator<Item = (String, &'h Histogram<N>)>,
    unit: f64,
    text: &mut String,
) {
    let _ = writeln!(text, "# TYPE {name} histogram");
    for (labels, histogram) in histograms {
        let mut count = 0;
        let (comma, braced) = if labels.is_empty() { ("", String::new()) } else { (",", format!("{{{labels}}}")) };
        let mut lines = String::new();
        for (bound, counted) in histogram.bounds.iter().zip(&histogram.counts) {
            count += counted.load(Ordering::Relaxed);
            let bound = *bound as f64 / unit;
            let _ = writeln!(lines, "{name}_bucket{{{labels}{comma}le=\"{bound}\"}} {count}");
        }
        count += histogram.beyond.load(Ordering::Relaxed);
        let sum = histogram.sum.load(Ordering::Relaxed) as f64 / unit;
        let _ = writeln!(lines, "{name}_bucket{{{labels}{comma}le=\"+Inf\"}} {count}");
        let _ = writeln!(lines, "{name}_sum{braced} {sum}\n{name}_count{braced} {count}");
        if count > 0 {
            text.push_str(&lines);
        }
    }
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_is_counted_at_the_first_bound_that_it_does_not_exceed() {
        let histogram = Histogram::new([1_000, 5_000]);
        for figure in [0, 1_000, 1_001, 5_000, 5_001, 1_000_000] {
            histogram.record(figure);
        }
        let mut text = String::new();
        render(
            "took",
            [("of=\"a\"".to_string(), &histogram), ("of=\"b\"".to_string(), &Histogram::new([1, 2]))],
            1e3,
            &mut text,
        );
        let expected = "# TYPE took histogram\ntook_bucket{of=\"a\",le=\"1\"} 2\ntook_bucket{of=\"a\",le=\"5\"} 4\n\
             took_bucket{of=\"a\",le=\"+Inf\"} 6\ntook_sum{of=\"a\"} 1012.002\ntook_count{of=\"a\"} 6\n\n";
        assert_eq!(text, expected);
        text.clear();
        render("cost", [(String::new(), &histogram)], 1.0, &mut text);
        assert!(
            text.contains("cost_bucket{le=\"1000\"} 2\n") && text.ends_with("cost_sum 1012002\ncost_count 6\n\n"),
            "{text}"
        );
    }
}
