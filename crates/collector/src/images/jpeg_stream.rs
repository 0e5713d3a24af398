//! Whether a JPEG stream reaches its end: decoders fill what is missing with grey and say nothing. Knows markers, not
//! pixels.

const START_OF_SCAN: u8 = 0xDA;
const END_OF_IMAGE: u8 = 0xD9;

/// Whether the stream's segments and scans lead to its end marker (ITU-T T.81, annex B). What follows the end is not
/// looked at; an end marker inside a thumbnail is not taken for the end.
pub(super) fn reaches_its_end(jpeg: &[u8]) -> bool {
    // The first two bytes are the start of image.
    let mut rest = jpeg.get(2..).unwrap_or_default();
    while let Some((marker, after)) = next_marker(rest) {
        rest = match marker {
            END_OF_IMAGE => return true,
            // These two sorts stand alone; all others begin with their length.
            0x01 | 0xD0..=0xD7 => after,
            _ => {
                let Some(&[high, low]) = after.first_chunk::<2>() else {
                    return false;
                };
                after.get(usize::from(u16::from_be_bytes([high, low]))..).unwrap_or_default()
            }
        };
        if marker == START_OF_SCAN {
            rest = after_scan(rest);
        }
    }
    false
}

/// The next marker and what follows it.
fn next_marker(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let mut rest = bytes;
    loop {
        let at = rest.iter().position(|byte| *byte == 0xFF)?;
        rest = rest.get(at + 1..)?;
        // More 0xFF are filling; 0xFF 0x00 is data.
        match rest.split_first()? {
            (0xFF, _) => {}
            (0x00, after) => rest = after,
            (marker, after) => return Some((*marker, after)),
        }
    }
}

/// What follows the coded data of a scan, beginning with the next marker.
fn after_scan(bytes: &[u8]) -> &[u8] {
    let marker = bytes
        .windows(2)
        .position(|pair| matches!(pair, [0xFF, second] if !matches!(second, 0x00 | 0xD0..=0xD7 | 0xFF)));
    marker.and_then(|at| bytes.get(at..)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], expected: bool) {
        assert_eq!(reaches_its_end(bytes), expected, "{bytes:02x?}");
    }

    #[test]
    fn a_stream_without_its_end_marker_is_cut_short() {
        let scan = [0xFF, 0xD8, 0xFF, 0xDA, 0, 3, 9, 1, 2, 0xFF, 0x00, 0xFF, 0xD0, 3];
        check(&scan, false);
        check(&[&scan[..], &[0xFF, 0xD9]].concat(), true);
        check(&[&scan[..], &[0xFF, 0xFF, 0xD9]].concat(), true);
        check(&[&scan[..], &[0xFF, 0xD9, 1, 2, 3]].concat(), true);
    }

    #[test]
    fn an_end_marker_inside_a_thumbnail_is_not_the_end() {
        check(&[0xFF, 0xD8, 0xFF, 0xE1, 0, 6, 0xFF, 0xD8, 0xFF, 0xD9], false);
        check(&[0xFF, 0xD8, 0xFF, 0xE1, 0, 6, 0xFF, 0xD8, 0xFF, 0xD9, 0xFF, 0xD9], true);
    }

    #[test]
    fn bytes_that_are_no_stream_have_no_end() {
        for bytes in [&[][..], &[0xFF], &[0xFF, 0xD8], &[0xFF, 0xD8, 0xFF], &[0xFF, 0xD8, 0xFF, 0xE0, 0xFF]] {
            check(bytes, false);
        }
    }
}
