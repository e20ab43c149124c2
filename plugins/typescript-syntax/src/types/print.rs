//! Types as text, in the form in which TypeScript prints them.

use super::{Element, Member, MemberKind, Param, Signature, Ty, TypeParam};
use std::fmt;

impl fmt::Display for Ty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.print(None))
    }
}

impl Ty {
    /// The type on several lines: every object type takes a line for each
    /// member, indented by four more than `indent`.
    #[must_use]
    pub fn multiline(&self, indent: &str) -> String {
        self.print(Some(indent))
    }

    fn print(&self, lines: Option<&str>) -> String {
        let list = |types: &[Self], separator: &str| {
            types
                .iter()
                .map(|ty| ty.print(lines))
                .collect::<Vec<_>>()
                .join(separator)
        };
        match self {
            Self::Word(text) | Self::Raw(text) => text.clone(),
            Self::Named(name, args) if args.is_empty() => name.clone(),
            Self::Named(name, args) => format!("{name}<{}>", list(args, ", ")),
            Self::Array(ty) => format!("{}[]", ty.postfixed(lines)),
            Self::Tuple(items) => {
                let items: Vec<_> = items.iter().map(|item| item.print(lines)).collect();
                format!("[{}]", items.join(", "))
            }
            Self::Union(types) => types
                .iter()
                .map(|ty| ty.in_union(lines))
                .collect::<Vec<_>>()
                .join(" | "),
            Self::Intersection(types) => {
                let parts: Vec<_> = types
                    .iter()
                    .map(|ty| match ty {
                        Self::Union(_) => format!("({})", ty.print(lines)),
                        _ => ty.in_union(lines),
                    })
                    .collect();
                parts.join(" & ")
            }
            Self::Object(members) => object(members, lines),
            Self::Function(signature) => signature.print(" => ", lines),
            Self::Constructor(signature) => format!("new {}", signature.print(" => ", lines)),
            Self::Operator(operator, ty) => match **ty {
                Self::Union(_)
                | Self::Intersection(_)
                | Self::Function(_)
                | Self::Constructor(_)
                | Self::Conditional(_) => format!("{operator} ({})", ty.print(lines)),
                _ => format!("{operator} {}", ty.print(lines)),
            },
            Self::Index(object, index) => {
                format!("{}[{}]", object.postfixed(lines), index.print(lines))
            }
            Self::Conditional(parts) => {
                let [a, b, c, d] = &**parts;
                let (a, b) = (a.in_union(lines), b.in_union(lines));
                format!("{a} extends {b} ? {} : {}", c.print(lines), d.print(lines))
            }
            Self::Mapped(mapped) => {
                let name = mapped
                    .name
                    .as_ref()
                    .map(|ty| format!(" as {ty}"))
                    .unwrap_or_default();
                let value = mapped
                    .value
                    .as_ref()
                    .map(|ty| format!(": {ty}"))
                    .unwrap_or_default();
                format!(
                    "{{ {}[{} in {}{name}]{}{value}; }}",
                    mapped.readonly, mapped.key, mapped.over, mapped.optional
                )
            }
            Self::Query(name) => format!("typeof {name}"),
            Self::Predicate { asserts, name, ty } => {
                let asserts = if *asserts { "asserts " } else { "" };
                let is = ty
                    .as_ref()
                    .map(|ty| format!(" is {ty}"))
                    .unwrap_or_default();
                format!("{asserts}{name}{is}")
            }
        }
    }

    fn postfixed(&self, lines: Option<&str>) -> String {
        match self {
            Self::Union(_)
            | Self::Intersection(_)
            | Self::Function(_)
            | Self::Constructor(_)
            | Self::Conditional(_)
            | Self::Operator(..)
            | Self::Query(_) => format!("({})", self.print(lines)),
            Self::Raw(text) if text.contains([' ', '|', '&']) => format!("({text})"),
            _ => self.print(lines),
        }
    }

    fn in_union(&self, lines: Option<&str>) -> String {
        match self {
            Self::Function(_) | Self::Constructor(_) | Self::Conditional(_) => {
                format!("({})", self.print(lines))
            }
            _ => self.print(lines),
        }
    }
}

fn object(members: &[Member], lines: Option<&str>) -> String {
    if members.is_empty() {
        return "{}".to_owned();
    }
    if let Some(indent) = lines {
        let inner = format!("{indent}    ");
        let members: String = members
            .iter()
            .map(|member| format!("{inner}{};\n", member.print(Some(&inner))))
            .collect();
        return format!("{{\n{members}{indent}}}");
    }
    let mut text = "{".to_owned();
    for member in members {
        // TypeScript prints an index signature right after the `;` before it.
        if !matches!(member.kind, MemberKind::Index(..)) || text == "{" {
            text.push(' ');
        }
        text.push_str(&member.print(None));
        text.push(';');
    }
    text + " }"
}

impl Element {
    fn print(&self, lines: Option<&str>) -> String {
        let rest = if self.rest { "..." } else { "" };
        let ty = self.ty.print(lines);
        match &self.label {
            Some(label) => format!(
                "{rest}{label}{}: {ty}",
                if self.optional { "?" } else { "" }
            ),
            None => format!("{rest}{ty}{}", if self.optional { "?" } else { "" }),
        }
    }
}

impl Member {
    fn print(&self, lines: Option<&str>) -> String {
        let typed = |ty: &Option<Ty>| {
            ty.as_ref()
                .map(|ty| format!(": {}", ty.print(lines)))
                .unwrap_or_default()
        };
        let readonly = if self.readonly { "readonly " } else { "" };
        let optional = if self.optional { "?" } else { "" };
        let key = &self.key;
        match &self.kind {
            MemberKind::Property(ty) => format!("{readonly}{key}{optional}{}", typed(ty)),
            MemberKind::Method(signature) => {
                format!("{key}{optional}{}", signature.print(": ", lines))
            }
            MemberKind::Getter(ty) => format!("get {key}(){}", typed(ty)),
            MemberKind::Setter(name, ty) => format!("set {key}({name}{})", typed(ty)),
            MemberKind::Call(signature) => signature.print(": ", lines),
            MemberKind::Construct(signature) => format!("new{}", signature.print(": ", lines)),
            MemberKind::Index(name, key, value) => {
                format!(
                    "{readonly}[{name}: {}]: {}",
                    key.print(lines),
                    value.print(lines)
                )
            }
        }
    }
}

impl Signature {
    /// Parameters and return type with `arrow` between them (`: ` or ` => `).
    #[must_use]
    pub fn print(&self, arrow: &str, lines: Option<&str>) -> String {
        let ret = match &self.ret {
            Some(ty) => format!("{arrow}{}", ty.print(lines)),
            None if arrow == " => " => " => any".to_owned(),
            None => String::new(),
        };
        let params: Vec<_> = self.params.iter().map(|param| param.print(lines)).collect();
        format!("{}({}){ret}", self.type_parameters(), params.join(", "))
    }

    /// `<T, U>`, or nothing.
    #[must_use]
    pub fn type_parameters(&self) -> String {
        if self.type_params.is_empty() {
            return String::new();
        }
        let params: Vec<_> = self.type_params.iter().map(TypeParam::print).collect();
        format!("<{}>", params.join(", "))
    }
}

impl TypeParam {
    fn print(&self) -> String {
        let constraint = self
            .constraint
            .as_ref()
            .map(|ty| format!(" extends {ty}"))
            .unwrap_or_default();
        let default = self
            .default
            .as_ref()
            .map(|ty| format!(" = {ty}"))
            .unwrap_or_default();
        format!("{}{constraint}{default}", self.name)
    }
}

impl Param {
    fn print(&self, lines: Option<&str>) -> String {
        let rest = if self.rest { "..." } else { "" };
        let optional = if self.optional { "?" } else { "" };
        let ty = self
            .ty
            .as_ref()
            .map(|ty| format!(": {}", ty.print(lines)))
            .unwrap_or_default();
        format!("{rest}{}{optional}{ty}", self.name)
    }
}
