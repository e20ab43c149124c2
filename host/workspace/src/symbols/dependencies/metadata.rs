//! The public types of a .NET assembly, from its metadata tables (ECMA-335,
//! partition II, chapters 22 to 25).
//!
//! Every offset is checked; a table that says what cannot be is an error.

use std::collections::HashMap;

/// A type that other assemblies may name.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Type {
    /// The namespace and the types around it, with dots.
    pub container: String,
    pub name: String,
    pub kind: &'static str,
    pub signature: String,
}

const VISIBILITY: u32 = 0x7;
const PUBLIC: u32 = 0x1;
const NESTED_PUBLIC: u32 = 0x2;
const INTERFACE: u32 = 0x20;
const ABSTRACT: u32 = 0x80;
const SEALED: u32 = 0x100;

/// How deep types nest that are named.
const MAX_NESTING: usize = 16;

const TYPE_REF: usize = 0x01;
const TYPE_DEF: usize = 0x02;
const NESTED_CLASS: usize = 0x29;
const GENERIC_PARAM: usize = 0x2A;

/// A column of a table.
#[derive(Clone, Copy)]
enum Column {
    /// So many bytes.
    Fixed(usize),
    Text,
    Guid,
    Blob,
    /// A row of a table.
    Row(usize),
    /// A row of one of several tables, told apart by so many bits.
    Coded(u32, &'static [usize]),
}

use Column::{Blob, Coded, Fixed, Guid, Row, Text};

const TYPE_DEF_OR_REF: Column = Coded(2, &[0x02, 0x01, 0x1B]);
const HAS_CONSTANT: Column = Coded(2, &[0x04, 0x08, 0x17]);
const HAS_ATTRIBUTE: Column = Coded(
    5,
    &[
        0x06, 0x04, 0x01, 0x02, 0x08, 0x09, 0x0A, 0x00, 0x0E, 0x17, 0x14, 0x11, 0x1A, 0x1B, 0x20,
        0x23, 0x26, 0x27, 0x28, 0x2A, 0x2C, 0x2B,
    ],
);
const HAS_MARSHAL: Column = Coded(1, &[0x04, 0x08]);
const HAS_SECURITY: Column = Coded(2, &[0x02, 0x06, 0x20]);
const MEMBER_PARENT: Column = Coded(3, &[0x02, 0x01, 0x1A, 0x06, 0x1B]);
const HAS_SEMANTICS: Column = Coded(1, &[0x14, 0x17]);
const METHOD: Column = Coded(1, &[0x06, 0x0A]);
const FORWARDED: Column = Coded(1, &[0x04, 0x06]);
const IMPLEMENTATION: Column = Coded(2, &[0x26, 0x23, 0x27]);
const ATTRIBUTE_TYPE: Column = Coded(3, &[0x06, 0x0A]);
const SCOPE: Column = Coded(2, &[0x00, 0x1A, 0x23, 0x01]);
const TYPE_OR_METHOD: Column = Coded(1, &[0x02, 0x06]);

/// The columns of the tables from `Module` (0x00) to `GenericParam` (0x2A).
const TABLES: [&[Column]; GENERIC_PARAM + 1] = [
    &[Fixed(2), Text, Guid, Guid, Guid],
    &[SCOPE, Text, Text],
    &[Fixed(4), Text, Text, TYPE_DEF_OR_REF, Row(0x04), Row(0x06)],
    &[Row(0x04)],
    &[Fixed(2), Text, Blob],
    &[Row(0x06)],
    &[Fixed(4), Fixed(2), Fixed(2), Text, Blob, Row(0x08)],
    &[Row(0x08)],
    &[Fixed(2), Fixed(2), Text],
    &[Row(0x02), TYPE_DEF_OR_REF],
    &[MEMBER_PARENT, Text, Blob],
    &[Fixed(2), HAS_CONSTANT, Blob],
    &[HAS_ATTRIBUTE, ATTRIBUTE_TYPE, Blob],
    &[HAS_MARSHAL, Blob],
    &[Fixed(2), HAS_SECURITY, Blob],
    &[Fixed(2), Fixed(4), Row(0x02)],
    &[Fixed(4), Row(0x04)],
    &[Blob],
    &[Row(0x02), Row(0x14)],
    &[Row(0x14)],
    &[Fixed(2), Text, TYPE_DEF_OR_REF],
    &[Row(0x02), Row(0x17)],
    &[Row(0x17)],
    &[Fixed(2), Text, Blob],
    &[Fixed(2), Row(0x06), HAS_SEMANTICS],
    &[Row(0x02), METHOD, METHOD],
    &[Text],
    &[Blob],
    &[Fixed(2), FORWARDED, Text, Row(0x1A)],
    &[Fixed(4), Row(0x04)],
    &[Fixed(8)],
    &[Fixed(4)],
    &[Fixed(16), Blob, Text, Text],
    &[Fixed(4)],
    &[Fixed(12)],
    &[Fixed(12), Blob, Text, Text, Blob],
    &[Fixed(4), Row(0x23)],
    &[Fixed(12), Row(0x23)],
    &[Fixed(4), Text, Blob],
    &[Fixed(8), Text, Text, IMPLEMENTATION],
    &[Fixed(8), Text, IMPLEMENTATION],
    &[Row(0x02), Row(0x02)],
    &[Fixed(4), TYPE_OR_METHOD, Text],
];

fn number(bytes: &[u8], at: usize, size: usize) -> Option<usize> {
    let bytes = bytes.get(at..at.checked_add(size)?)?;
    let value = bytes
        .iter()
        .rev()
        .fold(0_u64, |value, &byte| value << 8 | u64::from(byte));
    usize::try_from(value).ok()
}

/// The metadata in an assembly; `None` if it is none.
fn metadata(bytes: &[u8]) -> Option<&[u8]> {
    if !bytes.starts_with(b"MZ") {
        return None;
    }
    let header = number(bytes, 0x3C, 4)?;
    if bytes.get(header..header.checked_add(4)?)? != b"PE\0\0" {
        return None;
    }
    let sections = number(bytes, header + 6, 2)?;
    let length = number(bytes, header + 20, 2)?;
    let optional = header + 24;
    let directories = match number(bytes, optional, 2)? {
        0x10B => optional + 96,
        0x20B => optional + 112,
        _ => return None,
    };
    let offset = |address: usize| {
        (0..sections).find_map(|section| {
            let at = optional + length + section * 40;
            let start = number(bytes, at + 12, 4)?;
            let size = number(bytes, at + 16, 4)?;
            let inside = address.checked_sub(start).filter(|inside| *inside < size)?;
            number(bytes, at + 20, 4)?.checked_add(inside)
        })
    };
    let header = offset(number(bytes, directories + 14 * 8, 4)?)?;
    let start = offset(number(bytes, header.checked_add(8)?, 4)?)?;
    let size = number(bytes, header + 12, 4)?;
    bytes.get(start..start.checked_add(size)?)
}

struct Tables<'b> {
    bytes: &'b [u8],
    strings: &'b [u8],
    rows: [usize; 64],
    /// Where each table begins.
    starts: [usize; GENERIC_PARAM + 1],
    heaps: usize,
}

impl<'b> Tables<'b> {
    fn read(metadata: &'b [u8]) -> Option<Self> {
        if !metadata.starts_with(b"BSJB") {
            return None;
        }
        let version = number(metadata, 12, 4)?;
        let mut at = version.checked_add(16)?;
        let count = number(metadata, at.checked_add(2)?, 2)?;
        at += 4;
        let (mut bytes, mut strings) = (None, None);
        for _ in 0..count {
            let start = number(metadata, at, 4)?;
            let size = number(metadata, at + 4, 4)?;
            let rest = metadata.get(at + 8..)?;
            let length = rest.iter().take(32).position(|&byte| byte == 0)?;
            let stream = metadata.get(start..start.checked_add(size)?);
            match &rest[..length] {
                b"#~" => bytes = stream,
                b"#Strings" => strings = stream,
                _ => {}
            }
            at += 8 + (length + 4) / 4 * 4;
        }
        let (bytes, strings) = (bytes?, strings?);
        let heaps = number(bytes, 6, 1)?;
        let present = number(bytes, 8, 8)?;
        let mut rows = [0; 64];
        let mut next = 24;
        for (table, rows) in rows.iter_mut().enumerate() {
            if present >> table & 1 == 1 {
                *rows = number(bytes, next, 4)?;
                next += 4;
            }
        }
        let mut tables = Self {
            bytes,
            strings,
            rows,
            starts: [0; GENERIC_PARAM + 1],
            heaps,
        };
        let mut starts = [0; GENERIC_PARAM + 1];
        for (table, start) in starts.iter_mut().enumerate() {
            *start = next;
            let size = tables.row_size(table).checked_mul(rows[table])?;
            next = next.checked_add(size)?;
            if next > bytes.len() {
                return None;
            }
        }
        tables.starts = starts;
        Some(tables)
    }

    fn size(&self, column: Column) -> usize {
        let wide = |wide: bool| if wide { 4 } else { 2 };
        match column {
            Fixed(size) => size,
            Text => wide(self.heaps & 1 != 0),
            Guid => wide(self.heaps & 2 != 0),
            Blob => wide(self.heaps & 4 != 0),
            Row(table) => wide(self.rows[table] > 0xFFFF),
            Coded(bits, tables) => {
                let most = tables.iter().map(|table| self.rows[*table]).max();
                wide(most.unwrap_or(0) >= 1 << (16 - bits))
            }
        }
    }

    fn row_size(&self, table: usize) -> usize {
        TABLES[table].iter().map(|column| self.size(*column)).sum()
    }

    /// A cell; rows count from 1.
    fn cell(&self, table: usize, row: usize, column: usize) -> Option<usize> {
        if row == 0 || row > self.rows[table] {
            return None;
        }
        let before: usize = TABLES[table][..column]
            .iter()
            .map(|one| self.size(*one))
            .sum();
        let at = self.starts[table] + (row - 1) * self.row_size(table) + before;
        number(self.bytes, at, self.size(TABLES[table][column]).min(4))
    }

    fn text(&self, table: usize, row: usize, column: usize) -> Option<&'b str> {
        let rest = self.strings.get(self.cell(table, row, column)?..)?;
        let length = rest.iter().take(1024).position(|&byte| byte == 0)?;
        str::from_utf8(&rest[..length]).ok()
    }

    /// The namespace and name behind a `TypeDefOrRef`.
    fn named(&self, coded: usize) -> Option<(&'b str, &'b str)> {
        let (table, [name, namespace]) = match coded & 3 {
            0 => (TYPE_DEF, [1, 2]),
            1 => (TYPE_REF, [1, 2]),
            // Of a generic type, which a blob describes.
            _ => return None,
        };
        let row = coded >> 2;
        Some((
            self.text(table, row, namespace)?,
            self.text(table, row, name)?,
        ))
    }
}

/// The public types of an assembly, nested ones included.
///
/// # Errors
/// It is no assembly, or a damaged one.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Type>, &'static str> {
    let metadata = metadata(bytes).ok_or("it is no .NET assembly")?;
    let tables = Tables::read(metadata).ok_or("its metadata is damaged")?;
    let mut outer = HashMap::new();
    for row in 1..=tables.rows[NESTED_CLASS] {
        let pair = (
            tables.cell(NESTED_CLASS, row, 0),
            tables.cell(NESTED_CLASS, row, 1),
        );
        if let (Some(inner), Some(around)) = pair {
            outer.insert(inner, around);
        }
    }
    let mut parameters: HashMap<usize, Vec<&str>> = HashMap::new();
    for row in 1..=tables.rows[GENERIC_PARAM] {
        let owner = tables
            .cell(GENERIC_PARAM, row, 1)
            .filter(|owner| owner & 1 == 0);
        if let (Some(owner), Some(name)) = (owner, tables.text(GENERIC_PARAM, row, 2)) {
            parameters.entry(owner >> 1).or_default().push(name);
        }
    }
    let all = 1..=tables.rows[TYPE_DEF];
    let types = all.filter_map(|row| one(&tables, &outer, &parameters, row));
    Ok(types.collect())
}

/// Without the number of type parameters.
fn plain(name: &str) -> &str {
    name.split('`').next().unwrap_or(name)
}

fn one(
    tables: &Tables<'_>,
    outer: &HashMap<usize, usize>,
    parameters: &HashMap<usize, Vec<&str>>,
    row: usize,
) -> Option<Type> {
    let flags = u32::try_from(tables.cell(TYPE_DEF, row, 0)?).ok()?;
    let mut names = vec![plain(tables.text(TYPE_DEF, row, 1)?)];
    let mut at = row;
    let mut visible = flags & VISIBILITY;
    while visible == NESTED_PUBLIC {
        at = *outer.get(&at)?;
        if names.len() > MAX_NESTING {
            return None;
        }
        names.push(plain(tables.text(TYPE_DEF, at, 1)?));
        visible = u32::try_from(tables.cell(TYPE_DEF, at, 0)?).ok()? & VISIBILITY;
    }
    if visible != PUBLIC {
        return None;
    }
    let namespace = tables.text(TYPE_DEF, at, 2)?;
    let name = names.remove(0);
    // The compiler's own types.
    if name.is_empty() || name.contains(['<', '>']) {
        return None;
    }
    names.push(namespace);
    names.reverse();
    names.retain(|part| !part.is_empty());
    let base = tables
        .cell(TYPE_DEF, row, 3)
        .and_then(|base| tables.named(base));
    let kind = match base {
        _ if flags & INTERFACE != 0 => "interface",
        Some(("System", "Enum")) => "enum",
        Some(("System", "ValueType")) => "struct",
        Some(("System", "MulticastDelegate")) => "delegate",
        _ => "class",
    };
    let mut signature = String::from("public ");
    if kind == "class" {
        signature.push_str(match (flags & ABSTRACT != 0, flags & SEALED != 0) {
            (true, true) => "static ",
            (true, false) => "abstract ",
            (false, true) => "sealed ",
            (false, false) => "",
        });
    }
    signature.push_str(&format!("{kind} {name}"));
    // A nested type repeats those of the types around it.
    let count = |row: usize| parameters.get(&row).map_or(0, Vec::len);
    let inherited = outer.get(&row).map_or(0, |around| count(*around));
    let own = parameters.get(&row).and_then(|all| all.get(inherited..));
    if let Some(own) = own.filter(|own| !own.is_empty()) {
        signature.push_str(&format!("<{}>", own.join(", ")));
    }
    if kind == "class"
        && let Some((namespace, base)) = base
        && (namespace, base) != ("System", "Object")
    {
        signature.push_str(&format!(" : {}", plain(base)));
    }
    Some(Type {
        container: names.join("."),
        name: name.to_owned(),
        kind,
        signature,
    })
}
