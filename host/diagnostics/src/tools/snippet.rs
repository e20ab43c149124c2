//! What gcc and clang print below a head: the source line, carets, fix-its,
//! notes.

use super::c_family::Tool;
use super::{Context, sketch::Sketch};
use crate::draft::{Taken, related};
use crate::head::{Head, Shape};
use crate::text::{language, lossy, number, trim_start};
use crate::{ColumnUnit, Diagnostic, Location, Position, Replacement, Suggestion};

/// The word for both compilers' confidence.
pub(crate) const FIX_IT: &str = "fix-it";

/// What a compiler without a gutter prints next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expect {
    Source,
    Carets,
    FixIts,
    Nothing,
}

#[derive(Debug)]
pub(crate) struct Snippet {
    tool: Option<Tool>,
    expect: Expect,
    /// The note that the lines now belong to; `None` for the diagnostic.
    note: Option<usize>,
    /// The suggestion that `fix-it:` lines of this head add to.
    open: Option<usize>,
    sketch: Sketch,
}

impl Snippet {
    pub(crate) fn new(tool: Option<Tool>) -> Self {
        Self {
            tool,
            expect: Expect::Source,
            note: None,
            open: None,
            sketch: Sketch::default(),
        }
    }

    pub(crate) fn take(
        &mut self,
        d: &mut Diagnostic,
        line: &[u8],
        head: Option<&Head<'_>>,
        cx: &mut Context,
    ) -> Taken {
        if let Some(rest) = line.strip_prefix(b"fix-it:") {
            return match parse_fix_it(rest, cx) {
                Some(replacement) => {
                    self.add(d, replacement);
                    Taken::Hidden
                }
                None => Taken::No,
            };
        }
        if let Some((number, rest)) = gutter(line) {
            self.expect = Expect::Nothing;
            self.sketch.gutter(number, rest);
            return Taken::Yes;
        }
        if let Some(text) = trim_start(line).strip_prefix(b"+++ |+") {
            self.sketch.new_line(text);
            return Taken::Yes;
        }
        if let Some(head) = head
            && !line.starts_with(b" ")
        {
            return self.note(d, head, cx);
        }
        match self.expect {
            Expect::Source if !is_chatter(line) && !line.is_empty() => {
                self.expect = Expect::Carets;
                Taken::Yes
            }
            Expect::Carets if is_carets(line) => {
                // A source line as it is, and no gutter: clang's way.
                self.tool = self.tool.or(Some(Tool::Clang));
                self.expect = Expect::FixIts;
                let line_number = self.location(d).map_or(0, |l| l.start.line);
                self.sketch.gutter(Some(line_number), b"");
                self.sketch.gutter(None, line);
                Taken::Yes
            }
            Expect::FixIts if is_chatter(line) || line.is_empty() => Taken::No,
            Expect::FixIts if line.starts_with(b" ") || self.sketch.fits(line) => {
                self.expect = Expect::Nothing;
                self.sketch.gutter(None, line);
                Taken::Yes
            }
            // Text at the line's very start, far from the carets: too little to
            // draw an edit from, but `fix-it:` lines may follow it.
            Expect::FixIts => {
                self.expect = Expect::Nothing;
                Taken::Yes
            }
            _ => Taken::No,
        }
    }

    /// A note of the same compiler belongs to the diagnostic above it.
    fn note(&mut self, d: &mut Diagnostic, head: &Head<'_>, cx: &mut Context) -> Taken {
        let ours = head.shape == Shape::Gnu
            && head.start.line > 0
            && !crate::draft::stands_alone(head.severity)
            && !matches!(language(head.path), Some("python" | "java" | "rust"));
        if !ours {
            return Taken::No;
        }
        self.sketched(d);
        d.related.push(related(head, ColumnUnit::Byte, cx));
        self.note = Some(d.related.len() - 1);
        self.open = None;
        self.expect = Expect::Source;
        Taken::Yes
    }

    /// The compiler's own exact edit.
    fn add(&mut self, d: &mut Diagnostic, replacement: Replacement) {
        // What was guessed from the text below the caret says no more now.
        self.sketch.clear();
        let index = *self.open.get_or_insert_with(|| {
            let message = match self.note {
                Some(note) => d.related[note].message.clone(),
                None => d.message.clone(),
            };
            d.suggestions.push(Suggestion {
                message,
                applicability: FIX_IT.to_owned(),
                replacements: Vec::new(),
            });
            d.suggestions.len() - 1
        });
        d.suggestions[index].replacements.push(replacement);
    }

    fn location<'a>(&self, d: &'a Diagnostic) -> Option<&'a Location> {
        match self.note {
            Some(note) => d.related.get(note)?.location.as_ref(),
            None => d.location.as_ref(),
        }
    }

    /// Turns what stood below the carets into suggestions, unless exact ones
    /// came.
    fn sketched(&mut self, d: &mut Diagnostic) {
        let sketch = std::mem::take(&mut self.sketch);
        if self.open.is_some() {
            return;
        }
        let Some(place) = self.location(d).cloned() else {
            return;
        };
        let message = match self.note {
            Some(note) => d.related[note].message.clone(),
            None => d.message.clone(),
        };
        for replacements in sketch.finish(&place, &message) {
            d.suggestions.push(Suggestion {
                message: message.clone(),
                applicability: FIX_IT.to_owned(),
                replacements,
            });
        }
    }

    pub(crate) fn finish(&mut self, d: &mut Diagnostic, cx: &mut Context) -> bool {
        self.sketched(d);
        let quotes_ascii = d.message.contains('\'') && !d.message.contains('‘');
        let tool =
            self.tool
                .or(cx.c.tool)
                .unwrap_or(if quotes_ascii { Tool::Clang } else { Tool::Gcc });
        if self.tool.is_some() {
            cx.c.tool = self.tool;
        }
        match tool {
            Tool::Clang => d.tool = "clang".to_owned(),
            Tool::Gcc => {
                d.tool = "gcc".to_owned();
                // The heads count screen columns; fix-it lines count bytes.
                let places = d.related.iter_mut().filter_map(|r| r.location.as_mut());
                for place in places.chain(d.location.as_mut()) {
                    place.unit = ColumnUnit::Display;
                }
            }
        }
        true
    }
}

/// `   12 | code` or `      | ^~~`: the number, and what is right of the bar.
fn gutter(line: &[u8]) -> Option<(Option<u32>, &[u8])> {
    let text = trim_start(line);
    // gcc pads to at least six columns; unindented it is somebody's table.
    if text.len() == line.len() {
        return None;
    }
    let (value, rest) = match number(text) {
        Some((value, rest)) => (Some(value), rest),
        None if text.starts_with(b"...") => return Some((None, b"")),
        None => (None, text),
    };
    let rest = trim_start(rest).strip_prefix(b"|")?;
    match rest {
        [] => Some((value, rest)),
        [b' ', rest @ ..] => Some((value, rest)),
        _ => None,
    }
}

/// Only carets, tildes and blanks.
fn is_carets(line: &[u8]) -> bool {
    line.contains(&b'^') && line.iter().all(|b| matches!(b, b'^' | b'~' | b' ' | b'\t'))
}

/// Lines that are no source line although one may follow.
fn is_chatter(line: &[u8]) -> bool {
    const STARTS: [&[u8]; 9] = [
        b"make",
        b"gmake",
        b"ninja: ",
        b"In file included from ",
        b"gcc ",
        b"g++ ",
        b"clang",
        b"cc ",
        b"compilation terminated",
    ];
    STARTS.iter().any(|start| line.starts_with(start))
        || line.ends_with(b" generated.")
        || memchr::memmem::find(line, b": In function ").is_some()
        || matches!(line, [b'[', b' ' | b'0'..=b'9', ..])
}

/// `"a.c":{4:34-4:37}:"text"`.
fn parse_fix_it(rest: &[u8], cx: &Context) -> Option<Replacement> {
    let (path, rest) = quoted(rest)?;
    let rest = rest.strip_prefix(b":{")?;
    let (start_line, rest) = number(rest)?;
    let (start_column, rest) = number(rest.strip_prefix(b":")?)?;
    let (end_line, rest) = number(rest.strip_prefix(b"-")?)?;
    let (end_column, rest) = number(rest.strip_prefix(b":")?)?;
    let (text, []) = quoted(rest.strip_prefix(b"}:")?)? else {
        return None;
    };
    Some(Replacement {
        location: Location {
            path: crate::draft::path(&path, cx).into_owned(),
            start: Position {
                line: start_line,
                column: start_column,
            },
            end: Some(Position {
                line: end_line,
                column: end_column,
            }),
            unit: ColumnUnit::Byte,
            bytes: None,
        },
        text: lossy(&text),
    })
}

/// A string as both compilers write it: `\\`, `\"`, `\n`, `\t`, and octal for
/// every byte that is not printable ASCII.
fn quoted(text: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let mut rest = text.strip_prefix(b"\"")?;
    let mut out = Vec::new();
    loop {
        let (first, tail) = rest.split_first()?;
        rest = tail;
        match first {
            b'"' => return Some((out, rest)),
            b'\\' => {
                let digits = rest
                    .iter()
                    .take(3)
                    .take_while(|b| matches!(b, b'0'..=b'7'))
                    .count();
                if digits > 0 {
                    let value = rest[..digits]
                        .iter()
                        .fold(0u32, |n, b| n * 8 + u32::from(b - b'0'));
                    out.push(u8::try_from(value).ok()?);
                    rest = &rest[digits..];
                } else {
                    let (escaped, tail) = rest.split_first()?;
                    rest = tail;
                    out.push(match escaped {
                        b'n' => b'\n',
                        b't' => b'\t',
                        b'r' => b'\r',
                        other => *other,
                    });
                }
            }
            other => out.push(*other),
        }
    }
}
