//! Operators on what they do not take.

use crate::{Context, instances, numeric};
use buildfix_fixer_support::Source;
use buildfix_sdk::{Diagnostic, Fix};
use std::ops::Range;

pub(crate) fn repair(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let source = &context.source;
    let token = context.token(diagnostic);
    match diagnostic.code.as_str() {
        "CS0019" => binary(context, diagnostic, token),
        "CS0665" => {
            let end = source.expression_end(token);
            let sign = (token..end).find(|t| source.is(*t, "="));
            sign.map(|s| {
                context.replace(diagnostic, "compare instead of assigning", s..s + 1, "==")
            })
            .into_iter()
            .collect()
        }
        // `(double)x.Count`: the operand after the cast.
        "CS0030" => {
            let is_method = diagnostic
                .arguments
                .first()
                .is_some_and(|a| a.starts_with("method"));
            let Some(close) = source
                .partner(token)
                .filter(|_| is_method && source.is(token, "("))
            else {
                return Vec::new();
            };
            call(context, diagnostic, close + 1)
        }
        "CS0815" if !diagnostic.arguments.iter().any(|a| a == "method group") => Vec::new(),
        "CS0815" => {
            // The point may be the variable.
            let value = if source.is(token + 1, "=") {
                token + 2
            } else {
                token
            };
            call(context, diagnostic, value)
        }
        _ => call(context, diagnostic, token),
    }
}

/// `()` after the name that begins at a token.
fn call(context: &Context<'_>, diagnostic: &Diagnostic, token: usize) -> Vec<Fix> {
    let source = &context.source;
    let end = operand_end(source, token);
    if end <= token || !source.is_word(end - 1) {
        return Vec::new();
    }
    vec![context.insert_after(
        diagnostic,
        format!("call `{}`", source.word(end - 1)),
        end - 1,
        "()",
    )]
}

/// Past a primary expression.
fn operand_end(source: &Source, token: usize) -> usize {
    let mut at = token;
    while at < source.tokens().len() {
        let next = match source.word(at) {
            "(" | "[" => match source.partner(at) {
                Some(close) => close + 1,
                None => break,
            },
            "." | "?." => at + 1,
            _ if source.is_word(at)
                && (at == token || matches!(source.word(at - 1), "." | "?." | "(")) =>
            {
                at + 1
            }
            _ => break,
        };
        at = next;
    }
    at
}

fn binary(context: &Context<'_>, diagnostic: &Diagnostic, token: usize) -> Vec<Fix> {
    let source = &context.source;
    let [operator, left, right, ..] = diagnostic.arguments.as_slice() else {
        return Vec::new();
    };
    let end = source.expression_end(token);
    let mut fixes = Vec::new();
    // The operator's place: the point is the left operand's beginning.
    let mut at = token;
    let mut signs: Vec<usize> = Vec::new();
    while at < end {
        if source.is(at, operator) && at > token {
            signs.push(at);
        }
        at = source.partner(at).filter(|p| *p > at).unwrap_or(at) + 1;
    }
    let Some(sign) = signs.first().copied() else {
        return fixes;
    };
    if right == "method group" {
        // Of several such operators, the one whose right side ends in a name.
        let sign = signs.iter().copied().find(|s| {
            let end = operand_end(source, s + 1);
            end > s + 1 && source.is_word(end - 1)
        });
        fixes.extend(
            sign.into_iter()
                .flat_map(|s| call(context, diagnostic, s + 1)),
        );
    } else if left == "method group" {
        let last = sign - 1;
        if source.is_word(last) {
            fixes.push(context.insert_after(
                diagnostic,
                format!("call `{}`", source.word(last)),
                last,
                "()",
            ));
        }
    } else if operator == "??" {
        // The left side is never null, so the right one is never taken.
        let right_end = right_side_end(source, sign + 1, end);
        fixes.push(context.replace(
            diagnostic,
            "drop the alternative that is never taken",
            sign..right_end,
            "",
        ));
    } else if matches!(operator.as_str(), "&&" | "||") && (left == "bool?" || right == "bool?") {
        if left == "bool?" {
            let range = token..sign;
            let text = format!("({} == true)", source.slice(range.clone()));
            fixes.push(context.replace(diagnostic, "compare with `true`", range, text));
        } else {
            let range = sign + 1..right_side_end(source, sign + 1, end);
            let text = format!("({} == true)", source.slice(range.clone()));
            fixes.push(context.replace(diagnostic, "compare with `true`", range, text));
        }
    } else if matches!(operator.as_str(), "==" | "!=") && (left == "string" || right == "string") {
        let sides = [token..sign, sign + 1..right_side_end(source, sign + 1, end)];
        let [range, literal]: [Range<usize>; 2] = if right == "string" {
            sides
        } else {
            let [a, b] = sides;
            [b, a]
        };
        let other = if right == "string" { left } else { right };
        fixes.extend(instances::enumerator(context, diagnostic, &literal, other));
        if source.is_primary(range.clone()) {
            let last = range.end - 1;
            fixes.push(context.insert_after(diagnostic, "compare its text", last, ".ToString()"));
        }
    } else {
        let right = sign + 1..right_side_end(source, sign + 1, end);
        // `a - b * c` is not `(a - b) * c`.
        let binds = matches!(operator.as_str(), "+" | "-")
            && matches!(source.word(right.end), "*" | "/" | "%");
        if !binds {
            fixes.extend(numeric::operator(context, diagnostic, token..sign, right));
        }
    }
    fixes
}

fn right_side_end(source: &Source, from: usize, end: usize) -> usize {
    let mut at = from;
    while at < end {
        if matches!(
            source.word(at),
            "&&" | "||" | "??" | "?" | "==" | "!=" | "<" | ">" | "+" | "-" | "*" | "/"
        ) && at > from
        {
            break;
        }
        at = source.partner(at).filter(|p| *p > at).unwrap_or(at) + 1;
    }
    at
}
