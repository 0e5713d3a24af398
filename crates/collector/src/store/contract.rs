//! What a store promises, held to both databases: each promise is one test function, run on SQLite and on PostgreSQL. Knows
//! neither of them.

mod answers;
mod campaigns;
mod collectors;
mod items;
mod model;
mod receipts;
mod sites;
mod snapshots;
mod statistics;
mod tokens;
mod upkeep;

use super::testing::Place;

/// Makes two modules of tests of every list: one on SQLite, one on PostgreSQL.
macro_rules! contract {
    ($($noun:ident: [$($promise:ident),+ $(,)?],)+) => {
        mod on_sqlite {
            $(mod $noun {
                $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $promise() {
                    super::super::on_sqlite(async |place| super::super::$noun::$promise(place).await).await;
                })+
            })+
        }
        mod on_postgres {
            $(mod $noun {
                $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $promise() {
                    super::super::on_postgres(async |place| super::super::$noun::$promise(place).await).await;
                })+
            })+
        }
    };
}

contract! {
    answers: [
        an_answer_is_recorded_once,
        what_was_replied_is_kept_with_the_first_answer,
        two_answers_to_one_challenge_may_share_a_batch,
        a_visit_votes_once_on_an_item,
        a_prefix_is_new_once_on_an_item,
        a_posterior_is_the_replay_of_all_votes,
        a_label_becomes_final_with_its_moment,
        gold_counts_its_servings_and_audits,
        the_ledger_is_the_sum_of_all_receipts,
        a_batch_that_fails_records_nothing,
    ],
    tokens: [
        a_token_redeems_once,
        a_token_of_another_site_is_unknown,
        an_expired_token_is_told_apart_from_a_used_one,
        a_call_is_repeated_under_its_key,
        calls_for_one_token_may_share_a_batch,
        a_renewed_token_is_worth_nothing,
        a_proof_earns_one_token,
        what_a_token_proves_comes_back_as_it_was,
    ],
    receipts: [
        a_removed_receipt_leaves_items_as_if_it_had_never_been,
        removing_twice_removes_nothing_more,
        a_prefix_is_passed_on_to_the_next_vote,
    ],
    campaigns: [
        a_campaign_comes_back_as_it_was_written,
        a_name_is_taken_once,
        a_campaign_is_switched_off_and_on,
        the_median_needs_enough_visits,
    ],
    items: [
        items_are_invisible_until_their_import_is_complete,
        an_abandoned_import_leaves_nothing,
        a_file_is_in_a_campaign_once,
        more_items_than_a_statement_holds_are_stored,
        gold_is_counted,
        some_items_are_found_by_their_rows,
    ],
    sites: [
        a_site_comes_back_as_it_was_written,
        a_site_changes_all_or_nothing,
        a_rotated_secret_replaces_all_spellings,
        host_names_are_sorted_by_bytes,
    ],
    snapshots: [
        a_snapshot_sees_one_moment,
        pages_hold_every_row_once,
    ],
    statistics: [
        what_happens_is_counted_in_its_hour,
        tokens_are_counted_at_their_site,
        a_batch_counts_what_was_recorded_and_nothing_twice,
        hours_become_days_and_days_end,
        collectors_that_count_the_same_hour_never_wait_in_a_circle,
    ],
    upkeep: [
        what_has_expired_is_deleted,
        no_row_of_any_table_holds_verification_data_after_a_day,
    ],
    collectors: [
        two_collectors_lose_no_vote_on_the_same_items,
        a_challenge_is_spent_at_one_of_two_collectors,
        a_token_is_redeemed_at_one_of_two_collectors,
        answers_and_removals_never_wait_in_a_circle,
        an_import_completes_under_load,
    ],
    model: [
        no_sequence_of_operations_tells_the_store_from_its_model,
        sequences_that_once_did_are_kept,
    ],
}

async fn on_sqlite(promise: impl AsyncFnOnce(&Place)) {
    promise(&Place::sqlite()).await;
}

async fn on_postgres(promise: impl AsyncFnOnce(&Place)) {
    if let Some(place) = Place::postgres().await {
        promise(&place).await;
        place.remove().await;
    }
}
