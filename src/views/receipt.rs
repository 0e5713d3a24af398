//! The payslip: what the visitor did, for whom, what such work is priced, what was paid. Knows no session.

use corvee_protocol::{PriceMeasure, Receipt};
use yew::prelude::*;

use crate::message::{Message, Voice};
use crate::session::{Event, Removal};
use crate::views::controls::button;
use crate::views::mark::mark;
use crate::views::removal::RemovalBox;

/// The payslip.
#[derive(Clone, Debug)]
pub struct Payslip<'a> {
    /// The visitor's language.
    pub voice: &'a Voice,
    /// What the visitor did.
    pub receipt: &'a Receipt,
    /// How far the removal of the answers has come.
    pub removal: Removal,
    /// Origin of the collector; empty where the page itself comes from it.
    pub collector: &'a str,
    /// What the visitor does.
    pub on_event: &'a Callback<Event>,
}

impl Payslip<'_> {
    /// As markup.
    pub fn view(self) -> Html {
        let Self { voice, receipt, removal, collector, on_event } = self;
        let Receipt { code, solve_ms, gold_tiles, votes, final_labels, requester, data_set, licence, prices } = receipt;
        let row = |name: &Message<'_>, value: &str, class: &'static str| {
            html! { <div {class}><dt>{ voice.say(name) }</dt><dd>{ value }</dd></div> }
        };
        let elsewhere = prices.first().zip(prices.last()).map(|(low, high)| {
            let between = voice.say(&Message::Between(low.usd_micros, high.usd_micros));
            row(&Message::RowElsewhere, &between, "entry")
        });
        html! {
            <section class="panel payslip" aria-labelledby="corvee-receipt">
                <header class="terms">
                    { mark() }
                    <h1 class="payslip-heading" id="corvee-receipt" tabindex="-1">{ voice.say(&Message::Receipt) }</h1>
                </header>
                <dl class="entries">
                    { row(&Message::RowTime, &voice.say(&Message::Seconds { ms: *solve_ms }), "entry") }
                    { row(&Message::RowChecks, &gold_tiles.to_string(), "entry") }
                    { row(&Message::RowVotes, &votes.to_string(), "entry") }
                    { row(&Message::RowFinal, &final_labels.to_string(), "entry") }
                    { row(&Message::RowFor, requester, "entry") }
                    { row(&Message::RowDataSet, data_set, "entry") }
                    { row(&Message::RowLicence, licence, "entry") }
                    { elsewhere.unwrap_or_default() }
                    { row(&Message::RowPaid, &voice.say(&Message::Dollars(0)), "entry is-sum") }
                </dl>
                <ul class="prices">{ for prices.iter().map(|price| measure(voice, price)) }</ul>
                <dl class="entries">{ row(&Message::RowCode, code.as_str(), "entry is-code") }</dl>
                { RemovalBox { voice, removal, votes: *votes, on_event }.view() }
                <div class="controls">
                    <a
                        class="button"
                        href={[collector, "/receipt/", code.as_str()].concat()}
                        target="_blank"
                        rel="noopener"
                    >
                        { voice.say(&Message::FullReceipt) }
                    </a>
                    { button(voice, &Message::Close, "button is-quiet", true, on_event, Event::Closed) }
                </div>
            </section>
        }
    }
}

fn measure(voice: &Voice, price: &PriceMeasure) -> Html {
    let PriceMeasure { measure, usd_micros, formula, source, as_of } = price;
    html! {
        <li class="price">
            <span class="price-measure">{ measure }</span>
            <span class="price-sum">{ voice.say(&Message::Dollars(*usd_micros)) }</span>
            <span class="price-source">{ formula }{ " · " }{ voice.say(&Message::Source { source, as_of }) }</span>
        </li>
    }
}
