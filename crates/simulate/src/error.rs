//! Why a simulation ended early. Knows every step by the call it makes; causes are told by the error's source, not again in
//! its message.

use crate::truth::LabelsError;

/// Why a simulation ended early.
#[derive(Debug, thiserror::Error)]
pub enum SimulateError {
    /// The address is not an `http` address.
    #[error("a collector's address begins with http:// and has a host, such as http://127.0.0.1:8080, not: {url}")]
    Address {
        /// What was given.
        url: String,
    },
    /// The host's name has no address.
    #[error("the host {host} cannot be found")]
    Host {
        /// Its name.
        host: String,
        /// Why.
        source: std::io::Error,
    },
    /// The host is another machine.
    #[error("{host} is not this machine: crowds are sent to loopback addresses only, such as http://127.0.0.1:8080")]
    NotLoopback {
        /// Its name.
        host: String,
    },
    /// The HTTP client could not be made.
    #[error("the HTTP client cannot be made")]
    Client(#[source] reqwest::Error),
    /// A call was not answered.
    #[error("{call} was not answered")]
    Call {
        /// Method and path.
        call: &'static str,
        /// Why.
        source: reqwest::Error,
    },
    /// A call was refused.
    #[error("{call} was refused with {status}: {detail}")]
    Refused {
        /// Method and path.
        call: &'static str,
        /// HTTP status.
        status: u16,
        /// What the collector said.
        detail: String,
    },
    /// A reply is not what the contract says.
    #[error("{call} broke its contract: {what}")]
    Contract {
        /// Method and path.
        call: &'static str,
        /// What is wrong.
        what: String,
    },
    /// A seal does not open.
    #[error("a challenge does not open with the given keys: take sealing.keys from this collector's data folder")]
    Seal(#[from] corvee_seal::OpenError),
    /// A seal opens, but what is inside cannot be read.
    #[error("a challenge holds what this simulator cannot read: use the collector and the simulator of one build")]
    SealedState(#[source] postcard::Error),
    /// The collector takes everybody for one network.
    #[error(
        "all visitors would count as one network, so that nothing becomes final: the collector does not believe this \
         machine's X-Forwarded-For. Start it with --trusted-proxy 127.0.0.0/8"
    )]
    OneNetwork,
    /// Items without truth.
    #[error(
        "the truth of {count} items is not known, the first is {file}: the simulator cannot answer for them. Give a file \
         of labels (file,label) that holds them"
    )]
    Unanswerable {
        /// How many.
        count: usize,
        /// The first of them.
        file: String,
    },
    /// The truth given is no table of labels.
    #[error("the labels cannot be read")]
    Labels(#[from] LabelsError),
    /// A tile shows an item that is not the campaign's.
    #[error(
        "item {item} is not one of the campaign's: let the site ask for this campaign alone, and import nothing while a \
         crowd is answering"
    )]
    ForeignItem {
        /// Its row.
        item: i64,
    },
    /// No token to be had from this network any more.
    #[error(
        "the collector gives this network no further challenge: raise clean_challenges and challenges under [budget] in \
         corvee.toml"
    )]
    TurnedAway,
    /// A task of ours was lost.
    #[error("a visitor's task was lost: {0}")]
    Task(#[from] tokio::task::JoinError),
}
