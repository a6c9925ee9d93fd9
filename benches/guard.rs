//! How long the guard takes to refuse fragment bombs: time must grow with the size of the document, not with what it
//! would unfold to. `cargo bench --bench guard`

use std::fmt::Write as _;
use std::hint::black_box;
use std::time::Instant;

use async_graphql::Variables;
use async_graphql::parser::parse_query;
use solidarity::domain::limits::Limits;
use solidarity::graphql::guard::{Guard, Question};
use solidarity::graphql::sdl;

const ROUNDS: u32 = 2_000;

/// `levels` fragments, each of which spreads the next one twice.
fn bomb(levels: usize) -> String {
    let mut text = "{ ...F0 }".to_string();
    for level in 0..levels {
        let _ = write!(text, " fragment F{level} on Query {{ ...F{next} ...F{next} }}", next = level + 1);
    }
    text + &format!(" fragment F{levels} on Query {{ __typename }}")
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let guard = Guard::new(&sdl())?;
    let (limits, variables) = (Limits::default(), Variables::default());
    for levels in [10, 20, 40] {
        let text = bomb(levels);
        let started = Instant::now();
        for _ in 0..ROUNDS {
            let _ = black_box(guard.check_text(&text, &limits));
        }
        let scan = started.elapsed() / ROUNDS;
        let document = parse_query(&text)?;
        let question = Question {
            document: &document,
            operation_name: None,
            variables: &variables,
            limits: &limits,
            cost_limit: limits.cost_anonymous,
        };
        let started = Instant::now();
        for _ in 0..ROUNDS {
            let _ = black_box(guard.check(&question));
        }
        let check = started.elapsed() / ROUNDS;
        let fault = guard.check(&question).err().map(|fault| fault.to_string()).unwrap_or_default();
        println!("{levels} levels, {} bytes: scan {scan:?}, check {check:?}: {fault}", text.len());
    }
    Ok(())
}
