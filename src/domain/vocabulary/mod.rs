//! The closed vocabularies of the API: each enum once, with its wire names and descriptions. The GraphQL layer
//! registers them from [`Vocabulary::VALUES`]; the store keeps the wire name as text. Must not hold logic.

mod campaign;
mod content;
mod event;
mod place;
mod resource;
mod update;
mod webhook;
mod write;

pub use campaign::*;
pub use content::*;
pub use event::*;
pub use place::*;
pub use resource::*;
pub use update::*;
pub use webhook::*;
pub use write::*;

/// A closed set of named values.
pub trait Vocabulary: Sized + Copy + Eq + Send + Sync + 'static {
    /// The name of the enum in the schema.
    const NAME: &'static str;
    /// What the enum classifies.
    const DESCRIPTION: &'static str;
    /// Every value in order: itself, its wire name and its description.
    const VALUES: &'static [(Self, &'static str, &'static str)];

    /// The wire name, such as `DRUG_ALERT`.
    fn as_str(self) -> &'static str;

    /// The value of a wire name.
    fn parse(name: &str) -> Option<Self> {
        Self::VALUES.iter().find(|(_, wire, _)| *wire == name).map(|(value, _, _)| *value)
    }
}

/// Declares enums of the vocabulary: `/// what it is` above the enum and above every value, `Value = "WIRE_NAME"`.
macro_rules! vocabulary {
    ($(#[doc = $about:literal] pub enum $name:ident { $(#[doc = $doc:literal] $value:ident = $wire:literal,)+ })+) => {$(
        #[doc = $about]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $(#[doc = $doc] $value,)+ }

        impl $crate::domain::vocabulary::Vocabulary for $name {
            const NAME: &'static str = stringify!($name);
            const DESCRIPTION: &'static str = $about;
            const VALUES: &'static [(Self, &'static str, &'static str)] = &[$((Self::$value, $wire, $doc),)+];

            fn as_str(self) -> &'static str {
                match self { $(Self::$value => $wire,)+ }
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str($crate::domain::vocabulary::Vocabulary::as_str(*self))
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let name = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                <Self as $crate::domain::vocabulary::Vocabulary>::parse(&name).ok_or_else(|| {
                    serde::de::Error::custom(format_args!("{} is not a value of {}", name, stringify!($name)))
                })
            }
        }
    )+};
}
use vocabulary;
