-- Tokens that a device earned by computing, by site: counted in the transaction that stores the token.
alter table sites add column machine_turns bigint not null default 0;
