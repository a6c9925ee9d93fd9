//! Vocabularies of regions and topics.

use super::vocabulary;

vocabulary! {
    #[doc = "What sort of place or territory a region is. Treat a value that you do not know as `OTHER`."]
    pub enum RegionKind {
        #[doc = "The whole world."]
        World = "WORLD",
        #[doc = "The continent, by the name that many Indigenous peoples use for it."]
        TurtleIsland = "TURTLE_ISLAND",
    }
}
