//! The roots as the specification wants them: the error of a nullable field makes that field null and leaves the others'
//! answers standing (GraphQL October 2021, section 6.4.4). The engine lets it take all answers away, so that a mutation
//! that was made before one that was refused would be lost to the client. Must not know a field.

use std::borrow::Cow;

use async_graphql::parser::types::Field;
use async_graphql::registry::Registry;
use async_graphql::{
    ContainerType, Context, ContextSelectionSet, ObjectType, OutputType, Positioned, ServerResult, Value,
};

/// A root type.
#[derive(Debug, Default)]
pub struct Root<T>(T);

impl<T: ObjectType> OutputType for Root<T> {
    fn type_name() -> Cow<'static, str> {
        T::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        T::create_type_info(registry)
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> ServerResult<Value> {
        self.0.resolve(ctx, field).await
    }
}

impl<T: ObjectType> ContainerType for Root<T> {
    async fn resolve_field(&self, ctx: &Context<'_>) -> ServerResult<Option<Value>> {
        let error = match self.0.resolve_field(ctx).await {
            Ok(value) => return Ok(value),
            Err(error) => error,
        };
        let ty = ctx.schema_env.registry.types.get(T::type_name().as_ref());
        let field = ty.and_then(|ty| ty.field_by_name(ctx.item.node.name.node.as_str()));
        if field.is_none_or(|field| field.ty.ends_with('!')) {
            return Err(error);
        }
        ctx.add_error(error);
        Ok(Some(Value::Null))
    }
}

impl<T: ObjectType> ObjectType for Root<T> {}
