//! Vocabularies of what a mutation answers: refusals and warnings.

use super::vocabulary;

vocabulary! {
    #[doc = "What happened to an item at a revision. Treat a value that you do not know as a change of another sort."]
    pub enum RevisionAction {
        #[doc = "It was made."]
        Created = "CREATED",
        #[doc = "Its content was changed."]
        Updated = "UPDATED",
        #[doc = "A translation was added or replaced."]
        Translated = "TRANSLATED",
        #[doc = "Its facts were checked."]
        Verified = "VERIFIED",
        #[doc = "It was handed to a reviewer."]
        Submitted = "SUBMITTED",
        #[doc = "A reviewer approved it."]
        Approved = "APPROVED",
        #[doc = "A reviewer handed it back."]
        Rejected = "REJECTED",
        #[doc = "It was published."]
        Published = "PUBLISHED",
        #[doc = "It was scheduled for publication."]
        Scheduled = "SCHEDULED",
        #[doc = "It was withdrawn."]
        Withdrawn = "WITHDRAWN",
        #[doc = "It was put away."]
        Archived = "ARCHIVED",
        #[doc = "An earlier revision was restored."]
        Restored = "RESTORED",
        #[doc = "Its time ran out."]
        Expired = "EXPIRED",
        #[doc = "It was spotlighted, or no longer is."]
        Spotlighted = "SPOTLIGHTED",
        #[doc = "An alert was cancelled or ended."]
        Cancelled = "CANCELLED",
        #[doc = "It was withdrawn at once for safety."]
        EmergencyWithdrawn = "EMERGENCY_WITHDRAWN",
        #[doc = "Its text was erased."]
        Redacted = "REDACTED",
        #[doc = "It was imported by the operator."]
        Imported = "IMPORTED",
    }

    #[doc = "Why a mutation refused its input. Treat a value that you do not know as `INVALID`."]
    pub enum UserErrorCode {
        #[doc = "A value that must be given is missing or null."]
        Required = "REQUIRED",
        #[doc = "The value is not one of those allowed here; the message says which are."]
        Invalid = "INVALID",
        #[doc = "The text or list is longer than its maximum."]
        TooLong = "TOO_LONG",
        #[doc = "The text or list is shorter than its minimum."]
        TooShort = "TOO_SHORT",
        #[doc = "The number or date is outside its range."]
        OutOfRange = "OUT_OF_RANGE",
        #[doc = "Another one has this value, and two may not have the same."]
        NotUnique = "NOT_UNIQUE",
        #[doc = "There is nothing of this id that the client may change."]
        NotFound = "NOT_FOUND",
        #[doc = "The value refers to something that does not exist."]
        InvalidReference = "INVALID_REFERENCE",
        #[doc = "The item is in a state from which it cannot go where the mutation would take it."]
        InvalidStateTransition = "INVALID_STATE_TRANSITION",
        #[doc = "The item was changed since the version that `expectedVersion` names; read it again."]
        StaleVersion = "STALE_VERSION",
        #[doc = "The idempotency key was used with another input in the last 24 hours."]
        IdempotencyKeyReused = "IDEMPOTENCY_KEY_REUSED",
        #[doc = "The time zone is not in the IANA database."]
        InvalidTimeZone = "INVALID_TIME_ZONE",
        #[doc = "Clocks skip this local time in the time zone."]
        NonexistentLocalTime = "NONEXISTENT_LOCAL_TIME",
        #[doc = "Clocks show this local time twice in the time zone."]
        AmbiguousLocalTime = "AMBIGUOUS_LOCAL_TIME",
        #[doc = "The recurrence rule does not parse, or uses a part that is not supported."]
        InvalidRrule = "INVALID_RRULE",
        #[doc = "The recurrence rule makes more than 2 000 occurrences in 400 days."]
        RruleTooDense = "RRULE_TOO_DENSE",
        #[doc = "The end is before the start."]
        EndsBeforeStart = "ENDS_BEFORE_START",
        #[doc = "A drug alert or advisory must say when it expires."]
        ExpiryRequired = "EXPIRY_REQUIRED",
        #[doc = "It would expire too late: an alert after at most 30 days, an advisory after at most 90."]
        ExpiryTooFar = "EXPIRY_TOO_FAR",
        #[doc = "The place is given more exactly than its disclosure allows."]
        LocationTooPrecise = "LOCATION_TOO_PRECISE",
        #[doc = "Safety-critical text cannot be an unreviewed machine translation."]
        TranslationNotReviewed = "TRANSLATION_NOT_REVIEWED",
        #[doc = "The locale is not a BCP 47 language tag."]
        InvalidLocale = "INVALID_LOCALE",
        #[doc = "The address is not an absolute `https` address without credentials."]
        UnsafeUrl = "UNSAFE_URL",
        #[doc = "The payee must be verified first."]
        UnverifiedPayee = "UNVERIFIED_PAYEE",
        #[doc = "Another client must approve this before it is published."]
        SecondReviewerRequired = "SECOND_REVIEWER_REQUIRED",
        #[doc = "No client approves what it, or a client made by it or by its maker, wrote."]
        SelfApprovalForbidden = "SELF_APPROVAL_FORBIDDEN",
        #[doc = "A region lies outside those that the client's grant is for, before or after the change."]
        OutOfGrantedRegion = "OUT_OF_GRANTED_REGION",
        #[doc = "The batch holds more items than its maximum."]
        BatchTooLarge = "BATCH_TOO_LARGE",
    }

    #[doc = "What a mutation points out without refusing. Show it to the person who wrote the text; ignore a value that you do not know."]
    pub enum WarningCode {
        #[doc = "The text seems to hold personal information, such as a telephone number, an address or a full name."]
        PersonalInformationSuspected = "PERSONAL_INFORMATION_SUSPECTED",
        #[doc = "The text uses a stigmatizing word; `alternative` gives a plain one."]
        StigmatizingLanguage = "STIGMATIZING_LANGUAGE",
    }
}
