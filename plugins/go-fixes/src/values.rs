//! Which value at hand fits a type.

use crate::context::Context;
use buildfix_go_syntax::Ty;
use buildfix_go_syntax::scope::{self, Def};
use buildfix_go_syntax::types::BASIC;
use std::collections::BTreeSet;

/// A local that fits.
pub struct Fit {
    /// Its name.
    pub name: String,
    /// Whether it is a parameter or the receiver.
    pub param: bool,
}

/// The locals in reach at a byte whose type is exactly this, the latest first.
pub fn locals_of(context: &Context, ty: &Ty, at: usize) -> Vec<Fit> {
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for local in scope::locals(context.tree(), at).iter().rev() {
        if !seen.insert(local.name) || matches!(local.def, Def::Type(_) | Def::TypeParam(_)) {
            continue;
        }
        let own = context.infer.local(local, &context.file);
        if own.known() && own.same(ty) {
            found.push(Fit {
                name: local.name.to_owned(),
                param: local.param,
            });
        }
    }
    found
}

/// The type of a local name at a byte.
pub fn type_of_local(context: &Context, name: &str, at: usize) -> Option<Ty> {
    let locals = scope::locals(context.tree(), at);
    let local = locals.iter().rev().find(|local| local.name == name)?;
    Some(context.infer.local(local, &context.file))
}

/// A type's value that says nothing, as source of this file.
pub fn zero(context: &Context, ty: &Ty, imports: &mut BTreeSet<String>) -> Option<String> {
    context
        .infer
        .zero(ty, &mut |path| context.qualify(path, imports))
}

/// Which of the entries of a longer list stay when it has to fit a shorter one,
/// best first: `fits(i, j)` says how well the i-th of the long one takes the
/// place of the j-th of the short one, less being better.
pub fn choose(long: usize, short: usize, fits: &dyn Fn(usize, usize) -> usize) -> Vec<Vec<usize>> {
    let mut all = Vec::new();
    if short > long || long > 12 {
        return all;
    }
    subsets(long, short, &mut Vec::new(), &mut all);
    let cost = |kept: &Vec<usize>| -> usize {
        kept.iter()
            .enumerate()
            .map(|(place, from)| fits(*from, place))
            .sum()
    };
    // Ties keep the order: what comes first stays.
    all.sort_by_key(cost);
    let best = all.first().map(cost);
    all.retain(|kept| Some(cost(kept)) == best);
    all.truncate(4);
    all
}

fn subsets(long: usize, short: usize, taken: &mut Vec<usize>, all: &mut Vec<Vec<usize>>) {
    if taken.len() == short {
        all.push(taken.clone());
        return;
    }
    let from = taken.last().map_or(0, |last| last + 1);
    for next in from..long {
        taken.push(next);
        subsets(long, short, taken, all);
        taken.pop();
    }
}

/// How badly a type as a message's `have` gives it fits one of its `want`.
pub fn unfit(have: &str, want: &str) -> usize {
    let want = want.strip_prefix("...").unwrap_or(want);
    if have == want {
        return 0;
    }
    let number = |name: &str| Ty::basic(name).is_number() && BASIC.contains(&name);
    let simple = number(want) || matches!(want, "string" | "bool");
    match have {
        "nil" if simple => 4,
        "nil" => 1,
        "number" if number(want) => 1,
        "number" if matches!(want, "string" | "bool" | "error") => 4,
        "number" if want.starts_with(['*', '[', '<']) || want.contains(['(', '{']) => 4,
        "number" => 3,
        // Its address.
        _ if want.strip_prefix('*') == Some(have) => 1,
        _ if want == "any" || want.starts_with("interface") => 2,
        // A name may be an interface's.
        _ if simple || number(have) || matches!(have, "string" | "bool") => 4,
        _ => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_stays() {
        let have = ["string", "number", "error"];
        let want = ["string", "error"];
        let kept = choose(3, 2, &|from, place| unfit(have[from], want[place]));
        assert_eq!(kept, [[0, 2]]);
        let kept = choose(2, 1, &|_, _| 0);
        assert_eq!(kept, [[0], [1]]);
        assert!(choose(1, 2, &|_, _| 0).is_empty());
    }
}
