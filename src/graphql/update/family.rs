//! The four object types of regional updates. Must not run statements itself.

use async_graphql::{Description, Object, Result};

use super::UpdateFields;
use crate::domain::update::{self, DrugAlertDetail, PolicyUpdateDetail, ServiceUpdateDetail};
use crate::domain::vocabulary::{
    AlertCertainty, AlertSeverity, AlertUrgency, EvidenceBasis, NaloxoneGuidance, PolicyEffect, RouteOfUse,
    ServiceStatus, UpdateKind,
};
use crate::graphql::content::{Envelope, content_type, stored};
use crate::graphql::error::ApiError;
use crate::graphql::event::DisclosedLocation;
use crate::graphql::scalar::Date;
use crate::store::Detail;

content_type! {
    /// A warning about the drug supply or about overdoses. It always expires.
    DrugAlert
}

impl DrugAlert {
    fn detail(&self) -> Result<DrugAlertDetail> {
        match &self.item.detail {
            Detail::Update(row) => stored(&row.detail),
            _ => Err(ApiError::from(sea_orm::DbErr::Custom("not an update".to_string())).into()),
        }
    }
}

#[Object(use_type_description)]
impl DrugAlert {
    #[graphql(flatten)]
    async fn envelope(&self) -> &Envelope {
        &self.0
    }

    #[graphql(flatten)]
    async fn update(&self) -> UpdateFields {
        UpdateFields(self.0.clone())
    }

    /// What the update reports.
    pub(crate) async fn kind(&self) -> Result<UpdateKind> {
        UpdateFields(self.0.clone()).kind()
    }

    /// How bad it is (CAP 1.2 `severity`).
    async fn severity(&self) -> Result<AlertSeverity> {
        Ok(self.detail()?.severity)
    }

    /// How soon to act (CAP 1.2 `urgency`).
    async fn urgency(&self) -> Result<AlertUrgency> {
        Ok(self.detail()?.urgency)
    }

    /// How sure it is (CAP 1.2 `certainty`).
    async fn certainty(&self) -> Result<AlertCertainty> {
        Ok(self.detail()?.certainty)
    }

    /// What it rests on; the kinds of knowledge are not ranked.
    async fn basis(&self) -> Result<Vec<EvidenceBasis>> {
        Ok(self.detail()?.basis)
    }

    /// The area in words (CAP 1.2 `areaDesc`).
    async fn area_description(&self) -> Result<Option<String>> {
        Ok(self.detail()?.area_description.text(&self.view.preference))
    }

    /// What was seen in the supply; at most 100.
    async fn samples(&self) -> Result<Vec<DrugSample>> {
        Ok(self.detail()?.samples.into_iter().map(DrugSample::new).collect())
    }

    /// What people felt or saw.
    async fn observed_effects(&self) -> Result<Option<String>> {
        Ok(self.detail()?.observed_effects.text(&self.view.preference))
    }

    /// How it was used.
    async fn routes(&self) -> Result<Vec<RouteOfUse>> {
        Ok(self.detail()?.routes)
    }

    /// What naloxone can do.
    async fn naloxone_guidance(&self) -> Result<Option<NaloxoneGuidance>> {
        Ok(self.detail()?.naloxone_guidance)
    }

    /// The alert as one text message, cut at a word. `maxChars` is between 40 and 1 600.
    async fn sms_text(
        &self,
        #[graphql(desc = "Characters at most, from 40 to 1 600.", default = 160)] max_chars: i32,
    ) -> Result<String> {
        let room = usize::try_from(max_chars)
            .ok()
            .filter(|room| (40..=1_600).contains(room))
            .ok_or_else(|| ApiError::BadInput(format!("maxChars {max_chars} is not between 40 and 1600")))?;
        Ok(update::sms_text(&self.shown_title(), self.shown_summary().as_deref(), room))
    }
}

/// A sample of the supply. It has a date at most: never a time, a place or a seller.
#[derive(Clone, Debug, Description)]
pub(crate) struct DrugSample {
    value: update::DrugSample,
}

impl DrugSample {
    pub(crate) fn new(value: update::DrugSample) -> Self {
        Self { value }
    }
}

#[Object(use_type_description)]
impl DrugSample {
    /// What it was sold as.
    async fn sold_as(&self) -> Option<&str> {
        self.value.sold_as.as_deref()
    }

    /// Its colour.
    async fn colour(&self) -> Option<&str> {
        self.value.colour.as_deref()
    }

    /// Its texture.
    async fn texture(&self) -> Option<&str> {
        self.value.texture.as_deref()
    }

    /// How it was packed.
    async fn packaging(&self) -> Option<&str> {
        self.value.packaging.as_deref()
    }

    /// What was found in it.
    async fn detected(&self) -> Vec<DetectedSubstance> {
        self.value.detected.iter().cloned().map(DetectedSubstance::new).collect()
    }

    /// The day it was collected.
    async fn collected_on(&self) -> Option<Date> {
        self.value.collected_on.map(|date| Date(date.to_string()))
    }
}

/// A substance found in a sample.
#[derive(Clone, Debug, Description)]
pub(crate) struct DetectedSubstance {
    value: update::DetectedSubstance,
}

impl DetectedSubstance {
    pub(crate) fn new(value: update::DetectedSubstance) -> Self {
        Self { value }
    }
}

#[Object(use_type_description)]
impl DetectedSubstance {
    /// Its name.
    async fn name(&self) -> &str {
        &self.value.name
    }

    /// Its class, such as `nitazene`.
    async fn class(&self) -> Option<&str> {
        self.value.class.as_deref()
    }

    /// How much of it, in words or per cent.
    async fn abundance(&self) -> Option<&str> {
        self.value.abundance.as_deref()
    }

    /// How it was found, such as `FTIR` or `mass spectrometry`.
    async fn method(&self) -> Option<&str> {
        self.value.method.as_deref()
    }

    /// Whether a laboratory confirmed it.
    async fn confirmed(&self) -> Option<bool> {
        self.value.confirmed
    }
}

content_type! {
    /// A service or a supply that opened, changed, paused, closed or ran short.
    ServiceUpdate
}

impl ServiceUpdate {
    fn detail(&self) -> Result<ServiceUpdateDetail> {
        match &self.item.detail {
            Detail::Update(row) => stored(&row.detail),
            _ => Err(ApiError::from(sea_orm::DbErr::Custom("not an update".to_string())).into()),
        }
    }
}

#[Object(use_type_description)]
impl ServiceUpdate {
    #[graphql(flatten)]
    async fn envelope(&self) -> &Envelope {
        &self.0
    }

    #[graphql(flatten)]
    async fn update(&self) -> UpdateFields {
        UpdateFields(self.0.clone())
    }

    /// What the update reports.
    pub(crate) async fn kind(&self) -> Result<UpdateKind> {
        UpdateFields(self.0.clone()).kind()
    }

    /// The service.
    async fn service_name(&self) -> Result<Option<String>> {
        Ok(self.detail()?.service_name.text(&self.view.preference))
    }

    /// How the service stands now.
    async fn service_status(&self) -> Result<Option<ServiceStatus>> {
        Ok(self.detail()?.service_status)
    }

    /// Where to go instead.
    async fn alternatives(&self) -> Result<Option<String>> {
        Ok(self.detail()?.alternatives.text(&self.view.preference))
    }

    /// Since when it is so.
    async fn valid_from(&self) -> Result<Option<Date>> {
        Ok(self.detail()?.valid_from.map(|date| Date(date.to_string())))
    }

    /// Until when it is so.
    async fn valid_to(&self) -> Result<Option<Date>> {
        Ok(self.detail()?.valid_to.map(|date| Date(date.to_string())))
    }

    /// Where the service is, as far as it may be told.
    async fn location(&self) -> Result<Option<DisclosedLocation>> {
        Ok(self.detail()?.location.map(|value| DisclosedLocation::new(value, &self.view)))
    }
}

content_type! {
    /// A change of law or policy, or a ruling.
    PolicyUpdate
}

impl PolicyUpdate {
    fn detail(&self) -> Result<PolicyUpdateDetail> {
        match &self.item.detail {
            Detail::Update(row) => stored(&row.detail),
            _ => Err(ApiError::from(sea_orm::DbErr::Custom("not an update".to_string())).into()),
        }
    }
}

#[Object(use_type_description)]
impl PolicyUpdate {
    #[graphql(flatten)]
    async fn envelope(&self) -> &Envelope {
        &self.0
    }

    #[graphql(flatten)]
    async fn update(&self) -> UpdateFields {
        UpdateFields(self.0.clone())
    }

    /// What the update reports.
    pub(crate) async fn kind(&self) -> Result<UpdateKind> {
        UpdateFields(self.0.clone()).kind()
    }

    /// Who decided: a legislature, a court, a ministry.
    async fn jurisdiction(&self) -> Result<Option<String>> {
        Ok(self.detail()?.jurisdiction.map(|text| text.to_string()))
    }

    /// The law, order or ruling.
    async fn instrument(&self) -> Result<Option<String>> {
        Ok(self.detail()?.instrument.map(|text| text.to_string()))
    }

    /// What it does.
    async fn effect(&self) -> Result<Option<PolicyEffect>> {
        Ok(self.detail()?.effect)
    }

    /// What it means for people.
    async fn what_it_means(&self) -> Result<Option<String>> {
        Ok(self.detail()?.what_it_means.text(&self.view.preference))
    }
}

content_type! {
    /// News of the community that is neither about drugs, services nor law: enforcement, encampments, outbreaks, weather, research.
    CommunityUpdate
}

#[Object(use_type_description)]
impl CommunityUpdate {
    #[graphql(flatten)]
    async fn envelope(&self) -> &Envelope {
        &self.0
    }

    #[graphql(flatten)]
    async fn update(&self) -> UpdateFields {
        UpdateFields(self.0.clone())
    }

    /// What the update reports.
    pub(crate) async fn kind(&self) -> Result<UpdateKind> {
        UpdateFields(self.0.clone()).kind()
    }
}
