//! `corvee campaign`.

use std::collections::BTreeMap;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use corvee_protocol::campaign::NewCampaign;
use corvee_protocol::{CampaignName, Language};

use super::{Context, find_campaign};
use crate::campaign::founding;
use crate::import::gold::GOLD_SHARE_OTHERWISE;

/// Questions that visitors are asked.
#[derive(Subcommand)]
pub(super) enum Campaign {
    /// Creates a campaign.
    Create(Create),
    /// Lists campaigns.
    List,
    /// Stops asking visitors; what they said stays.
    Pause {
        /// Its name.
        name: CampaignName,
    },
    /// Asks visitors again.
    Resume {
        /// Its name.
        name: CampaignName,
    },
}

/// Arguments of `corvee campaign create`.
#[derive(Args)]
pub(super) struct Create {
    /// Its name in files and addresses: a-z, 0-9 and dashes.
    name: CampaignName,
    /// The question by language, such as en="Which photos show shoes?"; may be given once a language.
    #[arg(long = "question", required = true, value_name = "LANG=TEXT", value_parser = question)]
    questions: Vec<(Language, String)>,
    /// The label in labels.csv that means yes; every other label means no.
    #[arg(long)]
    target: String,
    /// Who gets the labels; visitors are told.
    #[arg(long)]
    requester: String,
    /// What the labels build; visitors are told.
    #[arg(long)]
    data_set: String,
    /// Licence of the data set; visitors are told.
    #[arg(long, default_value = "not published")]
    licence: String,
    /// Posterior at which a label is final.
    #[arg(long, default_value_t = 0.999)]
    confidence: f64,
    /// Servings after which a gold item counts as over-exposed.
    #[arg(long, default_value_t = 10)]
    gold_servings: u32,
}

impl Campaign {
    pub(super) async fn run(self, context: Context) -> anyhow::Result<()> {
        let store = context.store().await?;
        match self {
            Self::Create(create) => {
                let question: BTreeMap<Language, String> = create.questions.into_iter().collect();
                let terms = NewCampaign {
                    name: create.name,
                    question,
                    target: create.target,
                    requester: create.requester,
                    data_set: create.data_set.as_str().into(),
                    licence: create.licence,
                    confidence: create.confidence,
                    gold_servings: create.gold_servings,
                };
                let created = founding::found_campaign(&store, &terms, context.clock.now_ms()).await?;
                context.output.print(&created, || {
                    format!(
                        "Campaign {0} created. Next: `corvee import {0} FOLDER --gold {GOLD_SHARE_OTHERWISE}`.",
                        created.terms.name
                    )
                })
            }
            Self::List => {
                let campaigns: Vec<_> = store.campaigns().await?.into_iter().map(founding::campaign).collect();
                context.output.print(&campaigns, || {
                    if campaigns.is_empty() {
                        return "No campaign yet: create one with `corvee campaign create`.".to_owned();
                    }
                    let line = |campaign: &corvee_protocol::campaign::Campaign| {
                        let question = campaign.terms.question.values().next().map_or("", String::as_str);
                        let paused = if campaign.active { "" } else { "  (paused)" };
                        format!("{}  {question}{paused}", campaign.terms.name)
                    };
                    campaigns.iter().map(line).collect::<Vec<_>>().join("\n")
                })
            }
            Self::Pause { name } => set_active(&context, &store, &name, false).await,
            Self::Resume { name } => set_active(&context, &store, &name, true).await,
        }
    }
}

async fn set_active(
    context: &Context,
    store: &crate::store::Store,
    name: &CampaignName,
    active: bool,
) -> anyhow::Result<()> {
    let mut row = find_campaign(store, name).await?;
    store.set_campaign_active(row.id, active).await?;
    row.active = active;
    let state = if active { "asks visitors" } else { "is paused" };
    context.output.print(&founding::campaign(row), || format!("Campaign {name} {state}."))
}

fn question(argument: &str) -> anyhow::Result<(Language, String)> {
    let (language, text) =
        argument.split_once('=').context("write it as LANG=TEXT, such as en=\"Which photos show shoes?\"")?;
    Ok((language.parse()?, text.to_owned()))
}
