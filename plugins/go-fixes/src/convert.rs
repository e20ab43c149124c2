//! A value of one type where another is wanted.

use crate::context::Context;
use crate::message::{CannotUse, between, cannot_use};
use crate::{imports, values};
use buildfix_go_syntax::ast::{Expr, ExprKind, Lit, Span};
use buildfix_go_syntax::walk::{self, Node};
use buildfix_go_syntax::{FuncTy, Ty};
use buildfix_sdk::{Diagnostic, Fix};
use std::collections::BTreeSet;

/// A value that does not fit, and what is wanted of it.
struct Misfit<'c, 'p, 'h> {
    context: &'c Context<'p, 'h>,
    diagnostic: &'c Diagnostic,
    expr: &'c Expr,
    from: Ty,
    to: Ty,
}

/// `cannot use x (variable of type T) as U value in …`
pub fn cannot(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let message = diagnostic.message.as_str();
    let first = message.lines().next()?;
    let said = cannot_use(first)?;
    let expr = context.shown(Context::at(diagnostic), said.shown)?;
    let from = match said.from {
        Some(from) => context.type_named(from),
        None if said.shown == "nil" => Ty::Nil,
        None if said.what.starts_with("untyped ") => context.value(expr),
        None => Ty::Unknown,
    };
    let misfit = Misfit {
        context,
        diagnostic,
        expr,
        from,
        to: context.type_named(said.to),
    };
    let mut fixes = misfit.by_reason(&said);
    fixes.extend(misfit.pointers(&said));
    fixes.extend(misfit.wrapped());
    fixes.extend(misfit.converted());
    fixes.extend(misfit.spread(&said));
    fixes.extend(misfit.called());
    fixes.extend(misfit.nothing());
    Some(fixes)
}

impl Misfit<'_, '_, '_> {
    fn fix(&self, title: impl Into<String>) -> Fix {
        self.context.verified(self.diagnostic, title)
    }

    fn text(&self) -> &str {
        self.context.slice(self.expr.span)
    }

    /// Puts text in front, and brackets around an operation.
    fn prefixed(&self, fix: Fix, prefix: &str) -> Fix {
        let simple = !matches!(
            self.expr.kind,
            ExprKind::Binary(_) | ExprKind::Unary(..) | ExprKind::Star(_)
        );
        if simple {
            return self.context.insert(fix, self.expr.span.start, prefix);
        }
        let text = format!("{prefix}({})", self.text());
        self.context.replace(fix, self.expr.span, text)
    }

    /// Puts text behind, and brackets around an operation.
    fn suffixed(&self, fix: Fix, suffix: &str) -> Fix {
        let simple = !matches!(
            self.expr.kind,
            ExprKind::Binary(_) | ExprKind::Unary(..) | ExprKind::Star(_)
        );
        if simple {
            return self.context.insert(fix, self.expr.span.end, suffix);
        }
        let text = format!("({}){suffix}", self.text());
        self.context.replace(fix, self.expr.span, text)
    }

    fn around(&self, fix: Fix, head: &str) -> Fix {
        let fix = self
            .context
            .insert(fix, self.expr.span.start, format!("{head}("));
        self.context.insert(fix, self.expr.span.end, ")")
    }

    /// What the message itself says is missing.
    fn by_reason(&self, said: &CannotUse<'_>) -> Vec<Fix> {
        let mut fixes = Vec::new();
        if said.reason.contains("need type assertion") {
            let fix = self.fix(format!("assert that it is a `{}`", said.to));
            fixes.push(self.suffixed(fix, &format!(".({})", said.to)));
        }
        if said.reason.contains("has pointer receiver") {
            let fix = self.fix("give its address: the method has a pointer receiver");
            fixes.extend(self.address(fix));
        }
        fixes
    }

    /// `&x`, with `&T{…}` for a literal.
    fn address(&self, fix: Fix) -> Option<Fix> {
        let can = matches!(
            self.expr.kind,
            ExprKind::Name(_)
                | ExprKind::Selector(..)
                | ExprKind::Index(..)
                | ExprKind::Composite { of: Some(_), .. }
                | ExprKind::Paren(_)
        );
        can.then(|| self.context.insert(fix, self.expr.span.start, "&"))
    }

    fn pointers(&self, said: &CannotUse<'_>) -> Vec<Fix> {
        let mut fixes = Vec::new();
        let variable = said.what.starts_with("variable") || said.what.starts_with("value");
        if let Ty::Pointer(inner) = &self.to
            && inner.same(&self.from)
            && variable
        {
            fixes.extend(self.address(self.fix("give its address")));
        }
        if let Ty::Pointer(inner) = &self.from
            && inner.same(&self.to)
        {
            // `&x` was one too many.
            if let ExprKind::Unary("&", value) = &self.expr.kind {
                let span = Span::new(self.expr.span.start, value.span.start);
                let fix = self.fix("give the value, not its address");
                fixes.push(self.context.replace(fix, span, ""));
            } else {
                let fix = self.fix("give what the pointer points to");
                fixes.push(self.prefixed(fix, "*"));
            }
        }
        fixes
    }

    /// A function where an interface is wanted that a function type of the same
    /// package implements: `http.HandlerFunc(f)`.
    fn wrapped(&self) -> Option<Fix> {
        let Ty::Func(own) = &self.from else {
            return None;
        };
        let Ty::Named(package, interface, _) = &self.to else {
            return None;
        };
        let found = self.context.project.package(package)?;
        let mut adapters: Vec<&str> = found
            .methods
            .keys()
            .map(String::as_str)
            .filter(|name| {
                let ty = Ty::Named(package.clone(), (*name).to_owned(), Vec::new());
                let under = self.context.infer.underlying(&ty);
                same_shape(&under, own)
                    && self.context.infer.implements(&ty, &self.to) == Some(true)
            })
            .collect();
        adapters.sort_by_key(|name| !name.starts_with(interface.as_str()));
        let adapter = adapters.first()?;
        let mut needed = BTreeSet::new();
        let base = self.context.qualify(package, &mut needed);
        let dot = if base.is_empty() { "" } else { "." };
        let head = format!("{base}{dot}{adapter}");
        let fix = self.fix(format!("make it a `{head}`"));
        Some(self.imported(self.around(fix, &head), &needed))
    }

    fn imported(&self, fix: Fix, needed: &BTreeSet<String>) -> Fix {
        needed
            .iter()
            .fold(fix, |fix, path| imports::add(self.context, fix, path, None))
    }

    /// `T(x)`, where Go allows it and it does what one expects.
    fn converted(&self) -> Vec<Fix> {
        let mut fixes = Vec::new();
        let (from, to) = (
            self.context.infer.underlying(&self.from),
            self.context.infer.underlying(&self.to),
        );
        let mut needed = BTreeSet::new();
        let name = self.context.print(&self.to, &mut needed);
        let conversion = match (&from, &to) {
            (from, to) if from.is_number() && to.is_number() => true,
            // The text of a number is not what `string(n)` gives.
            (from, to) if from.is_integer() && to.is("string") => {
                let mut needed = BTreeSet::new();
                let base = self.context.qualify("strconv", &mut needed);
                let fix = self.fix("write the number in decimal");
                let fix = if self.from.is("int") {
                    self.around(fix, &format!("{base}.Itoa"))
                } else if self.from.is("rune") || self.from.is("byte") {
                    self.around(fix, "string")
                } else {
                    let fix = self.context.insert(
                        fix,
                        self.expr.span.start,
                        format!("{base}.FormatInt(int64("),
                    );
                    self.context.insert(fix, self.expr.span.end, "), 10)")
                };
                let needed = if self.from.is("rune") || self.from.is("byte") {
                    BTreeSet::new()
                } else {
                    needed
                };
                fixes.push(self.imported(fix, &needed));
                false
            }
            (Ty::Slice(inner), to) if to.is("string") => inner.is("byte") || inner.is("rune"),
            (from, Ty::Slice(inner)) if from.is("string") => inner.is("byte") || inner.is("rune"),
            (Ty::Unknown, _) | (_, Ty::Unknown) => false,
            (from, to) => from.same(to) && !self.context.infer.is_interface(&self.to),
        };
        // A constant was refused because its value does not fit.
        let constant = matches!(self.from, Ty::Untyped(_));
        if conversion && !constant {
            let head = if name.starts_with(['*', '<', 'f']) && !is_plain(&name) {
                format!("({name})")
            } else {
                name.clone()
            };
            let fix = self.fix(format!("convert it to `{name}`"));
            let fix = match &self.expr.kind {
                ExprKind::Paren(_) => self.context.insert(fix, self.expr.span.start, head),
                _ => self.around(fix, &head),
            };
            fixes.push(self.imported(fix, &needed));
        }
        // What a value says of itself.
        if to.is("string") {
            for method in ["Error", "String"] {
                if let Some(member) = self.context.infer.member(&self.from, method)
                    && matches!(&member.ty, Ty::Func(func) if func.params.is_empty() && func.result().is("string"))
                {
                    let fix = self.fix(format!("take its `{method}()`"));
                    fixes.push(self.suffixed(fix, &format!(".{method}()")));
                }
            }
        }
        fixes.extend(self.literal(&to));
        fixes
    }

    /// `'a'` for `"a"`, and the other way round.
    fn literal(&self, to: &Ty) -> Option<Fix> {
        let text = self.text();
        match &self.expr.kind {
            ExprKind::Lit(Lit::Str) if to.is("rune") || to.is("byte") => {
                let inner = text.strip_prefix('"')?.strip_suffix('"')?;
                let one = inner.chars().count() == 1 || inner.starts_with('\\');
                let fix = self.fix("write it as a character");
                one.then(|| {
                    self.context
                        .replace(fix, self.expr.span, format!("'{inner}'"))
                })
            }
            ExprKind::Lit(Lit::Char) if to.is("string") => {
                let inner = text.strip_prefix('\'')?.strip_suffix('\'')?;
                let fix = self.fix("write it as a string");
                Some(
                    self.context
                        .replace(fix, self.expr.span, format!("\"{inner}\"")),
                )
            }
            ExprKind::Lit(Lit::Int | Lit::Float) if to.is("string") => {
                let fix = self.fix("write it as a string");
                Some(
                    self.context
                        .replace(fix, self.expr.span, format!("\"{text}\"")),
                )
            }
            ExprKind::Lit(Lit::Str) if to.is_number() => {
                let inner = text.strip_prefix('"')?.strip_suffix('"')?;
                inner.parse::<f64>().ok()?;
                let fix = self.fix("write it as a number");
                Some(self.context.replace(fix, self.expr.span, inner))
            }
            _ => None,
        }
    }

    /// `f(xs)` where `f` takes any number: `f(xs...)`; and a lone value where a
    /// slice is wanted.
    fn spread(&self, said: &CannotUse<'_>) -> Vec<Fix> {
        let mut fixes = Vec::new();
        let under = self.context.infer.underlying(&self.from);
        if let Ty::Slice(inner) = &under
            && said.place.starts_with("argument")
            && (inner.same(&self.to) || self.to.is("any"))
        {
            let fix = self.fix("pass its elements with `...`");
            fixes.push(self.context.insert(fix, self.expr.span.end, "..."));
        }
        if let Ty::Slice(inner) = &self.to
            && self.context.infer.assignable(&self.from, inner) == Some(true)
        {
            let mut needed = BTreeSet::new();
            let name = self.context.print(&self.to, &mut needed);
            let fix = self.fix("make a slice of it");
            let fix = self
                .context
                .insert(fix, self.expr.span.start, format!("{name}{{"));
            let fix = self.context.insert(fix, self.expr.span.end, "}");
            fixes.push(self.imported(fix, &needed));
        }
        fixes
    }

    /// A function where what it gives is wanted, and the other way round.
    fn called(&self) -> Option<Fix> {
        if let Ty::Func(func) = &self.from
            && func.params.is_empty()
            && self.context.infer.assignable(&func.result(), &self.to) == Some(true)
        {
            return Some(self.suffixed(self.fix("call it"), "()"));
        }
        None
    }

    /// `nil` for what has another way to say nothing.
    fn nothing(&self) -> Option<Fix> {
        if self.from != Ty::Nil {
            return None;
        }
        let mut needed = BTreeSet::new();
        let zero = values::zero(self.context, &self.to, &mut needed)?;
        let fix = self.fix(format!("use `{zero}`, which is this type's nothing"));
        let fix = self.context.replace(fix, self.expr.span, zero);
        Some(self.imported(fix, &needed))
    }
}

/// Whether a type's name may stand in front of a bracket as it is.
fn is_plain(name: &str) -> bool {
    name.chars()
        .all(|c| c.is_alphanumeric() || matches!(c, '_' | '.'))
}

/// Whether a function has the parameters and results of a function type.
fn same_shape(ty: &Ty, func: &FuncTy) -> bool {
    let Ty::Func(other) = ty else {
        return false;
    };
    let pairs = |a: &[(String, Ty)], b: &[(String, Ty)]| {
        a.len() == b.len() && a.iter().zip(b).all(|((_, a), (_, b))| a.same(b))
    };
    pairs(&other.params, &func.params) && pairs(&other.results, &func.results)
}

/// `invalid operation: a / b (mismatched types int and float64)`
pub fn mismatched(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let message = diagnostic.message.lines().next()?;
    let types = between(message, "(mismatched types ", ")")?;
    let (left, right) = types.split_once(" and ")?;
    let shown = between(message, "invalid operation: ", " (mismatched types")?;
    let at = Context::at(diagnostic);
    let expr = context.shown(at, shown).or_else(|| {
        walk::around(context.tree(), at)
            .into_iter()
            .rev()
            .find_map(|node| match node {
                Node::Expr(expr) if matches!(expr.kind, ExprKind::Binary(_)) => Some(expr),
                _ => None,
            })
    });
    let mut operands: Option<(&Expr, &Expr)> = None;
    if let Some(Expr {
        kind: ExprKind::Binary(binary),
        ..
    }) = expr
    {
        operands = Some((&binary.left, &binary.right));
    } else {
        // `a += b`
        for node in walk::around(context.tree(), at) {
            if let Node::Stmt(stmt) = node
                && let buildfix_go_syntax::ast::StmtKind::Assign(assign) = &stmt.kind
                && let ([left], [right]) = (&assign.left[..], &assign.right[..])
            {
                operands = Some((left, right));
            }
        }
    }
    let (a, b) = operands?;
    let (from, to) = (context.type_named(left), context.type_named(right));
    let assigned = expr.is_none();
    let mut ways: Vec<(usize, &Expr, &Ty, &Ty)> = Vec::new();
    if !assigned {
        ways.push((cost(context, &from, &to), a, &from, &to));
    }
    ways.push((cost(context, &to, &from), b, &to, &from));
    ways.sort_by_key(|(cost, ..)| *cost);
    let mut fixes = Vec::new();
    for (_, expr, from, to) in ways {
        let misfit = Misfit {
            context,
            diagnostic,
            expr,
            from: from.clone(),
            to: to.clone(),
        };
        if let Ty::Pointer(inner) = from
            && inner.same(to)
        {
            let fix = misfit.fix("take what the pointer points to");
            fixes.push(misfit.prefixed(fix, "*"));
        }
        fixes.extend(misfit.converted());
    }
    Some(fixes)
}

/// How much a conversion loses.
fn cost(context: &Context, from: &Ty, to: &Ty) -> usize {
    let size = |ty: &Ty| match ty {
        Ty::Basic(name) if name.ends_with("64") => 4,
        Ty::Basic(name) if matches!(name.as_str(), "int" | "uint" | "uintptr") => 3,
        Ty::Basic(name) if name.ends_with("32") || name == "rune" => 2,
        _ => 1,
    };
    let (a, b) = (context.infer.underlying(from), context.infer.underlying(to));
    let mut cost = 0;
    // Towards the type with a name: `time.Duration(n) * time.Second`.
    if matches!(to, Ty::Named(..)) && !matches!(from, Ty::Named(..)) {
        return 0;
    }
    if matches!(from, Ty::Named(..)) {
        cost += 3;
    }
    if a.is_float() && !b.is_float() {
        cost += 8;
    }
    if size(&a) > size(&b) && !b.is_float() {
        cost += 4;
    }
    cost
}
