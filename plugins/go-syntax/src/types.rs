//! What is known of a type.

use std::fmt::Write as _;

/// A type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ty {
    /// Nothing is known.
    Unknown,
    /// The type of `nil`.
    Nil,
    /// An untyped constant: `bool`, `int`, `rune`, `float64`, `complex128` or
    /// `string`, which it becomes if nothing else is asked of it.
    Untyped(&'static str),
    /// A predeclared type.
    Basic(String),
    /// A declared one: import path, name, type arguments.
    Named(String, String, Vec<Ty>),
    /// A type parameter.
    Param(String),
    /// `*T`.
    Pointer(Box<Ty>),
    /// `[]T`.
    Slice(Box<Ty>),
    /// `[n]T`; the length as it is written.
    Array(String, Box<Ty>),
    /// `map[K]V`.
    Map(Box<Ty>, Box<Ty>),
    /// A channel, with its direction.
    Chan(&'static str, Box<Ty>),
    /// A function.
    Func(Box<FuncTy>),
    /// A struct without a name: its fields.
    Struct(Vec<(String, Ty)>),
    /// An interface without a name: its methods. None at all is `any`.
    Interface(Vec<(String, FuncTy)>),
    /// Several results.
    Tuple(Vec<Ty>),
    /// A package, by its import path.
    Package(String),
    /// A type where a value might stand.
    Type(Box<Ty>),
}

/// A function's type.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FuncTy {
    /// Parameters with their names, if they have any.
    pub params: Vec<(String, Ty)>,
    /// Whether the last parameter, here a slice, takes any number.
    pub variadic: bool,
    /// Results with their names, if they have any.
    pub results: Vec<(String, Ty)>,
}

/// The predeclared types.
pub const BASIC: [&str; 22] = [
    "any",
    "bool",
    "byte",
    "comparable",
    "complex128",
    "complex64",
    "error",
    "float32",
    "float64",
    "int",
    "int16",
    "int32",
    "int64",
    "int8",
    "rune",
    "string",
    "uint",
    "uint16",
    "uint32",
    "uint64",
    "uint8",
    "uintptr",
];

impl Ty {
    /// A predeclared type.
    #[must_use]
    pub fn basic(name: &str) -> Self {
        Self::Basic(name.to_owned())
    }

    /// Whether anything is known.
    #[must_use]
    pub fn known(&self) -> bool {
        *self != Self::Unknown
    }

    /// Whether it is this predeclared type.
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        matches!(self, Self::Basic(own) if canonical(own) == canonical(name))
    }

    /// What a constant becomes when a variable takes it.
    #[must_use]
    pub fn defaulted(self) -> Self {
        match self {
            Self::Untyped(name) => Self::basic(name),
            other => other,
        }
    }

    /// Whether two types are one: `byte` is `uint8`.
    #[must_use]
    pub fn same(&self, other: &Self) -> bool {
        let pairs =
            |a: &[Self], b: &[Self]| a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.same(b));
        match (self, other) {
            (Self::Basic(a), Self::Basic(b)) => canonical(a) == canonical(b),
            (Self::Interface(a), Self::Basic(b)) | (Self::Basic(b), Self::Interface(a)) => {
                a.is_empty() && b == "any"
            }
            (Self::Named(p, a, x), Self::Named(q, b, y)) => p == q && a == b && pairs(x, y),
            (Self::Pointer(a), Self::Pointer(b)) | (Self::Slice(a), Self::Slice(b)) => a.same(b),
            (Self::Array(m, a), Self::Array(n, b)) => m == n && a.same(b),
            (Self::Map(k, a), Self::Map(l, b)) => k.same(l) && a.same(b),
            (Self::Chan(d, a), Self::Chan(e, b)) => d == e && a.same(b),
            (Self::Tuple(a), Self::Tuple(b)) => pairs(a, b),
            (Self::Func(a), Self::Func(b)) => a.same(b),
            _ => self == other,
        }
    }

    /// Whether it is a predeclared number's type.
    #[must_use]
    pub fn is_number(&self) -> bool {
        self.is_integer()
            || self.is_float()
            || matches!(self, Self::Basic(b) if b.starts_with("complex"))
    }

    /// Whether it is a predeclared integer's type.
    #[must_use]
    pub fn is_integer(&self) -> bool {
        match self {
            Self::Basic(name) => {
                name.starts_with("int")
                    || name.starts_with("uint")
                    || name == "byte"
                    || name == "rune"
            }
            Self::Untyped(name) => matches!(*name, "int" | "rune"),
            _ => false,
        }
    }

    /// Whether it is a predeclared floating-point number's type.
    #[must_use]
    pub fn is_float(&self) -> bool {
        match self {
            Self::Basic(name) => name.starts_with("float"),
            Self::Untyped(name) => *name == "float64",
            _ => false,
        }
    }

    /// As source, with what stands before a name of a package told by `qualify`.
    #[must_use]
    pub fn print(&self, qualify: &mut dyn FnMut(&str) -> String) -> String {
        match self {
            Self::Unknown | Self::Package(_) => "any".to_owned(),
            Self::Nil => "any".to_owned(),
            Self::Untyped(name) => (*name).to_owned(),
            Self::Basic(name) | Self::Param(name) => name.clone(),
            Self::Named(package, name, args) => {
                let mut text = qualify(package);
                if !text.is_empty() {
                    text.push('.');
                }
                text.push_str(name);
                if !args.is_empty() {
                    let args: Vec<_> = args.iter().map(|arg| arg.print(qualify)).collect();
                    let _ = write!(text, "[{}]", args.join(", "));
                }
                text
            }
            Self::Pointer(inner) => format!("*{}", inner.print(qualify)),
            Self::Slice(inner) => format!("[]{}", inner.print(qualify)),
            Self::Array(length, inner) => format!("[{length}]{}", inner.print(qualify)),
            Self::Map(key, value) => {
                format!("map[{}]{}", key.print(qualify), value.print(qualify))
            }
            Self::Chan(direction, inner) => format!("{direction} {}", inner.print(qualify)),
            Self::Func(func) => format!("func{}", func.print(qualify)),
            Self::Struct(fields) => {
                let fields: Vec<_> = fields
                    .iter()
                    .map(|(name, ty)| format!("{name} {}", ty.print(qualify)))
                    .collect();
                if fields.is_empty() {
                    "struct{}".to_owned()
                } else {
                    format!("struct{{ {} }}", fields.join("; "))
                }
            }
            Self::Interface(methods) if methods.is_empty() => "any".to_owned(),
            Self::Interface(methods) => {
                let methods: Vec<_> = methods
                    .iter()
                    .map(|(name, func)| format!("{name}{}", func.print(qualify)))
                    .collect();
                format!("interface{{ {} }}", methods.join("; "))
            }
            Self::Tuple(parts) => {
                let parts: Vec<_> = parts.iter().map(|part| part.print(qualify)).collect();
                format!("({})", parts.join(", "))
            }
            Self::Type(inner) => inner.print(qualify),
        }
    }

    /// Puts types in the place of type parameters.
    #[must_use]
    pub fn substitute(&self, with: &[(String, Ty)]) -> Self {
        if with.is_empty() {
            return self.clone();
        }
        let boxed = |ty: &Self| Box::new(ty.substitute(with));
        match self {
            Self::Param(name) => with
                .iter()
                .find(|(param, _)| param == name)
                .map_or_else(|| self.clone(), |(_, ty)| ty.clone()),
            Self::Named(package, name, args) => Self::Named(
                package.clone(),
                name.clone(),
                args.iter().map(|arg| arg.substitute(with)).collect(),
            ),
            Self::Pointer(inner) => Self::Pointer(boxed(inner)),
            Self::Slice(inner) => Self::Slice(boxed(inner)),
            Self::Array(length, inner) => Self::Array(length.clone(), boxed(inner)),
            Self::Map(key, value) => Self::Map(boxed(key), boxed(value)),
            Self::Chan(direction, inner) => Self::Chan(direction, boxed(inner)),
            Self::Func(func) => Self::Func(Box::new(func.substitute(with))),
            Self::Tuple(parts) => {
                Self::Tuple(parts.iter().map(|part| part.substitute(with)).collect())
            }
            other => other.clone(),
        }
    }
}

impl FuncTy {
    /// The results as one type.
    #[must_use]
    pub fn result(&self) -> Ty {
        match &self.results[..] {
            [(_, one)] => one.clone(),
            many => Ty::Tuple(many.iter().map(|(_, ty)| ty.clone()).collect()),
        }
    }

    fn same(&self, other: &Self) -> bool {
        let pairs = |a: &[(String, Ty)], b: &[(String, Ty)]| {
            a.len() == b.len() && a.iter().zip(b).all(|((_, a), (_, b))| a.same(b))
        };
        self.variadic == other.variadic
            && pairs(&self.params, &other.params)
            && pairs(&self.results, &other.results)
    }

    /// See [`Ty::substitute`].
    #[must_use]
    pub fn substitute(&self, with: &[(String, Ty)]) -> Self {
        let each = |list: &[(String, Ty)]| {
            list.iter()
                .map(|(name, ty)| (name.clone(), ty.substitute(with)))
                .collect()
        };
        Self {
            params: each(&self.params),
            variadic: self.variadic,
            results: each(&self.results),
        }
    }

    /// As source, from `(` on.
    #[must_use]
    pub fn print(&self, qualify: &mut dyn FnMut(&str) -> String) -> String {
        let last = self.params.len().saturating_sub(1);
        let mut params = Vec::new();
        for (index, (name, ty)) in self.params.iter().enumerate() {
            let ty = match ty {
                Ty::Slice(inner) if self.variadic && index == last => {
                    format!("...{}", inner.print(qualify))
                }
                ty => ty.print(qualify),
            };
            params.push(if name.is_empty() {
                ty
            } else {
                format!("{name} {ty}")
            });
        }
        let mut text = format!("({})", params.join(", "));
        let results: Vec<_> = self
            .results
            .iter()
            .map(|(name, ty)| {
                let ty = ty.print(qualify);
                if name.is_empty() {
                    ty
                } else {
                    format!("{name} {ty}")
                }
            })
            .collect();
        match &self.results[..] {
            [] => {}
            [(name, _)] if name.is_empty() => {
                let _ = write!(text, " {}", results[0]);
            }
            _ => {
                let _ = write!(text, " ({})", results.join(", "));
            }
        }
        text
    }
}

fn canonical(name: &str) -> &str {
    match name {
        "byte" => "uint8",
        "rune" => "int32",
        name => name,
    }
}
