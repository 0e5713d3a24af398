//! Tests: each migration has its pair, pairs give the same tables, and rows of an older schema live through every step.

use std::collections::BTreeMap;
use std::path::Path;

use corvee_protocol::Turn;
use sqlx::{AssertSqlSafe, PgPool, SqlitePool};

use super::database::statement::sql;
use super::database::{Database, schema};
use super::sites::SecretDigests;
use super::testing::Place;
use super::tokens::{Redeemed, Redemption, TokenDigest};
use super::writer::Writer;
use super::{DATABASE_FILE, Store};

/// Rows that were written under a schema, by the number of its last migration. `{01}` is a byte string.
const SAMPLES: &[(i64, &str)] = &[
    (
        1,
        "insert into sites (sitekey, secret_digest, name, created_ms) values ('KKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKK', {01}, 'old', 7);
         insert into site_hostnames (site_id, hostname) values (1, 'a.example');
         insert into campaigns (name, question, target, requester, data_set, licence, confidence, gold_servings, prior, active,
             created_ms) values ('old', '{\"en\":\"Which?\"}', 'thing', 'R', 'things', 'CC0-1.0', 0.999, 10, 0.3, true, 7);
         insert into site_campaigns (site_id, campaign_id) values (1, 1);
         insert into imports (campaign_id, started_ms, completed_ms) values (1, 7, 8);
         insert into items (campaign_id, import_id, file, digest, image, gold, hidden_label, state, log_odds)
             values (1, 1, 'a.jpg', {02}, {03}, null, 'thing', 'open', -0.8472978603872036), (1, 1, 'b.jpg', {04}, {05}, true, null, 'gold', 0);
         insert into receipts (visit, code_digest, campaign_id, created_ms, screens, solve_ms, gold_answers, votes, passed)
             values ({06}, {07}, 1, 8, 1, 9000, 3, 1, true);
         insert into votes (item_id, receipt_id, picked, human, over_exposed_gold, new_prefix, prefix, created_ms)
             values (1, 1, true, 0.97, false, true, {08}, 9);
         insert into spent_challenges (nonce, expires_ms) values ({09}, 99);
         insert into tokens (digest, site_id, hostname, challenge_ms, expires_ms) values ({0a}, 1, 'a.example', 5, 99);",
    ),
    (
        2,
        "insert into sites (sitekey, secret_digest, hcaptcha_secret_digest, name, created_ms, turn) values ('L', {11}, {12}, 'second', 7, 'machine');
         insert into tokens (digest, site_id, hostname, challenge_ms, expires_ms, dialect, action, way, passed_ms, idempotency_key)
             values ({1a}, 2, 'b.example', 5, 99, 'turnstile', 'sign-up', 'machine', 6, {1b});",
    ),
    (3, "update sites set machine_turns = 5 where id = 2;"),
    (
        4,
        "insert into sealing_keys (id, sealed, created_ms, usable_from_ms) values (2, 'sealed', 7, 8);
         insert into prefix_keys (day, sealed) values (20454, 'sealed');
         insert into moves (transaction_id, items, created_ms) values (77, {21}, 7);",
    ),
    (
        5,
        "insert into statistics (hours, began_ms, site_id, campaign_id, challenges, puzzles, screens, visits, passed, failed,
             visitor_ms, gold_answers, votes, votes_removed, machine_turns, redeemed, refused)
             values (1, 3600000, 1, 1, 9, 0, 8, 7, 6, 5, 40000, 3, 2, 1, 0, 0, 0), (24, 0, 1, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 8, 7, 6);",
    ),
    (6, "insert into spent_challenges (nonce, expires_ms, reply) values ({22}, 99, {23});"),
    (7, "update items set tally = {24} where id = 1;"),
    (8, "update votes set prefix = {25} where id = 1;"),
];

/// A database whose schema is brought up step by step.
pub(super) enum Growing {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

/// Columns of every table: name to type and whether it may be null, besides names of indexes.
pub(super) type Shape = BTreeMap<String, BTreeMap<String, (String, bool)>>;

impl Growing {
    pub(super) async fn new(place: &Place) -> Self {
        match place {
            Place::Sqlite(folder) => {
                let file = format!("sqlite://{}?mode=rwc", folder.path().join(DATABASE_FILE).display());
                Self::Sqlite(SqlitePool::connect(&file).await.unwrap())
            }
            Place::Postgres(url) => Self::Postgres(PgPool::connect(url).await.unwrap()),
        }
    }

    async fn grow_to(&self, migration: i64) {
        match self {
            Self::Sqlite(pool) => schema::of_file().run_to(migration, pool).await.unwrap(),
            Self::Postgres(pool) => schema::of_server().run_to(migration, pool).await.unwrap(),
        }
    }

    async fn write(&self, samples: &str) {
        let mut text = samples.to_owned();
        for byte in 0..=0x2f {
            let bytes = format!("{byte:02x}").repeat(32);
            let literal =
                if matches!(self, Self::Sqlite(_)) { format!("x'{bytes}'") } else { format!("'\\x{bytes}'::bytea") };
            text = text.replace(&format!("{{{byte:02x}}}"), &literal);
        }
        match self {
            Self::Sqlite(pool) => drop(sqlx::raw_sql(AssertSqlSafe(text)).execute(pool).await.unwrap()),
            Self::Postgres(pool) => drop(sqlx::raw_sql(AssertSqlSafe(text)).execute(pool).await.unwrap()),
        }
    }

    pub(super) async fn shape(&self) -> Shape {
        let rows: Vec<(String, String, String, bool)> = match self {
            Self::Sqlite(pool) => sqlx::query_as(
                "select tables.name, columns.name, columns.type, columns.\"notnull\" = 0 and columns.pk = 0 \
                 from sqlite_master as tables, pragma_table_info(tables.name) as columns \
                 where tables.type = 'table' and tables.name not like 'sqlite%' and tables.name not like '\\_sqlx%' escape '\\' \
                 union all select 'indexes of ' || tbl_name, name, '', false from sqlite_master \
                 where type = 'index' and sql is not null",
            )
            .fetch_all(pool)
            .await
            .unwrap(),
            Self::Postgres(pool) => sqlx::query_as(
                "select table_name::text, column_name::text, data_type::text, is_nullable = 'YES' \
                 from information_schema.columns where table_schema = 'public' and table_name not like '\\_sqlx%' \
                 union all select 'indexes of ' || tablename, indexname::text, '', false from pg_indexes \
                 where schemaname = 'public' and tablename not like '\\_sqlx%' \
                 and indexname not in (select conname from pg_constraint)",
            )
            .fetch_all(pool)
            .await
            .unwrap(),
        };
        let mut shape = Shape::new();
        for (table, column, sort, nullable) in rows {
            let sort = match sort.to_lowercase().as_str() {
                "integer" => "bigint".to_owned(),
                "blob" => "bytea".to_owned(),
                other => other.to_owned(),
            };
            shape.entry(table).or_default().insert(column, (sort, nullable));
        }
        shape
    }

    /// Every value of these columns as text, row by row.
    pub(super) async fn rows(&self, shape: &Shape) -> BTreeMap<String, Vec<String>> {
        let mut rows = BTreeMap::new();
        for (table, columns) in shape.iter().filter(|(table, _)| !table.starts_with("indexes of ")) {
            let values = columns.iter().map(|(column, (sort, _))| match sort.as_str() {
                "bytea" if matches!(self, Self::Sqlite(_)) => format!("coalesce(hex({column}), '-')"),
                _ => format!("coalesce(cast({column} as text), '-')"),
            });
            let values: Vec<String> = values.collect();
            let text = format!("select {} from {table} order by 1", values.join(" || ' ' || "));
            let found: Vec<String> = match self {
                Self::Sqlite(pool) => sqlx::query_scalar(AssertSqlSafe(text)).fetch_all(pool).await.unwrap(),
                Self::Postgres(pool) => sqlx::query_scalar(AssertSqlSafe(text)).fetch_all(pool).await.unwrap(),
            };
            rows.insert(table.clone(), found);
        }
        rows
    }
}

async fn places() -> Vec<Place> {
    let mut places = vec![Place::sqlite()];
    places.extend(Place::postgres().await);
    places
}

#[test]
fn every_migration_has_its_pair() {
    let names = |folder: &str| -> Vec<String> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(folder);
        let entries = std::fs::read_dir(folder).unwrap();
        let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort_unstable();
        names
    };
    assert_eq!(names("sqlite"), names("postgres"));
    let steps: Vec<(i64, String)> =
        schema::of_file().iter().map(|step| (step.version, step.description.to_string())).collect();
    let listed = steps.iter().map(|(number, name)| format!("{number:04}_{}.sql", name.replace(' ', "_")));
    assert_eq!(names("sqlite"), listed.collect::<Vec<_>>(), "name each in store/database/schema.rs");
    let sampled: Vec<i64> = SAMPLES.iter().map(|(migration, _)| *migration).collect();
    assert_eq!(sampled, steps.iter().map(|(number, _)| *number).collect::<Vec<_>>(), "rows for every schema");
}

#[tokio::test]
async fn pairs_give_the_same_tables() {
    let places = places().await;
    let mut growing = Vec::new();
    for place in &places {
        growing.push(Growing::new(place).await);
    }
    for (migration, _) in SAMPLES {
        let mut shapes = Vec::new();
        for database in &growing {
            database.grow_to(*migration).await;
            shapes.push(database.shape().await);
        }
        assert!(shapes[0].contains_key("votes"), "{shapes:?}");
        for shape in &shapes {
            pretty_compare(&shapes[0], shape, *migration);
        }
    }
    drop(growing);
    for place in places {
        place.remove().await;
    }
}

fn pretty_compare(one: &Shape, other: &Shape, migration: i64) {
    assert_eq!(one.keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>(), "tables after {migration}");
    for (table, columns) in one {
        assert_eq!(columns, &other[table], "{table} after {migration}");
    }
}

#[tokio::test]
async fn rows_live_through_every_migration() {
    for place in places().await {
        let database = Growing::new(&place).await;
        let mut before: Option<(Shape, BTreeMap<String, Vec<String>>)> = None;
        for (migration, samples) in SAMPLES {
            database.grow_to(*migration).await;
            if let Some((shape, rows)) = &before {
                assert_eq!(database.rows(shape).await, *rows, "after migration {migration}");
            }
            database.write(samples).await;
            let shape = database.shape().await;
            let rows = database.rows(&shape).await;
            assert!(rows["votes"][0].contains("0.97"), "{rows:?}");
            before = Some((shape, rows));
        }
        drop(database);
        place.remove().await;
    }
}

#[tokio::test]
async fn a_store_understands_rows_of_before() {
    for place in places().await {
        let database = Growing::new(&place).await;
        database.grow_to(1).await;
        database.write(SAMPLES[0].1).await;
        drop(database);
        let store = place.open().await;
        let sites = store.sites().await.unwrap();
        let [site] = sites.as_slice() else { panic!("one site") };
        assert_eq!(
            (site.sitekey.as_str(), site.name.as_str(), site.turn),
            ("K".repeat(40).as_str(), "old", Turn::Both)
        );
        assert_eq!(site.secrets, SecretDigests { first: [1; 32], hcaptcha: None, turnstile: None });
        let redemption = Redemption { digest: TokenDigest([10; 32]), site: site.id, now_ms: 10, idempotency_key: None };
        let (writer, _ends_with_the_runtime) = Writer::start(store.clone());
        assert!(matches!(writer.redeem(redemption).await.unwrap(), Redeemed::Valid(_)));
        let campaigns = store.campaigns().await.unwrap();
        assert_eq!(campaigns[0].terms.name.as_str(), "old");
        let standings = store.standings(campaigns[0].id).await.unwrap();
        assert_eq!((standings.len(), standings[1].gold), (2, Some(true)));
        assert_eq!(store.receipt(&[7; 32]).await.unwrap().unwrap().votes, 1);
        place.remove().await;
    }
}

#[tokio::test]
async fn an_older_collector_works_on_a_newer_schema() {
    let Some(place) = Place::postgres().await else { return };
    let newer = place.open().await;
    // What a later release may bring: only additions, and a migration that this one has never heard of.
    for addition in [
        "alter table items add column shape text not null default 'square'",
        "create table shapes (name text primary key)",
        "insert into _sqlx_migrations (version, description, success, checksum, execution_time) \
         values (9999, 'shapes', true, '\\x00', 1)",
    ] {
        sql(addition).execute(newer.database.writer()).await.unwrap();
    }
    let stage = super::testing::Stage::set_up(&place).await;
    stage.settle(stage.answer(1, 1, 1, &[(0, true)])).await;
    assert!(matches!(stage.store, Store { database: Database::Postgres(_), .. }));
    place.remove().await;
}
