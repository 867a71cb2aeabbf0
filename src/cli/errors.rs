//! Messages of GitLab and its runner: `runnerlint rules '410 Gone'`.

/// The page with all messages; `docs/errors.md` is the same text.
const PAGE: &str = include_str!("../../rules/errors.md");
/// What begins the section of a message.
const HEADING: &str = "\n## ";
/// A shorter text is not searched for.
const SHORTEST: usize = 3;

/// The sections of the messages that `text` is a part of, or that are a part of it.
pub(super) fn sections(text: &str) -> Option<String> {
    let text = text.trim().to_lowercase();
    if text.len() < SHORTEST {
        return None;
    }
    let is_meant = |section: &&str| {
        let heading = section.lines().next().unwrap_or_default().to_lowercase();
        let message = heading.trim_matches('`');
        heading.contains(&text) || text.contains(message)
    };
    let found: Vec<String> =
        PAGE.split(HEADING).skip(1).filter(is_meant).map(|it| format!("## {}\n", it.trim_end())).collect();
    (!found.is_empty()).then(|| found.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::BUILT_IN;

    #[test]
    fn messages_lead_to_their_sections() {
        for (text, begins) in [
            ("410 Gone", "## `410 Gone"),
            ("403", "## `403 Forbidden`"),
            ("is reserved", "## `Runner configuration"),
            ("PANIC", "## `PANIC"),
            ("is removed", "## `is removed`"),
            ("invalid header field", "## `invalid header"),
            ("ERROR: 410 Gone - runner registration disallowed runner=x", "## `410 Gone"),
        ] {
            assert!(sections(text).is_some_and(|it| it.starts_with(begins)), "{text}");
        }
        assert_eq!(sections("register-server-options"), None);
        assert_eq!(sections("41"), None);
    }

    #[test]
    fn the_page_is_in_the_documentation_and_names_rules() {
        assert_eq!(PAGE, include_str!("../../docs/errors.md"));
        for line in PAGE.split("Rules: ").skip(1) {
            let line = line.split(HEADING).next().unwrap_or_default();
            for id in line.split('`').skip(1).step_by(2) {
                assert!(BUILT_IN.rules.iter().any(|rule| rule.id == id), "{id}");
            }
        }
    }
}
