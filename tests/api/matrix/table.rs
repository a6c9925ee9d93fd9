//! Who may do what, as `Scopes` and `Mutations` of the domain say it: written by hand, never read from the code under
//! test. One row a mutation, one line a kind of item.

/// The item that a mutation needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// None: it makes one.
    Nothing,
    /// One of this state.
    Item(&'static str),
    /// A draft that an upsert names by its source.
    Source,
    /// A region, topic or organization by its slug.
    Catalog,
    /// A client.
    Client,
    /// A webhook.
    Webhook,
    /// A message to a webhook.
    Message,
}

/// What is expected when an item is another organization's, or the grant is for another region.
pub type Answer = &'static str;

/// One mutation.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    pub mutation: &'static str,
    /// The scopes that its description names, of which the guard asks for one.
    pub says: &'static str,
    pub needs: Needs,
    /// For each kind of item the scopes that do: alternatives parted by `/`, what is needed together joined by `+`. A kind
    /// that is `out` is published.
    pub does: &'static [(&'static str, &'static str)],
    /// With the scopes for another region only.
    pub elsewhere: Answer,
    /// On another organization's item, with all scopes.
    pub theirs: Answer,
}

const fn row(
    mutation: &'static str,
    (says, needs): (&'static str, Needs),
    does: &'static [(&'static str, &'static str)],
    elsewhere: Answer,
    theirs: Answer,
) -> Row {
    Row { mutation, says, needs, does, elsewhere, theirs }
}

/// Done.
pub const OK: Answer = "ok";
/// A cell that asks nothing; the reason stands behind the colon.
const NEW: Answer = "n.a.: there is no item yet, and the publisher is always the client's own organization";
const NOBODYS: Answer = "n.a.: regions and topics belong to no organization";
const GONE: Answer = "NOT_FOUND input.id";
const OUT: Answer = "OUT_OF_GRANTED_REGION input.id";
const OUT_REGIONS: Answer = "OUT_OF_GRANTED_REGION input.regions";
const OUT_SOURCE: Answer = "OUT_OF_GRANTED_REGION input.source";

const RESOURCES: &str = "resources:write";
const EVENTS: &str = "events:write";
const CAMPAIGNS: &str = "campaigns:write";
const UPDATES: &str = "updates:write";
const WRITE: &str = "resources:write events:write campaigns:write updates:write";
const PUBLISH: &str = "resources:publish events:publish campaigns:publish updates:publish alerts:issue";
const WITHDRAW: &str = "resources:publish events:publish campaigns:publish updates:publish alerts:issue alerts:cancel";
const TRANSLATE: &str = "translations:write translations:review";
const REVIEW: &str = "content:review";
const TAKE_BACK: &str = "content:withdraw";
const CLIENTS: &str = "clients:manage";
const WEBHOOKS: &str = "webhooks:manage";

const DRAFT: Needs = Needs::Item("DRAFT");
const IN_REVIEW: Needs = Needs::Item("IN_REVIEW");
const PUBLISHED: Needs = Needs::Item("PUBLISHED");

/// Changing one occurrence is changing the event.
const SERIES: &[(&str, &str)] = &[("event", "events:write"), ("event out", "events:write + events:publish")];

/// Writing an item of any kind, by the kind; what is out already takes the scope that puts it out, too.
const WRITERS: &[(&str, &str)] = &[
    ("resource", "resources:write"),
    ("event", "events:write"),
    ("campaign", "campaigns:write"),
    ("drugAlert", "updates:write"),
    ("serviceUpdate", "updates:write"),
    ("policyUpdate", "updates:write"),
    ("communityUpdate", "updates:write"),
    ("resource out", "resources:write + resources:publish"),
    ("event out", "events:write + events:publish"),
    ("campaign out", "campaigns:write + campaigns:publish"),
    ("drugAlert out", "updates:write + alerts:issue"),
    ("serviceUpdate out", "updates:write + updates:publish"),
    ("policyUpdate out", "updates:write + updates:publish"),
    ("communityUpdate out", "updates:write + updates:publish"),
];
const SUBMITTERS: &[(&str, &str)] = &[
    ("resource", "resources:write"),
    ("event", "events:write"),
    ("campaign", "campaigns:write"),
    ("drugAlert", "updates:write"),
    ("serviceUpdate", "updates:write"),
    ("policyUpdate", "updates:write"),
    ("communityUpdate", "updates:write"),
];
const PUBLISHERS: &[(&str, &str)] = &[
    ("resource", "resources:publish"),
    ("event", "events:publish"),
    ("campaign", "campaigns:publish"),
    ("drugAlert", "alerts:issue"),
    ("serviceUpdate", "updates:publish"),
    ("policyUpdate", "updates:publish"),
    ("communityUpdate", "updates:publish"),
];
/// `updates:publish` withdraws and archives updates, alerts included; an alert is easier to take back than to issue.
const WITHDRAWERS: &[(&str, &str)] = &[
    ("resource", "resources:publish"),
    ("event", "events:publish"),
    ("campaign", "campaigns:publish"),
    ("drugAlert", "updates:publish / alerts:issue / alerts:cancel"),
    ("serviceUpdate", "updates:publish"),
    ("policyUpdate", "updates:publish"),
    ("communityUpdate", "updates:publish"),
];
const TRANSLATORS: &[(&str, &str)] = &[
    ("resource", "translations:write"),
    ("event", "translations:write"),
    ("campaign", "translations:write"),
    ("drugAlert", "translations:write"),
    ("communityUpdate out", "translations:write"),
    ("resource reviewed", "translations:review"),
    ("campaign reviewed out", "translations:review"),
    ("drugAlert reviewed out", "translations:review"),
];
const fn any_kind(scope: &'static str) -> [(&'static str, &'static str); 4] {
    [("resource", scope), ("event", scope), ("campaign", scope), ("drugAlert", scope)]
}
const REVIEWERS: &[(&str, &str)] = &any_kind("content:review");
const SPOTTERS: &[(&str, &str)] = &any_kind("content:spotlight");
const RESCUERS: &[(&str, &str)] = &any_kind("content:withdraw");

macro_rules! kind {
    ($create:literal $update:literal $upsert:literal, $kind:literal $out:literal, $write:ident $publish:literal) => {
        [
            row($create, ($write, Needs::Nothing), &[($kind, $write)], OUT_REGIONS, NEW),
            row($update, ($write, DRAFT), &[($kind, $write), ($out, $publish)], OUT, GONE),
            // The source of another organization's item is as good as none: a draft of the own one is made.
            row($upsert, ($write, Needs::Source), &[($kind, $write), ($out, $publish)], OUT_SOURCE, OK),
        ]
    };
}

/// What each kind has: create, update, upsert.
pub const KINDS: [[Row; 3]; 7] = [
    kind!("resourceCreate" "resourceUpdate" "resourceUpsert", "resource" "resource out",
        RESOURCES "resources:write + resources:publish"),
    kind!("eventCreate" "eventUpdate" "eventUpsert", "event" "event out", EVENTS "events:write + events:publish"),
    kind!("campaignCreate" "campaignUpdate" "campaignUpsert", "campaign" "campaign out",
        CAMPAIGNS "campaigns:write + campaigns:publish"),
    kind!("drugAlertCreate" "drugAlertUpdate" "drugAlertUpsert", "drugAlert" "drugAlert out",
        UPDATES "updates:write + alerts:issue"),
    kind!("serviceUpdateCreate" "serviceUpdateUpdate" "serviceUpdateUpsert", "serviceUpdate" "serviceUpdate out",
        UPDATES "updates:write + updates:publish"),
    kind!("policyUpdateCreate" "policyUpdateUpdate" "policyUpdateUpsert", "policyUpdate" "policyUpdate out",
        UPDATES "updates:write + updates:publish"),
    kind!("communityUpdateCreate" "communityUpdateUpdate" "communityUpdateUpsert",
        "communityUpdate" "communityUpdate out", UPDATES "updates:write + updates:publish"),
];

/// All others.
pub const OTHERS: [Row; 34] = [
    row("contentTranslate", (TRANSLATE, DRAFT), TRANSLATORS, OUT, GONE),
    row("contentVerify", (WRITE, DRAFT), WRITERS, OUT, GONE),
    row("contentSubmit", (WRITE, DRAFT), SUBMITTERS, OUT, GONE),
    row("contentRestore", (WRITE, DRAFT), WRITERS, OUT, GONE),
    row("contentPublish", (PUBLISH, DRAFT), PUBLISHERS, OUT, GONE),
    row("contentSchedule", (PUBLISH, DRAFT), PUBLISHERS, OUT, GONE),
    row("contentWithdraw", (WITHDRAW, PUBLISHED), WITHDRAWERS, OUT, GONE),
    row("contentArchive", (WITHDRAW, DRAFT), WITHDRAWERS, OUT, GONE),
    // Of any organization: what is in review.
    row("contentApprove", (REVIEW, IN_REVIEW), REVIEWERS, OUT, OK),
    row("contentReject", (REVIEW, IN_REVIEW), REVIEWERS, OUT, OK),
    // Of any organization: what is published, or was.
    row("contentSpotlight", ("content:spotlight", PUBLISHED), SPOTTERS, OUT, OK),
    row("emergencyWithdraw", (TAKE_BACK, PUBLISHED), RESCUERS, OUT, OK),
    row("contentRedact", (TAKE_BACK, PUBLISHED), RESCUERS, OUT, OK),
    row(
        "alertCancel",
        ("alerts:cancel alerts:issue", PUBLISHED),
        &[("drugAlert", "alerts:cancel / alerts:issue")],
        OUT,
        GONE,
    ),
    row("occurrenceOverride", (EVENTS, DRAFT), SERIES, OUT, GONE),
    row("occurrenceCancel", (EVENTS, DRAFT), SERIES, OUT, GONE),
    row("seriesConfirm", (EVENTS, DRAFT), SERIES, OUT, GONE),
    // With the write scope of each kind in it; the fields are those of the item in its place.
    row(
        "importBatch",
        ("import:run", Needs::Source),
        &[
            ("resource", "import:run + resources:write"),
            ("event", "import:run + events:write"),
            ("campaign", "import:run + campaigns:write"),
            ("drugAlert", "import:run + updates:write"),
            ("serviceUpdate", "import:run + updates:write"),
            ("policyUpdate", "import:run + updates:write"),
            ("communityUpdate", "import:run + updates:write"),
            ("resource out", "import:run + resources:write + resources:publish"),
            ("drugAlert out", "import:run + updates:write + alerts:issue"),
        ],
        "OUT_OF_GRANTED_REGION input.items[0].*.source",
        OK,
    ),
    row(
        "regionUpsert",
        ("regions:manage", Needs::Catalog),
        &[("region", "regions:manage")],
        "OUT_OF_GRANTED_REGION input.parents",
        NOBODYS,
    ),
    // A topic lies in no region: a grant for some regions never does.
    row(
        "topicUpsert",
        ("topics:manage", Needs::Catalog),
        &[("topic", "topics:manage")],
        "OUT_OF_GRANTED_REGION input.slug",
        NOBODYS,
    ),
    row(
        "organizationUpsert",
        ("organizations:manage", Needs::Catalog),
        &[("organization", "organizations:manage")],
        OUT_REGIONS,
        OK,
    ),
    // A client lies in no region; a grant for some regions bounds what it may give: see `escalation.rs`.
    row("clientCreate", (CLIENTS, Needs::Nothing), &[("client", CLIENTS)], OK, NEW),
    row("clientRotateSecret", (CLIENTS, Needs::Client), &[("client", CLIENTS)], OK, GONE),
    row("clientDisable", (CLIENTS, Needs::Client), &[("client", CLIENTS)], OK, GONE),
    row("clientRevokeTokens", (CLIENTS, Needs::Client), &[("client", CLIENTS)], OK, GONE),
    row("grantSet", (CLIENTS, Needs::Client), &[("client", CLIENTS)], OK, GONE),
    // A webhook lies in no region: what it is told of is what its client may see.
    row("webhookCreate", (WEBHOOKS, Needs::Nothing), &[("webhook", WEBHOOKS)], OK, NEW),
    row("webhookUpdate", (WEBHOOKS, Needs::Webhook), &[("webhook", WEBHOOKS)], OK, GONE),
    row("webhookRotateSecret", (WEBHOOKS, Needs::Webhook), &[("webhook", WEBHOOKS)], OK, GONE),
    row("webhookTest", (WEBHOOKS, Needs::Webhook), &[("webhook", WEBHOOKS)], OK, GONE),
    row("webhookDelete", (WEBHOOKS, Needs::Webhook), &[("webhook", WEBHOOKS)], OK, GONE),
    row("webhookRedeliver", (WEBHOOKS, Needs::Message), &[("webhook", WEBHOOKS)], OK, GONE),
    // Written in two rows, since a region that is there is held against itself and one that is new against its parents.
    row(
        "regionUpsert",
        ("regions:manage", Needs::Catalog),
        &[("region there", "regions:manage")],
        "OUT_OF_GRANTED_REGION input.parents",
        NOBODYS,
    ),
    row("contentArchive", (WITHDRAW, PUBLISHED), WITHDRAWERS, OUT, GONE),
];

/// What the fields that are not for everyone need, by type and field or value.
pub const GATED: [(&str, &str); 19] = [
    ("Query.webhook", "webhooks:manage"),
    ("Query.webhooks", "webhooks:manage"),
    ("Query.client", "clients:manage"),
    ("Query.clients", "clients:manage"),
    ("OnlineAccess.joinUrl", "events:join"),
    ("Resource.revisions", "audit:read"),
    ("Event.revisions", "audit:read"),
    ("Campaign.revisions", "audit:read"),
    ("DrugAlert.revisions", "audit:read"),
    ("ServiceUpdate.revisions", "audit:read"),
    ("PolicyUpdate.revisions", "audit:read"),
    ("CommunityUpdate.revisions", "audit:read"),
    ("PublicationStatus.DRAFT", "content:read-drafts"),
    ("PublicationStatus.IN_REVIEW", "content:read-drafts content:review"),
    ("Visibility.PARTNERS", "content:read-partners"),
    ("LocationInput.disclosure", "events:exact-location"),
    ("PayeeInput.verifiedAt", "campaigns:verify-payee"),
    ("PayeeInput.verifiedBy", "campaigns:verify-payee"),
    ("TranslationInput.origin", "translations:review"),
];
