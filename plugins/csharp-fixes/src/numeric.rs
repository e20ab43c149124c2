//! Values of a type parameter in arithmetic, which knows only numbers: by the
//! project's own helper object where one is in reach (`ops.Add(a, b)`), else
//! as the number that `System.Convert` makes of them.

use crate::{Context, calls, construct, convert::NUMBERS};
use buildfix_fixer_support::types::shorten;
use buildfix_fixer_support::{scope, symbols};
use buildfix_sdk::{Diagnostic, Fix};
use std::ops::Range;

/// The method of `System.Convert` that gives a number.
fn conversion(number: &str) -> Option<&'static str> {
    Some(match number {
        "sbyte" => "ToSByte",
        "byte" => "ToByte",
        "short" => "ToInt16",
        "ushort" => "ToUInt16",
        "int" => "ToInt32",
        "uint" => "ToUInt32",
        "long" => "ToInt64",
        "ulong" => "ToUInt64",
        "float" => "ToSingle",
        "double" => "ToDouble",
        "decimal" => "ToDecimal",
        _ => return None,
    })
}

fn is_parameter(context: &Context<'_>, diagnostic: &Diagnostic, ty: &str) -> bool {
    scope::type_parameters(&context.source, diagnostic.span.start as usize)
        .iter()
        .any(|p| p == ty)
}

/// Whether a token is in the arguments of a function of `System.Math`, of
/// which the compiler names any overload when none fits.
pub(crate) fn in_math(context: &Context<'_>, token: usize) -> bool {
    context
        .source
        .argument_at(token)
        .and_then(|(open, _)| calls::callee(&context.source, open))
        .is_some_and(|(owner, _)| owner == "Math")
}

fn converted(context: &Context<'_>, method: &str, tokens: Range<usize>) -> String {
    let class = shorten("System.Convert", &context.visible);
    let text = context.source.slice(tokens);
    format!("{class}.{method}({text})")
}

/// A value of a type parameter where a number is wanted.
pub(crate) fn to_number(
    context: &Context<'_>,
    diagnostic: &Diagnostic,
    tokens: &Range<usize>,
    from: &str,
    to: &str,
) -> Option<Fix> {
    let number = if in_math(context, tokens.start) {
        "double"
    } else {
        to
    };
    let method = conversion(number)?;
    is_parameter(context, diagnostic, from).then(|| {
        context.replace(
            diagnostic,
            format!("convert it with `{method}`"),
            tokens.clone(),
            converted(context, method, tokens.clone()),
        )
    })
}

/// CS0019 with a type parameter on one side or both. `left` and `right` are the
/// operands' tokens.
pub(crate) fn operator(
    context: &Context<'_>,
    diagnostic: &Diagnostic,
    left: Range<usize>,
    right: Range<usize>,
) -> Vec<Fix> {
    let [operator, left_type, right_type, ..] = diagnostic.arguments.as_slice() else {
        return Vec::new();
    };
    let source = &context.source;
    let both = left_type == right_type;
    let a = is_parameter(context, diagnostic, left_type);
    let b = is_parameter(context, diagnostic, right_type);
    let as_double = |tokens: &Range<usize>| converted(context, "ToDouble", tokens.clone());
    let text = |tokens: &Range<usize>| source.slice(tokens.clone()).to_owned();
    let whole = left.start..right.end;
    let is_number = |t: &str| NUMBERS.contains(&t);
    if (a && is_number(right_type)) || (b && is_number(left_type)) {
        let side = if a { left } else { right };
        let new = as_double(&side);
        return vec![context.replace(diagnostic, "calculate with its number", side, new)];
    }
    if !(a && b && both) {
        return Vec::new();
    }
    let mut fixes = Vec::new();
    let names: &[&str] = match operator.as_str() {
        "+" => &["Add"],
        "-" => &["Subtract"],
        "*" => &["Multiply"],
        "/" => &["Divide"],
        "<" => &["LessThan"],
        ">" => &["GreaterThan"],
        "<=" => &["LessThanOrEquals", "LessThanOrEqual"],
        ">=" => &["GreaterThanOrEquals", "GreaterThanOrEqual"],
        _ => &[],
    };
    let byte = diagnostic.span.start as usize;
    for (field, members) in construct::helpers(context, byte, left_type) {
        if let Some(method) = members
            .iter()
            .find(|m| m.kind == "method" && names.contains(&m.name.as_str()))
        {
            let call = format!("{field}.{}", method.name);
            let new = format!("{call}({}, {})", text(&left), text(&right));
            fixes.push(context.replace(
                diagnostic,
                format!("calculate with `{call}`"),
                whole.clone(),
                new,
            ));
            break;
        }
    }
    if in_math(context, left.start) {
        let new = format!("{} {operator} {}", as_double(&left), as_double(&right));
        fixes.insert(
            0,
            context.replace(diagnostic, "calculate with their numbers", whole, new),
        );
    } else if matches!(operator.as_str(), "<" | ">" | "<=" | ">=")
        && source.is_primary(left.clone())
    {
        let new = format!("{}.CompareTo({}) {operator} 0", text(&left), text(&right));
        fixes.push(context.replace(diagnostic, "compare with `CompareTo`", whole, new));
    }
    fixes
}

/// CS1929: the sum or average of what is no number to the compiler.
pub(crate) fn total(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let source = &context.source;
    let [receiver, method, ..] = diagnostic.arguments.as_slice() else {
        return Vec::new();
    };
    let element = receiver
        .strip_suffix("[]")
        .unwrap_or_else(|| crate::convert::inside(receiver));
    if !matches!(method.as_str(), "Average" | "Sum") || !is_parameter(context, diagnostic, element)
    {
        return Vec::new();
    }
    let token = context.token(diagnostic);
    let end = source.expression_end(token);
    let call = (token..end).find(|t| {
        source.is(*t, ".")
            && source.is(t + 1, method)
            && source.is(t + 2, "(")
            && source.partner(t + 2) == Some(t + 3)
    });
    let Some(dot) = call else {
        return Vec::new();
    };
    let reach = scope::names_at(source, diagnostic.span.start as usize);
    let name = ["v", "x", "value", "item"]
        .into_iter()
        .find(|n| !reach.iter().any(|r| source.is(r.token, n)));
    let Some(name) = name else {
        return Vec::new();
    };
    let class = shorten("System.Convert", &context.visible);
    vec![context.insert_before(
        diagnostic,
        format!("let `{method}` reckon with numbers"),
        dot + 3,
        format!("{name} => {class}.ToDouble({name})"),
    )]
}

/// CS7036 on an indexer of a table: what one index gives is a row, which a
/// method such as `GetRow(int row)` returns.
pub(crate) fn row(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let source = &context.source;
    let [missing, member, ..] = diagnostic.arguments.as_slice() else {
        return Vec::new();
    };
    let Some(indexer) = symbols::member_ref(member).filter(|m| m.name == "this") else {
        return Vec::new();
    };
    let types = indexer.parameters.unwrap_or_default();
    let token = context.token(diagnostic);
    let end = source.expression_end(token);
    let mut open = token;
    while open < end && !source.is(open, "[") {
        open = source.partner(open).filter(|p| *p > open).unwrap_or(open) + 1;
    }
    let Some(close) = source
        .partner(open)
        .filter(|_| open < end && source.arguments(open).len() == 1 && types.len() == 2)
    else {
        return Vec::new();
    };
    // What is written to has to stay an element.
    if source.is(close + 1, "=") {
        return Vec::new();
    }
    let found = symbols::members(context.host, &indexer.owner)
        .into_iter()
        .find(|m| {
            let Some((_, list)) = m.signature.split_once('(') else {
                return false;
            };
            let list = list.trim_end_matches(')');
            let Some((ty, name)) = list.rsplit_once(' ') else {
                return false;
            };
            m.kind == "method"
                && !list.contains(',')
                && Some(ty) == types.first().map(String::as_str)
                && m.name.strip_prefix("Get").is_some_and(|rest| {
                    rest.eq_ignore_ascii_case(name)
                        && !rest.to_lowercase().starts_with(&missing.to_lowercase())
                })
        });
    let Some(method) = found else {
        return Vec::new();
    };
    let index = source.slice(open + 1..close);
    vec![context.replace(
        diagnostic,
        format!("take it with `{}`", method.name),
        open..close + 1,
        format!(".{}({index})", method.name),
    )]
}

#[cfg(test)]
mod tests {
    use crate::CsharpFixes;
    use buildfix_fixer_support::testing::best;

    const OPS: &str = "interface IOps<T> { T Add(T a, T b); bool LessThan(T a, T b); }\n";

    fn body(fields: &str, code: &str, error: &str) -> String {
        let text =
            format!("using System; {OPS}class C<T> {{ {fields} void M(T a, T b) {{ {code} }} }}");
        let found = best::<CsharpFixes>(&[("a.cs", &text)], error);
        let start = found.find("void M(T a, T b) { ").map_or(0, |at| at + 19);
        found[start..].trim_end_matches(" } }").to_owned()
    }

    #[test]
    fn reckons_with_the_projects_own_operations() {
        let error = "CS0019: Operator '+' cannot be applied to operands of type 'T' and 'T'";
        assert_eq!(
            body("IOps<T> ops;", "var c = ¦a + b;", error),
            "var c = ops.Add(a, b);"
        );
        assert_eq!(body("", "var c = ¦a + b;", error), "");
        let error = "CS0019: Operator '<' cannot be applied to operands of type 'T' and 'T'";
        assert_eq!(
            body("IOps<T> ops;", "if (¦a < b) { }", error),
            "if (ops.LessThan(a, b)) { }"
        );
        assert_eq!(
            body("", "if (¦a < b) { }", error),
            "if (a.CompareTo(b) < 0) { }"
        );
    }

    #[test]
    fn finds_the_operations_that_a_base_has() {
        let text = format!(
            "using System; {OPS}class B<T> {{ protected readonly IOps<T> ops; }}\n\
            class C<T> : B<T> {{ T M(T a, T b) => ¦a + b; }}"
        );
        let error = "CS0019: Operator '+' cannot be applied to operands of type 'T' and 'T'";
        assert!(best::<CsharpFixes>(&[("a.cs", &text)], error).ends_with("=> ops.Add(a, b); }"));
    }

    #[test]
    fn makes_numbers_of_a_type_parameter() {
        let error = "CS0019: Operator '-' cannot be applied to operands of type 'T' and 'T'";
        assert_eq!(
            body("", "var c = Math.Abs(¦a - b);", error),
            "var c = Math.Abs(Convert.ToDouble(a) - Convert.ToDouble(b));"
        );
        let error = "CS0019: Operator '>=' cannot be applied to operands of type 'T' and 'double'";
        assert_eq!(
            body("", "if (¦a >= 0.5) { }", error),
            "if (Convert.ToDouble(a) >= 0.5) { }"
        );
        let error = "CS1503: Argument 1: cannot convert from 'T' to 'short'";
        assert_eq!(
            body("", "var c = Math.Abs(¦a);", error),
            "var c = Math.Abs(Convert.ToDouble(a));"
        );
        let error = "CS1503: Argument 1: cannot convert from 'T' to 'int'";
        assert_eq!(body("", "F(¦a);", error), "F(Convert.ToInt32(a));");
    }

    #[test]
    fn averages_what_is_no_number_yet() {
        let error = "CS1929: 'List<T>' does not contain a definition for 'Average' and the best extension method \
            overload 'ParallelEnumerable.Average(ParallelQuery<int>)' requires a receiver of type 'System.Linq.ParallelQuery<int>'";
        assert_eq!(
            body("List<T> all;", "var m = ¦all.Average();", error),
            "var m = all.Average(v => Convert.ToDouble(v));"
        );
        let error = error.replace("List<T>", "List<int>");
        assert_eq!(body("List<T> all;", "var m = ¦all.Average();", &error), "");
    }

    #[test]
    fn takes_a_row_of_a_table() {
        let text = "class Row<T> { } class Table<T> { public T this[int row, int col] => default; \
            public Row<T> GetCol(int col) => null; public Row<T> GetRow(int row) => null; }\n\
            class C { object M(Table<int> t) => ¦t[0]; }";
        let error = "CS7036: There is no argument given that corresponds to the required parameter 'col' of \
            'Table<int>.this[int, int]'";
        assert!(best::<CsharpFixes>(&[("a.cs", text)], error).ends_with("=> t.GetRow(0); }"));
    }
}
