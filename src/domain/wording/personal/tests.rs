//! Personal information that must be found and what must be left alone, kind by kind.

use super::super::{WarningCode, check};
use super::Kind;

/// Texts in which a kind is found, and texts in which nothing is.
const TABLE: &[(Kind, &[&str], &[&str])] = &[
    (
        Kind::Email,
        &[
            "Write to jane.doe@example.org today",
            "marie-eve@exemple.ca",
            "(j.tremblay+news@mail.example.com)",
            "[write](mailto:sam@example.org)",
            "Courriel : **alex99@example.net**.",
            "see https://example.org and kim@example.org",
        ],
        &[
            "info@example.org, contact@example.org",
            "media-relations@example.ca or press.fr@example.ca",
            "bonjour@exemple.org; soutien@exemple.org",
            "vandu@vandu.org",
            "https://example.org/@jane and https://x.example/?to=jane@example.org",
            "@jane on the fediverse, 5 @ 3",
            "council@example.org",
            "[write](mailto:info@example.org)",
        ],
    ),
    (
        Kind::Telephone,
        &[
            "Call 604-555-1234",
            "(416) 555-0199 after six",
            "+1 514 555 0123",
            "514.555.0123",
            "1-867-555-0142",
            "text 6045550134",
            "+16045550134",
            "Tél. : 418\u{A0}555-0101",
            "[ring](tel:+1-604-555-0134)",
        ],
        &[
            "1-800-555-0199 and 1 (888) 555-0199, free",
            "Dial 911, 988, 811 or 211",
            "1-866-585-0445 is a helpline",
            "The crisis line is 604-872-3311",
            "Ligne d'écoute : 514 723-4000",
            "2026-08-31T18:00:00-07:00",
            "ISBN 978-0-306-40615-7",
            "doi 10.1186/s12954-021-00585-2",
            "https://example.org/604-555-1234",
            "$604 555 1234",
            "id 604-555-1234",
            "order 6045550134 of 1234567890",
            "between 2019-2020 and 2024-2025, 100 000 people",
        ],
    ),
    (
        Kind::SocialInsurance,
        &[
            "046 454 286",
            "SIN: 046-454-286",
            "NAS 046454286",
            "her social insurance number is 130692544",
            "son numéro d'assurance sociale : 130 692 544",
        ],
        &[
            "046 454 287",
            "046454286 people",
            "000 000 000",
            "invoice 046-454-286",
            "1 046 454 286.50 dollars, or 12-046-454-286",
            "https://example.org/046-454-286",
        ],
    ),
    (
        Kind::HealthCard,
        &[
            "health card 1234-567-890",
            "PHN number 9876 543 210",
            "carte santé no 1234567890",
            "RAMQ TREM 1234 5678",
            "TREM90050312",
            "her health card number is 9698 658 215",
        ],
        &[
            "Bring your health card",
            "PMID 12345678",
            "health care in 2024 and 2025",
            "Public health counted 12345678 doses",
            "docket ABCD12345678",
            "carte d'assurance maladie, valide en 2026-05-01",
        ],
    ),
    (
        Kind::Home,
        &[
            "She lives at 12 Foo Street",
            "He resides at 1204-55 West Hastings St., Vancouver V6B 1G4",
            "They are staying at 9 Elm Avenue",
            "Il habite au 12 rue Foo",
            "Elle demeure au 4521, boulevard Saint-Laurent",
            "Her home address is 77 King Road",
            "domicilié au 8 chemin du Lac",
            "adresse personnelle : 15, avenue des Pins",
        ],
        &[
            "The office is at 12 Foo Street",
            "Come to 380 East Hastings Street, Vancouver V6A 1P4",
            "People who live in 12 cities",
            "Rendez-vous au 12 rue Foo",
            "She lives in Vancouver",
            "They live on the street",
            "La rencontre est au 4521, boulevard Saint-Laurent, H2T 1R2",
        ],
    ),
    (
        Kind::Birth,
        &[
            "born on 3 May 1990",
            "born May 3, 1990 in Halifax",
            "Date of birth: 1990-05-03",
            "DOB: 03/05/90",
            "née le 3 mai 1990",
            "né le 1er août 1985",
            "date de naissance : 3 mai 1990",
            "D.O.B. 1990-05-03",
        ],
        &[
            "born in 1990",
            "The movement was born on 17 April 1999",
            "The date of birth is not asked",
            "Le projet est né le 3 mai 1990",
            "born again on the third day",
            "The meeting of 3 May 1990",
            "née Tremblay",
        ],
    ),
    (
        Kind::Plate,
        &[
            "licence plate ABCD 123",
            "license plate: CK4 52B",
            "plaque d'immatriculation A12 BCD",
            "plate number XYZ 987",
            "la plaque est FAB 1234",
        ],
        &[
            "Bring a plate for 12 guests",
            "licence ABCD 123",
            "ABCD 123",
            "The plate reads nothing",
            "plaque dentaire 2 fois",
        ],
    ),
];

#[test]
fn personal_information_is_found_and_not_repeated() {
    let mut missed = Vec::new();
    for (kind, found, _) in TABLE {
        assert!(found.len() >= 5, "{kind:?}");
        for text in *found {
            let findings = check(text, "iu");
            let is_found = findings.iter().any(|finding| {
                finding.code == WarningCode::PersonalInformationSuspected
                    && finding.message.starts_with(kind.sentence())
                    && finding.matched.is_empty()
                    && finding.alternative.is_none()
            });
            if !is_found {
                missed.push((kind, text, findings));
            }
        }
    }
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn what_is_nobodys_is_left_alone() {
    let mut flagged = Vec::new();
    for (kind, _, clean) in TABLE {
        assert!(clean.len() >= 5, "{kind:?}");
        for text in *clean {
            let findings = check(text, "iu");
            if !findings.is_empty() {
                flagged.push((kind, text, findings));
            }
        }
    }
    assert!(flagged.is_empty(), "{flagged:#?}");
}

#[test]
fn the_words_of_the_message_do_not_hold_what_was_found() {
    for (_, found, _) in TABLE {
        for text in *found {
            for finding in check(text, "en") {
                let written = &text[finding.start..finding.end];
                assert!(!finding.message.contains(written), "{text}");
            }
        }
    }
}
