-- Times are milliseconds since 1970 in bigint. Digests are SHA-256. Nothing here holds an address or a name of a visitor.

create table sites (
    id bigint generated always as identity primary key,
    sitekey text not null unique,
    secret_digest bytea not null unique,
    name text not null,
    created_ms bigint not null
);

create table site_hostnames (
    site_id bigint not null references sites (id),
    hostname text collate "C" not null, -- sorted by bytes, as SQLite does
    primary key (site_id, hostname)
);

create table campaigns (
    id bigint generated always as identity primary key,
    name text not null unique,
    question text not null, -- JSON object: language to text
    target text not null,
    requester text not null,
    data_set text not null,
    licence text not null,
    confidence double precision not null,
    gold_servings bigint not null,
    prior double precision not null, -- share of positives assumed before any vote
    active boolean not null,
    created_ms bigint not null,
    -- the ledger: the sum of all receipts, moved in the same transaction as they are
    screens bigint not null default 0,
    visits bigint not null default 0,
    passed bigint not null default 0,
    visitor_ms bigint not null default 0,
    gold_answers bigint not null default 0,
    votes bigint not null default 0,
    votes_removed bigint not null default 0
);

create table site_campaigns (
    site_id bigint not null references sites (id),
    campaign_id bigint not null references campaigns (id),
    primary key (site_id, campaign_id)
);

-- Items become visible when their import is complete: one row decides for all of them.
create table imports (
    id bigint generated always as identity primary key,
    campaign_id bigint not null references campaigns (id),
    started_ms bigint not null,
    completed_ms bigint
);

create table items (
    id bigint generated always as identity primary key,
    campaign_id bigint not null references campaigns (id),
    import_id bigint not null references imports (id),
    file text not null,
    digest bytea not null, -- of the original file
    image bytea not null,  -- digest of the stored tile: its file name
    gold boolean,         -- the known answer; null for an unknown item
    hidden_label text,    -- truth kept for evaluation, never used to score or to label
    state text not null,  -- gold, open, final, ambiguous
    log_odds double precision not null,
    n_votes bigint not null default 0,
    effective_votes double precision not null default 0,
    servings bigint not null default 0,  -- answered screens this item was on
    gold_agreed bigint not null default 0,    -- answers of good visitors for and against the known answer
    gold_disagreed bigint not null default 0,
    settled_ms bigint,
    unique (campaign_id, file),
    unique (campaign_id, digest)
);

-- One visit: what the receipt's code stands for, and the worker behind its votes.
create table receipts (
    id bigint generated always as identity primary key,
    visit bytea not null unique,
    code_digest bytea not null unique,
    campaign_id bigint not null references campaigns (id),
    created_ms bigint not null,
    screens bigint not null,
    solve_ms bigint not null,
    gold_answers bigint not null,
    votes bigint not null,
    passed boolean not null,
    removed_ms bigint
);

create table votes (
    id bigint generated always as identity primary key,
    item_id bigint not null references items (id),
    receipt_id bigint not null references receipts (id),
    picked boolean not null,
    human double precision not null, -- P(human) from the other tiles of the visit
    over_exposed_gold boolean not null, -- whether the gold beside it had been seen too often
    new_prefix boolean not null, -- no earlier vote on the item came from its address prefix
    prefix bytea, -- keyed hash of the address prefix, gone within 24 hours
    created_ms bigint not null,
    unique (item_id, receipt_id)
);

create index votes_by_receipt on votes (receipt_id);
create index votes_with_prefix on votes (created_ms) where prefix is not null;

create table spent_challenges (
    nonce bytea primary key,
    expires_ms bigint not null
);

create index spent_challenges_by_expiry on spent_challenges (expires_ms);

create table tokens (
    digest bytea primary key,
    site_id bigint not null references sites (id),
    hostname text not null,
    challenge_ms bigint not null,
    expires_ms bigint not null,
    redeemed_ms bigint
);

create index tokens_by_expiry on tokens (expires_ms);
