//! What a plugin may ask the host for, and what became of a question that it
//! may not ask.
//!
//! A question is answered where the plugin's manifest *declares* what it takes
//! and its user *granted* it. Each host function asks here first:
//!
//! | function | needs |
//! |---|---|
//! | `log.write` | nothing: nobody's data is asked for |
//! | `workspace.read-file`, `syntax.query`, `syntax.ancestors`, `syntax.parse-errors` of a file, `symbols.declared-in` | that the file is open to it |
//! | `workspace.list-files` | anything at all; the answer holds the paths that are open to it |
//! | `symbols.find`, `similar`, `members` | anything at all; the answer holds the declarations of libraries and those of files that are open to it |
//! | `syntax.parse-errors` of the guest's own text | anything at all; no file is read |
//!
//! A refusal is what a function with an error gives as its error, and the guest
//! may go on; a function without one ends the call with [`Failure::Denied`].
//! Either way the host notes it, so that a user hears of it even where the guest
//! says nothing; and such a call's result is not kept, because the next one may
//! be allowed.
//!
//! [`Failure::Denied`]: crate::Failure::Denied

use crate::{Plugin, Request, Services};
use buildfix_component::text::tame_line;
use buildfix_component::{Access, Capabilities};
use std::collections::HashSet;
use std::fmt;
use std::sync::{Arc, OnceLock};

/// Refusals that are noted for one call, at most.
pub const MAX_DENIALS: usize = 20;

/// Who did not allow it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeniedBy {
    /// The plugin's own manifest does not declare it.
    Manifest,
    /// The user did not grant it.
    User,
}

/// A question that a plugin asked and may not ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denial {
    /// The plugin's name.
    pub plugin: String,
    /// The function of the contract: `workspace.read-file`.
    pub function: &'static str,
    /// What it wanted: ``read `a.rs` ``.
    pub wanted: String,
    /// Who did not allow it.
    pub by: DeniedBy,
    /// What whoever trusts it can do: the exact line, and where it goes.
    pub help: String,
}

impl fmt::Display for Denial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            plugin,
            function,
            wanted,
            ..
        } = self;
        let who = match self.by {
            DeniedBy::Manifest => "its manifest does not declare",
            DeniedBy::User => "buildfix.toml does not allow",
        };
        write!(
            f,
            "plugin `{plugin}` asked to {wanted} ({function}), which {who}"
        )
    }
}

/// What one plugin declares and was granted.
pub(crate) struct Grant {
    declared: Capabilities,
    /// `None`: all that it declares.
    granted: Option<Capabilities>,
    access: OnceLock<(Access, Option<Access>)>,
}

impl Grant {
    pub fn new(declared: Capabilities, granted: Option<Capabilities>) -> Self {
        Self {
            declared,
            granted,
            access: OnceLock::new(),
        }
    }

    /// What the user granted, as it enters a result's key.
    pub fn granted(&self) -> Vec<String> {
        self.granted.as_ref().unwrap_or(&self.declared).list()
    }

    /// What the user granted; `None` if nothing was said.
    pub fn given(&self) -> Option<&Capabilities> {
        self.granted.as_ref()
    }

    fn access(&self) -> &(Access, Option<Access>) {
        self.access.get_or_init(|| {
            let granted = self.granted.as_ref().map(Access::of);
            (Access::of(&self.declared), granted)
        })
    }

    /// Both sides; each has to agree.
    fn sides(&self) -> impl Iterator<Item = (DeniedBy, &Access)> {
        let (declared, granted) = self.access();
        let user = granted.iter().map(|granted| (DeniedBy::User, granted));
        std::iter::once((DeniedBy::Manifest, declared)).chain(user)
    }

    /// Whether anything at all may be asked.
    pub fn anything(&self) -> Result<(), DeniedBy> {
        match self.sides().find(|(_, access)| access.is_empty()) {
            Some((by, _)) => Err(by),
            None => Ok(()),
        }
    }

    /// Whether the file is open.
    pub fn file(
        &self,
        path: &str,
        named: &HashSet<String>,
        services: &dyn Services,
    ) -> Result<(), DeniedBy> {
        for (by, access) in self.sides() {
            let real = |path: &str| services.real_path(path);
            if !access.opens(path, |path| named.contains(path), real) {
                return Err(by);
            }
        }
        Ok(())
    }

    /// Whether the name of a file may be told. Names, unlike contents, are not
    /// followed.
    pub fn tells(&self, path: &str, named: &HashSet<String>) -> bool {
        let same = |path: &str| Some(path.to_owned());
        self.sides()
            .all(|(_, access)| access.opens(path, |path| named.contains(path), same))
    }

    /// The denial of a question, with the line that would allow it.
    pub fn denial(
        &self,
        plugin: &str,
        function: &'static str,
        wanted: String,
        by: DeniedBy,
        entry: &str,
    ) -> Denial {
        let (declared, granted) = self.access();
        let help = match by {
            DeniedBy::Manifest => format!(
                "its author can declare it in plugin.toml: `{}` under `[capabilities]`",
                declared.line_with(entry)
            ),
            DeniedBy::User => {
                let section = plugin.rsplit('/').next().unwrap_or(plugin);
                let line = granted.as_ref().unwrap_or(declared).line_with(entry);
                format!(
                    "if you trust it, write `{line}` under `[plugins.{section}.allow]` in \
                     buildfix.toml"
                )
            }
        };
        Denial {
            plugin: plugin.to_owned(),
            function,
            wanted: tame_line(&wanted, 300),
            by,
            help: tame_line(&help, 2_000),
        }
    }
}

/// The files that a request names.
pub(crate) fn named(request: &Request) -> HashSet<String> {
    let mut named = HashSet::from([request.file.path.clone()]);
    for diagnostic in &request.diagnostics {
        let related = diagnostic.related.iter().filter_map(|r| r.span.as_ref());
        let edits = diagnostic.suggestions.iter().flat_map(|s| &s.edits);
        let spans = std::iter::once(&diagnostic.span)
            .chain(related)
            .chain(edits.map(|edit| &edit.span));
        for span in spans {
            if !named.contains(&span.path) {
                named.insert(span.path.clone());
            }
        }
    }
    named
}

impl Plugin {
    /// The same plugin, allowed what its user granted: it may ask for what it
    /// declares *and* `granted` holds. Without this it may ask for all that it
    /// declares, which is meant for plugins that are bundled or that the user
    /// named by their file.
    #[must_use]
    pub fn with_grant(mut self, granted: Capabilities) -> Self {
        let declared = self.manifest().capabilities.clone();
        self.grant = Arc::new(Grant::new(declared, Some(granted)));
        self
    }

    /// What it was granted: all that it declares unless
    /// [`Plugin::with_grant`] said otherwise.
    #[must_use]
    pub fn granted(&self) -> &Capabilities {
        let grant = &self.grant;
        grant.granted.as_ref().unwrap_or(&grant.declared)
    }
}
