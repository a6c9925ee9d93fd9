//! Tells those who follow in this process that there is something new: the number of the last committed change, whoever
//! committed it, and that the clock brought something. It carries no change: each follower reads the log itself, so that a
//! lost word loses nothing. Owned by [`crate::app::App`], never a static. Must not read the log.

use tokio::sync::watch;

/// What there is to read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct News {
    /// The number of the last committed change.
    pub seq: i64,
    /// Counts what else there was to look at: what the clock published or ended without a change, what is to be sent.
    pub turns: u64,
}

/// The bus of one process.
#[derive(Debug, Default)]
pub struct Bus {
    news: watch::Sender<News>,
}

impl Bus {
    /// Tells the number of the last committed change.
    pub fn committed(&self, seq: i64) {
        self.news.send_if_modified(|news| {
            let is_new = news.seq < seq;
            news.seq = news.seq.max(seq);
            is_new
        });
    }

    /// Tells that the clock brought something, or that there is something else to be done.
    pub fn turned(&self) {
        self.news.send_modify(|news| news.turns = news.turns.wrapping_add(1));
    }

    /// What is told from now on.
    pub fn follow(&self) -> watch::Receiver<News> {
        self.news.subscribe()
    }

    /// Whether anybody follows.
    pub fn is_followed(&self) -> bool {
        self.news.receiver_count() > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_is_not_told_again() {
        let bus = Bus::default();
        assert!(!bus.is_followed());
        bus.committed(3);
        let mut follower = bus.follow();
        assert!(bus.is_followed() && !follower.has_changed().unwrap());
        for (seq, is_news) in [(3, false), (2, false), (4, true), (4, false)] {
            bus.committed(seq);
            assert_eq!(follower.has_changed().unwrap(), is_news, "{seq}");
            follower.mark_unchanged();
        }
        bus.turned();
        assert!(follower.has_changed().unwrap());
        assert_eq!(*follower.borrow_and_update(), News { seq: 4, turns: 1 });
    }
}
