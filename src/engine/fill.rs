//! Texts of rules with names in braces.

use crate::rules::When;
use crate::sites::Expression;

/// `text` with what `value` gives for each `{name}` in it; a name that it does not know stays. What was filled in is not looked at
/// again.
pub(super) fn fill(text: &str, mut value: impl FnMut(&str) -> Option<String>) -> String {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('{') {
        filled.push_str(before);
        match behind.split_once('}').and_then(|(name, after)| Some((value(name)?, after))) {
            Some((value, after)) => {
                filled.push_str(&value);
                rest = after;
            }
            None => {
                filled.push('{');
                rest = behind;
            }
        }
    }
    filled + rest
}

/// The groups of expressions that texts of a rule may name: each list begins with all that matched.
#[derive(Clone, Debug, Default)]
pub(super) struct Groups {
    /// Of what found the place: `literal`, `text`, `url`, `argument` or `like` of the match.
    pub(super) found: Vec<String>,
    /// Of `key`.
    pub(super) key: Vec<String>,
    /// Of `like` of the row of `do`.
    pub(super) row: Vec<String>,
}

impl Groups {
    /// What `{name}` means: `1` is a group of the nearest expression that has groups, `match.1` and `key.1` say of which.
    pub(super) fn get(&self, name: &str) -> Option<String> {
        let group = |of: &[String], number: &str| of.get(number.parse::<usize>().ok()?).cloned();
        if let Some((of, number)) = name.split_once('.') {
            return match of {
                "match" => group(&self.found, number),
                "key" => group(&self.key, number),
                _ => None,
            };
        }
        let all = [&self.row, &self.found, &self.key];
        let nearest = all.iter().find(|of| of.len() > 1).or_else(|| all.iter().find(|of| !of.is_empty()));
        group(nearest?, name)
    }
}

/// All groups of a match.
pub(super) fn groups(captures: &regex::Captures<'_>) -> Vec<String> {
    captures.iter().map(|group| group.map_or("", |group| group.as_str()).to_owned()).collect()
}

/// The expression on the value whose groups texts may name: of the condition itself, else of one that must apply with it.
pub(super) fn like(when: &When) -> Option<&Expression> {
    when.like.as_ref().or_else(|| when.all.iter().find_map(|when| when.like.as_ref()))
}

#[cfg(test)]
mod tests {
    use super::fill;

    #[test]
    fn names_are_filled_once() {
        let value = |name: &str| (name == "a").then(|| "{b} {a}".to_owned());
        assert_eq!(fill("{a}, {b}: {{a}} {a", value), "{b} {a}, {b}: {{b} {a}} {a");
    }
}
