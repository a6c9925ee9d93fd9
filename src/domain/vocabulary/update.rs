//! Vocabularies of regional updates.

use super::vocabulary;

vocabulary! {
    #[doc = "What sort of change in a region an update reports. Treat a value that you do not know as `OTHER`."]
    pub enum UpdateKind {
        #[doc = "An alert of a present danger in the drug supply, valid for at most 30 days."]
        DrugAlert = "DRUG_ALERT",
        #[doc = "A less pressing or longer-lasting notice on the drug supply, valid for at most 90 days."]
        DrugAdvisory = "DRUG_ADVISORY",
        #[doc = "More overdoses than usual in one area within a short time; valid for at most 30 days."]
        OverdoseCluster = "OVERDOSE_CLUSTER",
        #[doc = "A service has opened, or opens soon."]
        ServiceOpened = "SERVICE_OPENED",
        #[doc = "A service has changed, such as its hours, its place or what it offers."]
        ServiceChanged = "SERVICE_CHANGED",
        #[doc = "A service is interrupted for a time."]
        ServicePaused = "SERVICE_PAUSED",
        #[doc = "A service has closed, or closes soon."]
        ServiceClosed = "SERVICE_CLOSED",
        #[doc = "Supplies such as naloxone or safer use equipment are short."]
        SupplyShortage = "SUPPLY_SHORTAGE",
        #[doc = "Supplies such as naloxone or safer use equipment are available."]
        SupplyAvailable = "SUPPLY_AVAILABLE",
        #[doc = "A law, regulation, policy or funding decision has changed or is about to."]
        PolicyChange = "POLICY_CHANGE",
        #[doc = "A court or tribunal has made a decision."]
        LegalDecision = "LEGAL_DECISION",
        #[doc = "Police or other enforcement activity that affects the community."]
        EnforcementNotice = "ENFORCEMENT_NOTICE",
        #[doc = "News that concerns an encampment, such as a notice to leave or an eviction."]
        EncampmentNotice = "ENCAMPMENT_NOTICE",
        #[doc = "More cases of an infection or illness than usual."]
        Outbreak = "OUTBREAK",
        #[doc = "Heat, cold, smoke, storm or other weather that puts people in danger."]
        ExtremeWeather = "EXTREME_WEATHER",
        #[doc = "New findings that matter to the region."]
        ResearchBulletin = "RESEARCH_BULLETIN",
        #[doc = "A notice from the community to the community."]
        CommunityNotice = "COMMUNITY_NOTICE",
        #[doc = "Another change."]
        Other = "OTHER",
    }

    #[doc = "What an update does to the earlier one that it refers to, after the message types of CAP 1.2."]
    pub enum UpdateMessageType {
        #[doc = "First information on something that needs the attention of its readers."]
        Alert = "ALERT",
        #[doc = "Newer information that updates and replaces the earlier update."]
        Update = "UPDATE",
        #[doc = "Cancels the earlier update, such as one that was sent in error."]
        Cancel = "CANCEL",
        #[doc = "What the earlier update reported is no longer a threat or a concern."]
        AllClear = "ALL_CLEAR",
    }

    #[doc = "How grave the threat of an alert is, as in CAP 1.2."]
    pub enum AlertSeverity {
        #[doc = "Extraordinary threat to life."]
        Extreme = "EXTREME",
        #[doc = "Significant threat to life."]
        Severe = "SEVERE",
        #[doc = "Possible threat to life or health."]
        Moderate = "MODERATE",
        #[doc = "Minimal or no known threat to life or health."]
        Minor = "MINOR",
        #[doc = "It is not known how grave the threat is."]
        Unknown = "UNKNOWN",
    }

    #[doc = "How soon people should act on an alert, as in CAP 1.2."]
    pub enum AlertUrgency {
        #[doc = "Act at once."]
        Immediate = "IMMEDIATE",
        #[doc = "Act soon, within the next hour."]
        Expected = "EXPECTED",
        #[doc = "Act in the near future."]
        Future = "FUTURE",
        #[doc = "Action is no longer required."]
        Past = "PAST",
        #[doc = "It is not known how soon people should act."]
        Unknown = "UNKNOWN",
    }

    #[doc = "How sure it is that the threat of an alert is real, as in CAP 1.2."]
    pub enum AlertCertainty {
        #[doc = "It has been determined to have happened or to be going on."]
        Observed = "OBSERVED",
        #[doc = "It is more likely than not, with a probability of more than about 50 %."]
        Likely = "LIKELY",
        #[doc = "It is possible but not likely, with a probability of about 50 % or less."]
        Possible = "POSSIBLE",
        #[doc = "It is not expected to happen, with a probability of about zero."]
        Unlikely = "UNLIKELY",
        #[doc = "It is not known how sure it is."]
        Unknown = "UNKNOWN",
    }

    #[doc = "What to expect of naloxone in an overdose that an alert is about; breathing support and emergency help matter with every value."]
    pub enum NaloxoneGuidance {
        #[doc = "An opioid is involved: give naloxone and support breathing."]
        UseNaloxone = "USE_NALOXONE",
        #[doc = "An opioid is involved that one dose may not reverse: give naloxone, keep supporting breathing, and give more doses if normal breathing does not return."]
        MayNeedMoreDoses = "MAY_NEED_MORE_DOSES",
        #[doc = "Naloxone reverses the opioid part, but sedation by another drug may go on: give naloxone, then keep supporting breathing even if the person stays asleep."]
        WillNotReverseAllSedation = "WILL_NOT_REVERSE_ALL_SEDATION",
        #[doc = "No opioid is known to be involved, so naloxone is not expected to help; it is still right to give it whenever an opioid is possible."]
        NotOpioidRelated = "NOT_OPIOID_RELATED",
        #[doc = "It is not known whether an opioid is involved: give naloxone anyway, which is not expected to harm a person who has taken none, and support breathing."]
        UnknownGiveAnyway = "UNKNOWN_GIVE_ANYWAY",
    }

    #[doc = "How a drug was taken. Treat a value that you do not know as `OTHER`."]
    pub enum RouteOfUse {
        #[doc = "It was injected."]
        Injected = "INJECTED",
        #[doc = "It was smoked, or inhaled as vapour."]
        Smoked = "SMOKED",
        #[doc = "It was snorted."]
        Snorted = "SNORTED",
        #[doc = "It was swallowed."]
        Swallowed = "SWALLOWED",
        #[doc = "It was taken in another way."]
        Other = "OTHER",
        #[doc = "It is not known how it was taken."]
        Unknown = "UNKNOWN",
    }

    #[doc = "Whether and how a service is running."]
    pub enum ServiceStatus {
        #[doc = "It runs as usual."]
        Active = "ACTIVE",
        #[doc = "It runs with shorter hours, fewer places or less on offer."]
        Reduced = "REDUCED",
        #[doc = "It is closed, and expected to open again."]
        TemporarilyClosed = "TEMPORARILY_CLOSED",
        #[doc = "It is closed for good."]
        Closed = "CLOSED",
        #[doc = "It runs at another place than before."]
        Relocated = "RELOCATED",
        #[doc = "It still runs, but it is in danger of being reduced or closed."]
        AtRisk = "AT_RISK",
    }

    #[doc = "What a change of policy or a legal decision does for the people whom it concerns."]
    pub enum PolicyEffect {
        #[doc = "It makes services, supplies or rights easier to reach."]
        ExpandsAccess = "EXPANDS_ACCESS",
        #[doc = "It makes services, supplies or rights harder to reach."]
        RestrictsAccess = "RESTRICTS_ACCESS",
        #[doc = "It makes something an offence, or punishes it more."]
        Criminalizes = "CRIMINALIZES",
        #[doc = "It stops treating something as an offence, or punishes it less."]
        Decriminalizes = "DECRIMINALIZES",
        #[doc = "It gives, moves or takes away money."]
        FundingChange = "FUNDING_CHANGE",
        #[doc = "Its effect is not clear yet."]
        Unclear = "UNCLEAR",
    }
}
