//! A file's text, and the way back to its bytes.

use std::fmt;
use std::sync::Arc;

/// How a file's bytes stand for text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// Without byte-order mark.
    Utf8,
    /// With byte-order mark.
    Utf8Bom,
    /// Little-endian with byte-order mark.
    Utf16Le,
    /// Big-endian with byte-order mark.
    Utf16Be,
    /// What is not UTF-8. Any 8-bit encoding would do to edit its ASCII part,
    /// but this one every byte can be read as and written back from.
    Windows1252,
}

impl Encoding {
    /// The usual name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Utf8Bom => "UTF-8 with byte-order mark",
            Self::Utf16Le => "UTF-16LE",
            Self::Utf16Be => "UTF-16BE",
            Self::Windows1252 => "Windows-1252",
        }
    }
}

/// How lines end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Eol {
    /// `\n`
    #[default]
    Lf,
    /// `\r\n`
    CrLf,
}

impl Eol {
    /// The bytes.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Lf => "\n",
            Self::CrLf => "\r\n",
        }
    }

    /// What most lines of a text end in; LF if there are none or as many of
    /// each.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let (mut crlf, mut lf) = (0_usize, 0_usize);
        for at in memchr::memchr_iter(b'\n', text.as_bytes()) {
            if at > 0 && text.as_bytes()[at - 1] == b'\r' {
                crlf += 1;
            } else {
                lf += 1;
            }
        }
        if crlf > lf { Self::CrLf } else { Self::Lf }
    }
}

/// Why bytes are not text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotText {
    /// A NUL, which no source file has.
    Nul {
        /// Bytes from the start of the text.
        at: usize,
    },
    /// A byte-order mark announces an encoding that the rest does not follow.
    Invalid(Encoding),
}

impl fmt::Display for NotText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nul { at } => write!(f, "it has a NUL at byte {at}"),
            Self::Invalid(encoding) => write!(f, "it is not valid {}", encoding.as_str()),
        }
    }
}

/// Why a text cannot be written in a file's encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    /// It has a character that the encoding does not.
    #[error("{character:?} cannot be written in {}", encoding.as_str())]
    Unrepresentable {
        /// The first such character.
        character: char,
        /// The file's encoding.
        encoding: Encoding,
    },
}

/// A file as it was when it was read.
#[derive(Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// Relative to the workspace, `/`-separated.
    pub path: String,
    /// Without byte-order mark, line ends as in the file.
    pub text: String,
    /// Lower-case hex BLAKE3 of `text`.
    pub hash: String,
    /// As on disk.
    pub bytes: Arc<[u8]>,
    /// What makes `bytes` of `text`.
    pub encoding: Encoding,
    /// What most lines end in.
    pub eol: Eol,
}

impl fmt::Debug for SourceFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SourceFile")
            .field("path", &self.path)
            .field("bytes", &self.bytes.len())
            .field("encoding", &self.encoding)
            .field("eol", &self.eol)
            .finish_non_exhaustive()
    }
}

impl SourceFile {
    /// Reads bytes as text.
    ///
    /// # Errors
    /// [`NotText`] where they are not, or could not be written back exactly.
    pub fn decode(path: &str, bytes: impl Into<Arc<[u8]>>) -> Result<Self, NotText> {
        let bytes = bytes.into();
        let Decoded { text, encoding } = Decoded::of(&bytes)?;
        Ok(Self {
            path: path.to_owned(),
            hash: blake3::hash(text.as_bytes()).to_hex().to_string(),
            eol: Eol::of(&text),
            text,
            bytes,
            encoding,
        })
    }

    /// The bytes of another text in this file's encoding, byte-order mark
    /// included. For the file's own text, these are the file's own bytes.
    ///
    /// # Errors
    /// When the encoding lacks a character.
    pub fn encode(&self, text: &str) -> Result<Vec<u8>, EncodeError> {
        encode(text, self.encoding)
    }
}

/// Text and the encoding that it was in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// Without byte-order mark.
    pub text: String,
    /// What it was in.
    pub encoding: Encoding,
}

impl Decoded {
    /// Reads bytes as text: what a byte-order mark says, else UTF-8, else
    /// Windows-1252.
    ///
    /// # Errors
    /// [`NotText`].
    pub fn of(bytes: &[u8]) -> Result<Self, NotText> {
        let decoded = if let Some(rest) = bytes.strip_prefix(b"\xEF\xBB\xBF") {
            let text = str::from_utf8(rest).map_err(|_| NotText::Invalid(Encoding::Utf8Bom))?;
            Self {
                text: text.to_owned(),
                encoding: Encoding::Utf8Bom,
            }
        } else if let Some(rest) = bytes.strip_prefix(b"\xFF\xFE") {
            utf16(rest, Encoding::Utf16Le, u16::from_le_bytes)?
        } else if let Some(rest) = bytes.strip_prefix(b"\xFE\xFF") {
            utf16(rest, Encoding::Utf16Be, u16::from_be_bytes)?
        } else if let Ok(text) = str::from_utf8(bytes) {
            Self {
                text: text.to_owned(),
                encoding: Encoding::Utf8,
            }
        } else {
            let (text, _) = encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes);
            Self {
                text: text.into_owned(),
                encoding: Encoding::Windows1252,
            }
        };
        match memchr::memchr(0, decoded.text.as_bytes()) {
            Some(at) => Err(NotText::Nul { at }),
            None => Ok(decoded),
        }
    }
}

fn utf16(bytes: &[u8], encoding: Encoding, unit: fn([u8; 2]) -> u16) -> Result<Decoded, NotText> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let text: Result<String, _> =
        char::decode_utf16(pairs.iter().map(|pair| unit(*pair))).collect();
    match (text, rest) {
        (Ok(text), []) => Ok(Decoded { text, encoding }),
        _ => Err(NotText::Invalid(encoding)),
    }
}

fn encode(text: &str, encoding: Encoding) -> Result<Vec<u8>, EncodeError> {
    Ok(match encoding {
        Encoding::Utf8 => text.as_bytes().to_vec(),
        Encoding::Utf8Bom => [b"\xEF\xBB\xBF", text.as_bytes()].concat(),
        Encoding::Utf16Le => {
            let units = text.encode_utf16().flat_map(u16::to_le_bytes);
            b"\xFF\xFE".iter().copied().chain(units).collect()
        }
        Encoding::Utf16Be => {
            let units = text.encode_utf16().flat_map(u16::to_be_bytes);
            b"\xFE\xFF".iter().copied().chain(units).collect()
        }
        Encoding::Windows1252 => {
            let (bytes, _, failed) = encoding_rs::WINDOWS_1252.encode(text);
            if failed {
                let mut buffer = [0; 4];
                let lacking = |c: &char| {
                    encoding_rs::WINDOWS_1252
                        .encode(c.encode_utf8(&mut buffer))
                        .2
                };
                let character = text.chars().find(lacking).unwrap_or('\u{FFFD}');
                return Err(EncodeError::Unrepresentable {
                    character,
                    encoding,
                });
            }
            bytes.into_owned()
        }
    })
}
