//! Syntax trees of the workspace's files, parsed once for every fixer.
