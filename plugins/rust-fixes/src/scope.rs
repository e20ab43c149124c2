//! The variables of the function around a point.

use crate::{Context, tree};
use buildfix_sdk::Diagnostic;

/// A parameter or `let` binding that stands before the point.
#[derive(Clone, Debug)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Its declared type; empty if it has none.
    pub of: String,
    /// The expression that a `let` gives it; empty for a parameter.
    pub value: String,
}

/// Parameters first, then bindings, later ones last.
pub fn variables(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Variable> {
    let nodes = context.around(diagnostic);
    let mut found = Vec::new();
    let Some(function) = tree::find(&nodes, &["function_item"]) else {
        return found;
    };
    let range = tree::range(function);
    let head = tree::head(context.slice(range.clone()));
    for (name, of) in tree::parameters(head) {
        found.push(Variable {
            name,
            of,
            value: String::new(),
        });
    }
    let query =
        "(let_declaration pattern: (identifier) @name type: (_)? @type value: (_)? @value) @let";
    let lets = context
        .host
        .query(&context.request.file.path, query)
        .unwrap_or_default();
    for binding in lets {
        let part = |name: &str| binding.captures.iter().find(|c| c.name == name);
        let text =
            |name: &str| part(name).map_or("", |c| context.slice(c.start as usize..c.end as usize));
        let Some(whole) = part("let") else { continue };
        let inside = range.start <= whole.start as usize && whole.end <= diagnostic.span.start;
        if inside {
            found.push(Variable {
                name: text("name").to_owned(),
                of: text("type").to_owned(),
                value: text("value").to_owned(),
            });
        }
    }
    found
}
