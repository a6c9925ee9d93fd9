//! Who acts: a client of an organization with what it was granted, narrowed to what its token says. Must not look
//! anything up.

use std::collections::BTreeMap;

use super::scope::Scope;

/// Where a grant holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Everywhere, items without a region included.
    Everywhere,
    /// For items whose regions all lie in one of these, by key; an item without a region is outside.
    Within(Vec<i64>),
}

/// What a client may do, and where.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grants(BTreeMap<Scope, Reach>);

impl Grants {
    /// Adds a grant; `region` narrows it to a subtree, a grant without one is for everywhere.
    pub fn add(&mut self, scope: Scope, region: Option<i64>) {
        match (self.0.entry(scope).or_insert_with(|| Reach::Within(Vec::new())), region) {
            (reach, None) => *reach = Reach::Everywhere,
            (Reach::Within(regions), Some(region)) => regions.push(region),
            (Reach::Everywhere, Some(_)) => {}
        }
    }

    /// Where a scope holds; `None` if it is not granted.
    pub fn reach(&self, scope: Scope) -> Option<&Reach> {
        self.0.get(&scope)
    }

    /// Keeps only what a token says.
    pub fn narrow(&mut self, scopes: &[Scope]) {
        self.0.retain(|scope, _| scopes.contains(scope));
    }

    /// All scopes with where they hold.
    pub fn iter(&self) -> impl Iterator<Item = (Scope, &Reach)> {
        self.0.iter().map(|(scope, reach)| (*scope, reach))
    }
}

/// The client of a request.
#[derive(Clone, Debug)]
pub struct Actor {
    /// The client's key.
    pub client: i64,
    /// The client's public id, `cli_…`.
    pub client_id: String,
    /// Its organization's key.
    pub organization: i64,
    /// What it may do with this token.
    pub grants: Grants,
    /// When its token ends, in microseconds since 1970.
    pub expires_at: i64,
    /// The token's own name, so that a write can look again whether it was revoked.
    pub jti: String,
    /// The client's generation when the token was issued.
    pub generation: i64,
}

impl Actor {
    /// Whether it holds a scope anywhere.
    pub fn has(&self, scope: Scope) -> bool {
        self.grants.reach(scope).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grant_without_a_region_is_for_everywhere() {
        let mut grants = Grants::default();
        grants.add(Scope::EventsWrite, Some(1));
        grants.add(Scope::EventsWrite, Some(2));
        assert_eq!(grants.reach(Scope::EventsWrite), Some(&Reach::Within(vec![1, 2])));
        grants.add(Scope::EventsWrite, None);
        grants.add(Scope::EventsWrite, Some(3));
        assert_eq!(grants.reach(Scope::EventsWrite), Some(&Reach::Everywhere));
        grants.narrow(&[Scope::EventsJoin]);
        assert_eq!(grants.reach(Scope::EventsWrite), None);
    }
}
