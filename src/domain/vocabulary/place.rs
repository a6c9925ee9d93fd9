//! Vocabularies of regions and topics.

use super::vocabulary;

vocabulary! {
    #[doc = "What sort of place or territory a region is. Treat a value that you do not know as `OTHER`."]
    pub enum RegionKind {
        #[doc = "The whole world."]
        World = "WORLD",
        #[doc = "The continent, by the name that many Indigenous peoples use for it."]
        TurtleIsland = "TURTLE_ISLAND",
        #[doc = "A country, as ISO 3166-1 lists it."]
        Country = "COUNTRY",
        #[doc = "A province, or a comparable first-level part of a country."]
        Province = "PROVINCE",
        #[doc = "A territory that is a first-level part of a country, such as Nunavut or Yukon; not an Indigenous territory."]
        Territory = "TERRITORY",
        #[doc = "The area that one health authority serves."]
        HealthAuthority = "HEALTH_AUTHORITY",
        #[doc = "A region for which health services are planned or reported, often a part of the area of a health authority."]
        HealthRegion = "HEALTH_REGION",
        #[doc = "A city, town, village or other local municipality."]
        Municipality = "MUNICIPALITY",
        #[doc = "A part of a municipality that people know by its own name."]
        Neighbourhood = "NEIGHBOURHOOD",
        #[doc = "The territory of an Indigenous people, in the terms of that people; it may lie across provinces and countries."]
        IndigenousTerritory = "INDIGENOUS_TERRITORY",
        #[doc = "The area that a treaty between Indigenous nations and the Crown or a state covers."]
        TreatyArea = "TREATY_AREA",
        #[doc = "An Indigenous nation, with the lands and the people that it names as its own."]
        Nation = "NATION",
        #[doc = "A community of a First Nation, such as a reserve or a settlement."]
        FirstNationCommunity = "FIRST_NATION_COMMUNITY",
        #[doc = "A region of Inuit Nunangat, or another region of Inuit."]
        InuitRegion = "INUIT_REGION",
        #[doc = "A region of the Métis Nation or of a Métis government."]
        MetisRegion = "METIS_REGION",
        #[doc = "No place on the ground: what happens or applies online."]
        Online = "ONLINE",
        #[doc = "A place of another sort."]
        Other = "OTHER",
    }

    #[doc = "The published list that the code of a region is taken from. Treat a value that you do not know as `OTHER`."]
    pub enum CodeScheme {
        #[doc = "The two-letter country codes of ISO 3166-1, such as `CA`."]
        Iso3166_1 = "ISO_3166_1",
        #[doc = "The codes of ISO 3166-2 for the parts of countries, such as `CA-BC`."]
        Iso3166_2 = "ISO_3166_2",
        #[doc = "The Standard Geographical Classification of Statistics Canada."]
        StatcanSgc = "STATCAN_SGC",
        #[doc = "The health region codes of Statistics Canada."]
        StatcanHealthRegion = "STATCAN_HEALTH_REGION",
        #[doc = "Another list of codes."]
        Other = "OTHER",
    }

    #[doc = "The side of the work that a topic describes."]
    pub enum TopicFacet {
        #[doc = "Something that people do to reduce harm or to care for each other, such as drug checking."]
        Practice = "PRACTICE",
        #[doc = "A drug, a group of drugs or an adulterant."]
        Substance = "SUBSTANCE",
        #[doc = "A struggle for rights, justice or liberation."]
        Struggle = "STRUGGLE",
        #[doc = "A community of people whom the content is by, for or about."]
        Community = "COMMUNITY",
        #[doc = "The sort of place where something happens, such as a shelter or a festival."]
        Setting = "SETTING",
    }
}
