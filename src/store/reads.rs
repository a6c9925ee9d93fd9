//! What an answer was read from, and what a commit touched: whether the one can have made the other old. Where that is not
//! known it has. Must not read the database.

use std::collections::VecDeque;

use super::sql::unpack_keys;
use super::write::{NewItem, Saving};
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
        /// The items that it shows, if it is another list only where one of these says something else, or where an item comes,
        /// goes or moves; none if it may be another by what any item says.
        shown: Option<Vec<i64>>,
    },
}

impl Read {
    /// The bytes that it takes.
    pub fn bytes(&self) -> usize {
        let keys = match self {
            Self::Item(_) => 0,
            Self::List { regions, topics, shown, .. } => {
                [regions, topics, shown].into_iter().flatten().map(Vec::len).sum()
            }
        };
        size_of::<Self>() + keys * size_of::<i64>()
    }
}

/// An item that was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Touched {
    item: i64,
    kind: Kind,
    lists: Lists,
}

/// How far a change of an item reaches into lists. The numbers are those of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Into none of the public: it was not published for all before, and is not now.
    Nowhere = 0,
    /// Into those that show it: all that lists in their usual order go by is as before.
    Shown = 1,
    /// Into all that it lay in before or lies in now.
    Lists = 2,
}

impl Reach {
    /// How far storing an item does.
    pub(super) fn of(saving: &Saving<'_>) -> Self {
        let is_public = |item: &NewItem| item.content.status == "PUBLISHED" && item.content.visibility == "PUBLIC";
        if !is_public(saving.item) && !saving.before.is_some_and(is_public) {
            Self::Nowhere
        } else if saving.before.is_some_and(|before| is_listed_alike(before, saving.item)) {
            Self::Shown
        } else {
            Self::Lists
        }
    }

    /// What a number of the log says.
    pub(super) const fn from_number(number: i16) -> Self {
        match number {
            0 => Self::Nowhere,
            1 => Self::Shown,
            _ => Self::Lists,
        }
    }
}

/// Whether two states of an item differ only in what no list in its usual order goes by: its words, and when it was changed.
fn is_listed_alike(before: &NewItem, after: &NewItem) -> bool {
    before.detail == after.detail
        && before.links == after.links
        && listed_by(&before.content) == listed_by(&after.content)
}

/// Every column but those of words and of the last change.
fn listed_by(content: &entity::content::Model) -> impl PartialEq + use<'_> {
    let entity::content::Model {
        id,
        public_id,
        kind,
        slug,
        wanted_slug,
        organization_id,
        status,
        visibility,
        version: _,
        texts: _,
        locales,
        title_key: _,
        attribution,
        content_notes,
        source_system,
        source_external_id,
        source,
        verification,
        region_ids,
        topic_ids,
        order_key,
        spotlight_until,
        published_at,
        expires_at,
        created_at,
        updated_at: _,
        body: _,
        outline: _,
    } = content;
    (
        (id, public_id, kind, slug, wanted_slug, organization_id, status, visibility, locales),
        (attribution, content_notes, source_system, source_external_id, source, verification),
        (region_ids, topic_ids, order_key, spotlight_until, published_at, expires_at, created_at),
    )
}

/// Which lists a change of an item may alter.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Lists {
    None,
    Showing,
    /// Those under these regions and topics: all that it lay under before or lies under now.
    Under {
        regions: Vec<i64>,
        topics: Vec<i64>,
    },
}

impl Touched {
    /// What is touched by a change of the log: of an item with a noun, whose packed regions and topics were these and are these.
    /// None if that is not known.
    pub(super) fn of(
        (noun, item, reach): (&str, i64, Reach),
        regions: [&str; 2],
        topics: [&str; 2],
        catalog: &Catalog,
    ) -> Option<Self> {
        let kind = Noun::from_name(noun).and_then(Kind::of_noun)?;
        let lists = match reach {
            Reach::Nowhere => Lists::None,
            Reach::Shown => Lists::Showing,
            Reach::Lists => {
                let region = |key| catalog.region(key).map(|region| &region.ancestors[..]);
                let topic = |key| catalog.topic(key).map(|topic| &topic.ancestors[..]);
                Lists::Under { regions: with_ancestors(regions, region)?, topics: with_ancestors(topics, topic)? }
            }
        };
        Some(Self { item, kind, lists })
    }

    /// Whether what was read may be another now.
    fn alters(&self, read: &Read) -> bool {
        let is_under = |wanted: &Option<Vec<i64>>, own: &[i64]| {
            wanted.as_ref().is_none_or(|wanted| wanted.iter().any(|key| own.contains(key)))
        };
        match read {
            Read::Item(item) => *item == self.item,
            Read::List { kind, .. } if *kind != self.kind => false,
            Read::List { regions, topics, shown, .. } => match &self.lists {
                Lists::None => false,
                Lists::Showing => shown.as_ref().is_none_or(|shown| shown.contains(&self.item)),
                Lists::Under { regions: own, topics: by } => is_under(regions, own) && is_under(topics, by),
            },
        }
    }
}

#[cfg(test)]
impl Touched {
    /// What a change of nothing but an item's words touches.
    pub(super) fn words_of(item: i64) -> Self {
        Self { item, kind: Kind::Resource, lists: Lists::Showing }
    }
}

/// Some packed keys and those of all that these lie in; none if one is unknown.
fn with_ancestors<'a>(packed: [&str; 2], ancestors: impl Fn(i64) -> Option<&'a [i64]>) -> Option<Vec<i64>> {
    let mut all = Vec::new();
    for key in packed.into_iter().flat_map(unpack_keys) {
        all.push(key);
        all.extend(ancestors(key)?);
    }
    Some(all)
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

    fn touched(item: i64, kind: Kind, lists: Lists) -> Touched {
        Touched { item, kind, lists }
    }

    fn under(regions: &[i64], topics: &[i64]) -> Lists {
        Lists::Under { regions: regions.to_vec(), topics: topics.to_vec() }
    }

    fn list(kind: Kind, regions: Option<&[i64]>, topics: Option<&[i64]>) -> Read {
        let keys = |keys: Option<&[i64]>| keys.map(<[i64]>::to_vec);
        Read::List { kind, regions: keys(regions), topics: keys(topics), shown: Some(vec![7, 9]) }
    }

    #[test]
    fn a_change_alters_its_item_and_the_lists_that_it_lies_or_lay_in() {
        let change = touched(7, Kind::Resource, under(&[1, 2], &[10]));
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
    fn a_change_of_words_alters_lists_that_show_the_item_and_one_of_what_is_not_published_none() {
        let any = |kind| Read::List { kind, regions: None, topics: None, shown: None };
        let shows = list(Kind::Resource, Some(&[3]), None);
        for (lists, item, read, expected) in [
            (Lists::Showing, 7, shows.clone(), true),
            (Lists::Showing, 8, shows.clone(), false),
            (Lists::Showing, 8, list(Kind::Event, None, None), false),
            (Lists::Showing, 8, any(Kind::Resource), true),
            (Lists::Showing, 8, any(Kind::Event), false),
            (Lists::Showing, 8, Read::Item(8), true),
            (Lists::None, 7, shows, false),
            (Lists::None, 7, any(Kind::Resource), false),
            (Lists::None, 7, Read::Item(7), true),
        ] {
            assert_eq!(
                touched(item, Kind::Resource, lists.clone()).alters(&read),
                expected,
                "{lists:?} {item} {read:?}"
            );
        }
    }

    #[test]
    fn only_what_is_known_of_all_commits_between_counts() {
        let mut past = Past::default();
        let reads = [Read::Item(1), list(Kind::Event, None, None)];
        past.push(vec![touched(2, Kind::Resource, under(&[], &[]))]);
        past.push(vec![touched(3, Kind::Resource, under(&[], &[])), touched(1, Kind::Resource, under(&[], &[]))]);
        past.push(vec![touched(4, Kind::Event, under(&[], &[]))]);
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
