//! An input as several texts: the first ones are files, the rest whatever a target wants.

use seaworthy::source::MapFiles;

/// The files, and what is left of the input.
pub fn parts<'t>(text: &'t str, paths: [&'t str; 3]) -> (MapFiles, impl FnMut() -> &'t str) {
    let mut parts = text.split("\n---\n");
    let mut part = move || parts.next().unwrap_or("");
    let files = MapFiles::new(paths.map(|path| (path, part())));
    (files, part)
}
