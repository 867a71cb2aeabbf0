//! Values that have a name in the file, which other values use: `local.tags`.

use super::environment::setting_of;
use super::schema::Site;
use super::trees::Trees;
use super::{Carrier, Scope, ScopeKind, Value, ValueKind};
use crate::facts::NodeId;
use std::collections::BTreeMap;

/// Longer values are not followed: many others may use them.
const LONGEST: usize = 1024;

/// How many names may stand for each other.
const MOST_NAMES: usize = 8;

/// Values by their names; nothing for a name that is given more than once.
#[derive(Debug, Default)]
pub(super) struct Constants(BTreeMap<String, Option<Value>>);

impl Constants {
    pub(super) fn add(&mut self, name: String, value: Option<Value>) {
        self.0.entry(name).and_modify(|known| *known = None).or_insert(value);
    }

    /// What the expression `text` means, if it is a name.
    fn of(&self, text: &str) -> Option<&Value> {
        let inside = text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')).unwrap_or(text);
        self.0.get(inside.trim())?.as_ref()
    }

    /// Gives carriers with a name as their value what it means: the literal, or the expression.
    pub(super) fn resolve(&self, carriers: &mut [Carrier]) {
        if self.0.is_empty() {
            return;
        }
        let named = |it: &&mut Carrier| it.value.kind == ValueKind::Opaque && it.value.known.is_none();
        for carrier in carriers.iter_mut().filter(named) {
            let mut value = self.of(&carrier.value.text);
            for _ in 0..MOST_NAMES {
                let Some(next) = value.and_then(|value| self.of(&value.text)) else { break };
                value = Some(next);
            }
            match value {
                Some(value) if value.kind == ValueKind::Literal => {
                    carrier.value.known = Some(value.text.clone());
                }
                Some(value) if value.kind == ValueKind::Opaque => carrier.value.text.clone_from(&value.text),
                _ => {}
            }
        }
    }
}

impl Constants {
    /// Gives Secrets with such a name as their own what it means.
    pub(super) fn resolve_secrets(&self, scopes: &mut [Scope]) {
        if self.0.is_empty() {
            return;
        }
        for scope in scopes.iter_mut().filter(|scope| scope.kind == ScopeKind::Secret) {
            for name in &mut scope.of {
                if let Some(value) = self.of(name) {
                    name.clone_from(&value.text);
                }
            }
        }
    }
}

impl Trees<'_> {
    /// A value with a name.
    pub(super) fn constant(&mut self, site: &Site, id: NodeId) {
        let (Some(key), Some(prefix)) = (self.tree.key_text(id), site.name.as_deref()) else { return };
        // An object is not a value.
        let is_value = !self.tree.is_mapping(id) || self.tree.is_computed(id);
        let value = setting_of(self.tree, id).filter(|value| is_value && value.text.len() <= LONGEST);
        self.survey.constants.add(format!("{prefix}.{key}"), value);
    }
}
