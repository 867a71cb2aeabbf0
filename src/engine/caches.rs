//! What is looked up once in a file.

use super::{guards, origin, uses};
use crate::sites::Via;
use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// What is looked up once in a file.
#[derive(Default)]
pub(super) struct Caches {
    /// Where versions are written, in bytes of the file.
    pub(super) versions: RefCell<BTreeMap<(u32, u32), Vec<usize>>>,
    /// The values that each text gives to names.
    pub(super) given: RefCell<BTreeMap<usize, origin::OriginNames>>,
    /// Variables of settings that the file reads and gives no value: the setting, the name, and where it is read.
    pub(super) inherited: OnceCell<Vec<(usize, String, usize)>>,
    /// The variables of each scope.
    pub(super) defined: RefCell<BTreeMap<usize, BTreeSet<String>>>,
    /// What else is named in each scope.
    pub(super) named: RefCell<BTreeMap<usize, BTreeSet<(Via, String)>>>,
    /// The names of the variables in each text.
    pub(super) lines: RefCell<BTreeMap<usize, BTreeSet<String>>>,
    /// The branches of template tags in each text.
    pub(super) branches: RefCell<BTreeMap<usize, Rc<guards::Branches>>>,
    /// Which branches have another one with a text.
    pub(super) guarded: RefCell<BTreeMap<(usize, usize, String), bool>>,
    /// Bytes that were searched for it.
    pub(super) searched: Cell<usize>,
    /// The uses of variables that rules rename.
    pub(super) uses: RefCell<BTreeMap<String, Rc<uses::Uses>>>,
}
