//! Table `place`. Must not hold logic.

use sea_orm::entity::prelude::*;

/// Where an item is, as far as it is told.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "place")]
pub struct Model {
    /// Key: content id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub content: i64,
    /// The kind of the item.
    pub kind: i16,
    /// Millionths of a degree north of the equator.
    pub latitude: i64,
    /// Millionths of a degree east of Greenwich.
    pub longitude: i64,
    /// Metres from the centre of the Earth towards 0° N 0° E.
    pub x: i64,
    /// Metres from the centre of the Earth towards 0° N 90° E.
    pub y: i64,
    /// Metres from the centre of the Earth towards the north pole.
    pub z: i64,
}

impl ActiveModelBehavior for ActiveModel {}
