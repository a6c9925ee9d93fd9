//! Vocabularies that every kind of content shares.

use super::vocabulary;

vocabulary! {
    #[doc = "Which of the four kinds of content an item is."]
    pub enum ContentKind {
        #[doc = "A resource: something to read, watch, listen to, use or hand out."]
        Resource = "RESOURCE",
        #[doc = "An event: something that people attend, once or repeatedly."]
        Event = "EVENT",
        #[doc = "A campaign: an organized effort with demands, asks and goals."]
        Campaign = "CAMPAIGN",
        #[doc = "A regional update: what changed in a region, such as a drug alert or a change of a service."]
        RegionalUpdate = "REGIONAL_UPDATE",
    }

    #[doc = "Why a follower has to drop an item. Treat a value that you do not know as `WITHDRAWN`."]
    pub enum TombstoneReason {
        #[doc = "It is not there any more."]
        Deleted = "DELETED",
        #[doc = "It was taken back, or is not for this follower any more."]
        Withdrawn = "WITHDRAWN",
        #[doc = "Its time ran out."]
        Expired = "EXPIRED",
        #[doc = "It was put away."]
        Archived = "ARCHIVED",
        #[doc = "Its text was erased."]
        Redacted = "REDACTED",
        #[doc = "It can still be read, and is not among what is followed any more."]
        OutOfFilter = "OUT_OF_FILTER",
    }

    #[doc = "Where an item stands between its first draft and the archive."]
    pub enum PublicationStatus {
        #[doc = "Being written; visible only to its own organization. Requires scope `content:read-drafts`."]
        Draft = "DRAFT",
        #[doc = "Submitted and waiting for a reviewer. Requires scope `content:read-drafts` (own organization) or `content:review`."]
        InReview = "IN_REVIEW",
        #[doc = "Approved, and to be published by itself at a set time."]
        Scheduled = "SCHEDULED",
        #[doc = "Published and current."]
        Published = "PUBLISHED",
        #[doc = "Was published, and its time has run out; no longer to be presented as current."]
        Expired = "EXPIRED",
        #[doc = "Was taken back by its publisher or by a reviewer; no longer to be shown."]
        Withdrawn = "WITHDRAWN",
        #[doc = "Put away: no longer current, and kept for the record."]
        Archived = "ARCHIVED",
    }

    #[doc = "Who may read an item, or a part of one, once it is published."]
    pub enum Visibility {
        #[doc = "Everyone."]
        Public = "PUBLIC",
        #[doc = "Partner groups only. Requires scope `content:read-partners`."]
        Partners = "PARTNERS",
    }

    #[doc = "How the text in a language came about."]
    pub enum TranslationOrigin {
        #[doc = "The text as its authors wrote it, not a translation."]
        Original = "ORIGINAL",
        #[doc = "A translation made by a person."]
        Human = "HUMAN",
        #[doc = "A translation that people of the community concerned have reviewed."]
        CommunityReviewed = "COMMUNITY_REVIEWED",
        #[doc = "A translation made by a machine and then reviewed by a person."]
        MachineReviewed = "MACHINE_REVIEWED",
        #[doc = "A translation made by a machine that no person has reviewed; say so wherever it is shown."]
        MachineUnreviewed = "MACHINE_UNREVIEWED",
    }

    #[doc = "The direction in which a text is written."]
    pub enum TextDirection {
        #[doc = "From left to right, as English, French and Inuktitut are."]
        Ltr = "LTR",
        #[doc = "From right to left, as Arabic and Persian are."]
        Rtl = "RTL",
    }

    #[doc = "What sort of author an item is credited to. Treat a value that you do not know as `OTHER`."]
    pub enum AttributionKind {
        #[doc = "A group that writes under a shared name."]
        Collective = "COLLECTIVE",
        #[doc = "A partner organization."]
        PartnerGroup = "PARTNER_GROUP",
        #[doc = "A person who speaks from their own lived or living experience."]
        LivedExpertise = "LIVED_EXPERTISE",
        #[doc = "A person who is credited under a chosen name."]
        Pseudonym = "PSEUDONYM",
        #[doc = "An author who has chosen not to be named; do not try to find out who it is."]
        Anonymous = "ANONYMOUS",
        #[doc = "A public health authority or another body of the health system."]
        HealthAuthority = "HEALTH_AUTHORITY",
        #[doc = "A researcher or a research team."]
        Researcher = "RESEARCHER",
        #[doc = "A journalist or a news organization."]
        Journalist = "JOURNALIST",
        #[doc = "An author of another sort."]
        Other = "OTHER",
    }

    #[doc = "How somebody checked that an item is correct. Treat a value that you do not know as `OTHER`."]
    pub enum VerificationMethod {
        #[doc = "Somebody went there, or asked in person."]
        InPerson = "IN_PERSON",
        #[doc = "Somebody asked by telephone."]
        Phone = "PHONE",
        #[doc = "Somebody compared it with the website of those concerned."]
        Website = "WEBSITE",
        #[doc = "A laboratory analysis confirmed it."]
        LabConfirmed = "LAB_CONFIRMED",
        #[doc = "Several reports from the community agree on it."]
        CommunityReports = "COMMUNITY_REPORTS",
        #[doc = "It came directly from the data of a partner who vouches for it."]
        PartnerFeed = "PARTNER_FEED",
        #[doc = "It was checked in another way."]
        Other = "OTHER",
    }

    #[doc = "A subject in an item that some people want to know about before they read it, or prefer to leave out. Treat a value that you do not know as `OTHER`."]
    pub enum ContentNote {
        #[doc = "The death of one or more people."]
        Death = "DEATH",
        #[doc = "Grief and mourning."]
        Grief = "GRIEF",
        #[doc = "Overdose or drug poisoning."]
        Overdose = "OVERDOSE",
        #[doc = "Drug use shown or described in detail."]
        DrugUseDepiction = "DRUG_USE_DEPICTION",
        #[doc = "Images of needles or of injecting."]
        InjectionImagery = "INJECTION_IMAGERY",
        #[doc = "Images of wounds, of the body in medical care or of medical procedures."]
        MedicalImagery = "MEDICAL_IMAGERY",
        #[doc = "Violence by police."]
        PoliceViolence = "POLICE_VIOLENCE",
        #[doc = "Jail, prison, immigration detention or another loss of liberty."]
        Incarceration = "INCARCERATION",
        #[doc = "Sexual violence."]
        SexualViolence = "SEXUAL_VIOLENCE",
        #[doc = "Violence against people because of their gender."]
        GenderBasedViolence = "GENDER_BASED_VIOLENCE",
        #[doc = "Children taken from their families by child welfare authorities."]
        ChildApprehension = "CHILD_APPREHENSION",
        #[doc = "The violence of colonization, past or present."]
        ColonialViolence = "COLONIAL_VIOLENCE",
        #[doc = "Residential schools, and what was done to Indigenous children there."]
        ResidentialSchools = "RESIDENTIAL_SCHOOLS",
        #[doc = "Racism."]
        Racism = "RACISM",
        #[doc = "Hatred of or discrimination against trans people."]
        Transphobia = "TRANSPHOBIA",
        #[doc = "Suicide or thoughts of suicide."]
        Suicide = "SUICIDE",
        #[doc = "Self-harm."]
        SelfHarm = "SELF_HARM",
        #[doc = "Treatment or confinement that was forced on people."]
        ForcedTreatment = "FORCED_TREATMENT",
        #[doc = "Homelessness, eviction or the clearing of encampments."]
        HomelessnessEviction = "HOMELESSNESS_EVICTION",
        #[doc = "Another subject that calls for a note."]
        Other = "OTHER",
    }

    #[doc = "What sort of knowledge a statement rests on; the values are not a ranking. Treat a value that you do not know as `OTHER`."]
    pub enum EvidenceBasis {
        #[doc = "The knowledge of people with lived or living experience."]
        LivedExpertise = "LIVED_EXPERTISE",
        #[doc = "An evaluation that a community made of its own work."]
        CommunityEvaluation = "COMMUNITY_EVALUATION",
        #[doc = "A study that was published after review by other researchers."]
        PeerReviewed = "PEER_REVIEWED",
        #[doc = "A systematic review of the studies on a question."]
        SystematicReview = "SYSTEMATIC_REVIEW",
        #[doc = "A guideline for clinical care."]
        ClinicalGuideline = "CLINICAL_GUIDELINE",
        #[doc = "The analysis of samples by a laboratory or a drug checking service."]
        LabAnalysis = "LAB_ANALYSIS",
        #[doc = "A report or working paper published outside of academic journals."]
        GreyLiterature = "GREY_LITERATURE",
        #[doc = "A law, a regulation or a decision of a court."]
        LegalSource = "LEGAL_SOURCE",
        #[doc = "The opinion of people with professional knowledge of the subject."]
        ExpertOpinion = "EXPERT_OPINION",
        #[doc = "Knowledge of another sort."]
        Other = "OTHER",
    }
}
