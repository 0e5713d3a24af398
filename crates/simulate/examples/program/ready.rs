//! A collector with a campaign of drawn pictures and a site that asks for it, served and ready. Knows no crowd.

use std::path::Path;

use anyhow::Context as _;
use corvee_simulate::Target;

use super::operator::{Operator, SiteAccess};
use super::server::Server;

/// The campaign.
pub(crate) const CAMPAIGN: &str = "bicycles";
/// Pictures drawn when there are none yet.
const PICTURES: &str = "300";

/// A data folder with pictures, and the site that shows them.
pub(crate) struct Ready {
    pub(crate) operator: Operator,
    site: SiteAccess,
}

impl Ready {
    /// A fresh data folder with these drawn pictures, one in seven of them gold, and these settings. They are drawn when
    /// the folder of pictures is absent: that takes longer than most of what is measured.
    pub(crate) async fn with_pictures(corvee: &Path, pictures: &Path, settings: &str) -> anyhow::Result<Self> {
        let operator = Operator::new(corvee)?;
        std::fs::write(operator.path("corvee.toml"), settings)?;
        let folder = pictures.to_str().context("the folder of pictures has no UTF-8 name")?;
        if !pictures.join("labels.csv").is_file() {
            operator.call(["samples", "--count", PICTURES, folder]).await?;
        }
        let create =
            ["campaign", "create", CAMPAIGN, "--question", "en=Which pictures show a bicycle?", "--target", "bicycle"];
        let terms = ["--requester", "Load", "--data-set", "drawn street scenes", "--licence", "CC0-1.0"];
        operator.call(create.into_iter().chain(terms)).await?;
        let site = operator.create_site(CAMPAIGN).await?;
        operator.call(["import", CAMPAIGN, folder, "--gold", "0.15"]).await?;
        Ok(Self { operator, site })
    }

    /// Serves it.
    pub(crate) async fn serve(&self) -> anyhow::Result<(Server, Target)> {
        let corvee = self.operator.serve().await?;
        let target = self.operator.target(&corvee, &self.site)?;
        Ok((corvee, target))
    }
}
