//! Texts of rules with names in braces.

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

#[cfg(test)]
mod tests {
    use super::fill;

    #[test]
    fn names_are_filled_once() {
        let value = |name: &str| (name == "a").then(|| "{b} {a}".to_owned());
        assert_eq!(fill("{a}, {b}: {{a}} {a", value), "{b} {a}, {b}: {{b} {a}} {a");
    }
}
