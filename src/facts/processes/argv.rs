//! `/proc/PID/cmdline` (proc_pid_cmdline(5)): what a process was started with, or wrote over it. Secrets end here.

use crate::secret::{mask_argv, mask_text};
use crate::source::HostText;
use serde::{Deserialize, Serialize};

/// How much is kept, in bytes.
const KEPT: usize = 4 << 10;
/// The words of a process's command line, without secrets.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Argv {
    /// The words. Of a process that says what it does (`nginx: worker process`), that text.
    pub words: Vec<HostText>,
    /// Whether there was more than is kept.
    pub cut: bool,
}

impl Argv {
    /// How much is masked, in bytes: more than is kept, for what ends behind the end of that.
    pub const MASKED: usize = 16 << 10;

    /// Reads the text. It is whatever the process wants it to be; the program that it runs, as far as that is known, tells
    /// a path with blanks from a text.
    pub fn parse(text: &[u8], program: Option<&HostText>) -> Self {
        let end = text
            .iter()
            .rposition(|byte| *byte != 0)
            .map_or(0, |last| last + 1);
        let mut words: Vec<&[u8]> = match end {
            0 => Vec::new(),
            end => text[..end].split(|byte| *byte == 0).collect(),
        };
        let mut cut = false;
        let is_title = words.first().is_some_and(|word| {
            word.contains(&b' ') && program != Some(&HostText::from_bytes(word))
        });
        if is_title && words.len() > 1 {
            // The rest of what it was written over: options may have lost the names by which they are masked.
            words.truncate(1);
            cut = true;
        }
        let mut room = Self::MASKED;
        let fit = words.iter().take_while(|word| {
            let left = room.checked_sub(word.len() + 1);
            room = left.unwrap_or_default();
            left.is_some()
        });
        let fit = fit.count();
        let too_long = fit < words.len();
        words.truncate(fit);
        let words: Vec<HostText> = words.into_iter().map(HostText::from_bytes).collect();
        let mut words = match words.as_slice() {
            [title] => vec![mask_text(title)],
            words => mask_argv(words),
        };
        if too_long {
            // Perhaps the beginning of a seed phrase, which cannot be told by a few words.
            let is_phrase = |word: &&HostText| {
                word.raw()
                    .bytes()
                    .all(|byte| byte.is_ascii_alphabetic() || byte == b',')
            };
            let phrase = words.iter().rev().take_while(is_phrase).count();
            words.truncate(words.len() - phrase);
        }
        cut |= keep(&mut words) || too_long;
        Self { words, cut }
    }
}

/// Keeps the beginning; true if there was more.
fn keep(words: &mut Vec<HostText>) -> bool {
    let mut room = KEPT;
    for at in 0..words.len() {
        let text = words[at].raw();
        let Some(left) = room.checked_sub(text.len() + 1) else {
            let beginning = text.floor_char_boundary(room);
            words[at] = text[..beginning].into();
            words.truncate(if beginning == 0 { at } else { at + 1 });
            return true;
        };
        room = left;
    }
    false
}
