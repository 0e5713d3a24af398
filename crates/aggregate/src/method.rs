//! Estimators by name. Does not know how they work.

use std::str::FromStr;

use corvee_consensus::batch::{
    Aggregator, Blend, Bwa, DawidSkene, Ebcc, Glad, Mace, MajorityVote, OneCoin, Pooled, Wawa,
};

use crate::error::Error;

/// An estimator that can be asked for by name.
#[derive(Debug, Clone, Copy)]
pub struct Method {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it is, in one line.
    pub summary: &'static str,
    make: fn() -> Box<dyn Aggregator>,
}

/// One line for each; a new estimator is a line here and in `docs/aggregate.md`.
const METHODS: &[Method] = &[
    Method {
        name: "blend",
        summary: "the mean of four models that err differently, weighed by how much is known of each worker",
        make: || Box::new(Blend::default()),
    },
    Method {
        name: "pooled",
        summary: "one matrix for everybody, an ability per worker, a matrix of its own as its answers accumulate",
        make: || Box::new(Pooled::default()),
    },
    Method {
        name: "dawid-skene",
        summary: "one confusion matrix per worker (Dawid and Skene 1979)",
        make: || Box::new(DawidSkene::default()),
    },
    Method {
        name: "ibcc",
        summary: "one matrix per worker, averaged over its uncertainty (Kim and Ghahramani 2012)",
        make: || Box::new(Ebcc::single()),
    },
    Method {
        name: "ebcc",
        summary: "the same with groups of items on which workers err together (Li et al. 2019)",
        make: || Box::new(Ebcc::default()),
    },
    Method {
        name: "bwa",
        summary: "one precision per worker, labels as numbers (Li et al. 2019)",
        make: || Box::new(Bwa::default()),
    },
    Method {
        name: "one-coin",
        summary: "one accuracy per worker, the same for all labels",
        make: || Box::new(OneCoin::default()),
    },
    Method {
        name: "glad",
        summary: "an ability per worker, a difficulty per task (Whitehill et al. 2009)",
        make: || Box::new(Glad::default()),
    },
    Method {
        name: "mace",
        summary: "a trust per worker; the rest of its answers are spam (Hovy et al. 2013)",
        make: || Box::new(Mace::default()),
    },
    Method {
        name: "wawa",
        summary: "workers weighed by how often they agree with the majority",
        make: || Box::new(Wawa),
    },
    Method {
        name: "majority",
        summary: "every answer counts the same; ties go to the more frequent label",
        make: || Box::new(MajorityVote),
    },
];

impl Method {
    /// All of them, the default first.
    pub fn all() -> &'static [Self] {
        METHODS
    }

    /// The estimator, with its default settings.
    pub(crate) fn estimator(self) -> Box<dyn Aggregator> {
        (self.make)()
    }
}

impl PartialEq for Method {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Method {}

impl FromStr for Method {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        let found = METHODS.iter().copied().find(|method| method.name == name);
        found.ok_or_else(|| Error::UnknownMethod {
            name: name.to_owned(),
            known: METHODS.iter().map(|method| method.name).collect::<Vec<_>>().join(", "),
        })
    }
}

impl Default for Method {
    fn default() -> Self {
        METHODS.first().copied().expect("the table of methods is not empty")
    }
}
