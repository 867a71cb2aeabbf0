//! The rooms of the house keep their order: a room uses only rooms before it.

use std::fs;
use std::path::Path;

/// From the ground up; `lib.rs` says what each one holds.
const ORDER: &[&str] = &[
    "parallel",
    "text",
    "escape",
    "mask",
    "embed",
    "facts",
    "syntax",
    "sites",
    "rules",
    "catalogue",
    "unit",
    "finding",
    "fingerprint",
    "config",
    "suppress",
    "baseline",
    "engine",
    "fixer",
    "selftest",
    "plan",
    "walk",
    "run",
    "report",
    "lsp",
    "cli",
    "main",
];

#[test]
fn a_room_uses_only_rooms_before_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut wrong = Vec::new();
    for entry in ignore::WalkBuilder::new(&root).build().filter_map(Result::ok) {
        let path = entry.path();
        if path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let inside = path.strip_prefix(&root).unwrap();
        let first = inside.components().next().unwrap().as_os_str().to_str().unwrap();
        let room = first.trim_end_matches(".rs");
        if ["lib", "build"].contains(&room) {
            continue;
        }
        let own = ORDER.iter().position(|known| *known == room);
        let own = own.unwrap_or_else(|| panic!("`{room}` has no place in the order of rooms"));
        let text = fs::read_to_string(path).unwrap();
        // Tests may use whatever they test.
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for used in
            code.match_indices("crate::").flat_map(|(at, _)| used_rooms(&code[at + "crate::".len()..]))
        {
            let Some(other) = ORDER.iter().position(|known| *known == used) else { continue };
            if other > own {
                wrong.push(format!("{}: `{room}` uses `{used}`, which stands above it", inside.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The rooms named right behind `crate::`, one or a list in braces.
fn used_rooms(rest: &str) -> Vec<String> {
    let first = |name: &str| {
        name.trim().split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default().to_owned()
    };
    match rest.strip_prefix('{') {
        Some(list) => list.split('}').next().unwrap_or_default().split(',').map(first).collect(),
        None => vec![first(rest)],
    }
}
