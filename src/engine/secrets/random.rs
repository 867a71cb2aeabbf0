//! Words that look like a token by their letters alone, wherever they are: what a reader of a language does not follow is
//! hidden all the same.

use crate::text::{Span, is_named};

/// Tokens are not shorter, and what is longer is a key or a checksum.
const LENGTH: std::ops::RangeInclusive<usize> = 16..=64;

/// The words in `text` that look random: capital and small letters and digits that change at least at every third byte.
pub(in crate::engine) fn find(text: &str) -> impl Iterator<Item = Span> {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + bytes.get(at..)?.iter().position(|byte| is_part(*byte))?;
        let rest = bytes.get(start..)?;
        at = start + rest.iter().position(|byte| !is_part(*byte)).unwrap_or(rest.len());
        Some(Span::new(start, at))
    })
    .filter(move |span| {
        let before = text.get(..span.start()).unwrap_or_default();
        LENGTH.contains(&span.len())
            && is_random(span.of(text))
            && !before.ends_with(['$', '.', '@'])
            && !before.ends_with("${")
    })
}

fn is_part(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}

fn is_random(word: &str) -> bool {
    let bytes = word.as_bytes();
    let has = |is: fn(&u8) -> bool| bytes.iter().any(is);
    if !has(u8::is_ascii_lowercase) || !has(u8::is_ascii_uppercase) || !has(u8::is_ascii_digit) {
        return false;
    }
    let mut changes = 0;
    let mut before = b'_';
    for pair in bytes.windows(2) {
        if let [first, second] = pair {
            // A capital begins a word: `useTags` changes once.
            let begins =
                first.is_ascii_uppercase() && second.is_ascii_lowercase() && !before.is_ascii_uppercase();
            changes += usize::from(kind(*first) != kind(*second) && !begins);
            before = *first;
        }
    }
    changes * 3 >= word.len() && !is_named(word) && !word.starts_with("sha")
}

fn kind(byte: u8) -> u8 {
    match byte {
        b'a'..=b'z' => 0,
        b'A'..=b'Z' => 1,
        b'0'..=b'9' => 2,
        _ => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_found_and_names_are_not() {
        let found = |text: &'static str| find(text).map(|span| span.of(text)).collect::<Vec<_>>();
        for token in ["Zq9xK9mPw7sVt2LbR8uY", "a8XkP2-mN4vQzL7w_Ry3T", "3fGh7JkL9mNpQ2rStUv4"] {
            assert!(is_random(token), "{token}");
        }
        assert_eq!(found("x (t or 'Zq9xK9mPw7sVt2LbR8uY')"), ["Zq9xK9mPw7sVt2LbR8uY"]);
        for name in [
            "gitlabRunner2ServiceAccount",
            "useMyOwnTagSetInStage2",
            "GITLAB_RUNNER_TOKEN_2",
            "0123456789abcdef0123456789abcdef01234567",
            "sha256-Zq9xK9mPw7sVt2LbR8uYZq9xK9mPw7sVt2LbR8uY",
            "$Zq9xK9mPw7sVt2LbR8uY",
            "i-0a1b2c3d4e5f67890",
            "x86_64-unknown-linux-gnu",
            "EXAMPLE-notAToken-0001",
            "Runner1Runner2Runner3",
        ] {
            assert!(found(name).is_empty(), "{name}");
        }
    }
}
