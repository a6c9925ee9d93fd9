//! From a drug alert and its public versions to the CAP message that it is now. Must not say anything of an alert that is
//! cancelled or over, but that it is.

use super::cap::{Area, Info, Message, MessageType, Named, Reference};
use super::words::ended;
use super::{FeedError, alert, is_ended, urn};
use crate::domain::content::ContentText;
use crate::domain::locale::{LocalizedText, Preference, Tongue};
use crate::domain::markdown;
use crate::domain::time::Timestamp;
use crate::domain::update::{DrugAlertDetail, DrugSample, sms_text};
use crate::domain::vocabulary::{
    AlertCertainty, AlertSeverity, AlertUrgency, CodeScheme, UpdateKind, UpdateMessageType, Vocabulary,
};
use crate::store::{Catalog, Item, PublicVersion, Region, body_for, json, unpack_keys};

/// Characters of a text message.
const SMS_CHARS: usize = 160;

/// What a message is made of.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// The alert, its body included.
    pub item: &'a Item,
    /// Its public versions, and those of the update that it supersedes.
    pub versions: &'a [PublicVersion],
    /// The names of regions and organizations.
    pub catalog: &'a Catalog,
    /// The public address of the server.
    pub address: &'a str,
}

/// The message of an alert; none if the item is something else.
pub fn message(source: &Source<'_>) -> Result<Option<Message>, FeedError> {
    let item = source.item;
    let Some(row) = alert(item) else { return Ok(None) };
    let mut own = source.sent(item.content.id);
    let is = own.pop().unwrap_or_else(|| Reference {
        sender: source.sender(item.content.organization_id),
        identifier: identifier(&item.content.public_id, item.content.version),
        sent: Timestamp::from_micros(row.issued_at),
    });
    let mut references = row.supersedes.map(|key| source.sent(key)).unwrap_or_default();
    references.extend(own);
    if is_ended(row) {
        let message_type = UpdateMessageType::parse(&row.message_type).unwrap_or(UpdateMessageType::Cancel);
        let note = Some(ended(message_type));
        return Ok(Some(Message { is, message_type: MessageType::Cancel, note, references, infos: Vec::new() }));
    }
    let message_type = if references.is_empty() { MessageType::Alert } else { MessageType::Update };
    let infos = item.texts.iter().map(|text| info(source, row, text)).collect::<Result<_, _>>()?;
    Ok(Some(Message { is, message_type, note: None, references, infos }))
}

impl Source<'_> {
    /// The messages that an item was, in their order. The first was sent when the alert was issued, later ones when they
    /// were made.
    fn sent(&self, key: i64) -> Vec<Reference> {
        let mut sent: Vec<Reference> = Vec::new();
        for version in self.versions.iter().filter(|version| version.item == key) {
            let at = match sent.last() {
                None => version.issued_at.unwrap_or(version.at),
                Some(before) => version.at.max(before.sent),
            };
            sent.push(Reference {
                sender: self.sender(version.organization),
                identifier: identifier(&version.public_id, version.version),
                sent: at,
            });
        }
        sent
    }

    /// The publisher at this server: unique in the world, and without the characters that CAP forbids.
    fn sender(&self, organization: i64) -> String {
        let host = self.address.split_once("://").map_or(self.address, |(_, rest)| rest);
        let publisher = self.catalog.organization(organization).map(|organization| organization.public_id.as_str());
        format!("org_{}@{host}", publisher.unwrap_or("unknown"))
    }
}

/// Each version is a message of its own.
fn identifier(bare: &str, version: i32) -> String {
    format!("upd_{bare}.{version}")
}

fn info(source: &Source<'_>, row: &entity::regional_update::Model, text: &ContentText) -> Result<Info, FeedError> {
    let (item, preference) = (source.item, Preference::new(vec![text.locale.clone()]));
    let tongue = Tongue::of(text.locale.language());
    let detail: DrugAlertDetail = json(&row.detail)?;
    let instructions: LocalizedText = json(&row.instructions)?;
    let summary = text.summary.as_ref().map(|summary| summary.to_string());
    let publisher = source.catalog.organization(item.content.organization_id);
    let mut parameters =
        vec![Named { name: urn("smsText"), value: sms_text(&text.title, summary.as_deref(), SMS_CHARS) }];
    if let Some(guidance) = detail.naloxone_guidance {
        parameters.push(Named { name: urn("naloxoneGuidance"), value: guidance.as_str().to_string() });
    }
    let naloxone = detail.naloxone_guidance.map(|guidance| tongue.naloxone(guidance).to_string());
    let instruction: Vec<String> = instructions.text(&preference).into_iter().chain(naloxone).collect();
    let body = body_for(text, &item.bodies()?).map(|body| markdown::to_text(&body.body));
    let effects = detail.observed_effects.text(&preference);
    let effects = effects.map(|effects| format!("{} {effects}", tongue.pick("Observed effects:", "Effets observés :")));
    let samples = detail.samples.iter().filter_map(|sample| describe(sample, tongue));
    let description: Vec<String> = summary.into_iter().chain(body).chain(effects).chain(samples).collect();
    Ok(Info {
        language: text.locale.to_string(),
        event: tongue.event(UpdateKind::parse(&row.kind).unwrap_or(UpdateKind::DrugAlert)).to_string(),
        urgency: urgency(detail.urgency),
        severity: severity(detail.severity),
        certainty: certainty(detail.certainty),
        effective: Some(Timestamp::from_micros(row.effective_at.unwrap_or(row.issued_at))),
        expires: item.content.expires_at.map(Timestamp::from_micros),
        sender_name: publisher.map(|publisher| publisher.name.clone()).unwrap_or_default(),
        headline: text.title.to_string(),
        description: description.join("\n\n"),
        instruction: instruction.join("\n\n"),
        web: item.web_page()?,
        parameters,
        areas: areas(source, &detail.area_description, &preference),
    })
}

/// A sample in one line: what it was sold as, how it looked, what was found in it.
fn describe(sample: &DrugSample, tongue: Tongue) -> Option<String> {
    let looks = [&sample.sold_as, &sample.colour, &sample.texture, &sample.packaging];
    let looks: Vec<&str> = looks.into_iter().flatten().map(|word| &**word).collect();
    let found: Vec<String> = sample
        .detected
        .iter()
        .map(|found| match &found.abundance {
            Some(abundance) => format!("{} ({})", &*found.name, &**abundance),
            None => found.name.to_string(),
        })
        .collect();
    let colon = tongue.pick(":", " :");
    let mut parts = Vec::new();
    if !looks.is_empty() {
        parts.push(format!("{}{colon} {}", tongue.pick("Sample", "Échantillon"), looks.join(", ")));
    }
    if !found.is_empty() {
        parts.push(format!("{}{colon} {}", tongue.pick("Found", "Détecté"), found.join(", ")));
    }
    if parts.is_empty() { None } else { Some(parts.join(". ")) }
}

/// The regions as areas; as one, where the alert says its area in words.
fn areas(source: &Source<'_>, in_words: &LocalizedText, preference: &Preference) -> Vec<Area> {
    let keys = unpack_keys(&source.item.content.region_ids);
    let regions = keys.iter().filter_map(|key| source.catalog.region(*key));
    if let Some(description) = in_words.text(preference) {
        return vec![Area { description, geocodes: regions.flat_map(|region| geocodes(region)).collect() }];
    }
    regions
        .map(|region| Area {
            description: region.names.text(preference).unwrap_or_else(|| region.slug.clone()),
            geocodes: geocodes(region),
        })
        .collect()
}

/// The codes of a region that alerting systems know: those of Statistics Canada as the Canadian profile of CAP writes them,
/// and of ISO 3166.
fn geocodes(region: &Region) -> Vec<Named> {
    let code = |code: &crate::store::Code| {
        let name = match code.scheme {
            CodeScheme::StatcanSgc => "profile:CAP-CP:Location:0.3",
            CodeScheme::Iso3166_1 => "ISO3166-1",
            CodeScheme::Iso3166_2 => "ISO3166-2",
            CodeScheme::StatcanHealthRegion | CodeScheme::Other => return None,
        };
        Some(Named { name: name.to_string(), value: code.value.to_string() })
    };
    region.codes.iter().filter_map(code).collect()
}

const fn urgency(value: AlertUrgency) -> &'static str {
    match value {
        AlertUrgency::Immediate => "Immediate",
        AlertUrgency::Expected => "Expected",
        AlertUrgency::Future => "Future",
        AlertUrgency::Past => "Past",
        AlertUrgency::Unknown => "Unknown",
    }
}

const fn severity(value: AlertSeverity) -> &'static str {
    match value {
        AlertSeverity::Extreme => "Extreme",
        AlertSeverity::Severe => "Severe",
        AlertSeverity::Moderate => "Moderate",
        AlertSeverity::Minor => "Minor",
        AlertSeverity::Unknown => "Unknown",
    }
}

const fn certainty(value: AlertCertainty) -> &'static str {
    match value {
        AlertCertainty::Observed => "Observed",
        AlertCertainty::Likely => "Likely",
        AlertCertainty::Possible => "Possible",
        AlertCertainty::Unlikely => "Unlikely",
        AlertCertainty::Unknown => "Unknown",
    }
}
