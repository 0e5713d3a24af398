-- What several collectors on one database share. A collector that has its database to itself keeps all of this in memory or
-- in its folder, and leaves these tables empty.

-- Sealing keys made by rotation, themselves sealed under the keys in the collectors' folders: the database alone opens nothing.
create table sealing_keys (
    id bigint primary key, -- 1 to 255, as seals name it
    sealed text not null,
    created_ms bigint not null,
    usable_from_ms bigint not null -- every collector knows the key before any of them uses it
);

-- The key under which addresses are hashed on one day, sealed likewise and deleted with its day.
create table prefix_keys (
    day bigint primary key, -- days since 1970
    sealed text not null
);

-- Which items a commit moved, for the collectors that keep them in memory. Old rows are deleted.
create table moves (
    id integer primary key,
    transaction_id bigint not null,
    items blob not null, -- rows of items, eight bytes each
    created_ms bigint not null
);

create index moves_by_transaction on moves (transaction_id);
