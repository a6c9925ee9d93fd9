//! Random changes, for the trials of those who keep copies.

use rand::Rng as _;
use rand::rngs::StdRng;
use serde_json::{Value, json};

use super::{ARCHIVE, REDACT, RESTORE, TRANSLATE, WITHDRAW, place, reference};
use crate::publisher::{CREATE, PUBLISH, Publisher, UPDATE};

/// An item of a random trial as its publisher knows it.
#[derive(Clone, Debug)]
pub struct Known {
    pub item: Value,
    pub is_public: bool,
}

/// The item that a mutation answers, null if it was refused; none if the server went away.
async fn item(publisher: &Publisher, document: &str, input: &Value) -> Option<Value> {
    let mut answer = publisher.send(document, input).await?;
    assert!(answer["errors"].is_null(), "{document} {input}: {answer:#}");
    let payload = answer["data"].as_object_mut().unwrap().values_mut().next().unwrap();
    let name = if payload.get("resource").is_some() { "resource" } else { "content" };
    Some(payload[name].take())
}

/// Makes one random change; answers the item if it may be changed again. None if the server went away.
pub async fn change(
    publisher: &Publisher,
    dice: &mut StdRng,
    known: Option<Known>,
    name: &str,
) -> Option<Option<Known>> {
    const REGIONS: [&[&str]; 5] = [&["vancouver"], &["CA-BC"], &["toronto"], &["CA-ON", "vancouver"], &[]];
    const TOPICS: [&[&str]; 3] = [&["naloxone"], &["safer-supply"], &[]];
    let (regions, topics) = (REGIONS[dice.random_range(0..5)], TOPICS[dice.random_range(0..3)]);
    let Some(Known { item: known, is_public }) = known else {
        let mut input = place(&format!("Item {name}"), regions, topics);
        if dice.random_ratio(1, 5) {
            input["visibility"] = json!("PARTNERS");
        }
        let is_public = input["visibility"].is_null();
        let is_published = dice.random_ratio(4, 5);
        let mut made = item(publisher, CREATE, &input).await?;
        if is_published {
            made = item(publisher, PUBLISH, &reference(&made)).await?;
        }
        return Some(Some(Known { item: made, is_public }));
    };
    let mut input = reference(&known);
    let (document, patch) = match dice.random_range(0..13) {
        0..3 => (UPDATE, json!({ "title": format!("Item {name}") })),
        3..5 => (UPDATE, json!({ "regions": regions, "topics": topics })),
        5 => (UPDATE, json!({ "visibility": "PARTNERS" })),
        6 => (UPDATE, json!({ "visibility": "PUBLIC" })),
        7 => (PUBLISH, json!({})),
        8 => (WITHDRAW, json!({})),
        9 => (ARCHIVE, json!({})),
        10 => (REDACT, json!({})),
        11 => (
            TRANSLATE,
            json!({ "translation": { "locale": "fr-CA", "origin": "HUMAN", "title": format!("Titre {name}") } }),
        ),
        _ => (RESTORE, json!({ "version": 1 })),
    };
    input.as_object_mut().unwrap().extend(patch.as_object().unwrap().clone());
    let made = item(publisher, document, &input).await?;
    // What cannot be done in its state leaves it as it was.
    let is_made = !made.is_null();
    let made = if is_made { made } else { known };
    let is_public = match patch["visibility"].as_str() {
        Some(visibility) if is_made => visibility == "PUBLIC",
        _ => is_public || document == RESTORE,
    };
    Some((document != REDACT).then_some(Known { item: made, is_public }))
}
