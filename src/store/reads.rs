//! What an answer was read from, and what a commit touched: whether the one can have made the other old. Where that is not
//! known it has. Must not read the database.

use std::collections::VecDeque;

use super::change::NewChange;
use super::sql::unpack_keys;
use super::{Catalog, Kind};
use crate::domain::public_id::Noun;

/// Commits that are remembered.
const MOST: usize = 256;

/// Something that was read for an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Read {
    /// An item by its key, whether it was there or not.
    Item(i64),
    /// Items of a kind.
    List {
        /// The kind.
        kind: Kind,
        /// Only what lies under one of these regions.
        regions: Option<Vec<i64>>,
        /// Only what lies under one of these topics.
        topics: Option<Vec<i64>>,
    },
}

impl Read {
    /// The bytes that it takes.
    pub fn bytes(&self) -> usize {
        let keys = match self {
            Self::Item(_) => 0,
            Self::List { regions, topics, .. } => [regions, topics].into_iter().flatten().map(Vec::len).sum(),
        };
        size_of::<Self>() + keys * size_of::<i64>()
    }
}

/// An item that was changed, with all regions and topics that it lay under before or lies under now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Touched {
    item: i64,
    kind: Kind,
    regions: Vec<i64>,
    topics: Vec<i64>,
}

impl Touched {
    /// What a change of an item touches, if it is one.
    pub(super) fn of(change: &NewChange, catalog: &Catalog) -> Option<Self> {
        let kind = Noun::from_name(change.noun).and_then(Kind::of_noun)?;
        let sides = [&change.before, &change.after];
        let keys = |packed: &Option<String>| packed.as_deref().map(unpack_keys).unwrap_or_default();
        let (mut regions, mut topics) = (Vec::new(), Vec::new());
        for region in sides.iter().flat_map(|side| keys(&side.regions)) {
            regions.push(region);
            regions.extend(catalog.region(region).into_iter().flat_map(|region| region.ancestors.iter().copied()));
        }
        for topic in sides.iter().flat_map(|side| keys(&side.topics)) {
            topics.push(topic);
            topics.extend(catalog.topic(topic).into_iter().flat_map(|topic| topic.ancestors.iter().copied()));
        }
        Some(Self { item: change.item, kind, regions, topics })
    }

    /// Whether what was read may be another now.
    fn alters(&self, read: &Read) -> bool {
        let is_under = |wanted: &Option<Vec<i64>>, own: &[i64]| {
            wanted.as_ref().is_none_or(|wanted| wanted.iter().any(|key| own.contains(key)))
        };
        match read {
            Read::Item(item) => *item == self.item,
            Read::List { kind, regions, topics } => {
                *kind == self.kind && is_under(regions, &self.regions) && is_under(topics, &self.topics)
            }
        }
    }
}

/// What the last commits touched, each of which made a generation of answers.
#[derive(Debug)]
pub(super) struct Past {
    /// The last change of the log up to which all commits are counted; -1 before the first look.
    pub(super) counted: i64,
    /// The first generation behind which all commits are known.
    since: u64,
    commits: VecDeque<Vec<Touched>>,
}

impl Default for Past {
    fn default() -> Self {
        Self { counted: -1, since: 0, commits: VecDeque::new() }
    }
}

impl Past {
    /// A commit that touched what is not known made a generation.
    pub(super) fn forget(&mut self, generation: u64) {
        self.commits.clear();
        self.since = generation;
    }

    /// The next generation was made by a commit that touched so much and nothing else.
    pub(super) fn push(&mut self, touched: Vec<Touched>) {
        if self.commits.len() == MOST {
            self.commits.pop_front();
            self.since += 1;
        }
        self.commits.push_back(touched);
    }

    /// Whether no commit between two generations can have altered anything that was read.
    pub(super) fn leaves(&self, reads: &[Read], from: u64, to: u64) -> bool {
        let place = |generation: u64| usize::try_from(generation.checked_sub(self.since)?).ok();
        let (Some(from), Some(to)) = (place(from), place(to)) else { return false };
        from <= to
            && to <= self.commits.len()
            && self.commits.range(from..to).flatten().all(|touched| !reads.iter().any(|read| touched.alters(read)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn touched(item: i64, kind: Kind, regions: &[i64], topics: &[i64]) -> Touched {
        Touched { item, kind, regions: regions.to_vec(), topics: topics.to_vec() }
    }

    fn list(kind: Kind, regions: Option<&[i64]>, topics: Option<&[i64]>) -> Read {
        Read::List { kind, regions: regions.map(<[i64]>::to_vec), topics: topics.map(<[i64]>::to_vec) }
    }

    #[test]
    fn a_change_alters_its_item_and_the_lists_that_it_lies_or_lay_in() {
        let change = touched(7, Kind::Resource, &[1, 2], &[10]);
        for (read, expected) in [
            (Read::Item(7), true),
            (Read::Item(8), false),
            (list(Kind::Resource, None, None), true),
            (list(Kind::Event, None, None), false),
            (list(Kind::Resource, Some(&[2, 3]), None), true),
            (list(Kind::Resource, Some(&[3]), None), false),
            (list(Kind::Resource, None, Some(&[10])), true),
            (list(Kind::Resource, Some(&[1]), Some(&[11])), false),
            (list(Kind::Resource, Some(&[1]), Some(&[11, 10])), true),
            (list(Kind::Resource, Some(&[]), None), false),
        ] {
            assert_eq!(change.alters(&read), expected, "{read:?}");
        }
    }

    #[test]
    fn only_what_is_known_of_all_commits_between_counts() {
        let mut past = Past::default();
        let reads = [Read::Item(1), list(Kind::Event, None, None)];
        past.push(vec![touched(2, Kind::Resource, &[], &[])]);
        past.push(vec![touched(3, Kind::Resource, &[], &[]), touched(1, Kind::Resource, &[], &[])]);
        past.push(vec![touched(4, Kind::Event, &[], &[])]);
        past.push(Vec::new());
        for ((from, to), expected) in [
            ((0, 0), true),
            ((0, 1), true),
            ((0, 2), false),
            ((1, 2), false),
            ((2, 3), false),
            ((3, 4), true),
            ((4, 3), false),
            ((3, 5), false),
        ] {
            assert_eq!(past.leaves(&reads, from, to), expected, "{from} to {to}");
        }
        past.forget(5);
        assert!(!past.leaves(&reads, 4, 5) && past.leaves(&reads, 5, 5));
        for _ in 0..=MOST {
            past.push(Vec::new());
        }
        let end = 6 + MOST as u64;
        assert!(!past.leaves(&reads, 5, end) && past.leaves(&reads, 6, end));
    }
}
