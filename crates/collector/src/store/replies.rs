//! What spent challenges were answered with, so that a lost reply can be given again. Does not know what it says.

use super::database::statement::sql;
use super::{Store, StoreError};

impl Store {
    /// What was kept when this nonce was spent; `None` when it was not, or nothing was.
    pub async fn reply(&self, nonce: &[u8; 16]) -> Result<Option<Vec<u8>>, StoreError> {
        let row = sql("select reply from spent_challenges where nonce = $1").bind(nonce);
        let row = row.optional(self.database.reader()).await?;
        Ok(row.map(|row| row.read::<Option<Vec<u8>>>(0)).transpose()?.flatten())
    }
}
