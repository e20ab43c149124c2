//! Making the one file of a plugin.
