//! See plugin.toml.
