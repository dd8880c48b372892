//! Whether a run of characters was drawn by lot rather than written by a person.
//!
//! Names are written in humps (`HeapDumpOnOutOfMemoryError`) and change between small letters, capitals and digits now and
//! then; in a drawn key two of three neighbours differ in that.

/// How a run is made.
struct Mix {
    length: usize,
    lower: usize,
    upper: usize,
    digits: usize,
    /// Neighbours of different sort.
    changes: usize,
}

impl Mix {
    fn of(run: &str) -> Self {
        let sort = |byte: u8| match byte {
            b'a'..=b'z' => 0,
            b'A'..=b'Z' => 1,
            b'0'..=b'9' => 2,
            _ => 3,
        };
        let count = |wanted| run.bytes().filter(|byte| sort(*byte) == wanted).count();
        let pairs = run.as_bytes().windows(2);
        Self {
            length: run.len(),
            lower: count(0),
            upper: count(1),
            digits: count(2),
            changes: pairs.filter(|pair| sort(pair[0]) != sort(pair[1])).count(),
        }
    }

    fn changes_often(&self, percent: usize) -> bool {
        self.changes * 100 >= percent * (self.length - 1)
    }
}

/// Letters and digits alone, as exchanges draw their keys: 18 and more.
pub(super) fn is_drawn(run: &str) -> bool {
    let mix = Mix::of(run);
    if mix.length < 18 {
        return false;
    }
    let many_sorts = mix.lower > 0 && mix.upper > 0 && mix.digits > 0;
    // In 18 letters and digits there is no digit once in 25 draws; capitals are half of the letters then.
    let capitals = mix.upper * 10 >= mix.length * 3 && mix.lower * 10 >= mix.length * 3;
    let one_case = mix.length >= 26 && mix.digits >= 4 && mix.changes_often(25);
    (many_sorts && (mix.length >= 32 || mix.changes_often(if mix.digits > 2 { 33 } else { 40 })))
        || (capitals && mix.changes_often(35))
        || one_case
}

/// With the signs of base64 or its URL alphabet between, which paths and names have too.
pub(super) fn is_drawn_base64(run: &str) -> bool {
    let mix = Mix::of(run);
    mix.length >= 22 && mix.lower > 2 && mix.upper > 2 && mix.digits > 0 && mix.changes_often(42)
}

/// Hex that is no commit: 32 digits and more, but not 40.
pub(super) fn is_hex(run: &str) -> bool {
    run.len() >= 32 && run.len() != 40 && run.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drawn_and_written() {
        for drawn in [
            "vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A",
            "LAqUlngMIQkIUjXMUreyu3qn",
            "Qx7ZrT2mKp9VbN4sLd",
        ] {
            assert!(is_drawn(drawn), "{drawn}");
        }
        for written in [
            "HeapDumpOnOutOfMemoryError",
            "UseStringDeduplication",
            "NostalgiaForInfinityX5",
            "freqtradeuserdatastrategies",
            "SomeClassNameWithMoreThanManyHumps",
        ] {
            assert!(!is_drawn(written) && !is_drawn_base64(written), "{written}");
        }
        assert!(is_drawn_base64(
            "kQH5HW/8p1uGOVjbgWA7FunAmGO8lsSUXNsu3eow76sz84Q18fWxnyRzBHCd3pd5nE9qa99HAZtuZuj6F1huXg=="
        ));
    }
}
