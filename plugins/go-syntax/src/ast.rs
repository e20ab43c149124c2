//! Go's syntax trees. Types are expressions, as in Go's own packages.

use std::ops::Range;

/// A half-open range of bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs, reason = "as in a range")]
pub struct Span {
    pub start: usize,
    pub end: usize,
}

impl Span {
    /// From one byte to before another.
    #[must_use]
    pub fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// As a range of indices.
    #[must_use]
    pub fn range(self) -> Range<usize> {
        self.start..self.end
    }

    /// As the contract counts bytes.
    #[must_use]
    pub fn bytes(self) -> Range<u32> {
        let byte = |at| u32::try_from(at).unwrap_or(u32::MAX);
        byte(self.start)..byte(self.end)
    }

    /// Whether a byte is inside or at the end.
    #[must_use]
    pub fn holds(self, at: usize) -> bool {
        self.start <= at && at <= self.end
    }

    /// From here to the end of another.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self::new(self.start, other.end)
    }
}

/// A name where it stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "as it says")]
pub struct Ident {
    pub name: String,
    pub span: Span,
}

/// An expression or a type.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "as it says")]
pub struct Expr {
    pub kind: ExprKind,
    pub span: Span,
}

/// What a literal is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "Go's own words")]
pub enum Lit {
    Int,
    Float,
    Imag,
    Char,
    Str,
}

/// The forms of expressions and types.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "as in Go's specification")]
pub enum ExprKind {
    Bad,
    Name(String),
    Lit(Lit),
    Composite {
        of: Option<Box<Expr>>,
        elements: Vec<Element>,
    },
    Func(Box<FuncLit>),
    Paren(Box<Expr>),
    Selector(Box<Expr>, Ident),
    Index(Box<Expr>, Vec<Expr>),
    Slice(Box<Expr>, Vec<Expr>),
    /// `x.(T)`; no type for `x.(type)`.
    Assert(Box<Expr>, Option<Box<Expr>>),
    Call(Box<Call>),
    Star(Box<Expr>),
    Unary(&'static str, Box<Expr>),
    Binary(Box<Binary>),
    /// `[]T`.
    SliceType(Box<Expr>),
    /// `[n]T`; no length for `[...]T`.
    ArrayType(Option<Box<Expr>>, Box<Expr>),
    MapType(Box<Expr>, Box<Expr>),
    /// The direction: `chan`, `<-chan` or `chan<-`.
    ChanType(&'static str, Box<Expr>),
    FuncType(Box<Signature>),
    StructType(Vec<Field>),
    InterfaceType(Vec<Method>),
    /// `...T` in a parameter list.
    Ellipsis(Option<Box<Expr>>),
}

/// An element of a composite literal.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "as it says")]
pub struct Element {
    pub key: Option<Expr>,
    pub value: Expr,
}

/// A call or conversion.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "as it says")]
pub struct Call {
    pub callee: Expr,
    pub args: Vec<Expr>,
    /// `...` after the last argument.
    pub spread: bool,
    /// From `(` to past `)`.
    pub parens: Span,
}

/// An operation with two operands.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "as it says")]
pub struct Binary {
    pub op: String,
    pub op_span: Span,
    pub left: Expr,
    pub right: Expr,
}

/// A function literal.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "as it says")]
pub struct FuncLit {
    pub signature: Signature,
    pub body: Block,
}

/// Parameters and results.
#[derive(Clone, Debug, Default)]
pub struct Signature {
    /// Parameters.
    pub params: Vec<Param>,
    /// Results.
    pub results: Vec<Param>,
    /// From `(` to past the last result.
    pub span: Span,
}

/// A parameter or result.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "as it says")]
pub struct Param {
    pub name: Option<Ident>,
    pub ty: Expr,
}

/// A struct's field; an embedded one has no name.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "as it says")]
pub struct Field {
    pub name: Option<Ident>,
    pub ty: Expr,
}

/// A method of an interface, or an embedded element, which has no name.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "as it says")]
pub struct Method {
    pub name: Option<Ident>,
    pub signature: Signature,
    /// What is embedded.
    pub embedded: Option<Expr>,
}

/// Statements in braces.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs, reason = "as it says")]
pub struct Block {
    pub stmts: Vec<Stmt>,
    pub span: Span,
}

/// A statement.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "as it says")]
pub struct Stmt {
    pub kind: StmtKind,
    pub span: Span,
}

/// The forms of statements.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "as in Go's specification")]
pub enum StmtKind {
    Bad,
    Empty,
    Decl(GenDecl),
    Expr(Expr),
    Send(Expr, Expr),
    IncDec(Expr),
    Assign(Assign),
    Go(Expr),
    Defer(Expr),
    Return(Vec<Expr>),
    /// `break`, `continue`, `goto`, `fallthrough`.
    Branch(Option<Ident>),
    Block(Block),
    If(Box<If>),
    Switch(Box<Switch>),
    TypeSwitch(Box<TypeSwitch>),
    Select(Vec<Clause>),
    For(Box<For>),
    Range(Box<RangeStmt>),
    Labeled(Ident, Box<Stmt>),
}

/// `a, b := f()`, `x += 1`.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "as it says")]
pub struct Assign {
    pub left: Vec<Expr>,
    /// `=`, `:=` or an operator's.
    pub op: String,
    pub op_span: Span,
    pub right: Vec<Expr>,
}

/// An `if`.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "as it says")]
pub struct If {
    pub init: Option<Stmt>,
    pub cond: Option<Expr>,
    pub body: Block,
    pub otherwise: Option<Stmt>,
}

/// A `switch` over values.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "as it says")]
pub struct Switch {
    pub init: Option<Stmt>,
    pub tag: Option<Expr>,
    pub clauses: Vec<Clause>,
}

/// A `switch` over types.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "as it says")]
pub struct TypeSwitch {
    pub init: Option<Stmt>,
    pub bind: Option<Ident>,
    pub subject: Expr,
    pub clauses: Vec<Clause>,
}

/// A `case` or `default`.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "as it says")]
pub struct Clause {
    /// Empty for `default`.
    pub cases: Vec<Expr>,
    /// What a `select`'s case does.
    pub comm: Option<Stmt>,
    pub body: Vec<Stmt>,
    pub is_default: bool,
    pub span: Span,
}

/// A `for` without `range`.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "as it says")]
pub struct For {
    pub init: Option<Stmt>,
    pub cond: Option<Expr>,
    pub post: Option<Stmt>,
    pub body: Block,
}

/// A `for` with `range`.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "as it says")]
pub struct RangeStmt {
    pub key: Option<Expr>,
    pub value: Option<Expr>,
    /// `:=` rather than `=`.
    pub define: bool,
    pub op_span: Span,
    /// Of the word `range`.
    pub range_span: Span,
    pub over: Expr,
    pub body: Block,
}

/// What a declaration declares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "Go's own words")]
pub enum DeclKind {
    Const,
    Var,
    Type,
}

/// `const`, `var` or `type` with one specification or a group.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "as it says")]
pub struct GenDecl {
    pub kind: DeclKind,
    pub specs: Vec<Spec>,
    pub grouped: bool,
    pub span: Span,
}

/// `a, b T = x, y`, or `T[P] U`.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "as it says")]
pub struct Spec {
    pub names: Vec<Ident>,
    pub type_params: Vec<Param>,
    pub ty: Option<Expr>,
    pub values: Vec<Expr>,
    pub alias: bool,
    pub span: Span,
}

/// An import.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "as it says")]
pub struct Import {
    pub alias: Option<Ident>,
    pub path: String,
    pub span: Span,
}

/// `import "a"` or `import ( … )`.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "as it says")]
pub struct ImportDecl {
    pub imports: Vec<Import>,
    pub grouped: bool,
    pub span: Span,
}

/// A function or method.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "as it says")]
pub struct Func {
    pub receiver: Option<Param>,
    pub name: Ident,
    pub type_params: Vec<Param>,
    pub signature: Signature,
    pub body: Option<Block>,
    pub span: Span,
}

impl Func {
    /// The name of the type whose method it is.
    #[must_use]
    pub fn receiver_type(&self) -> Option<&str> {
        base_name(&self.receiver.as_ref()?.ty)
    }

    /// Whether the receiver is a pointer.
    #[must_use]
    pub fn by_pointer(&self) -> bool {
        matches!(
            self.receiver.as_ref().map(|r| &r.ty.kind),
            Some(ExprKind::Star(_))
        )
    }
}

/// The name in `T`, `*T`, `T[P]`, `(*T)`, `p.T`.
#[must_use]
pub fn base_name(ty: &Expr) -> Option<&str> {
    let mut ty = ty;
    loop {
        match &ty.kind {
            ExprKind::Star(inner) | ExprKind::Paren(inner) | ExprKind::Index(inner, _) => {
                ty = inner;
            }
            ExprKind::Name(name) => return Some(name),
            ExprKind::Selector(_, name) => return Some(&name.name),
            _ => return None,
        }
    }
}

/// A declaration at the top of a file.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "as it says")]
pub enum Decl {
    Gen(GenDecl),
    Func(Box<Func>),
}

impl Decl {
    /// Where it stands.
    #[must_use]
    pub fn span(&self) -> Span {
        match self {
            Self::Gen(decl) => decl.span,
            Self::Func(func) => func.span,
        }
    }
}

/// A parsed file.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs, reason = "as it says")]
pub struct Tree {
    pub package: Ident,
    pub import_decls: Vec<ImportDecl>,
    pub decls: Vec<Decl>,
    pub comments: Vec<Span>,
    /// How many places the parser could not read.
    pub errors: usize,
}

impl Tree {
    /// All imports.
    pub fn imports(&self) -> impl Iterator<Item = &Import> {
        self.import_decls.iter().flat_map(|decl| &decl.imports)
    }

    /// All functions and methods.
    pub fn funcs(&self) -> impl Iterator<Item = &Func> {
        self.decls.iter().filter_map(|decl| match decl {
            Decl::Func(func) => Some(&**func),
            Decl::Gen(_) => None,
        })
    }

    /// All other declarations.
    pub fn gens(&self) -> impl Iterator<Item = &GenDecl> {
        self.decls.iter().filter_map(|decl| match decl {
            Decl::Gen(decl) => Some(decl),
            Decl::Func(_) => None,
        })
    }
}
