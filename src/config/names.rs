use std::collections::BTreeSet;

/// Stands for all rules.
pub const ALL: &str = "ALL";

/// The families of rules: the parts of their ids before the first `-`.
pub fn families<'a>(ids: &[&'a str]) -> BTreeSet<&'a str> {
    ids.iter().filter_map(|id| id.split('-').next()).collect()
}

/// The one of `known` that somebody who wrote `name` most likely meant.
pub fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    // Nobody writes a name of a thousand letters by mistake, and comparing it takes time.
    if name.len() > 100 {
        return None;
    }
    let lower = name.to_lowercase().replace('_', "-");
    similar::get_close_matches(lower.as_str(), known, 1, 0.6).first().copied()
}

/// "did you mean `x`?"
pub fn did_you_mean(nearest: Option<&str>) -> Option<String> {
    nearest.map(|nearest| format!("did you mean `{nearest}`?"))
}
