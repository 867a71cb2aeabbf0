//! The rooms of the house keep the order of the table in `src/lib.rs`: a room uses only rooms before it.

use crate::support::root;
use std::collections::BTreeSet;
use std::fs;

/// The rooms in their order: those of the table, and the program itself.
fn order() -> Vec<String> {
    let text = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let rows = text.lines().filter_map(|line| line.strip_prefix("//! | ")).filter(|row| row.contains('`'));
    let names = rows.flat_map(|row| row.split('|').next().unwrap().split('`').skip(1).step_by(2));
    names.chain(["main"]).map(|name| name.trim_start_matches("mod@").to_owned()).collect()
}

#[test]
fn the_table_has_every_room_once() {
    let text = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let modules = text.lines().filter_map(|line| line.trim_start_matches("pub ").strip_prefix("mod "));
    let modules: BTreeSet<&str> = modules.map(|name| name.trim_end_matches(';')).chain(["main"]).collect();
    let order = order();
    assert_eq!(order.iter().map(String::as_str).collect::<BTreeSet<_>>(), modules);
    assert_eq!(order.len(), modules.len(), "a room is in the table twice");
}

#[test]
fn a_room_uses_only_rooms_before_it() {
    let (root, order) = (root().join("src"), order());
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
        let own = order.iter().position(|known| *known == room);
        let own = own.unwrap_or_else(|| panic!("`{room}` has no place in the order of rooms"));
        let text = fs::read_to_string(path).unwrap();
        let code = without_tests(&text);
        for used in
            code.match_indices("crate::").flat_map(|(at, _)| used_rooms(&code[at + "crate::".len()..]))
        {
            let Some(other) = order.iter().position(|known| *known == used) else { continue };
            if other > own {
                wrong.push(format!("{}: `{room}` uses `{used}`, which is after it", inside.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A repository decides what is read and named; so only one file starts a program, and none opens a connection.
#[test]
fn only_git_is_started_and_nothing_is_connected() {
    let root = root().join("src");
    let mut starts = Vec::new();
    for entry in ignore::WalkBuilder::new(&root).build().filter_map(Result::ok) {
        let path = entry.path();
        let is_rust = path.extension().is_some_and(|extension| extension == "rs");
        if !is_rust || path.file_name().is_some_and(|name| name == "tests.rs") {
            continue;
        }
        let code = without_tests(&fs::read_to_string(path).unwrap());
        let code = code.split("mod tests {").next().unwrap();
        let is_outside = ["std::net", "UnixStream", "UdpSocket", "process::exec", "libc::"]
            .map(|word| code.contains(word));
        assert!(!is_outside.contains(&true), "{}", path.display());
        if code.contains("process::Command") || code.contains("process::{") && code.contains("Command::new(")
        {
            starts.push(path.strip_prefix(&root).unwrap().display().to_string());
            let (all, git) = ("Command::new(", "Command::new(\"git\")");
            assert_eq!(code.matches(all).count(), code.matches(git).count());
        }
    }
    assert_eq!(starts, ["walk/git.rs"]);
}

/// The text without each item that has `#[cfg(test)]`, which may use every room. The items are as rustfmt writes them.
pub(crate) fn without_tests(text: &str) -> String {
    let mut code = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let Some(indent) = line.strip_suffix("#[cfg(test)]").filter(|it| it.trim().is_empty()) else {
            code.push_str(line);
            code.push('\n');
            continue;
        };
        let end = format!("{indent}}}");
        let mut is_head = true;
        for line in lines.by_ref() {
            if line.trim_end_matches(';') == end || is_head && (line.ends_with(';') || line.ends_with('}')) {
                break;
            }
            is_head &= !line.ends_with('{');
        }
    }
    code
}

/// The rooms named after `crate::`, one or a list in braces.
fn used_rooms(rest: &str) -> Vec<String> {
    let first = |name: &str| {
        name.trim().split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default().to_owned()
    };
    let Some(list) = rest.strip_prefix('{') else { return vec![first(rest)] };
    let (mut depth, mut names) = (1, vec![String::new()]);
    for c in list.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 1 => names.push(String::new()),
            _ if depth == 1 => names.last_mut().unwrap().push(c),
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    names.iter().map(|name| first(name)).collect()
}

#[test]
fn only_the_item_of_a_test_is_skipped() {
    let text = "#[cfg(test)]\nmod tests;\nuse crate::a;\n    #[cfg(test)]\n    #[expect(x)]\n    fn f() {\n        crate::b\n    }\nuse crate::{c, d::{e, f}, g};\n#[cfg(test)]\nmod tests {\n    use crate::h;\n}\n";
    let code = without_tests(text);
    assert_eq!(code, "use crate::a;\nuse crate::{c, d::{e, f}, g};\n");
    assert_eq!(used_rooms("a;"), ["a"]);
    assert_eq!(used_rooms("{c, d::{e, f}, g};"), ["c", "d", "g"]);
}
