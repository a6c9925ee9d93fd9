//! Scopes: what a token may do, each with what it allows. Must not decide anything about one item.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

macro_rules! scopes {
    ($($(#[doc = $doc:literal])+ $name:ident = $wire:literal,)+) => {
        /// A permission that a client can hold. There is no wildcard.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Scope { $($(#[doc = $doc])+ $name,)+ }

        impl Scope {
            /// All scopes, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The name in tokens, such as `resources:write`.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $wire,)+ }
            }

            /// What it allows.
            pub const fn description(self) -> &'static str {
                match self { $(Self::$name => concat!($($doc),+),)+ }
            }
        }
    };
}

scopes! {
    #[doc = "Create, change, upsert and submit resources, and restore their revisions."]
    ResourcesWrite = "resources:write",
    #[doc = "Create, change, upsert and submit events, and restore their revisions."]
    EventsWrite = "events:write",
    #[doc = "Create, change, upsert and submit campaigns, and restore their revisions."]
    CampaignsWrite = "campaigns:write",
    #[doc = "Create, change, upsert and submit regional updates, and restore their revisions."]
    UpdatesWrite = "updates:write",
    #[doc = "Publish, schedule, archive and withdraw resources."]
    ResourcesPublish = "resources:publish",
    #[doc = "Publish, schedule, archive and withdraw events."]
    EventsPublish = "events:publish",
    #[doc = "Publish, schedule, archive and withdraw campaigns."]
    CampaignsPublish = "campaigns:publish",
    #[doc = "Publish, schedule, archive and withdraw regional updates other than drug alerts."]
    UpdatesPublish = "updates:publish",
    #[doc = "Publish and schedule drug alerts."]
    AlertsIssue = "alerts:issue",
    #[doc = "Cancel or end drug alerts."]
    AlertsCancel = "alerts:cancel",
    #[doc = "Read what is in review; approve or reject what another client submitted."]
    ContentReview = "content:review",
    #[doc = "Withdraw any organization's item at once, or erase its text."]
    ContentWithdraw = "content:withdraw",
    #[doc = "Spotlight any item until a date."]
    ContentSpotlight = "content:spotlight",
    #[doc = "Say that a payee was verified."]
    CampaignsVerifyPayee = "campaigns:verify-payee",
    #[doc = "Add a translation."]
    TranslationsWrite = "translations:write",
    #[doc = "Say that a translation was reviewed."]
    TranslationsReview = "translations:review",
    #[doc = "Read what the own organization has not published."]
    ContentReadDrafts = "content:read-drafts",
    #[doc = "Read content for partners."]
    ContentReadPartners = "content:read-partners",
    #[doc = "Read the links to join events."]
    EventsJoin = "events:join",
    #[doc = "Write the exact public place of an event."]
    EventsExactLocation = "events:exact-location",
    #[doc = "Import batches, with the write scopes of the kinds in them."]
    ImportRun = "import:run",
    #[doc = "Write regions."]
    RegionsManage = "regions:manage",
    #[doc = "Write topics."]
    TopicsManage = "topics:manage",
    #[doc = "Write organizations."]
    OrganizationsManage = "organizations:manage",
    #[doc = "Make and change clients of the own organization."]
    ClientsManage = "clients:manage",
    #[doc = "Make and change webhooks of the own organization."]
    WebhooksManage = "webhooks:manage",
    #[doc = "Read the revisions of the own organization's items."]
    AuditRead = "audit:read",
}

impl Scope {
    /// The scope of a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|scope| scope.as_str() == name)
    }

    /// Whether only the operator's command line gives it, never another client.
    pub const fn is_operator_only(self) -> bool {
        matches!(
            self,
            Self::ContentReview
                | Self::AlertsIssue
                | Self::ContentWithdraw
                | Self::CampaignsVerifyPayee
                | Self::ClientsManage
        )
    }
}

impl Serialize for Scope {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Scope {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Self::parse(&name).ok_or_else(|| serde::de::Error::custom(format_args!("{name:?} is not a scope")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_read_back() {
        for scope in Scope::ALL {
            assert_eq!(Scope::parse(scope.as_str()), Some(*scope));
        }
        assert_eq!(Scope::ALL.len(), 27);
        assert_eq!(Scope::parse("*"), None);
    }
}
