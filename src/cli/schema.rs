//! `solidarity schema`: the schema as SDL.

pub(super) fn run() -> anyhow::Result<()> {
    print!("{}", crate::graphql::sdl());
    Ok(())
}
