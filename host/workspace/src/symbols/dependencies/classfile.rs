//! The head of a class file: what the type is called, and who may see it (Java
//! Virtual Machine Specification, chapter 4).

const PUBLIC: u16 = 0x0001;
const PROTECTED: u16 = 0x0004;
const FINAL: u16 = 0x0010;
const INTERFACE: u16 = 0x0200;
const ABSTRACT: u16 = 0x0400;
const SYNTHETIC: u16 = 0x1000;
const ANNOTATION: u16 = 0x2000;
const ENUM: u16 = 0x4000;
const MODULE: u16 = 0x8000;

/// A type that other packages may name.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Class {
    /// The package and the types around it, with dots.
    pub container: String,
    pub name: String,
    pub kind: &'static str,
    pub signature: String,
}

struct Bytes<'b> {
    rest: &'b [u8],
}

impl<'b> Bytes<'b> {
    fn take(&mut self, count: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(taken)
    }

    fn u8(&mut self) -> Option<u8> {
        Some(self.take(1)?[0])
    }

    fn u16(&mut self) -> Option<u16> {
        self.take(2)?.try_into().ok().map(u16::from_be_bytes)
    }

    fn u32(&mut self) -> Option<u32> {
        self.take(4)?.try_into().ok().map(u32::from_be_bytes)
    }

    /// An attribute: the number of its name, and its content.
    fn attribute(&mut self) -> Option<(u16, Bytes<'b>)> {
        let name = self.u16()?;
        let length = usize::try_from(self.u32()?).ok()?;
        let rest = self.take(length)?;
        Some((name, Bytes { rest }))
    }
}

/// The entries of the constant pool that name something.
#[derive(Clone, Copy)]
enum Constant<'b> {
    Text(&'b [u8]),
    Class(u16),
    Other,
}

struct Pool<'b>(Vec<Constant<'b>>);

impl<'b> Pool<'b> {
    fn read(bytes: &mut Bytes<'b>) -> Option<Self> {
        let count = bytes.u16()?;
        let mut all = vec![Constant::Other];
        while all.len() < usize::from(count) {
            let tag = bytes.u8()?;
            let constant = match tag {
                1 => {
                    let length = bytes.u16()?;
                    Constant::Text(bytes.take(usize::from(length))?)
                }
                7 => Constant::Class(bytes.u16()?),
                8 | 16 | 19 | 20 => bytes.take(2).map(|_| Constant::Other)?,
                15 => bytes.take(3).map(|_| Constant::Other)?,
                3 | 4 | 9..=12 | 17 | 18 => bytes.take(4).map(|_| Constant::Other)?,
                5 | 6 => bytes.take(8).map(|_| Constant::Other)?,
                _ => return None,
            };
            all.push(constant);
            // These take two numbers.
            if matches!(tag, 5 | 6) {
                all.push(Constant::Other);
            }
        }
        Some(Self(all))
    }

    /// Text that no name needs an escape for, as all but rare ones.
    fn text(&self, number: u16) -> Option<&'b str> {
        match self.0.get(usize::from(number))? {
            Constant::Text(text) => str::from_utf8(text).ok(),
            _ => None,
        }
    }

    /// A class's name, with slashes.
    fn class(&self, number: u16) -> Option<&'b str> {
        match self.0.get(usize::from(number))? {
            Constant::Class(name) => self.text(*name),
            _ => None,
        }
    }
}

/// Reads a class file; `Ok(None)` for a type that other packages cannot name.
///
/// # Errors
/// It is no class file, or a damaged one.
pub(super) fn read(bytes: &[u8]) -> Result<Option<Class>, &'static str> {
    let damaged = "it is not a whole class file";
    let mut bytes = Bytes { rest: bytes };
    if bytes.u32() != Some(0xCAFE_BABE) {
        return Err("it is no class file");
    }
    head(&mut bytes).ok_or(damaged)
}

/// `None` for a damaged file.
fn head(bytes: &mut Bytes<'_>) -> Option<Option<Class>> {
    bytes.take(4)?; // the version
    let pool = Pool::read(bytes)?;
    let mut flags = bytes.u16()?;
    let this = pool.class(bytes.u16()?)?;
    let base = bytes.u16()?;
    let base = pool.class(base);
    let interfaces = bytes.u16()?;
    let mut implemented = Vec::new();
    for _ in 0..interfaces {
        implemented.push(pool.class(bytes.u16()?)?);
    }
    // Fields, then methods.
    for _ in 0..2 {
        for _ in 0..bytes.u16()? {
            bytes.take(6)?;
            for _ in 0..bytes.u16()? {
                bytes.attribute()?;
            }
        }
    }
    let (mut outer, mut generic) = (None, None);
    let mut hidden = flags & MODULE != 0;
    for _ in 0..bytes.u16()? {
        let (name, mut content) = bytes.attribute()?;
        match pool.text(name) {
            Some("Signature") => generic = pool.text(content.u16()?),
            // It is declared in a method's body.
            Some("EnclosingMethod") => hidden = true,
            Some("InnerClasses") => {
                for _ in 0..content.u16()? {
                    let inner = pool.class(content.u16()?);
                    let around = content.u16()?;
                    let name = content.u16()?;
                    let own = content.u16()?;
                    if inner == Some(this) {
                        flags = own;
                        outer = pool.class(around).zip(pool.text(name));
                        hidden |= outer.is_none();
                    }
                }
            }
            _ => {}
        }
    }
    if hidden || flags & SYNTHETIC != 0 || flags & (PUBLIC | PROTECTED) == 0 {
        return Some(None);
    }
    let (container, name) = match outer {
        Some((outer, name)) => (outer.replace(['/', '$'], "."), name),
        None => match this.rsplit_once('/') {
            Some((package, name)) => (package.replace('/', "."), name),
            None => (String::new(), this),
        },
    };
    let kind = match base {
        _ if flags & INTERFACE != 0 => "interface",
        _ if flags & ENUM != 0 => "enum",
        Some("java/lang/Record") => "record",
        _ => "class",
    };
    Some(Some(Class {
        container,
        name: name.to_owned(),
        kind,
        signature: signature(flags, kind, name, generic, base, &implemented),
    }))
}

fn simple(name: &str) -> &str {
    name.rsplit(['/', '$']).next().unwrap_or(name)
}

fn signature(
    flags: u16,
    kind: &str,
    name: &str,
    generic: Option<&str>,
    base: Option<&str>,
    implemented: &[&str],
) -> String {
    let mut said = String::from(if flags & PUBLIC != 0 {
        "public "
    } else {
        "protected "
    });
    if kind == "class" && flags & ABSTRACT != 0 {
        said.push_str("abstract ");
    }
    if kind == "class" && flags & FINAL != 0 {
        said.push_str("final ");
    }
    said.push_str(if flags & ANNOTATION != 0 {
        "@interface"
    } else {
        kind
    });
    said.push(' ');
    said.push_str(name);
    let parameters = generic.map(parameters).unwrap_or_default();
    if !parameters.is_empty() {
        said.push_str(&format!("<{}>", parameters.join(", ")));
    }
    if kind == "class"
        && let Some(base) = base.filter(|base| *base != "java/lang/Object")
    {
        said.push_str(" extends ");
        said.push_str(simple(base));
    }
    let implemented: Vec<&str> = implemented.iter().map(|name| simple(name)).collect();
    if !implemented.is_empty() && flags & ANNOTATION == 0 {
        let word = if kind == "interface" {
            "extends"
        } else {
            "implements"
        };
        said.push_str(&format!(" {word} {}", implemented.join(", ")));
    }
    said
}

/// The names of the type parameters in a class's signature:
/// `<T:Ljava/lang/Object;U::Ljava/util/List<TT;>;>Ljava/lang/Object;`.
fn parameters(signature: &str) -> Vec<&str> {
    let Some(rest) = signature.strip_prefix('<') else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut start = Some(0);
    let mut depth = 0_usize;
    for (at, c) in rest.char_indices() {
        match c {
            '<' => depth += 1,
            '>' if depth == 0 => break,
            '>' => depth -= 1,
            ':' if depth == 0 => {
                if let Some(start) = start.take() {
                    found.extend(rest.get(start..at).filter(|name| !name.is_empty()));
                }
            }
            // Another bound of this parameter, or the next one's name.
            ';' if depth == 0 && !rest[at + 1..].starts_with(':') => start = Some(at + 1),
            _ => {}
        }
    }
    found
}
