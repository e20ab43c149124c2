//! The normal form of a request: what two requests that mean the same share.
//!
//! The guest is called with it, whether or not there is a cache. Else it could
//! answer by what the key leaves out.

use crate::{Call, Request};

/// The diagnostics' own ids, by their place in the request.
pub(crate) struct Ids(Vec<u32>);

/// Numbers the diagnostics from 0 and sorts the settings by name.
pub(crate) fn normalise(request: &mut Request) -> Ids {
    request.config.sort_by(|a, b| a.0.cmp(&b.0));
    let number = |(number, diagnostic): (u32, &mut crate::Diagnostic)| {
        std::mem::replace(&mut diagnostic.id, number)
    };
    Ids((0..).zip(&mut request.diagnostics).map(number).collect())
}

impl Ids {
    /// Gives the answer's diagnostics their own ids back.
    pub fn restore(&self, call: &mut Call) {
        let restore = |ids: &mut Vec<u32>| {
            ids.retain_mut(|id| match self.0.get(*id as usize) {
                Some(own) => {
                    *id = *own;
                    true
                }
                None => false,
            });
        };
        let response = &mut call.response;
        response
            .fixes
            .iter_mut()
            .for_each(|fix| restore(&mut fix.answers));
        response.notes.retain_mut(|note| {
            let own = self.0.get(note.diagnostic as usize);
            note.diagnostic = own.copied().unwrap_or_default();
            own.is_some()
        });
        call.rejected
            .iter_mut()
            .for_each(|rejected| restore(&mut rejected.diagnostics));
    }
}
