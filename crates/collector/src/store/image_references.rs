//! Which stored tiles items refer to, so that the others can be swept. Does not know where tiles lie.

use std::collections::BTreeSet;

use super::database::statement::sql;
use super::{Store, StoreError};

impl Store {
    /// Digests of the tiles that items of any campaign refer to, imports under way included.
    pub async fn referenced_images(&self) -> Result<BTreeSet<[u8; 32]>, StoreError> {
        let images: Vec<Vec<u8>> = sql("select distinct image from items").column(self.database.reader()).await?;
        Ok(images.into_iter().filter_map(|image| image.try_into().ok()).collect())
    }
}
