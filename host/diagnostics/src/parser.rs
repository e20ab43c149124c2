//! The stream: bytes in, text and diagnostics out, in order.

use crate::brief::{self, Brief};
use crate::clean::{clean, escapes};
use crate::draft::{Draft, Taken};
use crate::lines::{Lines, Piece};
use crate::machine::{self, Document, Fed};
use crate::matcher::Matcher;
use crate::quiet::quiet;
use crate::repeats::Repeats;
use crate::tools::{self, Context};
use crate::{Diagnostic, head};

/// What a parser must know beforehand.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ParserOptions {
    /// Tried on each line before anything else, in order.
    pub matchers: Vec<Matcher>,
    /// Bytes of a line that are held and read; what is longer is passed on in
    /// pieces. At least 1.
    pub max_line_bytes: usize,
    /// Bytes of a JSON line or document that are held; what is longer is
    /// passed on unread. At least `max_line_bytes`.
    pub max_document_bytes: usize,
}

impl Default for ParserOptions {
    /// No matchers, lines of 256 KiB, documents of 16 MiB.
    fn default() -> Self {
        Self {
            matchers: Vec::new(),
            max_line_bytes: 256 * 1024,
            max_document_bytes: 16 * 1024 * 1024,
        }
    }
}

/// What comes out of a parser.
#[derive(Debug)]
pub enum Item<'a> {
    /// A diagnostic, after all of its text.
    Diagnostic(Box<Diagnostic>),
    /// What the user should see. All texts in a row are the input, but for
    /// lines that are meant for machines: rustc's JSON gives the text that
    /// rustc rendered, gcc's JSON a text of the same content, and gcc's and
    /// clang's `fix-it:` lines give nothing.
    Text {
        /// Whole lines with their terminators, except for pieces of very long
        /// ones and the unfinished last one.
        bytes: &'a [u8],
        /// Whether it is part of a diagnostic.
        known: bool,
    },
}

pub(crate) type Sink<'s> = &'s mut dyn FnMut(Item<'_>);

/// Reads a build's output as it streams by.
///
/// ```
/// use buildfix_diagnostics::{Item, Parser, ParserOptions};
/// let mut found = Vec::new();
/// let mut sink = |item: Item<'_>| {
///     if let Item::Diagnostic(d) = item {
///         found.push(d);
///     }
/// };
/// let mut parser = Parser::new(ParserOptions::default());
/// parser.push(b"a.cs(1,2): error CS0103: The name 'x' does ", &mut sink);
/// parser.push(b"not exist in the current context\n", &mut sink);
/// parser.finish(&mut sink);
/// assert_eq!(found[0].class, "csharp/CS0103");
/// assert_eq!(found[0].arguments, ["x"]);
/// ```
#[derive(Debug)]
pub struct Parser {
    lines: Lines,
    reader: Reader,
    repeats: Option<Box<Repeats>>,
}

impl Parser {
    /// A parser at the start of a stream.
    #[must_use]
    pub fn new(options: ParserOptions) -> Self {
        Self {
            lines: Lines::new(options.max_line_bytes, options.max_document_bytes),
            reader: Reader {
                options,
                cx: Context::default(),
                draft: None,
                document: None,
                started: false,
                tail_known: false,
            },
            repeats: None,
        }
    }

    /// Takes the next bytes. How the stream is cut into chunks makes no
    /// difference to what comes out, except for where the text of a line
    /// longer than `max_line_bytes` is divided.
    pub fn push(&mut self, mut chunk: &[u8], sink: &mut impl FnMut(Item<'_>)) {
        let Self { lines, reader, .. } = self;
        while !chunk.is_empty() {
            if lines.at_start() && reader.is_idle() {
                chunk = pass(chunk, lines.max_line(), sink);
            }
            chunk = lines.push_line(chunk, &mut |piece| reader.piece(piece, sink));
        }
    }

    /// As [`Parser::push`], for a caller who counts: what a line says by itself
    /// is lent instead of copied, and a line that is an earlier one byte for
    /// byte is only counted. Nothing is allocated for either.
    pub fn push_brief(&mut self, mut chunk: &[u8], sink: &mut impl FnMut(Brief<'_>)) {
        let Self {
            lines,
            reader,
            repeats,
        } = self;
        let repeats = repeats.get_or_insert_with(Box::default);
        let max_line = lines.max_line();
        while !chunk.is_empty() {
            let begun = !lines.at_start();
            if !begun && reader.is_idle() {
                chunk = brief::read(chunk, max_line, &reader.cx, repeats, sink);
            }
            chunk = lines.push_line(chunk, &mut |piece| {
                // A line that began in the chunk before is whole only now.
                if let Piece::Line(line) = piece
                    && begun
                    && reader.is_idle()
                    && brief::read(line, max_line, &reader.cx, repeats, sink).is_empty()
                {
                    return;
                }
                reader.piece(piece, &mut |item| sink(Brief::Item(item)));
            });
        }
    }

    /// Gives out what is still held. The parser is then as new, but for what
    /// it learnt about the build.
    pub fn finish(&mut self, sink: &mut impl FnMut(Item<'_>)) {
        let Self { lines, reader, .. } = self;
        lines.finish(&mut |piece| reader.piece(piece, sink));
        reader.document = None;
        reader.flush(sink);
    }
}

/// Gives out the whole lines at the chunk's start that no parser looks at.
/// Returns what is behind them.
pub(crate) fn pass<'a>(chunk: &'a [u8], max_line: usize, sink: Sink<'_>) -> &'a [u8] {
    let (bytes, rest) = chunk.split_at(quiet(chunk, max_line));
    if !bytes.is_empty() {
        sink(Item::Text {
            bytes,
            known: false,
        });
    }
    rest
}

/// Everything but the cutting into lines.
#[derive(Debug)]
struct Reader {
    options: ParserOptions,
    cx: Context,
    draft: Option<Draft>,
    document: Option<Document>,
    started: bool,
    /// Whether the long line that is passing belongs to a diagnostic.
    tail_known: bool,
}

impl Reader {
    /// Whether a line that [`quiet`] passes over would change nothing here.
    fn is_idle(&self) -> bool {
        self.started
            && self.draft.is_none()
            && self.document.is_none()
            && self.options.matchers.is_empty()
            && self.cx.expects_nothing()
    }

    fn piece(&mut self, piece: Piece<'_>, sink: Sink<'_>) {
        match piece {
            Piece::Line(raw) => self.line(raw, sink),
            Piece::Head(raw) => {
                // A cut JSON line is no JSON, and a cut document none either.
                self.document = None;
                self.tail_known = self.plain(&clean(raw), raw, false, sink);
            }
            Piece::Tail(bytes) => sink(Item::Text {
                bytes,
                known: self.tail_known,
            }),
        }
    }

    fn line(&mut self, raw: &[u8], sink: Sink<'_>) {
        let cleaned = clean(raw);
        let mut line: &[u8] = &cleaned;
        if !std::mem::replace(&mut self.started, true) {
            line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
        }
        if self.document.is_some() && self.document_line(line, raw, sink) {
            return;
        }
        if let Some(b'{' | b'[') = line.first()
            && let Some(reading) = machine::line(line, &mut self.cx)
        {
            self.flush(sink);
            match &reading.shown {
                Some(shown) if !shown.is_empty() => {
                    sink(Item::Text {
                        bytes: shown.as_bytes(),
                        known: true,
                    });
                }
                Some(_) => {}
                None => sink(Item::Text {
                    bytes: raw,
                    known: true,
                }),
            }
            for diagnostic in reading.diagnostics {
                sink(Item::Diagnostic(Box::new(diagnostic)));
            }
            return;
        }
        if self.document.is_none() && Document::may_begin(line) {
            let mut document = Document::new(self.options.max_document_bytes);
            match document.feed(line) {
                Fed::More { known } => {
                    self.document = Some(document);
                    if known {
                        self.flush(sink);
                        sink(Item::Text {
                            bytes: raw,
                            known: true,
                        });
                        return;
                    }
                }
                Fed::Done(_) | Fed::Dropped => {}
            }
        }
        self.plain(line, raw, true, sink);
    }

    /// Feeds a document. Returns whether the line is settled by that.
    fn document_line(&mut self, line: &[u8], raw: &[u8], sink: Sink<'_>) -> bool {
        let Some(document) = &mut self.document else {
            return false;
        };
        match document.feed(line) {
            Fed::More { known: false } => return false,
            Fed::More { known: true } => {
                self.flush(sink);
                sink(Item::Text {
                    bytes: raw,
                    known: true,
                });
            }
            Fed::Done(diagnostics) => {
                self.document = None;
                self.flush(sink);
                sink(Item::Text {
                    bytes: raw,
                    known: true,
                });
                for diagnostic in diagnostics {
                    sink(Item::Diagnostic(Box::new(diagnostic)));
                }
            }
            Fed::Dropped => {
                self.document = None;
                return false;
            }
        }
        true
    }

    /// A line of text. Returns whether it belongs to a diagnostic.
    fn plain(&mut self, line: &[u8], raw: &[u8], whole: bool, sink: Sink<'_>) -> bool {
        for matcher in &self.options.matchers {
            if let Some(diagnostic) = matcher.read(line, &self.cx) {
                self.flush(sink);
                sink(Item::Text {
                    bytes: raw,
                    known: true,
                });
                sink(Item::Diagnostic(Box::new(diagnostic)));
                return true;
            }
        }
        let head = head::find(line);
        if let Some(draft) = &mut self.draft {
            match draft.take(line, head.as_ref(), &mut self.cx) {
                // Of a line that was cut, the rest will be shown anyway.
                Taken::Hidden if whole => {
                    let colours = escapes(raw);
                    if !colours.is_empty() {
                        sink(Item::Text {
                            bytes: &colours,
                            known: true,
                        });
                    }
                    return true;
                }
                Taken::Yes | Taken::Hidden => {
                    sink(Item::Text {
                        bytes: raw,
                        known: true,
                    });
                    return true;
                }
                Taken::No => self.flush(sink),
            }
        }
        self.draft = match &head {
            Some(head) => tools::begin(head, &mut self.cx),
            None => self.cx.observe(line),
        };
        let known = self.draft.is_some();
        sink(Item::Text { bytes: raw, known });
        if self.draft.as_ref().is_some_and(Draft::is_complete) {
            self.flush(sink);
        }
        known
    }

    fn flush(&mut self, sink: Sink<'_>) {
        if let Some(draft) = self.draft.take()
            && let Some(diagnostic) = draft.finish(&mut self.cx)
        {
            sink(Item::Diagnostic(diagnostic));
        }
    }
}
