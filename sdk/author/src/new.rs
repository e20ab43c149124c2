//! Beginning a plugin.
