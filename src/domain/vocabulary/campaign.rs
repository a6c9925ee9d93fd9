//! Vocabularies of campaigns.

use super::vocabulary;

vocabulary! {
    #[doc = "What sort of effort a campaign is. Treat a value that you do not know as `OTHER`."]
    pub enum CampaignKind {
        #[doc = "People share money, goods or care with each other in solidarity."]
        MutualAid = "MUTUAL_AID",
        #[doc = "Support for people who face charges or another legal proceeding."]
        LegalDefence = "LEGAL_DEFENCE",
        #[doc = "Money to get people released on bail."]
        BailFund = "BAIL_FUND",
        #[doc = "People act together to stop or change something themselves."]
        DirectAction = "DIRECT_ACTION",
        #[doc = "The collection of signatures for a demand."]
        Petition = "PETITION",
        #[doc = "Many people write to those who decide."]
        LetterCampaign = "LETTER_CAMPAIGN",
        #[doc = "The call for, or the work with, an official inquiry, inquest or consultation."]
        PublicInquiry = "PUBLIC_INQUIRY",
        #[doc = "The refusal to buy from or deal with somebody, until something changes."]
        Boycott = "BOYCOTT",
        #[doc = "Support for workers on strike."]
        StrikeSupport = "STRIKE_SUPPORT",
        #[doc = "Money in memory of somebody, such as for a funeral or for their family."]
        MemorialFund = "MEMORIAL_FUND",
        #[doc = "Fast help in an emergency."]
        EmergencyResponse = "EMERGENCY_RESPONSE",
        #[doc = "A demand that a law, a policy or its funding change."]
        PolicyDemand = "POLICY_DEMAND",
        #[doc = "The defence of land and water, led by the people whose land it is."]
        LandDefence = "LAND_DEFENCE",
        #[doc = "Support for people in prison, jail or immigration detention."]
        PrisonerSupport = "PRISONER_SUPPORT",
        #[doc = "Work to inform the public about an issue."]
        PublicEducation = "PUBLIC_EDUCATION",
        #[doc = "Several groups that work together towards a shared aim."]
        Coalition = "COALITION",
        #[doc = "An effort of another sort."]
        Other = "OTHER",
    }

    #[doc = "How far a campaign has come."]
    pub enum CampaignState {
        #[doc = "It has not started yet."]
        Upcoming = "UPCOMING",
        #[doc = "It is going on."]
        Active = "ACTIVE",
        #[doc = "It is interrupted, and may go on later."]
        Paused = "PAUSED",
        #[doc = "It is over, and its demands were met."]
        Won = "WON",
        #[doc = "It is over, and some of its demands were met."]
        PartlyWon = "PARTLY_WON",
        #[doc = "It is over, and its demands were not met."]
        Lost = "LOST",
        #[doc = "It is over, without having been won or lost."]
        Ended = "ENDED",
    }

    #[doc = "How pressing it is to take part in a campaign."]
    pub enum CampaignUrgency {
        #[doc = "Help is needed now: lives, liberty or a very near deadline are at stake."]
        Critical = "CRITICAL",
        #[doc = "Help is needed soon."]
        High = "HIGH",
        #[doc = "Help is needed within the time of the campaign."]
        Normal = "NORMAL",
        #[doc = "Long-term work that needs help steadily, without a deadline."]
        Ongoing = "ONGOING",
    }

    #[doc = "How people are asked to get in touch with those whom a campaign addresses. Treat a value that you do not know as `OTHER`."]
    pub enum ContactChannel {
        #[doc = "By email."]
        Email = "EMAIL",
        #[doc = "By telephone."]
        Phone = "PHONE",
        #[doc = "By a letter on paper."]
        Letter = "LETTER",
        #[doc = "In person."]
        InPerson = "IN_PERSON",
        #[doc = "On social media."]
        SocialMedia = "SOCIAL_MEDIA",
        #[doc = "In another way."]
        Other = "OTHER",
    }
}
