-- What the votes on an item amount to, so that another vote need not read them all: exact sums, so that going on from them gives
-- the bits of a replay. Absent or of other rules, the votes are replayed.
alter table items add column tally blob;

-- Whether a network has voted on an item.
create index votes_by_prefix on votes (item_id, prefix) where prefix is not null;
