//! Generic types without their type arguments.

use crate::Context;
use buildfix_fixer_support::{generics, span, symbols};
use buildfix_sdk::{Diagnostic, Fix};

/// `Using the generic type 'List<T>' requires 1 type arguments`: the arguments
/// that the target, the surroundings or the type parameters in reach give.
pub(crate) fn fill(context: &Context<'_>, group: &[&Diagnostic]) -> Vec<Fix> {
    let source = &context.source;
    let mut fixes = Vec::new();
    for diagnostic in group {
        let Some(named) = diagnostic.arguments.first() else {
            continue;
        };
        let byte = diagnostic.span.start as usize;
        let Some(place) = source.name_at(byte) else {
            continue;
        };
        let token = source.token_at(byte);
        // With the wrong number of arguments written, they are replaced.
        let end = source
            .type_args_end(token + 1)
            .map_or(place.end, |e| source.bytes(token..e).end);
        for arguments in generics::candidates(
            source,
            token,
            symbols::simple(named),
            Some(symbols::arity(named)),
            named,
        ) {
            let title = format!("write `{}{arguments}`", symbols::simple(named));
            let Some(fix) = context.fix(&[*diagnostic], title, "verified") else {
                continue;
            };
            fixes.push(fix.replace(&context.request.file, span(place.end..end), arguments));
        }
    }
    fixes
}
