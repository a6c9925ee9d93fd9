//! Vocabularies of webhooks.

use super::vocabulary;

vocabulary! {
    /// How a message to a webhook stands.
    pub enum WebhookDeliveryStatus {
        /// It is tried, or will be again.
        Pending = "PENDING",
        /// It has arrived: the receiver answered with a status of 200 to 299.
        Delivered = "DELIVERED",
        /// It was given up after all attempts, or since the receiver wants none any more.
        Dead = "DEAD",
    }

    /// Why a webhook is disabled.
    pub enum WebhookDisabledReason {
        /// Somebody asked for it.
        Asked = "ASKED",
        /// The receiver answered 410: it wants no message any more.
        Gone = "GONE",
        /// No message had arrived for five days.
        Failing = "FAILING",
        /// The client that made it may not act any more.
        Client = "CLIENT",
    }
}
