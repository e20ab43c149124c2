//! The files that a fixer looks at, each read once.

use crate::source::Source;
use buildfix_sdk::Host;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;

/// The diagnosed file and, on demand, others of the workspace. Many
/// diagnostics lead to the same declaration, so what was read is kept.
pub struct Files<'a> {
    host: &'a dyn Host,
    path: String,
    read: RefCell<BTreeMap<String, Option<Rc<Source>>>>,
}

impl<'a> Files<'a> {
    /// Begins with the diagnosed file.
    #[must_use]
    pub fn new(host: &'a dyn Host, path: &str, source: &Rc<Source>) -> Self {
        let read = BTreeMap::from([(path.to_owned(), Some(Rc::clone(source)))]);
        Self {
            host,
            path: path.to_owned(),
            read: RefCell::new(read),
        }
    }

    /// The host.
    #[must_use]
    pub fn host(&self) -> &'a dyn Host {
        self.host
    }

    /// The path of the diagnosed file.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// A file, if it can be read.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<Rc<Source>> {
        if let Some(known) = self.read.borrow().get(path) {
            return known.clone();
        }
        let source = self
            .host
            .read_file(path)
            .ok()
            .map(|text| Rc::new(Source::new(&text)));
        self.read
            .borrow_mut()
            .insert(path.to_owned(), source.clone());
        source
    }
}

impl fmt::Debug for Files<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Files")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}
