//! Vocabularies of resources.

use super::vocabulary;

vocabulary! {
    #[doc = "What a resource is for. Treat a value that you do not know as `OTHER`."]
    pub enum ResourceCategory {
        #[doc = "Practical information on how to reduce the harms that can come with drug use."]
        HarmReductionInfo = "HARM_REDUCTION_INFO",
        #[doc = "Material for learning or teaching."]
        Education = "EDUCATION",
        #[doc = "A set of tools and instructions for doing something, such as organizing a vigil."]
        Toolkit = "TOOLKIT",
        #[doc = "News and reporting."]
        News = "NEWS",
        #[doc = "Photographs, films, recordings, artwork and other media works."]
        Media = "MEDIA",
        #[doc = "Research and its findings."]
        Research = "RESEARCH",
        #[doc = "General information on the law and on rights; not legal advice."]
        LegalInformation = "LEGAL_INFORMATION",
        #[doc = "A policy, or an analysis or proposal of one."]
        Policy = "POLICY",
        #[doc = "A public statement, such as an open letter or a position."]
        Statement = "STATEMENT",
        #[doc = "Remembrance of people who have died."]
        Memorial = "MEMORIAL",
        #[doc = "A list of services, groups or contacts."]
        Directory = "DIRECTORY",
        #[doc = "Something else."]
        Other = "OTHER",
    }

    #[doc = "The form that a resource comes in. Treat a value that you do not know as `OTHER`."]
    pub enum ResourceFormat {
        #[doc = "A text of some length, such as a report of events or an essay."]
        Article = "ARTICLE",
        #[doc = "A page or two with the essential facts."]
        FactSheet = "FACT_SHEET",
        #[doc = "Explanations that lead through a subject or a task."]
        Guide = "GUIDE",
        #[doc = "A small self-published booklet."]
        Zine = "ZINE",
        #[doc = "A poster, to be printed or shown."]
        Poster = "POSTER",
        #[doc = "A picture that explains facts or figures."]
        Infographic = "INFOGRAPHIC",
        #[doc = "Slides for a presentation."]
        SlideDeck = "SLIDE_DECK",
        #[doc = "A video."]
        Video = "VIDEO",
        #[doc = "A sound recording, such as a podcast."]
        Audio = "AUDIO",
        #[doc = "A course of several lessons."]
        Course = "COURSE",
        #[doc = "A document to fill in or to adapt."]
        Template = "TEMPLATE",
        #[doc = "A list of points to go through."]
        Checklist = "CHECKLIST",
        #[doc = "Words to say or to send, such as for a telephone call to a representative."]
        Script = "SCRIPT",
        #[doc = "Data for machines to read."]
        Dataset = "DATASET",
        #[doc = "A full account of findings or of work done."]
        Report = "REPORT",
        #[doc = "A statement written for the press."]
        PressRelease = "PRESS_RELEASE",
        #[doc = "A pointer to something that is published elsewhere."]
        Link = "LINK",
        #[doc = "Another form."]
        Other = "OTHER",
    }

    #[doc = "Whom a resource is meant for. Treat a value that you do not know as `OTHER`."]
    pub enum Audience {
        #[doc = "People who use drugs."]
        PeopleWhoUseDrugs = "PEOPLE_WHO_USE_DRUGS",
        #[doc = "Friends, partners and family of people who use drugs."]
        FriendsAndFamily = "FRIENDS_AND_FAMILY",
        #[doc = "People who do peer work from their own lived or living experience."]
        PeerWorkers = "PEER_WORKERS",
        #[doc = "People who organize groups, events or campaigns."]
        Organizers = "ORGANIZERS",
        #[doc = "People who work in health, social, housing or harm reduction services."]
        ServiceProviders = "SERVICE_PROVIDERS",
        #[doc = "Young people."]
        Youth = "YOUTH",
        #[doc = "People who teach or train others."]
        Educators = "EDUCATORS",
        #[doc = "Lawyers, legal advocates and others who do legal support."]
        LegalWorkers = "LEGAL_WORKERS",
        #[doc = "Journalists."]
        Journalists = "JOURNALISTS",
        #[doc = "People who make or shape public policy."]
        PolicyMakers = "POLICY_MAKERS",
        #[doc = "Everyone, with no knowledge of the subject assumed."]
        GeneralPublic = "GENERAL_PUBLIC",
        #[doc = "Other people."]
        Other = "OTHER",
    }

    #[doc = "How much a text asks of its readers."]
    pub enum ReadingLevel {
        #[doc = "Plain language: short sentences and everyday words."]
        Plain = "PLAIN",
        #[doc = "The language of a newspaper for the general public."]
        General = "GENERAL",
        #[doc = "Language that assumes knowledge of a special field."]
        Technical = "TECHNICAL",
    }
}
