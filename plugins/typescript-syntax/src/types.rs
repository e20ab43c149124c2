//! Types as values: read from a tree, substituted, printed.
//!
//! A [`Ty`] owns its text, so that it can travel between files and outlive
//! their trees.

mod print;
mod read;

pub use read::read_type_params;

use std::collections::HashMap;

/// A type.
#[derive(Clone, Debug, PartialEq)]
pub enum Ty {
    /// A keyword or literal, as written: `string`, `"a"`, `-1`, `` `${x}` ``.
    Word(String),
    /// A named type and its arguments; the name may be qualified.
    Named(String, Vec<Ty>),
    /// `T[]`
    Array(Box<Ty>),
    /// `[A, b?: B, ...C]`
    Tuple(Vec<Element>),
    /// `A | B`
    Union(Vec<Ty>),
    /// `A & B`
    Intersection(Vec<Ty>),
    /// `{ … }`
    Object(Vec<Member>),
    /// `(a: A) => B`
    Function(Box<Signature>),
    /// `new (a: A) => B`
    Constructor(Box<Signature>),
    /// `keyof T`, `readonly T`, `unique symbol`
    Operator(&'static str, Box<Ty>),
    /// `T[K]`
    Index(Box<Ty>, Box<Ty>),
    /// `A extends B ? C : D`
    Conditional(Box<[Ty; 4]>),
    /// `{ readonly [K in T]: U; }`
    Mapped(Box<Mapped>),
    /// `typeof x`
    Query(String),
    /// `x is T`, `asserts x`
    Predicate {
        /// Whether it asserts.
        asserts: bool,
        /// The parameter, or `this`.
        name: String,
        /// The type after `is`.
        ty: Option<Box<Ty>>,
    },
    /// Anything else, as written.
    Raw(String),
}

/// A tuple's element.
#[derive(Clone, Debug, PartialEq)]
pub struct Element {
    /// Its name, if it has one.
    pub label: Option<String>,
    /// Whether it may be left out.
    pub optional: bool,
    /// Whether it is `...T`.
    pub rest: bool,
    /// Its type.
    pub ty: Ty,
}

/// A mapped type.
#[derive(Clone, Debug, PartialEq)]
pub struct Mapped {
    /// `readonly `, `-readonly ` or nothing.
    pub readonly: &'static str,
    /// The key's name.
    pub key: String,
    /// What it runs over.
    pub over: Ty,
    /// The type after `as`.
    pub name: Option<Ty>,
    /// `?`, `-?` or nothing.
    pub optional: &'static str,
    /// The type of the values.
    pub value: Option<Ty>,
}

/// A member of an object type, interface or class.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// As written, brackets and quotation marks included; empty for
    /// signatures without a name.
    pub key: String,
    /// What it is.
    pub kind: MemberKind,
    /// `?`
    pub optional: bool,
    /// `readonly`
    pub readonly: bool,
    /// `static`
    pub is_static: bool,
    /// `abstract`
    pub is_abstract: bool,
    /// `private `, `protected ` or nothing.
    pub access: &'static str,
}

/// What a member is.
#[derive(Clone, Debug, PartialEq)]
pub enum MemberKind {
    /// A property with its type.
    Property(Option<Ty>),
    /// A method.
    Method(Signature),
    /// A read accessor.
    Getter(Option<Ty>),
    /// A write accessor: parameter name and type.
    Setter(String, Option<Ty>),
    /// `(a: A): B`
    Call(Signature),
    /// `new (a: A): B`
    Construct(Signature),
    /// `[name: K]: V`
    Index(String, Ty, Ty),
}

impl Member {
    /// A plain property.
    #[must_use]
    pub fn property(key: impl Into<String>, ty: Ty) -> Self {
        Self {
            key: key.into(),
            kind: MemberKind::Property(Some(ty)),
            optional: false,
            readonly: false,
            is_static: false,
            is_abstract: false,
            access: "",
        }
    }

    /// The key without brackets and quotation marks, for comparison.
    #[must_use]
    pub fn name(&self) -> &str {
        plain_key(&self.key)
    }
}

/// A key without brackets and quotation marks.
#[must_use]
pub fn plain_key(key: &str) -> &str {
    let inner = key
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(key);
    for quote in ['"', '\''] {
        if let Some(text) = inner
            .strip_prefix(quote)
            .and_then(|rest| rest.strip_suffix(quote))
        {
            return text;
        }
    }
    inner
}

/// A function's head.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Signature {
    /// `<T extends U = V>`
    pub type_params: Vec<TypeParam>,
    /// `this` and rest parameters included.
    pub params: Vec<Param>,
    /// Absent where it is not written.
    pub ret: Option<Ty>,
}

/// A type parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct TypeParam {
    /// Its name, modifiers in front.
    pub name: String,
    /// After `extends`.
    pub constraint: Option<Ty>,
    /// After `=`.
    pub default: Option<Ty>,
}

/// A parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct Param {
    /// Its name, or its pattern as written.
    pub name: String,
    /// Absent where it is not written.
    pub ty: Option<Ty>,
    /// Whether it may be left out.
    pub optional: bool,
    /// Whether it is `...name`.
    pub rest: bool,
}

/// What type parameters stand for.
pub type Substitution = HashMap<String, Ty>;

impl Ty {
    /// A keyword or literal.
    #[must_use]
    pub fn word(text: impl Into<String>) -> Self {
        Self::Word(text.into())
    }

    /// A named type without arguments.
    #[must_use]
    pub fn named(name: impl Into<String>) -> Self {
        Self::Named(name.into(), Vec::new())
    }

    /// `any`
    #[must_use]
    pub fn any() -> Self {
        Self::word("any")
    }

    /// Whether it is this keyword or literal.
    #[must_use]
    pub fn is(&self, word: &str) -> bool {
        matches!(self, Self::Word(text) if text == word)
    }

    /// A union without repeats; one alternative is itself, none is `never`.
    #[must_use]
    pub fn union(types: impl IntoIterator<Item = Self>) -> Self {
        let mut flat: Vec<Self> = Vec::new();
        for ty in types {
            let parts = if let Self::Union(parts) = ty {
                parts
            } else {
                vec![ty]
            };
            for part in parts {
                if !flat.contains(&part) {
                    flat.push(part);
                }
            }
        }
        if flat.iter().any(|ty| ty.is("any")) {
            return Self::any();
        }
        if flat.iter().any(|ty| ty.is("true")) && flat.iter().any(|ty| ty.is("false")) {
            flat.retain(|ty| !ty.is("true") && !ty.is("false") && !ty.is("boolean"));
            flat.push(Self::word("boolean"));
        }
        match flat.len() {
            0 => Self::word("never"),
            1 => flat.remove(0),
            _ => Self::Union(flat),
        }
    }

    /// The alternatives of a union; a type that is none is its only one.
    #[must_use]
    pub fn alternatives(&self) -> &[Self] {
        match self {
            Self::Union(types) => types,
            other => std::slice::from_ref(other),
        }
    }

    /// A literal's base type; other types are themselves.
    #[must_use]
    pub fn widen(&self) -> Self {
        match self {
            Self::Word(text) => match literal_kind(text) {
                Some(kind) => Self::word(kind),
                None => self.clone(),
            },
            Self::Union(types) => Self::union(types.iter().map(Self::widen)),
            other => other.clone(),
        }
    }

    /// Puts types in the place of type parameters.
    #[must_use]
    pub fn substitute(&self, with: &Substitution) -> Self {
        if with.is_empty() {
            return self.clone();
        }
        let sub = |ty: &Self| ty.substitute(with);
        let boxed = |ty: &Self| Box::new(ty.substitute(with));
        match self {
            Self::Named(name, args) if args.is_empty() => {
                with.get(name).cloned().unwrap_or_else(|| self.clone())
            }
            Self::Named(name, args) => Self::Named(name.clone(), args.iter().map(sub).collect()),
            Self::Array(ty) => Self::Array(boxed(ty)),
            Self::Tuple(items) => Self::Tuple(
                items
                    .iter()
                    .map(|item| Element {
                        ty: sub(&item.ty),
                        ..item.clone()
                    })
                    .collect(),
            ),
            Self::Union(types) => Self::union(types.iter().map(sub)),
            Self::Intersection(types) => Self::Intersection(types.iter().map(sub).collect()),
            Self::Object(members) => Self::Object(
                members
                    .iter()
                    .map(|member| member.substitute(with))
                    .collect(),
            ),
            Self::Function(signature) => Self::Function(Box::new(signature.substitute(with))),
            Self::Constructor(signature) => Self::Constructor(Box::new(signature.substitute(with))),
            Self::Operator(operator, ty) => Self::Operator(operator, boxed(ty)),
            Self::Index(object, index) => Self::Index(boxed(object), boxed(index)),
            Self::Conditional(parts) => {
                let [a, b, c, d] = &**parts;
                Self::Conditional(Box::new([sub(a), sub(b), sub(c), sub(d)]))
            }
            Self::Mapped(mapped) => Self::Mapped(Box::new(Mapped {
                over: sub(&mapped.over),
                name: mapped.name.as_ref().map(sub),
                value: mapped.value.as_ref().map(sub),
                ..(**mapped).clone()
            })),
            Self::Predicate { asserts, name, ty } => Self::Predicate {
                asserts: *asserts,
                name: name.clone(),
                ty: ty.as_ref().map(|ty| boxed(ty)),
            },
            Self::Word(_) | Self::Query(_) | Self::Raw(_) => self.clone(),
        }
    }

    /// Visits every named type in it.
    pub fn names(&self, visit: &mut dyn FnMut(&str)) {
        match self {
            Self::Named(name, args) => {
                visit(name);
                args.iter().for_each(|ty| ty.names(visit));
            }
            Self::Array(ty) | Self::Operator(_, ty) => ty.names(visit),
            Self::Tuple(items) => items.iter().for_each(|item| item.ty.names(visit)),
            Self::Union(types) | Self::Intersection(types) => {
                types.iter().for_each(|ty| ty.names(visit));
            }
            Self::Object(members) => members.iter().for_each(|member| member.names(visit)),
            Self::Function(signature) | Self::Constructor(signature) => signature.names(visit),
            Self::Index(object, index) => {
                object.names(visit);
                index.names(visit);
            }
            Self::Conditional(parts) => parts.iter().for_each(|ty| ty.names(visit)),
            Self::Mapped(mapped) => {
                mapped.over.names(visit);
                mapped
                    .name
                    .iter()
                    .chain(&mapped.value)
                    .for_each(|ty| ty.names(visit));
            }
            Self::Query(name) => visit(name),
            Self::Predicate { ty, .. } => {
                if let Some(ty) = ty {
                    ty.names(visit);
                }
            }
            Self::Word(_) | Self::Raw(_) => {}
        }
    }
}

impl Member {
    /// Puts types in the place of type parameters.
    #[must_use]
    pub fn substitute(&self, with: &Substitution) -> Self {
        let sub = |ty: &Option<Ty>| ty.as_ref().map(|ty| ty.substitute(with));
        let kind = match &self.kind {
            MemberKind::Property(ty) => MemberKind::Property(sub(ty)),
            MemberKind::Getter(ty) => MemberKind::Getter(sub(ty)),
            MemberKind::Setter(name, ty) => MemberKind::Setter(name.clone(), sub(ty)),
            MemberKind::Method(signature) => MemberKind::Method(signature.substitute(with)),
            MemberKind::Call(signature) => MemberKind::Call(signature.substitute(with)),
            MemberKind::Construct(signature) => MemberKind::Construct(signature.substitute(with)),
            MemberKind::Index(name, key, value) => {
                MemberKind::Index(name.clone(), key.substitute(with), value.substitute(with))
            }
        };
        Self {
            kind,
            ..self.clone()
        }
    }

    /// Visits every named type in it.
    pub fn names(&self, visit: &mut dyn FnMut(&str)) {
        match &self.kind {
            MemberKind::Property(ty) | MemberKind::Getter(ty) | MemberKind::Setter(_, ty) => {
                if let Some(ty) = ty {
                    ty.names(visit);
                }
            }
            MemberKind::Method(signature)
            | MemberKind::Call(signature)
            | MemberKind::Construct(signature) => {
                signature.names(visit);
            }
            MemberKind::Index(_, key, value) => {
                key.names(visit);
                value.names(visit);
            }
        }
    }
}

impl Signature {
    /// Puts types in the place of type parameters; its own are its own.
    #[must_use]
    pub fn substitute(&self, with: &Substitution) -> Self {
        let mut with = with.clone();
        for own in &self.type_params {
            with.remove(&own.name);
        }
        let sub = |ty: &Option<Ty>| ty.as_ref().map(|ty| ty.substitute(&with));
        Self {
            type_params: self
                .type_params
                .iter()
                .map(|own| TypeParam {
                    name: own.name.clone(),
                    constraint: sub(&own.constraint),
                    default: sub(&own.default),
                })
                .collect(),
            params: self
                .params
                .iter()
                .map(|param| Param {
                    ty: sub(&param.ty),
                    ..param.clone()
                })
                .collect(),
            ret: sub(&self.ret),
        }
    }

    fn names(&self, visit: &mut dyn FnMut(&str)) {
        let mut inner = |name: &str| {
            if !self.type_params.iter().any(|own| own.name == name) {
                visit(name);
            }
        };
        for own in &self.type_params {
            own.constraint
                .iter()
                .chain(&own.default)
                .for_each(|ty| ty.names(&mut inner));
        }
        self.params
            .iter()
            .filter_map(|param| param.ty.as_ref())
            .for_each(|ty| ty.names(&mut inner));
        if let Some(ty) = &self.ret {
            ty.names(&mut inner);
        }
    }
}

/// The base type of a literal type.
#[must_use]
pub fn literal_kind(text: &str) -> Option<&'static str> {
    let first = text.chars().next()?;
    let digits = text.strip_prefix('-').unwrap_or(text);
    if matches!(first, '"' | '\'' | '`') {
        Some("string")
    } else if matches!(text, "true" | "false") {
        Some("boolean")
    } else if digits.starts_with(|c: char| c.is_ascii_digit()) {
        Some(if digits.ends_with('n') && !digits.starts_with("0x") {
            "bigint"
        } else {
            "number"
        })
    } else {
        None
    }
}
