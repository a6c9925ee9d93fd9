//! The few sentences that feeds say themselves, in English and French, written by hand. Must not hold anything about one
//! item.

use crate::domain::locale::Tongue;
use crate::domain::vocabulary::{NaloxoneGuidance, UpdateKind, UpdateMessageType};

impl Tongue {
    /// What sort of event an alert is about (CAP 1.2 `event`).
    pub(super) const fn event(self, kind: UpdateKind) -> &'static str {
        match kind {
            UpdateKind::DrugAdvisory => self.pick("Drug advisory", "Avis sur les drogues"),
            UpdateKind::OverdoseCluster => self.pick("Overdose cluster", "Surdoses en série"),
            _ => self.pick("Drug alert", "Alerte sur les drogues"),
        }
    }

    /// What naloxone can do, as people should act on it.
    pub(super) const fn naloxone(self, guidance: NaloxoneGuidance) -> &'static str {
        match guidance {
            NaloxoneGuidance::UseNaloxone => {
                self.pick("Give naloxone and support breathing.", "Donnez de la naloxone et soutenez la respiration.")
            }
            NaloxoneGuidance::MayNeedMoreDoses => self.pick(
                "Give naloxone and support breathing. More than one dose may be needed.",
                "Donnez de la naloxone et soutenez la respiration. Plus d’une dose peut être nécessaire.",
            ),
            NaloxoneGuidance::WillNotReverseAllSedation => self.pick(
                "Give naloxone. It may not end all sedation: keep supporting breathing even if the person stays asleep.",
                "Donnez de la naloxone. Elle peut ne pas mettre fin à toute la sédation : continuez de soutenir la \
                 respiration même si la personne reste endormie.",
            ),
            NaloxoneGuidance::NotOpioidRelated => self.pick(
                "No opioid is known to be involved. Give naloxone anyway whenever an opioid is possible.",
                "Aucun opioïde n’est en cause à ce que l’on sache. Donnez quand même de la naloxone si un opioïde est \
                 possible.",
            ),
            NaloxoneGuidance::UnknownGiveAnyway => self.pick(
                "It is not known whether an opioid is involved. Give naloxone anyway and support breathing.",
                "On ne sait pas si un opioïde est en cause. Donnez quand même de la naloxone et soutenez la respiration.",
            ),
        }
    }
}

/// Why an alert was taken back, in both languages: `note` has none of its own.
pub(super) const fn ended(message_type: UpdateMessageType) -> &'static str {
    match message_type {
        UpdateMessageType::AllClear => "All clear: the danger is over. Fin d’alerte : le danger est passé.",
        _ => "This alert is cancelled. Cette alerte est annulée.",
    }
}
