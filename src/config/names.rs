use std::collections::BTreeSet;

/// Means all rules.
pub const ALL: &str = "ALL";

/// The families of rules: the parts of their ids before the first `-`.
pub fn families<'a>(ids: &[&'a str]) -> BTreeSet<&'a str> {
    ids.iter().filter_map(|id| id.split('-').next()).collect()
}

/// "did you mean `x`?"
pub fn did_you_mean(nearest: Option<&str>) -> Option<String> {
    nearest.map(|nearest| format!("did you mean `{nearest}`?"))
}
