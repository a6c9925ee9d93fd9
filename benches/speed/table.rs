//! What was found, as a table in Markdown: the median of each figure, and how far the rounds lie apart.

use crate::load::Found;

/// What was found of one read of one server.
pub struct Row {
    pub read: &'static str,
    pub name: &'static str,
    pub runs: Vec<Found>,
}

impl Row {
    fn sorted(&self, of: fn(&Found) -> f64) -> Vec<f64> {
        let mut all: Vec<f64> = self.runs.iter().map(of).collect();
        all.sort_by(f64::total_cmp);
        all
    }

    fn median(&self, of: fn(&Found) -> f64) -> f64 {
        let all = self.sorted(of);
        all[all.len() / 2]
    }

    /// The distance of the extremes in percent of the median.
    fn spread(&self, of: fn(&Found) -> f64) -> f64 {
        let all = self.sorted(of);
        100.0 * (all[all.len() - 1] - all[0]) / self.median(of)
    }
}

/// Prints the rows.
pub fn print(rows: &[Row]) {
    println!(
        "| read | server | requests/s | spread | server us/request | spread | database us/request | p50 ms | p99 ms | MiB |"
    );
    println!("|---|---|--:|--:|--:|--:|--:|--:|--:|--:|");
    for row in rows {
        println!(
            "| {} | {} | {:.0} | {:.0} % | {:.1} | {:.0} % | {:.1} | {:.2} | {:.2} | {:.0} |",
            row.read,
            row.name,
            row.median(|found| found.rate),
            row.spread(|found| found.rate),
            row.median(|found| found.server),
            row.spread(|found| found.server),
            row.median(|found| found.database),
            row.median(|found| found.p50),
            row.median(|found| found.p99),
            row.median(|found| found.memory),
        );
    }
}
