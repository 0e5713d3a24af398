-- A network first: the votes of one screen stand side by side, so that an answer touches a page or two of this index instead
-- of one for each item. And which votes still tell their network, in the order in which they stop telling it.
create index votes_of_network on votes (prefix, item_id) where prefix is not null;
create index votes_with_network on votes (created_ms) where prefix is not null;
drop index votes_by_prefix;
