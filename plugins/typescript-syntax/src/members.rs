//! What a type has: the members of a class, interface, alias or object type,
//! its heritage followed and its type arguments put in.

use crate::{
    Project, Source,
    modules::declaring,
    types::{Member, MemberKind, Substitution, Ty, TypeParam, read_type_params},
};
use oxc_ast::{AstKind, ast::Expression};
use oxc_semantic::SymbolId;
use oxc_span::GetSpan;
use std::rc::Rc;

/// How deep heritage and aliases are followed.
const DEPTH: u32 = 16;

/// A member and where it was declared.
#[derive(Clone)]
pub struct Owned<'a> {
    /// The member, type arguments put in.
    pub member: Member,
    /// The file whose imports its types are written against.
    pub source: Rc<Source<'a>>,
    /// A place in that file from which its types are seen.
    pub at: u32,
    /// Whether a class declared it (then it may have a body).
    pub in_class: bool,
}

/// Everything that a type has, each name once (an overloaded method once for
/// each signature), the most derived first. `None` where it cannot be told.
#[must_use]
pub fn members<'a>(
    project: &Project<'a>,
    source: &Rc<Source<'a>>,
    at: u32,
    ty: &Ty,
) -> Option<Vec<Owned<'a>>> {
    of(project, source, at, ty, DEPTH)
}

/// The member of this name.
#[must_use]
pub fn member<'a>(
    project: &Project<'a>,
    source: &Rc<Source<'a>>,
    at: u32,
    ty: &Ty,
    name: &str,
) -> Option<Owned<'a>> {
    members(project, source, at, ty)?
        .into_iter()
        .find(|owned| !owned.member.is_static && owned.member.name() == name)
}

fn of<'a>(
    project: &Project<'a>,
    source: &Rc<Source<'a>>,
    at: u32,
    ty: &Ty,
    depth: u32,
) -> Option<Vec<Owned<'a>>> {
    let depth = depth.checked_sub(1)?;
    match ty {
        Ty::Object(list) => Some(
            list.iter()
                .map(|member| Owned {
                    member: member.clone(),
                    source: Rc::clone(source),
                    at,
                    in_class: false,
                })
                .collect(),
        ),
        Ty::Intersection(types) => {
            let mut all = Vec::new();
            for ty in types {
                inherit(&mut all, of(project, source, at, ty, depth)?);
            }
            Some(all)
        }
        Ty::Named(name, args) => {
            if let [inner] = args.as_slice()
                && matches!(name.as_str(), "Partial" | "Required" | "Readonly")
            {
                let mut all = of(project, source, at, inner, depth)?;
                for owned in &mut all {
                    match name.as_str() {
                        "Partial" => owned.member.optional = true,
                        "Required" => owned.member.optional = false,
                        _ => owned.member.readonly = true,
                    }
                }
                return Some(all);
            }
            if let [inner, keys] = args.as_slice()
                && matches!(name.as_str(), "Pick" | "Omit")
            {
                let keys: Vec<String> = keys
                    .alternatives()
                    .iter()
                    .map(ToString::to_string)
                    .collect();
                let keys: Vec<&str> = keys
                    .iter()
                    .map(|key| crate::types::plain_key(key))
                    .collect();
                let mut all = of(project, source, at, inner, depth)?;
                all.retain(|owned| keys.contains(&owned.member.name()) == (name == "Pick"));
                return Some(all);
            }
            let (source, symbol) = declaring(project, source, at, name)?;
            declared(project, &source, symbol, args, depth)
        }
        _ => None,
    }
}

/// Everything that a declared class, interface or alias has.
fn declared<'a>(
    project: &Project<'a>,
    source: &Rc<Source<'a>>,
    symbol: SymbolId,
    args: &[Ty],
    depth: u32,
) -> Option<Vec<Owned<'a>>> {
    let text = source.text;
    let mut all: Vec<Owned<'a>> = Vec::new();
    let mut bases: Vec<(u32, Ty)> = Vec::new();
    let mut known = false;
    for node in source.declarations(symbol) {
        let own = |list: Vec<Member>, with: &Substitution, at: u32, in_class: bool| {
            list.into_iter()
                .map(|member| Owned {
                    member: member.substitute(with),
                    source: Rc::clone(source),
                    at,
                    in_class,
                })
                .collect::<Vec<_>>()
        };
        match node.kind() {
            AstKind::TSInterfaceDeclaration(interface) => {
                known = true;
                let with = bind(
                    interface
                        .type_parameters
                        .as_deref()
                        .map(|p| read_type_params(text, p)),
                    args,
                );
                let at = interface.body.span.start;
                let list = interface
                    .body
                    .body
                    .iter()
                    .map(|member| Member::read(text, member))
                    .collect();
                all.extend(own(list, &with, at, false));
                for base in &interface.extends {
                    let args = base.type_arguments.as_ref();
                    let args =
                        args.map(|args| args.params.iter().map(|ty| Ty::read(text, ty)).collect());
                    let base = Ty::Named(
                        source.slice(base.type_name.span()).to_owned(),
                        args.unwrap_or_default(),
                    );
                    bases.push((at, base.substitute(&with)));
                }
            }
            AstKind::Class(class) => {
                known = true;
                let with = bind(
                    class
                        .type_parameters
                        .as_deref()
                        .map(|p| read_type_params(text, p)),
                    args,
                );
                let at = class.body.span.start;
                all.extend(own(Member::of_class(text, class), &with, at, true));
                if let Some(heritage) = &class.heritage
                    && let Some(base) = heritage_type(
                        source,
                        &heritage.expression,
                        heritage.type_arguments.as_deref(),
                    )
                {
                    bases.push((at, base.substitute(&with)));
                }
            }
            AstKind::TSTypeAliasDeclaration(alias) => {
                let with = bind(
                    alias
                        .type_parameters
                        .as_deref()
                        .map(|p| read_type_params(text, p)),
                    args,
                );
                let ty = Ty::read(text, &alias.type_annotation).substitute(&with);
                return of(
                    project,
                    source,
                    alias.type_annotation.span().start,
                    &ty,
                    depth,
                );
            }
            _ => {}
        }
    }
    if !known {
        return None;
    }
    for (at, base) in bases {
        let Some(inherited) = of(project, source, at, &base, depth) else {
            continue;
        };
        if all.iter().all(|own| own.in_class) && !all.is_empty() {
            // A class's members follow those of its base.
            let own = std::mem::take(&mut all);
            let mut merged = own.clone();
            inherit(&mut merged, inherited);
            all = merged.split_off(own.len());
            all.extend(own);
        } else {
            inherit(&mut all, inherited);
        }
    }
    Some(all)
}

/// A class's base as a type, where it is a name.
#[must_use]
pub fn heritage_type(
    source: &Source,
    expression: &Expression,
    args: Option<&oxc_ast::ast::TSTypeParameterInstantiation>,
) -> Option<Ty> {
    match expression {
        Expression::Identifier(_) | Expression::StaticMemberExpression(_) => Some(Ty::Named(
            source.slice(expression.span()).to_owned(),
            args.map(|args| {
                args.params
                    .iter()
                    .map(|ty| Ty::read(source.text, ty))
                    .collect()
            })
            .unwrap_or_default(),
        )),
        _ => None,
    }
}

/// What type parameters stand for under these arguments.
#[must_use]
pub fn bind(params: Option<Vec<TypeParam>>, args: &[Ty]) -> Substitution {
    let mut with = Substitution::new();
    for (index, param) in params.into_iter().flatten().enumerate() {
        let ty = args
            .get(index)
            .cloned()
            .or_else(|| param.default.map(|ty| ty.substitute(&with)));
        if let Some(ty) = ty {
            with.insert(param.name, ty);
        }
    }
    with
}

/// Adds what is not there yet.
fn inherit<'a>(all: &mut Vec<Owned<'a>>, inherited: Vec<Owned<'a>>) {
    let overridden = |member: &Member, all: &[Owned]| {
        all.iter()
            .any(|own| match (&own.member.kind, &member.kind) {
                (MemberKind::Index(_, a, _), MemberKind::Index(_, b, _)) => a == b,
                (MemberKind::Call(_), MemberKind::Call(_))
                | (MemberKind::Construct(_), MemberKind::Construct(_)) => false,
                _ => !member.key.is_empty() && own.member.name() == member.name(),
            })
    };
    let fresh: Vec<_> = inherited
        .into_iter()
        .filter(|owned| !overridden(&owned.member, all))
        .collect();
    all.extend(fresh);
}

/// The type parameters that a declaration has.
#[must_use]
pub fn type_params(source: &Source, symbol: SymbolId) -> Vec<TypeParam> {
    source
        .declarations(symbol)
        .into_iter()
        .find_map(|node| {
            let params = match node.kind() {
                AstKind::TSInterfaceDeclaration(interface) => interface.type_parameters.as_deref(),
                AstKind::Class(class) => class.type_parameters.as_deref(),
                AstKind::TSTypeAliasDeclaration(alias) => alias.type_parameters.as_deref(),
                AstKind::Function(function) => function.type_parameters.as_deref(),
                _ => None,
            };
            params.map(|params| read_type_params(source.text, params))
        })
        .unwrap_or_default()
}
