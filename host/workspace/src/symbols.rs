//! Who declares what: an index of declarations by name.
