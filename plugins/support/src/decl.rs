//! What a file declares: namespaces, types and their members.
//!
//! A single forward pass over the tokens. What does not look like a
//! declaration is skipped to the next `;` or past the next block.

use crate::source::Source;
use std::ops::Range;

/// What a declaration is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are C#'s own")]
pub enum DeclKind {
    Namespace,
    Class,
    Struct,
    Interface,
    Record,
    RecordStruct,
    Enum,
    Delegate,
    Method,
    Constructor,
    Destructor,
    Operator,
    Property,
    Indexer,
    Field,
    Event,
    EnumMember,
}

impl DeclKind {
    /// Whether it declares a type.
    #[must_use]
    pub fn is_type(self) -> bool {
        use DeclKind as K;
        matches!(
            self,
            K::Class
                | K::Struct
                | K::Interface
                | K::Record
                | K::RecordStruct
                | K::Enum
                | K::Delegate
        )
    }

    /// Whether it is a member of a type.
    #[must_use]
    pub fn is_member(self) -> bool {
        self != Self::Namespace && !self.is_type()
    }

    /// Whether it declares a value type.
    #[must_use]
    pub fn is_value_type(self) -> bool {
        matches!(self, Self::Struct | Self::RecordStruct | Self::Enum)
    }
}

/// A declaration. All ranges and indices count tokens.
#[derive(Clone, Debug)]
pub struct Decl {
    /// What it is.
    pub kind: DeclKind,
    /// From its attributes to its last token.
    pub tokens: Range<usize>,
    /// The modifiers; empty at the place where they would go.
    pub modifiers: Range<usize>,
    /// The type of a field, property, parameterless member or return value;
    /// empty for types, namespaces and constructors.
    pub ty: Range<usize>,
    /// Its name; the last part of a qualified one.
    pub name: usize,
    /// The tokens between `<` and `>`; empty without type parameters.
    pub type_params: Range<usize>,
    /// `(` or `[` of its parameter list.
    pub params: Option<usize>,
    /// What follows `:` in a type's head.
    pub bases: Range<usize>,
    /// `{` of its body, or of a property's accessors.
    pub body: Option<usize>,
    /// `=>` of an expression body.
    pub arrow: Option<usize>,
    /// `=` of an initialiser.
    pub init: Option<usize>,
    /// Where the declaration around it stands in [`Source::decls`].
    pub parent: Option<usize>,
    /// Whether it implements an interface's member by its qualified name.
    pub explicit: bool,
}

const MODIFIERS: [&str; 21] = [
    "public",
    "private",
    "protected",
    "internal",
    "static",
    "readonly",
    "sealed",
    "abstract",
    "virtual",
    "override",
    "async",
    "extern",
    "unsafe",
    "new",
    "partial",
    "const",
    "volatile",
    "required",
    "file",
    "ref",
    "fixed",
];

pub(crate) fn read(source: &Source) -> Vec<Decl> {
    let mut reader = Reader {
        source,
        decls: Vec::new(),
    };
    let end = source.tokens().len();
    let mut work = vec![(0, end, None)];
    // A list of bodies instead of recursion: nesting is the input's to choose.
    while let Some((from, to, parent)) = work.pop() {
        reader.body(from, to, parent, &mut work);
    }
    let mut order: Vec<usize> = (0..reader.decls.len()).collect();
    order.sort_by_key(|&i| {
        (
            reader.decls[i].tokens.start,
            std::cmp::Reverse(reader.decls[i].tokens.end),
        )
    });
    let mut place = vec![0; order.len()];
    for (new, &old) in order.iter().enumerate() {
        place[old] = new;
    }
    order
        .iter()
        .map(|&old| {
            let mut decl = reader.decls[old].clone();
            decl.parent = decl.parent.map(|p| place[p]);
            decl
        })
        .collect()
}

struct Reader<'a> {
    source: &'a Source,
    decls: Vec<Decl>,
}

type Work = Vec<(usize, usize, Option<usize>)>;

impl Reader<'_> {
    fn body(&mut self, from: usize, to: usize, parent: Option<usize>, work: &mut Work) {
        let inside_enum = parent.is_some_and(|p| self.decls[p].kind == DeclKind::Enum);
        let mut at = from;
        while at < to {
            let next = if inside_enum {
                self.enum_member(at, to, parent)
            } else {
                self.one(at, to, parent, work)
            };
            at = next.max(at + 1);
        }
    }

    fn push(&mut self, decl: Decl) -> usize {
        self.decls.push(decl);
        self.decls.len() - 1
    }

    fn enum_member(&mut self, at: usize, to: usize, parent: Option<usize>) -> usize {
        let s = self.source;
        let mut name = at;
        while s.is(name, "[") {
            name = s.partner(name).map_or(to, |p| p + 1);
        }
        let mut end = name;
        while end < to && !s.is(end, ",") {
            end = s.partner(end).filter(|p| *p > end).unwrap_or(end) + 1;
        }
        if s.is_word(name) && name < to {
            let init = s.is(name + 1, "=").then_some(name + 1);
            let decl = Decl {
                tokens: at..end.min(to),
                init,
                ..blank(DeclKind::EnumMember, at, name, parent)
            };
            self.push(decl);
        }
        end + 1
    }

    fn one(&mut self, first: usize, to: usize, parent: Option<usize>, work: &mut Work) -> usize {
        let s = self.source;
        let mut at = first;
        while s.is(at, "[") {
            at = s.partner(at).map_or(to, |p| p + 1);
        }
        let modifiers_from = at;
        while MODIFIERS.contains(&s.word(at)) && (s.is_word(at + 1) || s.is(at + 1, "(")) {
            at += 1;
        }
        let modifiers = modifiers_from..at;
        let kind = match s.word(at) {
            "using" | "extern" | "global" => return self.past(at, to),
            "namespace" => return self.namespace(first, at, to, parent, work),
            "class" => Some(DeclKind::Class),
            "struct" => Some(DeclKind::Struct),
            "interface" => Some(DeclKind::Interface),
            "enum" => Some(DeclKind::Enum),
            "record" if s.is_word(at + 1) && s.word(at + 1) == "struct" => {
                at += 1;
                Some(DeclKind::RecordStruct)
            }
            "record" if s.is_word(at + 1) => {
                at += usize::from(s.is(at + 1, "class"));
                Some(DeclKind::Record)
            }
            _ => None,
        };
        if let Some(kind) = kind.filter(|_| s.is_word(at + 1)) {
            return self.type_decl(kind, first, modifiers, at + 1, to, parent, work);
        }
        self.member(first, modifiers, at, to, parent)
    }

    fn namespace(
        &mut self,
        first: usize,
        at: usize,
        to: usize,
        parent: Option<usize>,
        work: &mut Work,
    ) -> usize {
        let s = self.source;
        let mut end = at + 1;
        while s.is_word(end) || s.is(end, ".") {
            end += 1;
        }
        let mut decl = blank(DeclKind::Namespace, first, end - 1, parent);
        decl.ty = at + 1..end;
        let (from, close) = if s.is(end, ";") {
            (end + 1, to)
        } else if let Some(close) = s.partner(end).filter(|_| s.is(end, "{")) {
            decl.body = Some(end);
            (end + 1, close)
        } else {
            return end;
        };
        decl.tokens = first..(close + usize::from(decl.body.is_some())).min(to.max(close));
        let index = self.push(decl);
        work.push((from, close, Some(index)));
        close + 1
    }

    #[allow(clippy::too_many_arguments, reason = "the state of one pass")]
    fn type_decl(
        &mut self,
        kind: DeclKind,
        first: usize,
        modifiers: Range<usize>,
        name: usize,
        to: usize,
        parent: Option<usize>,
        work: &mut Work,
    ) -> usize {
        let s = self.source;
        let mut decl = blank(kind, first, name, parent);
        decl.modifiers = modifiers;
        let mut at = name + 1;
        if let Some(end) = s.type_args_end(at) {
            decl.type_params = at + 1..end - 1;
            at = end;
        }
        if s.is(at, "(") {
            decl.params = Some(at);
            at = s.partner(at).map_or(at + 1, |p| p + 1);
        }
        if s.is(at, ":") {
            let from = at + 1;
            while at < to && !matches!(s.word(at), "{" | ";" | "where") {
                at = s.partner(at).filter(|p| *p > at).unwrap_or(at) + 1;
            }
            decl.bases = from..at;
        }
        while at < to && !matches!(s.word(at), "{" | ";") {
            at = s.partner(at).filter(|p| *p > at).unwrap_or(at) + 1;
        }
        let mut end = at + 1;
        let mut inner = None;
        if s.is(at, "{") {
            let close = s.partner(at).unwrap_or(to);
            decl.body = Some(at);
            inner = Some((at + 1, close));
            end = close + 1;
        }
        decl.tokens = first..end.min(to);
        let index = self.push(decl);
        if let Some((from, close)) = inner {
            work.push((from, close.min(to), Some(index)));
        }
        end
    }

    fn member(
        &mut self,
        first: usize,
        modifiers: Range<usize>,
        at: usize,
        to: usize,
        parent: Option<usize>,
    ) -> usize {
        let s = self.source;
        let Some(owner) = parent
            .filter(|p| self.decls[*p].kind.is_type())
            .map(|p| self.decls[p].name)
        else {
            return if s.is(at, "delegate") {
                self.delegate(first, modifiers, at, to, parent)
            } else {
                self.past(at, to)
            };
        };
        let mut decl = blank(DeclKind::Field, first, at, parent);
        decl.modifiers = modifiers.clone();
        if s.is(at, "delegate") && !s.is(at + 1, "*") {
            return self.delegate(first, modifiers, at, to, parent);
        }
        if s.is(at, "~") && s.is_word(at + 1) {
            decl.kind = DeclKind::Destructor;
            decl.name = at + 1;
            decl.params = Some(at + 2).filter(|p| s.is(*p, "("));
            return self.finish(decl, at + 2, to);
        }
        if s.is_word(at) && s.is(at + 1, "(") && s.word(at) == s.word(owner) {
            decl.kind = DeclKind::Constructor;
            decl.params = Some(at + 1);
            return self.finish(decl, at + 1, to);
        }
        let mut ty = at;
        if s.is(at, "event") {
            decl.kind = DeclKind::Event;
            ty += 1;
        }
        if matches!(s.word(at), "implicit" | "explicit") && s.is(at + 1, "operator") {
            decl.kind = DeclKind::Operator;
            decl.name = at + 1;
            decl.params = (at..to).find(|i| s.is(*i, "("));
            return self.finish(decl.clone(), decl.params.unwrap_or(at + 1), to);
        }
        let Some(after) = s.type_end(ty) else {
            return self.past(at, to);
        };
        decl.ty = ty..after;
        if s.is(after, "operator") {
            decl.kind = DeclKind::Operator;
            decl.name = after;
            decl.params = (after..to).find(|i| s.is(*i, "("));
            return self.finish(decl.clone(), decl.params.unwrap_or(after), to);
        }
        // A qualified name (`IFoo<T>.Bar`) is an explicit implementation.
        let mut name = after;
        loop {
            let dot = s.type_args_end(name + 1).unwrap_or(name + 1);
            if !s.is_word(name) || !s.is(dot, ".") {
                break;
            }
            decl.explicit = true;
            name = dot + 1;
        }
        if !s.is_word(name) {
            return self.past(at, to);
        }
        decl.name = name;
        if s.is(name, "this") && s.is(name + 1, "[") {
            decl.kind = DeclKind::Indexer;
            decl.params = Some(name + 1);
            return self.finish(decl, name + 1, to);
        }
        let mut next = name + 1;
        if let Some(end) = s.type_args_end(next).filter(|end| s.is(*end, "(")) {
            decl.type_params = next + 1..end - 1;
            next = end;
        }
        match s.word(next) {
            "(" => {
                decl.kind = DeclKind::Method;
                decl.params = Some(next);
                self.finish(decl, next, to)
            }
            "{" | "=>" => {
                if decl.kind == DeclKind::Field {
                    decl.kind = DeclKind::Property;
                }
                self.finish(decl, next, to)
            }
            "=" | "," | ";" => self.fields(decl, next, to),
            _ => self.past(at, to),
        }
    }

    /// The declarators of a field, each a declaration of its own.
    fn fields(&mut self, decl: Decl, mut at: usize, to: usize) -> usize {
        let s = self.source;
        let mut names = vec![(decl.name, s.is(at, "=").then_some(at))];
        while at < to && !s.is(at, ";") {
            if s.is(at, ",") && s.is_word(at + 1) && matches!(s.word(at + 2), "=" | "," | ";") {
                names.push((at + 1, s.is(at + 2, "=").then_some(at + 2)));
            }
            at = s
                .type_args_end(at)
                .unwrap_or_else(|| s.partner(at).filter(|p| *p > at).unwrap_or(at) + 1);
        }
        let end = (at + 1).min(to);
        for (name, init) in names {
            self.push(Decl {
                name,
                init,
                tokens: decl.tokens.start..end,
                ..decl.clone()
            });
        }
        end
    }

    fn delegate(
        &mut self,
        first: usize,
        modifiers: Range<usize>,
        at: usize,
        to: usize,
        parent: Option<usize>,
    ) -> usize {
        let s = self.source;
        let Some(name) = s.type_end(at + 1).filter(|n| s.is_word(*n)) else {
            return self.past(at, to);
        };
        let mut decl = blank(DeclKind::Delegate, first, name, parent);
        decl.modifiers = modifiers;
        decl.ty = at + 1..name;
        let mut next = name + 1;
        if let Some(end) = s.type_args_end(next) {
            decl.type_params = next + 1..end - 1;
            next = end;
        }
        decl.params = Some(next).filter(|p| s.is(*p, "("));
        self.finish(decl, next, to)
    }

    /// Reads on from a parameter list or body and records the declaration.
    fn finish(&mut self, mut decl: Decl, mut at: usize, to: usize) -> usize {
        let s = self.source;
        let end = loop {
            if at >= to {
                break to;
            }
            match s.word(at) {
                ";" => break at + 1,
                "=>" => {
                    decl.arrow = Some(at);
                    break self.past_semicolon(at, to);
                }
                "{" => {
                    decl.body = Some(at);
                    let close = s.partner(at).unwrap_or(to);
                    if s.is(close + 1, "=") && decl.kind == DeclKind::Property {
                        decl.init = Some(close + 1);
                        break self.past_semicolon(close + 1, to);
                    }
                    break close + 1;
                }
                _ => at = s.partner(at).filter(|p| *p > at).unwrap_or(at) + 1,
            }
        };
        decl.tokens.end = end.min(to);
        self.push(decl);
        end
    }

    fn past_semicolon(&self, mut at: usize, to: usize) -> usize {
        let s = self.source;
        while at < to && !s.is(at, ";") {
            at = s.partner(at).filter(|p| *p > at).unwrap_or(at) + 1;
        }
        at + 1
    }

    /// Past something that is no declaration we know.
    fn past(&self, mut at: usize, to: usize) -> usize {
        let s = self.source;
        while at < to {
            match s.word(at) {
                ";" => return at + 1,
                "{" => return s.partner(at).unwrap_or(at) + 1,
                _ => at = s.partner(at).filter(|p| *p > at).unwrap_or(at) + 1,
            }
        }
        to
    }
}

fn blank(kind: DeclKind, first: usize, name: usize, parent: Option<usize>) -> Decl {
    Decl {
        kind,
        tokens: first..name + 1,
        modifiers: first..first,
        ty: name..name,
        name,
        type_params: name..name,
        params: None,
        bases: name..name,
        body: None,
        arrow: None,
        init: None,
        parent,
        explicit: false,
    }
}

#[cfg(test)]
mod tests;
