//! What of the collector is measured by programs of its own (`cargo xtask bench commits`): the store and its writer, without
//! HTTP. Nobody builds on it.

pub use crate::store::answers::{CampaignRules, GoldAnswer, NewVote, Settled, Settlement};
pub use crate::store::campaigns::CampaignId;
pub use crate::store::items::{ItemId, NewItem};
pub use crate::store::sites::{NewSiteRow, SecretDigests, SiteId};
pub use crate::store::tokens::{NewToken, TokenDigest};
pub use crate::store::writer::Writer;
pub use crate::store::{DATABASE_FILE, Store};
