//! Calls whose arguments do not fit any overload by number or by name.

use crate::{Context, calls};
use buildfix_fixer_support::{DeclKind, names, scope, symbols};
use buildfix_sdk::{Diagnostic, Fix};

/// CS1501 and CS1729: one argument too few. It is passed where something in
/// reach bears the name of a parameter of the overload that takes one more.
pub(crate) fn missing(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let source = &context.source;
    let byte = diagnostic.span.start as usize;
    let token = context.token(diagnostic);
    // Of `a.Method(…)` and of `new Type<T>(…)`, the list after the name.
    let mut open = if source.is(token, "new") {
        token + 1
    } else {
        token
    };
    if !source.is(open, "(") {
        open = source.type_end(open).unwrap_or(open);
    }
    let Some((owner, name)) = source
        .is(open, "(")
        .then(|| calls::callee(source, open))
        .flatten()
    else {
        return Vec::new();
    };
    let arguments = source.arguments(open);
    let named = |a: &std::ops::Range<usize>| source.is(a.start + 1, ":");
    let Some(close) = source
        .partner(open)
        .filter(|_| !arguments.iter().any(named))
    else {
        return Vec::new();
    };
    let reach = scope::names_at(source, byte);
    let plain = |n: &str| n.trim_start_matches(['_', '@']).to_lowercase();
    let bearer = |parameter: &str| {
        reach.iter().find_map(|n| {
            let word = source.word(n.token);
            let is_data = scope::reaches(source, n, token)
                && !matches!(n.kind, scope::NameKind::Member(k) if !matches!(k, DeclKind::Field | DeclKind::Property));
            let given = arguments.iter().any(|a| source.slice(a.clone()) == word);
            (is_data && !given && !calls::is_null_here(source, open, word) && plain(word) == plain(parameter)).then(|| word.to_owned())
        })
    };
    let mut fixes = Vec::new();
    for place in symbols::declarations(&context.files, &owner, Some(&name)) {
        for decl in place.decls() {
            let Some(list) = decl.params else { continue };
            let parameters = scope::parameters(&place.source, list);
            if parameters.len() != arguments.len() + 1 {
                continue;
            }
            for (index, parameter) in parameters.iter().enumerate() {
                let parameter = place.source.word(parameter.name);
                let Some(word) = bearer(parameter) else {
                    continue;
                };
                let title = format!("pass `{word}` for `{parameter}`");
                fixes.push(match arguments.get(index) {
                    Some(next) => {
                        context.insert_before(diagnostic, title, next.start, format!("{word}, "))
                    }
                    None if arguments.is_empty() => {
                        context.insert_before(diagnostic, title, close, word)
                    }
                    None => context.insert_after(diagnostic, title, close - 1, format!(", {word}")),
                });
            }
        }
    }
    fixes
}

/// CS1739: a named argument whose parameter has another name, near in spelling
/// or the only one that shares a word with it.
pub(crate) fn argument_name(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let source = &context.source;
    let token = context.token(diagnostic);
    let Some(wanted) = diagnostic.arguments.last() else {
        return Vec::new();
    };
    if !source.is(token, wanted) || !source.is(token + 1, ":") {
        return Vec::new();
    }
    let found = source
        .argument_at(token)
        .and_then(|(open, _)| Some((open, calls::callee(source, open)?)));
    let Some((open, (owner, name))) = found else {
        return Vec::new();
    };
    let given: Vec<&str> = source
        .arguments(open)
        .iter()
        .filter(|a| source.is(a.start + 1, ":"))
        .map(|a| source.word(a.start))
        .collect();
    let mut known: Vec<String> = Vec::new();
    let mut add = |name: &str| {
        if !given.contains(&name) && !known.iter().any(|k| k == name) {
            known.push(name.to_owned());
        }
    };
    for place in symbols::declarations(&context.files, &owner, Some(&name)) {
        for list in place.decls().filter_map(|d| d.params) {
            for parameter in scope::parameters(&place.source, list) {
                add(place.source.word(parameter.name));
            }
        }
    }
    if known.is_empty() {
        let kind_name = |kind: &str, n: &str| n == name || (kind == "constructor" && owner == name);
        let mut add = |name: &str| {
            if !given.contains(&name) && !known.iter().any(|k| k == name) {
                known.push(name.to_owned());
            }
        };
        for member in symbols::members(context.host, &owner)
            .iter()
            .filter(|m| kind_name(&m.kind, &m.name))
        {
            let Some((_, list)) = member.signature.split_once('(') else {
                continue;
            };
            let list = list.rsplit_once(')').map_or(list, |(list, _)| list);
            for parameter in symbols::split_top(list) {
                let head = parameter.split(" = ").next().unwrap_or(parameter);
                add(head.rsplit(' ').next().unwrap_or(head));
            }
        }
    }
    let mut best: Vec<&str> = names::nearest(wanted, known.iter().map(String::as_str));
    if best.is_empty() {
        let shared: Vec<&str> = known
            .iter()
            .map(String::as_str)
            .filter(|k| words(k).iter().any(|w| words(wanted).contains(w)))
            .collect();
        if shared.len() == 1 {
            best = shared;
        }
    }
    best.into_iter()
        .map(|name| {
            context.replace(
                diagnostic,
                format!("call the parameter `{name}`"),
                token..token + 1,
                name,
            )
        })
        .collect()
}

/// The words of a name in camel case, in singular and lower case; short ones
/// say nothing.
fn words(name: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for c in name.chars() {
        if c.is_uppercase() || c == '_' || found.is_empty() {
            found.push(String::new());
        }
        if c != '_'
            && let Some(last) = found.last_mut()
        {
            last.extend(c.to_lowercase());
        }
    }
    found
        .into_iter()
        .map(|w| w.strip_suffix('s').map_or(w.clone(), str::to_owned))
        .filter(|w| w.len() > 3)
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::CsharpFixes;
    use buildfix_fixer_support::testing::{after, propose};

    #[test]
    fn passes_no_name_that_is_not_set_yet() {
        let head = "class Log { public Log(Log log) { } }\nclass C { Log _log; void M(Log log) {";
        let error = "CS1729: 'Log' does not contain a constructor that takes 0 arguments";
        let text = format!("{head} _log = log ?? new ¦Log(); }} }}");
        assert!(propose::<CsharpFixes>(&[("a.cs", &text)], error).is_empty());
        let text = format!("{head} var other = new ¦Log(); }} }}");
        assert!(!propose::<CsharpFixes>(&[("a.cs", &text)], error).is_empty());
    }

    #[test]
    fn passes_what_bears_the_parameters_name() {
        let text = "class P { public P(string name, Dictionary<string, int> ages) { } \
            public int F(int first, int last) => 0; }\n\
            class C { int _last; P M(string name, Dictionary<string, int> ages) { p.F(1); return new P(ages); } }";
        let error = "CS1729: 'P' does not contain a constructor that takes 1 arguments";
        let at = text.replace("new P(ages)", "new ¦P(ages)");
        assert!(after::<CsharpFixes>(&[("a.cs", &at)], error)[0].contains("new P(name, ages)"));
        let error = "CS1501: No overload for method 'F' takes 1 arguments";
        let at = text
            .replace("p.F(1)", "p.¦F(1)")
            .replace("M(string", "M(P p, string");
        assert!(after::<CsharpFixes>(&[("a.cs", &at)], error)[0].contains("p.F(1, _last)"));
        let at = at.replace("_last", "_other");
        assert!(propose::<CsharpFixes>(&[("a.cs", &at)], error).is_empty());
    }

    #[test]
    fn corrects_a_named_arguments_name() {
        let text = "class P { public P(int size, int headCount, double dropoutRate) { } }\n\
            class C { P M() => new P(1, ¦numHeads: 8, dropoutRate: 0.1); }";
        let error = "CS1739: The best overload for 'P' does not have a parameter named 'numHeads'";
        assert!(
            after::<CsharpFixes>(&[("a.cs", text)], error)[0].contains("new P(1, headCount: 8,")
        );
        let text = text.replace("numHeads", "sizes");
        let error = error.replace("numHeads", "sizes");
        assert!(after::<CsharpFixes>(&[("a.cs", &text)], &error)[0].contains("new P(1, size: 8,"));
        let text = text.replace("sizes", "colour");
        let error = error.replace("sizes", "colour");
        assert!(propose::<CsharpFixes>(&[("a.cs", &text)], &error).is_empty());
    }
}
