//! What an alert is about, by its category and its words. Must not call an alert one about drugs unless it clearly is.

use crate::domain::text::fold;
use crate::domain::vocabulary::UpdateKind;

/// Words, folded, that only alerts about the drug supply hold.
const DRUGS: [&str; 26] = [
    "drug alert",
    "drug advisory",
    "drug supply",
    "toxic drug",
    "street drug",
    "illicit drug",
    "unregulated drug",
    "contaminated drug",
    "overdose",
    "drug poisoning",
    "opioid",
    "fentanyl",
    "carfentanil",
    "nitazene",
    "naloxone",
    "xylazine",
    "medetomidine",
    "benzodope",
    "drogue",
    "surdose",
    "opioide",
    "alerte sur les drogues",
    "avis sur les drogues",
    "bromazolam",
    "etizolam",
    "methamphetamine",
];

/// What an alert is about.
pub(super) fn kind(categories: &[String], words: &str) -> UpdateKind {
    let words = format!(" {} ", fold(words));
    let has = |wanted: &[&str]| wanted.iter().any(|word| words.contains(&format!(" {word}")));
    let is = |category: &str| categories.iter().any(|known| known.eq_ignore_ascii_case(category));
    if is("Health") && has(&DRUGS) {
        return if has(&["overdose cluster", "cluster of overdoses", "surdoses en serie", "vague de surdoses"]) {
            UpdateKind::OverdoseCluster
        } else if has(&["drug advisory", "advisory", "avis sur les drogues"]) {
            UpdateKind::DrugAdvisory
        } else {
            UpdateKind::DrugAlert
        };
    }
    let is_service = has(&["service", "clinic", "site de consommation", "shelter"]);
    if is_service && has(&["closed", "closure", "suspended", "interruption", "disruption", "ferme", "suspendu"]) {
        return UpdateKind::ServicePaused;
    }
    if is("Health") && has(&["outbreak", "eclosion", "epidemic", "infection"]) {
        return UpdateKind::Outbreak;
    }
    if is("Met") { UpdateKind::ExtremeWeather } else { UpdateKind::CommunityNotice }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_clearly_about_drugs_is_a_drug_alert() {
        for (category, words, expected) in [
            ("Health", "Drug alert: nitazenes in Toronto", UpdateKind::DrugAlert),
            ("Health", "Drug advisory", UpdateKind::DrugAdvisory),
            ("Health", "Surdoses en série", UpdateKind::OverdoseCluster),
            ("Security", "Overdose of terror", UpdateKind::CommunityNotice),
            ("Health", "Boil water", UpdateKind::CommunityNotice),
            ("Health", "Measles outbreak", UpdateKind::Outbreak),
            ("Met", "Snow", UpdateKind::ExtremeWeather),
            ("Infra", "Clinic closed by flooding", UpdateKind::ServicePaused),
        ] {
            assert_eq!(kind(&[category.to_string()], words), expected, "{words}");
        }
    }
}
