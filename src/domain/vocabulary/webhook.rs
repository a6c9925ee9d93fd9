//! Vocabularies of webhooks.

use super::vocabulary;

vocabulary! {
    #[doc = "How a message to a webhook stands."]
    pub enum WebhookDeliveryStatus {
        #[doc = "It is tried, or will be again."]
        Pending = "PENDING",
        #[doc = "It has arrived: the receiver answered with a status of 200 to 299."]
        Delivered = "DELIVERED",
        #[doc = "It was given up after all attempts, or since the receiver wants none any more."]
        Dead = "DEAD",
    }

    #[doc = "Why a webhook is disabled."]
    pub enum WebhookDisabledReason {
        #[doc = "Somebody asked for it."]
        Asked = "ASKED",
        #[doc = "The receiver answered 410: it wants no message any more."]
        Gone = "GONE",
        #[doc = "No message had arrived for five days."]
        Failing = "FAILING",
        #[doc = "The client that made it may not act any more."]
        Client = "CLIENT",
    }
}
