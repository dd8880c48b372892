//! The known name that a person most likely meant.

/// The known name nearest to a word, if one is near enough to be worth saying. Case and `_` for `-` do not count;
/// a longer word may also be a part of the name, or the name a part of it.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = plain(word);
    let length = word.chars().count();
    // The distance takes time by the product of the lengths, and nobody mistypes a name into a novel.
    if length > 64 {
        return None;
    }
    known
        .into_iter()
        .filter_map(|name| {
            let candidate = plain(name);
            let distance = distance(&word, &candidate);
            let near = distance <= length.max(3) / 3;
            let part = length >= 4
                && (candidate.contains(&word) || candidate.len() >= 4 && word.contains(&candidate));
            (near || part).then_some(((!near, distance), name))
        })
        .min_by_key(|(rank, _)| *rank)
        .map(|(_, name)| name)
}

fn plain(name: &str) -> String {
    name.to_lowercase().replace('_', "-")
}

/// How many letters must be put in, left out, changed, or swapped with their neighbour (optimal string alignment).
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<_>, Vec<_>) = (a.chars().collect(), b.chars().collect());
    let mut two_up = Vec::new();
    let mut up: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let changed = up[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut cost = changed.min(up[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                let swapped: usize = two_up[j - 2];
                cost = cost.min(swapped + 1);
            }
            row.push(cost);
        }
        two_up = std::mem::replace(&mut up, row);
    }
    up[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_was_meant() {
        let known = [
            "severity",
            "title",
            "why",
            "supersedes",
            "ssh-root-login",
            "id",
        ];
        let near = |word| nearest(word, known);
        assert_eq!(near("severty"), Some("severity"));
        assert_eq!(near("tilte"), Some("title"));
        assert_eq!(near("Title"), Some("title"));
        assert_eq!(near("ssh_root_login"), Some("ssh-root-login"));
        assert_eq!(near("root-login"), Some("ssh-root-login"));
        assert_eq!(near("titles-of-it"), Some("title"));
        assert_eq!(near("wyh"), Some("why"));
        assert_eq!(near("di"), Some("id"));
        assert_eq!(near("rule"), None);
        assert_eq!(near("x"), None);
        assert_eq!(near(""), None);
        assert_eq!(near(&"title".repeat(1000)), None);
    }

    #[test]
    fn counts_a_swap_once() {
        assert_eq!(distance("ab", "ba"), 1);
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("abc", ""), 3);
    }
}
