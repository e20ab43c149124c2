//! rustc: parsing and expansion, then names, then types, then patterns and
//! borrows. It stops after each that failed, by and large.

use crate::{Diagnostic, Phase};

/// Resolution of names, imports, lifetimes and labels.
const RESOLVE: &[u16] = &[
    106, 128, 252, 254, 255, 259, 260, 261, 262, 263, 364, 365, 401, 403, 404, 405, 407, 408, 411,
    412, 415, 416, 422, 423, 424, 425, 426, 428, 429, 430, 431, 432, 433, 434, 435, 437, 438, 463,
    466, 468, 469, 530, 531, 532, 573, 574, 575, 576, 577, 578, 583, 585, 603, 659, 704, 742, 770,
    771,
];

/// Checks on bodies whose types are right.
const FLOW: &[u16] = &[
    4, 5, 80, 133, 297, 373, 381, 382, 383, 384, 386, 387, 388, 389, 492, 493, 499, 500, 501, 502,
    503, 504, 505, 506, 507, 508, 509, 510, 511, 512, 515, 521, 594, 595, 596, 597, 621, 626, 700,
    712, 713, 716, 723, 727, 1001,
];

pub(super) fn phase(d: &Diagnostic) -> Phase {
    if let Some(number) = d.code.strip_prefix('E').and_then(|n| n.parse::<u16>().ok()) {
        return match number {
            _ if RESOLVE.contains(&number) => Phase::Resolve,
            _ if FLOW.contains(&number) => Phase::Flow,
            // Literals and attributes: seen while parsing or right after.
            586 | 658 | 748 | 758 | 762 | 763 | 765 | 766 | 768 => Phase::Syntax,
            _ => Phase::Type,
        };
    }
    // Lints have names.
    if !d.code.is_empty() {
        return Phase::Lint;
    }
    if super::says(d, &["linking with `", "linker `"]) {
        Phase::Link
    } else if super::begins(
        d,
        &[
            "cannot find macro",
            "cannot find attribute",
            "cannot find derive",
            "cannot determine resolution",
            "unresolved ",
            "can't find crate",
            "couldn't read ",
            "macro-expanded",
            "cannot find",
        ],
    ) {
        Phase::Resolve
    } else if super::begins(
        d,
        &[
            "lifetime may not live",
            "borrowed data escapes",
            "captured variable cannot",
        ],
    ) || super::says(d, &["does not live long enough", "evaluation of constant"])
    {
        Phase::Flow
    } else if d.location.is_none() {
        Phase::Setup
    } else if d.is_error() {
        // What has no code comes from the parser and from macros, nearly
        // always.
        Phase::Syntax
    } else {
        Phase::Lint
    }
}
