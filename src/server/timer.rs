//! Deadlines of a connection. hyper sets one for each request's head and drops it as soon as the head is there; here that costs
//! no timer of the runtime: a connection has one, set for the first deadline, and looks for a later one when it rings. Must not
//! know what a deadline is for.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use hyper::rt::{Sleep, Timer};

type Alarm = Pin<Box<tokio::time::Sleep>>;

/// The timer of one connection. It waits for one thing at a time.
#[derive(Debug, Default)]
pub(crate) struct LazyTimer {
    alarm: Arc<Mutex<Option<Alarm>>>,
}

/// A wait for a deadline.
#[derive(Debug)]
struct Wait {
    alarm: Arc<Mutex<Option<Alarm>>>,
    deadline: Instant,
}

impl Timer for LazyTimer {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Sleep>> {
        self.sleep_until(Instant::now() + duration)
    }

    fn sleep_until(&self, deadline: Instant) -> Pin<Box<dyn Sleep>> {
        Box::pin(Wait { alarm: Arc::clone(&self.alarm), deadline })
    }
}

impl Sleep for Wait {}

impl Future for Wait {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let deadline = self.deadline.into();
        let mut alarm = self.alarm.lock().unwrap_or_else(PoisonError::into_inner);
        let alarm = alarm.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(deadline)));
        if alarm.deadline() > deadline {
            alarm.as_mut().reset(deadline);
        }
        loop {
            ready!(alarm.as_mut().poll(cx));
            if alarm.deadline() >= deadline {
                return Poll::Ready(());
            }
            alarm.as_mut().reset(deadline);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_wait_ends_at_its_own_deadline_whatever_waits_came_before() {
        let timer = LazyTimer::default();
        let begun = Instant::now();
        let after = |millis| begun + Duration::from_millis(millis);
        let mut first = timer.sleep_until(after(30));
        assert!(futures_util::poll!(&mut first).is_pending());
        drop(first);
        timer.sleep_until(after(80)).await;
        assert!(begun.elapsed() >= Duration::from_millis(80));
        let mut far = timer.sleep(Duration::from_secs(3_600));
        assert!(futures_util::poll!(&mut far).is_pending());
        drop(far);
        timer.sleep_until(after(120)).await;
        assert!(begun.elapsed() >= Duration::from_millis(120) && begun.elapsed() < Duration::from_secs(60));
        timer.sleep_until(begun).await;
    }
}
