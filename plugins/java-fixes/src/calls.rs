//! Arguments too many, too few, or in the wrong order.

use crate::members::{full_name, parameters};
use crate::model::{self, Role};
use crate::{Context, JAVA, types};
use buildfix_fixer_support::tree::Node;
use buildfix_sdk::{Diagnostic, Fix};

/// What a call gives and what it may be given.
struct Call {
    /// The list with its parentheses.
    list: Node,
    written: Vec<std::ops::Range<usize>>,
    /// Their types as javac knows them.
    found: Vec<String>,
    /// The parameters of what is called: types and, where known, names.
    required: Vec<Vec<(String, String)>>,
}

/// `method m in class A cannot be applied to given types` and `no suitable
/// method found`.
pub(crate) fn arguments(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let Some(call) = read(context, diagnostic) else {
        return Vec::new();
    };
    let mut fixes = Vec::new();
    for required in &call.required {
        let Some(new) = fewer_or_other(context, &call, required) else {
            fixes.extend(more(context, diagnostic, &call, required));
            continue;
        };
        let title = new.0;
        fixes.push(context.replace(
            diagnostic,
            title,
            call.list.range.clone(),
            format!("({})", new.1.join(", ")),
        ));
    }
    let mut unique: Vec<Fix> = Vec::new();
    for fix in fixes {
        if !unique.iter().any(|u| u.edits == fix.edits) {
            unique.push(fix);
        }
    }
    unique
}

fn read(context: &Context<'_>, diagnostic: &Diagnostic) -> Option<Call> {
    let file = &context.file;
    let message = diagnostic.message.as_str();
    let at = context.caret(diagnostic);
    let around = file.around(at..at + 1);
    let call = around.iter().find(|n| {
        matches!(
            n.kind.as_str(),
            "method_invocation" | "object_creation_expression" | "explicit_constructor_invocation"
        )
    })?;
    let list = file.field(call, "arguments")?;
    let written = file
        .children(&list, "_")
        .into_iter()
        .filter(|n| !n.kind.ends_with("comment"));
    let written: Vec<_> = written.map(|n| n.range).collect();
    let of = |label: &str| {
        message
            .lines()
            .find_map(|line| line.trim().strip_prefix(label))
            .map(|list| {
                let list = list.trim();
                let list = if list == "no arguments" { "" } else { list };
                types::split(list)
                    .into_iter()
                    .map(str::to_owned)
                    .collect::<Vec<_>>()
            })
    };
    let (found, required) = if let (Some(found), Some(required)) = (of("found:"), of("required:")) {
        (found, vec![named(context, message, required)])
    } else {
        // `no suitable method found for f(int)` and a list of those there are.
        let first = message.lines().next()?;
        let list = first.split_once('(')?.1.rsplit_once(')')?.0;
        let list = if list == "no arguments" { "" } else { list };
        let found = types::split(list).into_iter().map(str::to_owned).collect();
        let mut required = Vec::new();
        for line in message.lines().map(str::trim) {
            if let Some(head) = line.strip_suffix(" is not applicable")
                && let Some((_, list)) = head.split_once('(')
            {
                let list = list.trim_end_matches(')');
                let pairs = types::split(list)
                    .into_iter()
                    .map(|ty| (ty.to_owned(), String::new()));
                required.push(pairs.collect());
            }
        }
        (found, required)
    };
    (found.len() == written.len()).then_some(Call {
        list,
        written,
        found,
        required,
    })
}

/// The required types with the names that the declaration gives them.
fn named(context: &Context<'_>, message: &str, required: Vec<String>) -> Vec<(String, String)> {
    let unnamed = || {
        required
            .iter()
            .map(|ty| (ty.clone(), String::new()))
            .collect()
    };
    let mut words = message
        .lines()
        .next()
        .unwrap_or_default()
        .split_whitespace();
    let Some(name) = words.nth(1) else {
        return unnamed();
    };
    let Some(owner) = words.nth(2) else {
        return unnamed();
    };
    let Some(owner) = context.type_named(owner) else {
        return unnamed();
    };
    let found = context.host.members(JAVA, &full_name(&owner));
    found
        .iter()
        .filter(|s| s.name == name)
        .filter_map(parameters)
        .find(|p| {
            p.len() == required.len()
                && p.iter()
                    .zip(&required)
                    .all(|((a, _), b)| types::simple(a) == types::simple(b))
        })
        .unwrap_or_else(unnamed)
}

/// The arguments without the one too many, or two of them swapped.
fn fewer_or_other(
    context: &Context<'_>,
    call: &Call,
    required: &[(String, String)],
) -> Option<(String, Vec<String>)> {
    let text = |index: usize| context.file.slice(call.written[index].clone()).to_owned();
    let fits = |order: &[usize]| {
        order.len() == required.len()
            && order
                .iter()
                .zip(required)
                .all(|(i, (ty, _))| context.assignable(&call.found[*i], ty))
    };
    let count = call.found.len();
    if count == required.len() {
        for left in 0..count {
            for right in left + 1..count {
                let mut order: Vec<usize> = (0..count).collect();
                order.swap(left, right);
                if call.found[left] != call.found[right] && fits(&order) {
                    let title = "swap two arguments".to_owned();
                    return Some((title, order.into_iter().map(text).collect()));
                }
            }
        }
        return None;
    }
    if count != required.len() + 1 {
        return None;
    }
    // The last first: what was added is mostly at the end.
    for gone in (0..count).rev() {
        let order: Vec<usize> = (0..count).filter(|i| *i != gone).collect();
        // A call may do something, so it stays.
        if fits(&order) && !text(gone).contains('(') {
            let title = format!("leave out `{}`", text(gone));
            return Some((title, order.into_iter().map(text).collect()));
        }
    }
    None
}

/// The arguments with one more, of what is in sight.
fn more(
    context: &Context<'_>,
    diagnostic: &Diagnostic,
    call: &Call,
    required: &[(String, String)],
) -> Vec<Fix> {
    let count = call.found.len();
    if required.len() != count + 1 {
        return Vec::new();
    }
    let at = call.list.range.start;
    let visible = model::visible(&context.file, at);
    let mut ranked = Vec::new();
    for missing in 0..required.len() {
        let others: Vec<usize> = (0..required.len()).filter(|i| *i != missing).collect();
        let fits = others
            .iter()
            .zip(&call.found)
            .all(|(i, found)| context.assignable(found, &required[*i].0));
        if !fits {
            continue;
        }
        let (ty, name) = &required[missing];
        for (near, variable) in visible.iter().enumerate() {
            let used = call
                .written
                .iter()
                .any(|w| context.file.slice(w.clone()) == variable.name);
            if used || !context.assignable(&variable.ty, ty) {
                continue;
            }
            let same_name = variable.name.eq_ignore_ascii_case(name);
            let rank = (
                !same_name,
                variable.ty != types::squeezed(ty),
                variable.role == Role::Field,
                required.len() - missing,
                near,
            );
            ranked.push((rank, missing, variable.name.clone()));
        }
    }
    ranked.sort();
    ranked
        .into_iter()
        .take(4)
        .map(|(_, missing, name)| {
            let mut list: Vec<String> = call
                .written
                .iter()
                .map(|w| context.file.slice(w.clone()).to_owned())
                .collect();
            list.insert(missing, name.clone());
            let title = format!("pass `{name}`");
            context.replace(
                diagnostic,
                title,
                call.list.range.clone(),
                format!("({})", list.join(", ")),
            )
        })
        .collect()
}
