use std::ops::Deref;
use std::sync::Arc;

/// A text that many may hold. It is made of a string without a copy, and its last holder gets that back without one: a copy
/// of a large file is as large as the file.
#[derive(Clone, Debug, Default)]
pub struct SharedText(Arc<String>);

impl SharedText {
    /// The string; a copy if somebody else holds the text too.
    pub fn into_string(self) -> String {
        Arc::try_unwrap(self.0).unwrap_or_else(|shared| (*shared).clone())
    }
}

impl Deref for SharedText {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl From<String> for SharedText {
    fn from(text: String) -> Self {
        Self(Arc::new(text))
    }
}

impl From<&str> for SharedText {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}
