//! Who is looking and in which languages: threaded through every read, so that a nested field cannot see more than
//! its parent. Must not decide who may write.

use std::sync::Arc;

use super::locale::Preference;
use super::time::Timestamp;

/// Where a right to read holds.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Area {
    /// Everywhere.
    Everywhere,
    /// For items that have a region and whose regions are all among these keys.
    Within(Arc<[i64]>),
}

impl Area {
    /// Whether it holds for an item of these regions.
    pub fn holds(&self, regions: &[i64]) -> bool {
        match self {
            Self::Everywhere => true,
            Self::Within(keys) => !regions.is_empty() && regions.iter().all(|region| keys.contains(region)),
        }
    }
}

/// What a reader may see beyond public content.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Sight {
    /// Content for partners (scope `content:read-partners`).
    pub partners: Option<Area>,
    /// Everything of the own organization, by key (scope `content:read-drafts`).
    pub own: Option<(i64, Area)>,
    /// What waits for a reviewer (scope `content:review`).
    pub review: Option<Area>,
    /// Links to join events (scope `events:join`).
    pub joining: Option<Area>,
    /// Revisions of the own organization's items, by key (scope `audit:read`).
    pub audit: Option<(i64, Area)>,
}

impl Sight {
    /// Whether the parts for partners of an item are seen.
    pub fn sees_partners(&self, organization: i64, regions: &[i64]) -> bool {
        let is_partner = self.partners.as_ref().is_some_and(|area| area.holds(regions));
        is_partner || self.own.as_ref().is_some_and(|(own, area)| *own == organization && area.holds(regions))
    }

    /// Whether anything that is not published can be seen.
    pub fn is_wide(&self) -> bool {
        self.own.is_some() || self.review.is_some()
    }
}

/// A reader's view at one moment. Cheap to clone.
#[derive(Clone, Debug)]
pub struct View {
    /// What the reader may see.
    pub sight: Arc<Sight>,
    /// The languages that the reader prefers.
    pub preference: Arc<Preference>,
    /// The instant that expiry is judged by.
    pub now: Timestamp,
}

impl View {
    /// The same view in other languages.
    pub fn with_preference(&self, preference: Preference) -> Self {
        Self { preference: Arc::new(preference), ..self.clone() }
    }
}
