//! The payslip: what the visitor did, for whom, what such work is priced, what was paid. Knows no session.

use corvee_protocol::{PriceMeasure, Receipt};
use yew::prelude::*;

use crate::message::{Message, Voice};
use crate::session::{Event, Removal};
use crate::views::controls::button;
use crate::views::mark::mark;
use crate::views::removal::RemovalBox;

/// Written from left to right everywhere: codes, formulas.
const FROM_LEFT: &str = "ltr";
/// Written as its first letter is.
const OF_ITS_OWN: &str = "auto";

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
        let Receipt { code, solve_ms, gold_tiles, votes, final_labels, requester, licence, prices, .. } = receipt;
        let row = |name: &Message<'_>, value: Html, class: &'static str| {
            html! { <div {class}><dt>{ voice.say(name) }</dt><dd>{ value }</dd></div> }
        };
        let said = |message: &Message<'_>| html! { { voice.say(message) } };
        let elsewhere = prices.first().zip(prices.last()).map(|(low, high)| {
            row(&Message::RowElsewhere, said(&Message::Between(low.usd_micros, high.usd_micros)), "entry")
        });
        let price_direction = if receipt.prices_language == voice.tag() { voice.dir() } else { OF_ITS_OWN };
        html! {
            <section class="panel payslip" aria-labelledby="corvee-receipt">
                <header class="terms">
                    { mark() }
                    <h1 class="payslip-heading" id="corvee-receipt" tabindex="-1">{ voice.say(&Message::Receipt) }</h1>
                </header>
                <dl class="entries">
                    { row(&Message::RowTime, said(&Message::Seconds { ms: *solve_ms }), "entry") }
                    { row(&Message::RowChecks, about(*gold_tiles), "entry") }
                    { row(&Message::RowVotes, about(*votes), "entry") }
                    { row(&Message::RowFinal, about(*final_labels), "entry") }
                    { row(&Message::RowFor, theirs(requester, ""), "entry") }
                    { row(&Message::RowDataSet, theirs(&receipt.data_set, &receipt.data_set_language), "entry") }
                    { row(&Message::RowLicence, theirs(licence, ""), "entry") }
                    { elsewhere.unwrap_or_default() }
                    { row(&Message::RowPaid, said(&Message::Dollars(0)), "entry is-sum") }
                </dl>
                <ul class="prices" lang={tag(&receipt.prices_language)}>
                    { for prices.iter().map(|price| measure(voice, price, price_direction)) }
                </ul>
                <dl class="entries">
                    { row(&Message::RowCode, html! { <bdi dir={FROM_LEFT}>{ code.as_str() }</bdi> }, "entry is-code") }
                </dl>
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

/// A number that is expected, not counted.
fn about(count: u16) -> Html {
    let sign = if count > 0 { "≈\u{a0}" } else { "" };
    html! { <bdi dir={FROM_LEFT}>{ sign }{ count }</bdi> }
}

/// A text that the requester wrote, in its own direction wherever it stands.
fn theirs(text: &str, language: &str) -> Html {
    html! { <bdi dir={OF_ITS_OWN} lang={tag(language)}>{ text }</bdi> }
}

/// A language, if it is known.
fn tag(language: &str) -> Option<AttrValue> {
    (!language.is_empty()).then(|| language.to_owned().into())
}

/// `direction` is that of the language the prices are described in; a formula runs from left to right in all of them.
fn measure(voice: &Voice, price: &PriceMeasure, direction: &'static str) -> Html {
    let PriceMeasure { measure, usd_micros, formula, source, as_of } = price;
    html! {
        <li class="price">
            <span class="price-measure"><bdi dir={direction}>{ measure }</bdi></span>
            <span class="price-sum">{ voice.say(&Message::Dollars(*usd_micros)) }</span>
            <span class="price-source">
                <bdi dir={FROM_LEFT}>{ formula }</bdi>
                { " · " }
                <bdi dir={direction}>{ voice.say(&Message::Source { source, as_of }) }</bdi>
            </span>
        </li>
    }
}
