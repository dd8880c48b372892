//! What a stack makes of a module's answer: the controls of pam.d(5).

/// What is done with an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    /// As if it had not been asked.
    Ignore,
    /// It counts, if it is good.
    Ok,
    /// As `Ok`, and nobody else is asked.
    Done,
    /// It counts as a refusal.
    Bad,
    /// As `Bad`, and nobody else is asked.
    Die,
    /// What was said so far is forgotten.
    Reset,
    /// So many modules are passed over.
    Jump(usize),
}

/// What a control does with an answer, by the names of pam.d(5).
pub(super) fn action(control: &str, answer: &str) -> Action {
    use Action::{Bad, Die, Done, Ignore, Ok};
    let good = matches!(answer, "success" | "new_authtok_reqd");
    match control.to_ascii_lowercase().as_str() {
        "required" | "requisite" if answer == "ignore" => Ignore,
        "required" | "requisite" | "optional" if good => Ok,
        "sufficient" if good => Done,
        "optional" | "sufficient" => Ignore,
        "required" => Bad,
        "requisite" => Die,
        list => listed(list, answer).unwrap_or(Bad),
    }
}

/// The value of an answer in `[success=1 default=ignore]`, the last of several; the default, the first of several, where that is said, else none.
fn listed(list: &str, answer: &str) -> Option<Action> {
    let list = list.trim_start_matches('[').trim_end_matches(']');
    // `success = ok` is read as well as `success=ok`.
    let words = list.replace('=', " = ");
    let words: Vec<&str> = words.split_whitespace().collect();
    let (mut told, mut default) = (None, None);
    for window in words.windows(3) {
        let [name, "=", value] = window else { continue };
        let value = match *value {
            "ignore" => Action::Ignore,
            "ok" => Action::Ok,
            "done" => Action::Done,
            "bad" => Action::Bad,
            "die" => Action::Die,
            "reset" => Action::Reset,
            number => number.parse().map_or(Action::Bad, Action::Jump),
        };
        if *name == answer {
            told = Some(value);
        } else if *name == "default" {
            default.get_or_insert(value);
        }
    }
    told.or(default)
}
