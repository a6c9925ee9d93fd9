//! What an item says in one of its languages, as search sees it: its texts, and the words of its kind that help to find it.
//! Must not write an index.

use sea_orm::DbErr;

use super::catalog::json;
use super::{Catalog, Detail, unpack_keys};
use crate::domain::campaign::CampaignDetail;
use crate::domain::content::{Attribution, ContentBody, ContentText};
use crate::domain::locale::{Locale, LocalizedText};
use crate::domain::search::{Tongue, plain_text};
use crate::domain::update::{DrugAlertDetail, PolicyUpdateDetail, ServiceUpdateDetail, UpdateFamily};
use crate::domain::vocabulary::{UpdateKind, Vocabulary};

/// An item in one language.
#[derive(Clone, Debug)]
pub(super) struct Said {
    pub locale: Locale,
    pub tongue: Tongue,
    pub title: String,
    pub summary: Option<String>,
    /// Without its markup.
    pub body: Option<String>,
    /// Words of its kind, and who is credited.
    pub details: Vec<String>,
}

/// An item in each of its languages, the original first.
pub(super) fn said(
    content: &entity::content::Model,
    texts: &[ContentText],
    detail: &Detail,
) -> Result<Vec<Said>, DbErr> {
    let bodies: Vec<ContentBody> = content.body.as_deref().map_or(Ok(Vec::new()), json)?;
    let mut all = Vec::with_capacity(texts.len());
    for (position, text) in texts.iter().enumerate() {
        let body = bodies.iter().find(|body| body.locale == text.locale);
        let reader = Reader { language: text.locale.language(), is_original: position == 0 };
        let mut details = reader.details(detail)?;
        if let Some(attribution) = &content.attribution {
            details.push(json::<Attribution>(attribution)?.display_name.to_string());
        }
        all.push(Said {
            tongue: Tongue::of(&text.locale),
            locale: text.locale.clone(),
            title: text.title.to_string(),
            summary: text.summary.as_ref().map(|summary| summary.to_string()),
            body: body.map(|body| plain_text(&body.body)),
            details,
        });
    }
    Ok(all)
}

/// The names of the publisher, the topics and the regions of an item, and of the regions around these, in the language of a
/// text.
pub(super) fn names(content: &entity::content::Model, catalog: &Catalog, locale: &Locale) -> Vec<String> {
    let reader = Reader { language: locale.language(), is_original: true };
    let mut names: Vec<String> = Vec::new();
    names.extend(catalog.organization(content.organization_id).map(|organization| organization.name.clone()));
    for key in unpack_keys(&content.region_ids) {
        let Some(region) = catalog.region(key) else { continue };
        let around = region.ancestors.iter().filter_map(|key| catalog.region(*key));
        for region in std::iter::once(region).chain(around) {
            names.extend(reader.text(&region.names));
        }
    }
    for key in unpack_keys(&content.topic_ids) {
        names.extend(catalog.topic(key).and_then(|topic| reader.text(&topic.names)));
    }
    names.sort();
    names.dedup();
    names
}

/// Picks the texts of one language.
struct Reader<'a> {
    language: &'a str,
    /// What is not said in any language of the item goes with the original.
    is_original: bool,
}

impl Reader<'_> {
    fn text(&self, texts: &LocalizedText) -> Option<String> {
        let own = texts.0.iter().find(|text| text.locale.language() == self.language);
        own.or_else(|| texts.0.first().filter(|_| self.is_original)).map(|text| text.text.to_string())
    }

    fn details(&self, detail: &Detail) -> Result<Vec<String>, DbErr> {
        Ok(match detail {
            Detail::Resource(_) | Detail::Event(_) => Vec::new(),
            Detail::Campaign(row) => {
                let detail: CampaignDetail = json(&row.detail)?;
                let targets = detail.targets.iter().map(|target| target.name.to_string());
                detail.demands.iter().filter_map(|demand| self.text(&demand.text)).chain(targets).collect()
            }
            Detail::Update(row) => {
                let mut found = self.of_update(row)?;
                found.extend(self.text(&json(&row.instructions)?));
                found
            }
        })
    }

    fn of_update(&self, row: &entity::regional_update::Model) -> Result<Vec<String>, DbErr> {
        let family = UpdateKind::parse(&row.kind).map(UpdateFamily::of);
        Ok(match family {
            Some(UpdateFamily::DrugAlert) => {
                let detail: DrugAlertDetail = json(&row.detail)?;
                let mut found: Vec<String> = Vec::new();
                for sample in &detail.samples {
                    let looks = [&sample.sold_as, &sample.colour, &sample.texture];
                    found.extend(looks.into_iter().flatten().map(|label| label.to_string()));
                    for substance in &sample.detected {
                        found.push(substance.name.to_string());
                        found.extend(substance.class.as_ref().map(|class| class.to_string()));
                    }
                }
                found.extend(self.text(&detail.area_description));
                found.extend(self.text(&detail.observed_effects));
                found
            }
            Some(UpdateFamily::ServiceUpdate) => {
                let detail: ServiceUpdateDetail = json(&row.detail)?;
                self.text(&detail.service_name).into_iter().chain(self.text(&detail.alternatives)).collect()
            }
            Some(UpdateFamily::PolicyUpdate) => {
                let detail: PolicyUpdateDetail = json(&row.detail)?;
                let labels = [&detail.jurisdiction, &detail.instrument].into_iter().flatten();
                labels.map(|label| label.to_string()).chain(self.text(&detail.what_it_means)).collect()
            }
            Some(UpdateFamily::CommunityUpdate) | None => Vec::new(),
        })
    }
}
