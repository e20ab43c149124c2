//! `[routes]`: which plugins are asked about a class of errors, and in which
//! order.
//!
//! ```toml
//! [routes]
//! "csharp/CS0246" = ["acme/usings", "csharp-imports"]   # these two, in this order
//! "csharp/CS8*" = []                                    # nobody
//! ```
//!
//! A class without a route is for every plugin whose manifest names it. Of several
//! patterns that match, that with the most characters beside `*` decides. A route
//! does not widen a manifest: who does not name the class is not asked.

use buildfix_sandbox::class_matches;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Patterns of classes, and the plugins for each.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Routes(BTreeMap<String, Vec<String>>);

impl Routes {
    /// The plugins that are to be asked about a class; `None` where every one is.
    #[must_use]
    pub fn of(&self, class: &str) -> Option<&[String]> {
        self.0
            .iter()
            .filter(|(pattern, _)| class_matches(pattern, class))
            .max_by_key(|(pattern, _)| pattern.chars().filter(|c| *c != '*').count())
            .map(|(_, plugins)| plugins.as_slice())
    }

    /// A plugin's place in the route of a class: `Some(None)` where it is not
    /// to be asked, `None` where there is no route.
    #[must_use]
    pub fn place(&self, class: &str, plugin: &str) -> Option<Option<usize>> {
        let short = plugin.rsplit_once('/').map_or(plugin, |(_, short)| short);
        let route = self.of(class)?;
        Some(
            route
                .iter()
                .position(|name| name == plugin || name == short),
        )
    }

    /// Every plugin that some route names.
    pub fn plugins(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().flat_map(|(pattern, plugins)| {
            plugins
                .iter()
                .map(move |plugin| (pattern.as_str(), plugin.as_str()))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_pattern_decides() {
        let routes: Routes = toml::from_str(
            "\"csharp/*\" = [\"a/x\", \"y\"]\n\"csharp/CS8*\" = []\n\"csharp/CS8600\" = [\"y\"]\n",
        )
        .unwrap();
        assert_eq!(routes.place("csharp/CS0246", "a/x"), Some(Some(0)));
        assert_eq!(routes.place("csharp/CS0246", "b/y"), Some(Some(1)));
        assert_eq!(routes.place("csharp/CS0246", "b/x"), Some(None));
        assert_eq!(routes.place("csharp/CS8601", "a/x"), Some(None));
        assert_eq!(routes.place("csharp/CS8600", "b/y"), Some(Some(0)));
        assert_eq!(routes.place("rust/E0382", "a/x"), None);
    }
}
