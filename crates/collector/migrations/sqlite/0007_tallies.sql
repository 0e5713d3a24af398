-- What the votes on an item amount to, so that another vote need not read them all: exact sums, so that going on from them gives
-- the bits of a replay. Absent or of other rules, the votes are replayed.
alter table items add column tally blob;

-- Whether a network has voted on an item, and which votes still tell their network: one index for both.
create index votes_by_prefix on votes (item_id, prefix, created_ms) where prefix is not null;
drop index votes_with_prefix;
