-- What happened, by hour, site and campaign: counted in the transaction that did it, so that the sums of a campaign are its
-- ledger's from this migration on. Hours are rolled up into days (of UTC) after two weeks, days are deleted after 400.
create table statistics (
    hours bigint not null,       -- 1 or 24
    began_ms bigint not null,
    site_id bigint not null,     -- 0 where no site is known: a receipt that is taken back names none
    campaign_id bigint not null, -- 0 for what belongs to none: puzzles, tokens
    challenges bigint not null,  -- asked for by visitors; noted within a minute
    puzzles bigint not null,     -- the same for the machine's turn, waits included
    screens bigint not null,
    visits bigint not null,
    passed bigint not null,
    failed bigint not null,      -- visits that were given another challenge
    visitor_ms bigint not null,
    gold_answers bigint not null,
    votes bigint not null,       -- cast
    votes_removed bigint not null,
    machine_turns bigint not null,
    redeemed bigint not null,
    refused bigint not null,     -- tokens that a site asked about in vain
    primary key (hours, began_ms, site_id, campaign_id)
) without rowid;
