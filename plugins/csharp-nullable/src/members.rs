//! Members whose nullability differs from what they override or implement.

use crate::Context;
use buildfix_fixer_support::{Decl, replace_in, scope};
use buildfix_sdk::{Diagnostic, Fix, edit};

/// CS8764 to CS8767: the type gets or loses its `?`, as the other has it. The
/// rebuild tells which of the two it was.
pub(crate) fn align(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let source = &context.source;
    let Some(member) = source.member_at(Context::byte(diagnostic)) else {
        return Vec::new();
    };
    let of_parameter = matches!(diagnostic.code.as_str(), "CS8765" | "CS8767");
    let ty = if of_parameter {
        parameter(context, member, diagnostic)
    } else {
        Some(member.ty.clone())
    };
    let Some(ty) = ty.filter(|t| !t.is_empty()) else {
        return Vec::new();
    };
    let last = ty.end - 1;
    if source.is(last, "?") {
        let fix = edit::fix(
            diagnostic,
            "drop the `?` that the other declaration lacks",
            "verified",
        );
        let bytes = source.bytes(last..last + 1);
        return vec![replace_in(
            fix,
            &context.request.file.path,
            source.text(),
            bytes,
            "",
        )];
    }
    context
        .nullable(diagnostic, &context.here(ty, source.name(member)))
        .into_iter()
        .collect()
}

fn parameter(
    context: &Context<'_>,
    member: &Decl,
    diagnostic: &Diagnostic,
) -> Option<std::ops::Range<usize>> {
    let name = diagnostic.arguments.first()?;
    let all = scope::parameters(&context.source, member.params?);
    all.into_iter()
        .find(|p| context.source.is(p.name, name))
        .map(|p| p.ty)
}
