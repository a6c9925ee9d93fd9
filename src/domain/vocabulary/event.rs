//! Vocabularies of events.

use super::vocabulary;

vocabulary! {
    #[doc = "What sort of event it is. Treat a value that you do not know as `OTHER`."]
    pub enum EventKind {
        #[doc = "A meeting where organizers share regional updates, exchange resources and strategize."]
        OrganizerMeeting = "ORGANIZER_MEETING",
        #[doc = "A meeting of all members or of everyone concerned, where decisions are made together."]
        GeneralAssembly = "GENERAL_ASSEMBLY",
        #[doc = "A meeting of a smaller group that works on one subject."]
        WorkingGroup = "WORKING_GROUP",
        #[doc = "A session where people learn or make something together."]
        Workshop = "WORKSHOP",
        #[doc = "A session that teaches a skill."]
        Training = "TRAINING",
        #[doc = "A training in recognizing an overdose and responding to it with naloxone and breathing support."]
        NaloxoneTraining = "NALOXONE_TRAINING",
        #[doc = "A talk or lesson that is held online."]
        Webinar = "WEBINAR",
        #[doc = "A discussion by several speakers before an audience."]
        Panel = "PANEL",
        #[doc = "People act together to stop or change something themselves."]
        DirectAction = "DIRECT_ACTION",
        #[doc = "A public gathering for a cause at one place."]
        Rally = "RALLY",
        #[doc = "A public procession for a cause."]
        March = "MARCH",
        #[doc = "A line of people outside of a workplace or an institution in protest or on strike."]
        Picket = "PICKET",
        #[doc = "A day on which people take action in many places."]
        DayOfAction = "DAY_OF_ACTION",
        #[doc = "A quiet gathering to mourn, remember or bear witness."]
        Vigil = "VIGIL",
        #[doc = "A gathering to remember and honour people who have died."]
        Memorial = "MEMORIAL",
        #[doc = "A ceremony, held according to the protocols of those who hold it."]
        Ceremony = "CEREMONY",
        #[doc = "People attend court to support somebody there."]
        CourtSupport = "COURT_SUPPORT",
        #[doc = "People wait for and care for those who are being released from custody."]
        JailSupport = "JAIL_SUPPORT",
        #[doc = "A meeting with the press to make something public."]
        PressConference = "PRESS_CONFERENCE",
        #[doc = "People go out to meet others where they are, with information, supplies or care."]
        Outreach = "OUTREACH",
        #[doc = "A session where people can have drugs checked for what they contain."]
        DrugChecking = "DRUG_CHECKING",
        #[doc = "Supplies such as naloxone or safer use equipment are given out."]
        SupplyDistribution = "SUPPLY_DISTRIBUTION",
        #[doc = "A meeting where people support each other, such as in grief."]
        SupportCircle = "SUPPORT_CIRCLE",
        #[doc = "An event that raises money for a cause."]
        Fundraiser = "FUNDRAISER",
        #[doc = "A meal that is shared with the community."]
        CommunityMeal = "COMMUNITY_MEAL",
        #[doc = "A film or video is shown."]
        Screening = "SCREENING",
        #[doc = "A larger meeting with several sessions."]
        Conference = "CONFERENCE",
        #[doc = "A gathering for company and rest."]
        Social = "SOCIAL",
        #[doc = "An event of another sort."]
        Other = "OTHER",
    }

    #[doc = "Whether people attend an event at a place, online, or either way."]
    pub enum EventFormat {
        #[doc = "At a place."]
        InPerson = "IN_PERSON",
        #[doc = "Online only."]
        Online = "ONLINE",
        #[doc = "At a place and online at the same time."]
        Hybrid = "HYBRID",
    }

    #[doc = "Whether an event, or one occurrence of it, takes place as announced."]
    pub enum EventStatus {
        #[doc = "It takes place as announced."]
        Scheduled = "SCHEDULED",
        #[doc = "It is planned but not confirmed."]
        Tentative = "TENTATIVE",
        #[doc = "It was moved to another time, which the times given already show."]
        Rescheduled = "RESCHEDULED",
        #[doc = "It does not take place at the time announced, and the new time is not known yet."]
        Postponed = "POSTPONED",
        #[doc = "It takes place online instead of at its place."]
        MovedOnline = "MOVED_ONLINE",
        #[doc = "It does not take place."]
        Cancelled = "CANCELLED",
        #[doc = "It has taken place."]
        Completed = "COMPLETED",
    }

    #[doc = "How much of the place of an event is made known, for the safety of the people who attend."]
    pub enum LocationDisclosure {
        #[doc = "The exact place, with its address."]
        Exact = "EXACT",
        #[doc = "The rough area, with a coarsened point and no address."]
        Approximate = "APPROXIMATE",
        #[doc = "The region and nothing more."]
        RegionOnly = "REGION_ONLY",
        #[doc = "The organizers tell the place to people who ask them."]
        OnRequest = "ON_REQUEST",
        #[doc = "The place is not made known."]
        Withheld = "WITHHELD",
    }

    #[doc = "Something about an event that makes it easier for people to take part."]
    pub enum AccessibilityFeature {
        #[doc = "The way in and the space can be reached and used without steps."]
        StepFree = "STEP_FREE",
        #[doc = "A washroom that people who use wheelchairs or other mobility aids can use."]
        AccessibleWashroom = "ACCESSIBLE_WASHROOM",
        #[doc = "Interpretation into American Sign Language."]
        Asl = "ASL",
        #[doc = "Interpretation into Quebec Sign Language (langue des signes québécoise)."]
        Lsq = "LSQ",
        #[doc = "Interpretation into an Indigenous sign language."]
        IndigenousSignLanguage = "INDIGENOUS_SIGN_LANGUAGE",
        #[doc = "Captions of what is said, as it is said."]
        LiveCaptions = "LIVE_CAPTIONS",
        #[doc = "Spoken interpretation between French and English."]
        InterpretationFrEn = "INTERPRETATION_FR_EN",
        #[doc = "Interpretation between other languages, which the notes name."]
        OtherInterpretation = "OTHER_INTERPRETATION",
        #[doc = "People are asked to come without perfume and other strong scents."]
        LowScent = "LOW_SCENT",
        #[doc = "A quiet space to rest in."]
        QuietSpace = "QUIET_SPACE",
        #[doc = "Care for children during the event."]
        Childcare = "CHILDCARE",
        #[doc = "Help with the cost of transit."]
        TransitFare = "TRANSIT_FARE",
        #[doc = "Food is provided."]
        FoodProvided = "FOOD_PROVIDED",
        #[doc = "Everyone who can is required to wear a mask."]
        MasksRequired = "MASKS_REQUIRED",
        #[doc = "Masks are provided."]
        MasksProvided = "MASKS_PROVIDED",
        #[doc = "The air in the space is filtered."]
        AirFiltered = "AIR_FILTERED",
        #[doc = "Service animals are welcome."]
        ServiceAnimalsWelcome = "SERVICE_ANIMALS_WELCOME",
        #[doc = "A washroom that people of every gender can use."]
        GenderInclusiveWashroom = "GENDER_INCLUSIVE_WASHROOM",
        #[doc = "An Elder is present."]
        ElderPresent = "ELDER_PRESENT",
        #[doc = "There is a possibility to smudge; there may be smoke."]
        SmudgingPossible = "SMUDGING_POSSIBLE",
        #[doc = "People can take part from elsewhere, online or by telephone."]
        RemoteParticipation = "REMOTE_PARTICIPATION",
        #[doc = "A recording is available afterwards."]
        RecordingAvailable = "RECORDING_AVAILABLE",
        #[doc = "The event is held in plain language."]
        PlainLanguage = "PLAIN_LANGUAGE",
    }
}
