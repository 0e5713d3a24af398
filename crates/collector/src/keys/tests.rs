//! Tests: two machines on one database, and one by itself.

use super::*;
use crate::store::testing::{NOW, Place};

/// Two machines: each with a folder of its own, the sealing keys copied.
struct Machines {
    place: Place,
    _folders: [tempfile::TempDir; 2],
    keys: [Keys; 2],
}

impl Machines {
    async fn new(place: Place) -> Self {
        let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        let one = DataFolder::open(folders[0].path(), &Chance::seeded(1)).unwrap();
        std::fs::copy(folders[0].path().join(SEALING_KEYS_FILE), folders[1].path().join(SEALING_KEYS_FILE)).unwrap();
        let other = DataFolder::open(folders[1].path(), &Chance::seeded(2)).unwrap();
        let keys = [Keys::new(one, place.open().await), Keys::new(other, place.open().await)];
        Self { place, _folders: folders, keys }
    }

    /// A seal of the first machine at one time, opened by the second at another.
    async fn carry(&self, sealed_ms: u64, opened_ms: u64) -> Result<u8, OpenError> {
        let [one, other] = &self.keys;
        let there = LiveSealer::new(one.ring(sealed_ms).await.unwrap(), "test", 16);
        let sealed = there.seal(b"nine tiles", &mut Chance::seeded(3).generator()).unwrap();
        LiveSealer::new(other.ring(opened_ms).await.unwrap(), "test", 16).open(&sealed).map(|_| one.sealing(sealed_ms))
    }
}

impl Keys {
    fn sealing(&self, now_ms: u64) -> u8 {
        let states = tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(self.states(now_ms)));
        let seals = |state: &&KeyState| state.role == KeyRole::Seals;
        states.unwrap().iter().find(seals).expect("one key seals").id
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_key_is_known_everywhere_before_it_seals_and_the_old_one_opens_for_an_hour() {
    let Some(place) = Place::postgres().await else { return };
    let machines = Machines::new(place).await;
    assert_eq!(machines.carry(NOW, NOW).await, Ok(1));
    let made = machines.keys[1].rotate(&Chance::seeded(4), NOW).await.unwrap();
    assert_eq!((made.id, made.role), (2, KeyRole::Announced));
    let usable = NOW + ANNOUNCED_MS;
    assert_eq!(machines.carry(usable - 1, usable - 1).await, Ok(1));
    assert_eq!(
        machines.carry(usable, NOW + 1).await,
        Ok(2),
        "who has just read the keys opens what it cannot seal yet"
    );
    assert_eq!(machines.carry(usable - 1, usable + RETIRED_MS - 1).await, Ok(1));
    assert_eq!(machines.carry(usable - 1, usable + RETIRED_MS).await, Err(OpenError::UnknownKey));

    let later = usable + RETIRED_MS;
    assert_eq!(machines.keys[0].rotate(&Chance::seeded(5), later).await.unwrap().id, 3);
    let roles: Vec<(u8, KeyRole)> =
        machines.keys[0].states(later).await.unwrap().iter().map(|state| (state.id, state.role)).collect();
    assert_eq!(roles, [(3, KeyRole::Announced), (2, KeyRole::Seals), (1, KeyRole::Retired)]);
    machines.place.remove().await;
}

#[tokio::test]
async fn keys_of_the_database_open_with_the_folders_file_alone() {
    let Some(place) = Place::postgres().await else { return };
    let machines = Machines::new(place).await;
    machines.keys[0].rotate(&Chance::seeded(4), NOW).await.unwrap();
    let stranger = tempfile::tempdir().unwrap();
    let stranger = DataFolder::open(stranger.path(), &Chance::seeded(9)).unwrap();
    let stranger = Keys::new(stranger, machines.place.open().await);
    let refused = format!("{:#}", stranger.ring(NOW).await.unwrap_err());
    assert!(refused.contains("copy theirs into this folder"), "{refused}");
    machines.place.remove().await;
}

#[tokio::test]
async fn machines_agree_on_a_days_secret_and_forget_it_with_the_day() {
    let Some(place) = Place::postgres().await else { return };
    let machines = Machines::new(place).await;
    let [one, other] = &machines.keys;
    let day = NOW / DAY_MS;
    let (chance, elsewhere) = (Chance::seeded(6), Chance::seeded(7));
    let (here, there) = tokio::join!(one.prefix_secret(day, &chance), other.prefix_secret(day, &elsewhere));
    assert_eq!(here.unwrap(), there.unwrap());
    let tomorrow = one.prefix_secret(day + 1, &chance).await.unwrap();
    assert_ne!(tomorrow, other.prefix_secret(day, &elsewhere).await.unwrap());
    one.store.sweep(NOW + DAY_MS).await.unwrap();
    assert_eq!(one.store.known_prefix_key(day).await.unwrap(), None);
    assert!(one.store.known_prefix_key(day + 1).await.unwrap().is_some());
    machines.place.remove().await;
}

#[tokio::test]
async fn a_folder_rotates_by_itself() {
    let machines = Machines::new(Place::sqlite()).await;
    let [keys, _] = &machines.keys;
    let sealer = LiveSealer::new(keys.ring(NOW).await.unwrap(), "test", 16);
    let before = sealer.seal(b"before", &mut Chance::seeded(3).generator()).unwrap();
    let made = keys.rotate(&Chance::seeded(4), NOW).await.unwrap();
    assert_eq!((made.id, made.role, made.usable_from), (2, KeyRole::Seals, None));
    sealer.take_over(&keys.ring(NOW).await.unwrap());
    assert_eq!(sealer.open(&before).unwrap(), b"before");
    let after = sealer.seal(b"after", &mut Chance::seeded(3).generator()).unwrap();
    assert_eq!(after.as_bytes()[..4].len(), 4);
    let roles: Vec<(u8, KeyRole)> =
        keys.states(NOW).await.unwrap().iter().map(|state| (state.id, state.role)).collect();
    assert_eq!(roles, [(2, KeyRole::Seals), (1, KeyRole::Opens)]);
}
