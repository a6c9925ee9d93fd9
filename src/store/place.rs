//! Where items are, and what is near. Only points that readers are told are here, so that no distance says more than an
//! item does. Must not coarsen: see `domain::geo`.

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, Statement};
use serde_json::Value;

use super::catalog::json;
use super::sql::Sql;
use super::{Detail, NewItem, Store};
use crate::domain::event::{EventDetail, Location};
use crate::domain::geo::{Bounds, Near, Point};
use crate::domain::update::{ServiceUpdateDetail, UpdateFamily};
use crate::domain::vocabulary::{LocationDisclosure, UpdateKind, Vocabulary};

impl Store {
    /// The statement that keeps where an item is, if that changed.
    pub(super) fn place_on_map(&self, item: &NewItem, before: Option<&NewItem>) -> Result<Option<Statement>, DbErr> {
        if before.is_some_and(|before| before.detail == item.detail) {
            return Ok(None);
        }
        let point = point(&item.detail)?;
        let known = before.map(|before| self::point(&before.detail)).transpose()?.flatten();
        Ok((known != point).then(|| self.write_place(item, point)))
    }

    /// The statement that keeps where an item is, whatever was kept before.
    pub(super) fn place_anew(&self, item: &NewItem) -> Result<Statement, DbErr> {
        Ok(self.write_place(item, point(&item.detail)?))
    }

    /// Takes a place that was told exactly and is not any more out of the revisions of its item: they say that it is
    /// withheld.
    pub(super) async fn forget_exact_place(
        &self,
        tx: &DatabaseTransaction,
        item: &NewItem,
        before: &NewItem,
    ) -> Result<(), DbErr> {
        if !tells_less(item, before)? {
            return Ok(());
        }
        let mut sql = Sql::default();
        sql.push("SELECT version, snapshot FROM revision WHERE snapshot IS NOT NULL AND content_id = ");
        sql.bind(item.content.id);
        for row in tx.query_all_raw(sql.statement(self.backend())).await? {
            let (version, snapshot): (i32, String) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
            let mut line: Value = json(&snapshot)?;
            let Some(Value::Object(location)) = line.pointer_mut("/input/location") else { continue };
            if location.get("disclosure").and_then(Value::as_str) != Some(LocationDisclosure::Exact.as_str()) {
                continue;
            }
            location.insert("disclosure".to_string(), LocationDisclosure::Withheld.as_str().into());
            location.retain(|name, _| !matches!(name.as_str(), "point" | "address"));
            let mut sql = Sql::default();
            sql.push("UPDATE revision SET snapshot = ").bind(line.to_string());
            sql.push(" WHERE content_id = ").bind(item.content.id).push(" AND version = ").bind(version);
            tx.execute_raw(sql.statement(self.backend())).await?;
        }
        self.leave_to_scrub(tx).await
    }

    fn write_place(&self, item: &NewItem, point: Option<Point>) -> Statement {
        let mut sql = Sql::default();
        let Some(point) = point else {
            sql.push("DELETE FROM place WHERE content = ").bind(item.content.id);
            return sql.statement(self.backend());
        };
        let ((latitude, longitude), spot) = (point.micro_degrees(), point.spot());
        sql.push("INSERT INTO place (content, kind, latitude, longitude, x, y, z) VALUES (").bind(item.content.id);
        sql.push(", ").bind(item.content.kind).push(", ").bind(latitude).push(", ").bind(longitude);
        sql.push(", ").bind(spot.x).push(", ").bind(spot.y).push(", ").bind(spot.z);
        sql.push(
            ") ON CONFLICT (content) DO UPDATE SET latitude = excluded.latitude, longitude = excluded.longitude, \
             x = excluded.x, y = excluded.y, z = excluded.z",
        );
        sql.statement(self.backend())
    }
}

/// The square of the straight line from a row of `place p` to a point, as an expression.
pub(super) fn line_squared(near: &Near) -> String {
    let square = |axis: &str, at: i64| format!("(p.{axis} - {at}) * (p.{axis} - {at})");
    let near = near.spot;
    format!("({} + {} + {})", square("x", near.x), square("y", near.y), square("z", near.z))
}

/// Appends that a row of `place p` is within a distance.
pub(super) fn is_near(near: &Near, sql: &mut Sql) {
    sql.push("p.latitude BETWEEN ").bind(near.latitudes.0).push(" AND ").bind(near.latitudes.1);
    sql.push(" AND ").push(&line_squared(near)).push(" <= ").bind(near.line_squared);
}

/// Appends that a row of `place p` is in a box.
pub(super) fn is_within(bounds: &Bounds, sql: &mut Sql) {
    sql.push("p.latitude BETWEEN ").bind(bounds.latitudes.0).push(" AND ").bind(bounds.latitudes.1);
    sql.push(" AND p.longitude BETWEEN ").bind(bounds.longitudes.0).push(" AND ").bind(bounds.longitudes.1);
}

/// Where an item is, as far as it is told.
fn point(detail: &Detail) -> Result<Option<Point>, DbErr> {
    Ok(location(detail)?.and_then(|location| location.point))
}

/// Whether a place was told exactly and is not any more.
pub(super) fn tells_less(item: &NewItem, before: &NewItem) -> Result<bool, DbErr> {
    Ok(before.detail != item.detail && is_exact(&before.detail)? && !is_exact(&item.detail)?)
}

/// Whether an item tells exactly where it is.
fn is_exact(detail: &Detail) -> Result<bool, DbErr> {
    let of_place =
        |it: Location| it.disclosure == LocationDisclosure::Exact && (it.point.is_some() || it.address.is_some());
    Ok(location(detail)?.is_some_and(of_place))
}

fn location(detail: &Detail) -> Result<Option<Location>, DbErr> {
    Ok(match detail {
        Detail::Resource(_) | Detail::Campaign(_) => None,
        Detail::Event(row) => json::<EventDetail>(&row.detail)?.location,
        Detail::Update(row) => match UpdateKind::parse(&row.kind).map(UpdateFamily::of) {
            Some(UpdateFamily::ServiceUpdate) => json::<ServiceUpdateDetail>(&row.detail)?.location,
            _ => None,
        },
    })
}
