//! The domain: what is asked of a visitor, what an answer is worth, what becomes of it. Knows no HTTP and no SQL.

pub mod address;
pub mod answering;
pub mod budget;
pub mod compose;
pub mod cost;
pub mod counting;
pub mod drift;
pub mod founding;
pub mod issuing;
pub mod judge;
pub mod ledger;
pub mod pool;
pub mod prices;
pub mod proofs;
pub mod puzzles;
pub mod receipts;
pub mod register;
pub mod renewing;
pub mod replies;
pub mod sites;
pub mod spelling;
pub mod telling;
pub mod test_keys;
pub mod token;
pub mod waiting;
