//! Members that a class has to have: those of its interfaces and the abstract
//! ones of its base.

use crate::{
    class::{Body, class_at, is_ambient, own_names},
    names::Names,
};
use buildfix_sdk::{Diagnostic, Fix};
use buildfix_typescript_syntax::{
    Context,
    context::between,
    infer::Infer,
    members::{Owned, heritage_type, members},
    types::{MemberKind, Param, Signature, Ty},
};
use oxc_span::GetSpan;

/// `Class 'C' incorrectly implements interface 'I'.`
pub fn interface(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let source = context.source()?;
    let class = class_at(source, diagnostic.span.start)?;
    let first = diagnostic.message.lines().next()?;
    let named =
        between(first, "interface '", "'").or_else(|| between(first, "implements class '", "'"))?;
    let named = named.split('<').next()?;
    let implemented = class.implements.iter().find(|one| {
        let written = source.slice(one.expression.span());
        written == named || written.rsplit('.').next() == Some(named) || class.implements.len() == 1
    })?;
    let args = implemented.type_arguments.as_ref();
    let args = args.map(|args| {
        args.params
            .iter()
            .map(|ty| Ty::read(source.text, ty))
            .collect()
    });
    let ty = Ty::Named(
        source.slice(implemented.expression.span()).to_owned(),
        args.unwrap_or_default(),
    );
    let wanted =
        members(context.project, source, class.span.start, &ty).or_else(|| known(context, &ty))?;
    let wanted = wanted
        .into_iter()
        .filter(|owned| !owned.member.is_static && owned.member.access.is_empty())
        .collect();
    add(context, diagnostic, wanted, &format!("implement '{named}'"))
}

/// The members of interfaces of the standard library that classes implement.
fn known<'a>(context: &Context<'_, 'a>, ty: &Ty) -> Option<Vec<Owned<'a>>> {
    let Ty::Named(name, _) = ty else { return None };
    let body = match name.as_str() {
        "Disposable" => "[Symbol.dispose](): void;",
        "AsyncDisposable" => "[Symbol.asyncDispose](): PromiseLike<void>;",
        _ => return None,
    };
    let source = context.source()?;
    let fragment = context
        .project
        .fragment(&format!("type X = {{ {body} }}"))?;
    let ty = fragment
        .semantic
        .nodes()
        .iter()
        .find_map(|node| match node.kind() {
            oxc_ast::AstKind::TSTypeAliasDeclaration(alias) => {
                Some(Ty::read(fragment.text, &alias.type_annotation))
            }
            _ => None,
        })?;
    members(context.project, source, 0, &ty)
}

/// `Non-abstract class 'C' does not implement inherited abstract member`
pub fn inherited(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let source = context.source()?;
    let class = class_at(source, diagnostic.span.start)?;
    let heritage = class.heritage.as_ref()?;
    let base = heritage_type(
        source,
        &heritage.expression,
        heritage.type_arguments.as_deref(),
    )?;
    let wanted = members(context.project, source, class.span.start, &base)?;
    let wanted = wanted
        .into_iter()
        .filter(|owned| owned.member.is_abstract)
        .collect();
    add(
        context,
        diagnostic,
        wanted,
        "implement inherited abstract class",
    )
}

fn add<'a>(
    context: &Context<'_, 'a>,
    diagnostic: &Diagnostic,
    mut wanted: Vec<Owned<'a>>,
    title: &str,
) -> Option<Vec<Fix>> {
    let source = context.source()?;
    let class = class_at(source, diagnostic.span.start)?;
    let mut present = own_names(source, class);
    if let Some(heritage) = &class.heritage
        && let Some(base) = heritage_type(
            source,
            &heritage.expression,
            heritage.type_arguments.as_deref(),
        )
    {
        for owned in members(context.project, source, class.span.start, &base).unwrap_or_default() {
            if !owned.member.is_abstract {
                present.push(owned.member.name().to_owned());
            }
        }
    }
    wanted.retain(|owned| {
        owned.member.key.is_empty() || !present.iter().any(|name| name == owned.member.name())
    });
    wanted.retain(|owned| {
        !matches!(
            owned.member.kind,
            MemberKind::Call(_) | MemberKind::Construct(_)
        )
    });
    // Index signatures come first, that of numbers before that of strings.
    wanted.sort_by_key(|owned| match &owned.member.kind {
        MemberKind::Index(_, key, _) => u8::from(!key.is("number")),
        _ => 2,
    });
    if wanted.is_empty() {
        return None;
    }
    let body = Body::of_class(class);
    let indent = body.indent(source.text);
    let ambient = is_ambient(source, class);
    let mut names = Names::new(context, source, class.body.span.start);
    let mut lines = Vec::new();
    let mut bodies = false;
    let mut done: Vec<String> = Vec::new();
    for owned in &wanted {
        if !owned.member.key.is_empty() && done.iter().any(|name| name == owned.member.name()) {
            continue;
        }
        done.push(owned.member.name().to_owned());
        let same: Vec<&Owned> = wanted
            .iter()
            .filter(|other| {
                !owned.member.key.is_empty() && other.member.name() == owned.member.name()
            })
            .collect();
        let same = if same.is_empty() { vec![owned] } else { same };
        bodies |= write(context, &mut names, &same, &indent, ambient, &mut lines);
    }
    let fix = if bodies {
        context.placeholder(diagnostic, title)
    } else {
        context.verified(diagnostic, title)
    };
    let fix = body.at_start(fix, context.file, &lines.join("\n"));
    Some(vec![names.finish(fix, context.file)])
}

/// Writes a member, or the overloads of one; whether it has a body to fill.
fn write<'a>(
    context: &Context<'_, 'a>,
    names: &mut Names<'_, '_, 'a>,
    same: &[&Owned<'a>],
    indent: &str,
    ambient: bool,
    lines: &mut Vec<String>,
) -> bool {
    let Some(owned) = same.first() else {
        return false;
    };
    let member = names.member(&owned.member, &owned.source, owned.at);
    let access = member.access;
    let key = if member.key == "constructor" {
        "[\"constructor\"]".to_owned()
    } else {
        member.key.clone()
    };
    let optional = if member.optional { "?" } else { "" };
    let throws = |head: String| {
        format!(
            "{indent}{access}{head} {{\n{indent}    throw new Error(\"Method not implemented.\");\n{indent}}}"
        )
    };
    match &member.kind {
        MemberKind::Property(ty) => {
            let ty = ty.clone().or_else(|| {
                let infer = Infer::new(context.project, &owned.source);
                owned
                    .in_class
                    .then(|| infer.property_of(&Ty::word("this"), owned.member.name(), owned.at))
                    .flatten()
            });
            let readonly = if member.readonly && owned.in_class {
                "readonly "
            } else {
                ""
            };
            lines.push(format!(
                "{indent}{access}{readonly}{key}{optional}: {};",
                ty.unwrap_or_else(Ty::any)
            ));
            false
        }
        MemberKind::Index(name, of, value) => {
            lines.push(format!("{indent}[{name}: {of}]: {value};"));
            false
        }
        MemberKind::Getter(_) | MemberKind::Setter(..) => {
            for one in same {
                let member = names.member(&one.member, &one.source, one.at);
                let head = match &member.kind {
                    MemberKind::Getter(ty) => {
                        format!(
                            "get {key}(){}",
                            ty.as_ref().map(|ty| format!(": {ty}")).unwrap_or_default()
                        )
                    }
                    MemberKind::Setter(name, ty) => {
                        format!(
                            "set {key}({name}{})",
                            ty.as_ref().map(|ty| format!(": {ty}")).unwrap_or_default()
                        )
                    }
                    _ => continue,
                };
                lines.push(if ambient {
                    format!("{indent}{access}{head};")
                } else {
                    throws(head)
                });
            }
            !ambient
        }
        MemberKind::Method(_) => {
            let mut signatures = Vec::new();
            for one in same {
                if let MemberKind::Method(signature) =
                    names.member(&one.member, &one.source, one.at).kind
                {
                    let mut signature = complete(context, one, signature);
                    if !ambient && signature.ret.as_ref().is_some_and(|ty| ty.is("any")) {
                        signature.ret = None;
                    }
                    signatures.push(signature);
                }
            }
            if let ([signature], false) = (signatures.as_slice(), ambient) {
                lines.push(throws(
                    format!("{key}{optional}{}", signature.print(": ", None)).replace("?(", "("),
                ));
                return true;
            }
            for signature in &signatures {
                lines.push(format!(
                    "{indent}{access}{key}{}{};",
                    if ambient { optional } else { "" },
                    signature.print(": ", None)
                ));
            }
            if !ambient {
                lines.push(throws(format!(
                    "{key}{}",
                    over_all(&signatures).print(": ", None)
                )));
            }
            !ambient
        }
        MemberKind::Call(_) | MemberKind::Construct(_) => false,
    }
}

/// A class's method may leave out what its body tells.
fn complete<'a>(
    context: &Context<'_, 'a>,
    owned: &Owned<'a>,
    mut signature: Signature,
) -> Signature {
    if signature.ret.is_none() && owned.in_class && !owned.member.is_abstract {
        let infer = Infer::new(context.project, &owned.source);
        if let Some(Ty::Function(found)) =
            infer.property_of(&Ty::word("this"), owned.member.name(), owned.at)
        {
            signature.ret = found.ret;
        } else {
            let source = &owned.source;
            let written = source
                .semantic
                .nodes()
                .iter()
                .find_map(|node| match node.kind() {
                    oxc_ast::AstKind::MethodDefinition(method)
                        if method.key.is_specific_static_name(owned.member.name())
                            && method.span.start >= owned.at =>
                    {
                        Some(&method.value)
                    }
                    _ => None,
                });
            signature.ret = written.and_then(|function| match &function.body {
                Some(_) => infer.function_return(function),
                None => Some(Ty::word("void")).filter(|_| false),
            });
        }
    }
    signature
}

/// One signature that takes and gives what any of these do.
fn over_all(signatures: &[Signature]) -> Signature {
    let Some(longest) = signatures
        .iter()
        .max_by_key(|signature| signature.params.len())
    else {
        return Signature::default();
    };
    let least = signatures
        .iter()
        .map(|signature| {
            signature
                .params
                .iter()
                .filter(|param| !param.optional && !param.rest)
                .count()
        })
        .min()
        .unwrap_or(0);
    let params = longest
        .params
        .iter()
        .enumerate()
        .map(|(index, param)| Param {
            name: param.name.clone(),
            ty: Some(if param.rest {
                Ty::Array(Box::new(Ty::word("unknown")))
            } else {
                Ty::word("unknown")
            }),
            optional: !param.rest && index >= least,
            rest: param.rest,
        })
        .collect();
    let rets: Option<Vec<Ty>> = signatures
        .iter()
        .map(|signature| match &signature.ret {
            Some(Ty::Predicate { .. }) => Some(Ty::word("boolean")),
            other => other.clone(),
        })
        .collect();
    let ret = rets.map(|mut rets| {
        rets.sort_by_key(|ty| ty.is("this") || matches!(ty, Ty::Word(word) if word == "this"));
        Ty::union(rets)
    });
    Signature {
        type_params: Vec::new(),
        params,
        ret,
    }
}
