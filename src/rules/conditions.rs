use super::When;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::ops::Deref;
use std::sync::LazyLock;

/// Conditions, of which most are none: those take no room.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Conditions(Option<Box<When>>);

impl Conditions {
    /// Whether there are none: they always hold.
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// To change them, if there are some.
    pub(super) fn get_mut(&mut self) -> Option<&mut When> {
        self.0.as_deref_mut()
    }
}

impl Deref for Conditions {
    type Target = When;

    fn deref(&self) -> &When {
        static NONE: LazyLock<When> = LazyLock::new(When::default);
        self.0.as_deref().unwrap_or(&NONE)
    }
}

impl Serialize for Conditions {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        When::serialize(self, serializer)
    }
}

impl<'de> Deserialize<'de> for Conditions {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let when = When::deserialize(deserializer)?;
        Ok(Self((when != When::default()).then(|| Box::new(when))))
    }
}
