//! A folder of drawn street scenes with their labels: a data set for the demonstration, for tests and for load.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::Context as _;
use corvee_samples::{ObjectClass, Truth, draw, encode_jpeg, has};

/// Quality of the drawn pictures.
const JPEG_QUALITY: u8 = 88;
/// Label of a picture that does not show the wanted thing.
const OTHER: &str = "other";

/// Writes `count` pictures and `labels.csv` (file,label) into `folder`. A picture is labelled with `class` or `other`;
/// scenes in which the thing is hardly to be seen are passed over. The same seed gives the same folder. A folder that holds
/// anything is left as it is, with an error.
pub fn write(
    folder: &Path,
    class: ObjectClass,
    count: u32,
    seed: u64,
    drawn: &(dyn Fn(u32) + Sync),
) -> anyhow::Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("{} cannot be created", folder.display()))?;
    let is_empty = fs::read_dir(folder).map(|mut entries| entries.next().is_none());
    anyhow::ensure!(
        is_empty.with_context(|| format!("{} cannot be read", folder.display()))?,
        "{} is not empty, nothing was drawn: name a new folder",
        folder.display()
    );
    let workers = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let (next, done) = (AtomicU32::new(0), AtomicU32::new(0));
    let work = || -> anyhow::Result<Vec<(u32, String, &'static str)>> {
        let mut rows = Vec::new();
        // Passed-over scenes are made up for from a second range, so that the outcome does not depend on the workers.
        loop {
            let slot = next.fetch_add(1, Ordering::Relaxed);
            if slot >= count {
                return Ok(rows);
            }
            let (jpeg, truth) = clear_scene(seed, slot, class)?;
            let file = format!("{slot:04}.jpg");
            let path = folder.join(&file);
            fs::write(&path, jpeg).with_context(|| format!("{} cannot be written", path.display()))?;
            rows.push((slot, file, if truth == Truth::Present { class.name() } else { OTHER }));
            drawn(done.fetch_add(1, Ordering::Relaxed) + 1);
        }
    };
    let mut rows = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        let mut rows = Vec::new();
        for thread in threads {
            rows.extend(thread.join().map_err(|_panic| anyhow::anyhow!("drawing failed"))??);
        }
        Ok::<_, anyhow::Error>(rows)
    })?;
    rows.sort_unstable();
    let mut labels = csv::Writer::from_path(folder.join("labels.csv"))?;
    labels.write_record(["file", "label"])?;
    for (_, file, label) in rows {
        labels.write_record([file.as_str(), label])?;
    }
    labels.flush()?;
    Ok(())
}

/// The first scene of this slot in which the thing is clearly there or clearly not, as JPEG.
fn clear_scene(seed: u64, slot: u32, class: ObjectClass) -> anyhow::Result<(Vec<u8>, Truth)> {
    /// Scenes a slot may try: many more than any class needs.
    const TRIES: u32 = 64;
    for index in (0..TRIES).map(|again| slot * TRIES + again) {
        let (scene, image) = draw(seed, index);
        let truth = has(&scene, class);
        if truth != Truth::Borderline {
            return Ok((encode_jpeg(&image, JPEG_QUALITY)?, truth));
        }
    }
    anyhow::bail!("no clear picture of {} came up with seed {seed}: try another seed", class.name())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_holds_anything_is_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let draw = |seed| write(folder.path(), ObjectClass::ALL[0], 2, seed, &|_| {});
        draw(1).unwrap();
        let labels = fs::read(folder.path().join("labels.csv")).unwrap();
        let refused = draw(2).unwrap_err().to_string();
        assert!(refused.ends_with("is not empty, nothing was drawn: name a new folder"), "{refused}");
        assert_eq!(fs::read(folder.path().join("labels.csv")).unwrap(), labels);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3);
    }
}
