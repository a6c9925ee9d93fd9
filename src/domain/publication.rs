//! The life of an item as one pure state machine: which step leads from which state to which. Must not know who takes a
//! step, nor what else it needs.

use super::vocabulary::{PublicationStatus, Vocabulary};

/// A step in the life of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// Its content changes.
    Edit,
    /// It is handed to a reviewer.
    Submit,
    /// A reviewer approves it.
    Approve,
    /// A reviewer hands it back.
    Reject,
    /// It is published now.
    Publish,
    /// It is to be published at a set time.
    Schedule,
    /// Its publisher takes it back.
    Withdraw,
    /// It is put away.
    Archive,
    /// An earlier revision becomes its content.
    Restore,
    /// Its time runs out.
    Expire,
    /// It is taken back at once for safety.
    EmergencyWithdraw,
    /// Its text is erased.
    Redact,
}

impl Step {
    /// All steps.
    pub const ALL: [Self; 12] = [
        Self::Edit,
        Self::Submit,
        Self::Approve,
        Self::Reject,
        Self::Publish,
        Self::Schedule,
        Self::Withdraw,
        Self::Archive,
        Self::Restore,
        Self::Expire,
        Self::EmergencyWithdraw,
        Self::Redact,
    ];

    /// What is done to the item, as a participle.
    pub const fn done(self) -> &'static str {
        match self {
            Self::Edit => "changed",
            Self::Submit => "submitted",
            Self::Approve => "approved",
            Self::Reject => "rejected",
            Self::Publish => "published",
            Self::Schedule => "scheduled",
            Self::Withdraw | Self::EmergencyWithdraw => "withdrawn",
            Self::Archive => "archived",
            Self::Restore => "restored",
            Self::Expire => "expired",
            Self::Redact => "redacted",
        }
    }

    /// The states that the step may be taken from.
    pub const fn from(self) -> &'static [PublicationStatus] {
        use PublicationStatus::{Archived, Draft, Expired, InReview, Published, Scheduled, Withdrawn};
        match self {
            Self::Edit => &[Draft, InReview, Scheduled, Published],
            Self::Submit => &[Draft],
            Self::Approve | Self::Reject => &[InReview],
            Self::Publish | Self::Schedule => &[Draft, InReview, Scheduled],
            Self::Withdraw => &[Published, Scheduled, Expired],
            Self::Archive => &[Draft, Published, Expired, Withdrawn],
            Self::Restore => &[Draft, InReview, Published, Scheduled, Expired, Withdrawn, Archived],
            Self::Expire => &[Published],
            Self::EmergencyWithdraw => &[Draft, InReview, Scheduled, Published, Expired, Archived],
            Self::Redact => &[Draft, InReview, Scheduled, Published, Expired, Withdrawn, Archived],
        }
    }

    /// The state that the step leads to; `None` if it may not be taken from this one.
    pub fn apply(self, state: PublicationStatus) -> Option<PublicationStatus> {
        use PublicationStatus::{Archived, Draft, Expired, InReview, Published, Scheduled, Withdrawn};
        if !self.from().contains(&state) {
            return None;
        }
        Some(match self {
            Self::Edit | Self::Approve => state,
            Self::Submit => InReview,
            Self::Reject => Draft,
            Self::Publish => Published,
            Self::Schedule => Scheduled,
            Self::Withdraw | Self::EmergencyWithdraw | Self::Redact => Withdrawn,
            Self::Archive => Archived,
            // What is public stays so with its earlier text; all else starts again as a draft.
            Self::Restore => match state {
                Published | InReview | Scheduled => state,
                Draft | Expired | Withdrawn | Archived => Draft,
            },
            Self::Expire => Expired,
        })
    }

    /// Why the step may not be taken from a state.
    pub fn refusal(self, state: PublicationStatus) -> String {
        let names: Vec<&str> = self.from().iter().map(|state| state.as_str()).collect();
        format!("is {}, and can be {} only from {}", state.as_str(), self.done(), names.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use PublicationStatus::{Archived, Draft, Expired, InReview, Published, Scheduled, Withdrawn};

    #[test]
    fn every_step_from_every_state() {
        let states = [Draft, InReview, Scheduled, Published, Expired, Withdrawn, Archived];
        // One row a step: where it leads from each state in the order above.
        let table: [(Step, [Option<PublicationStatus>; 7]); 12] = [
            (Step::Edit, [Some(Draft), Some(InReview), Some(Scheduled), Some(Published), None, None, None]),
            (Step::Submit, [Some(InReview), None, None, None, None, None, None]),
            (Step::Approve, [None, Some(InReview), None, None, None, None, None]),
            (Step::Reject, [None, Some(Draft), None, None, None, None, None]),
            (Step::Publish, [Some(Published), Some(Published), Some(Published), None, None, None, None]),
            (Step::Schedule, [Some(Scheduled), Some(Scheduled), Some(Scheduled), None, None, None, None]),
            (Step::Withdraw, [None, None, Some(Withdrawn), Some(Withdrawn), Some(Withdrawn), None, None]),
            (Step::Archive, [Some(Archived), None, None, Some(Archived), Some(Archived), Some(Archived), None]),
            (
                Step::Restore,
                [Some(Draft), Some(InReview), Some(Scheduled), Some(Published), Some(Draft), Some(Draft), Some(Draft)],
            ),
            (Step::Expire, [None, None, None, Some(Expired), None, None, None]),
            (
                Step::EmergencyWithdraw,
                [
                    Some(Withdrawn),
                    Some(Withdrawn),
                    Some(Withdrawn),
                    Some(Withdrawn),
                    Some(Withdrawn),
                    None,
                    Some(Withdrawn),
                ],
            ),
            (Step::Redact, [Some(Withdrawn); 7]),
        ];
        assert_eq!(table.map(|(step, _)| step), Step::ALL);
        for (step, row) in table {
            for (state, expected) in states.into_iter().zip(row) {
                assert_eq!(step.apply(state), expected, "{step:?} from {state:?}");
            }
        }
    }
}
