/* Inserts the semicolon that C# misses (CS1002). */
#include "buildfix.h"

bool buildfix_fix(const bf_request *request, bf_response *response, bf_string *error) {
    (void)error;
    const bf_source_file *file = &request->file;
    for (size_t i = 0; i < request->diagnostics.len; i++) {
        const bf_diagnostic *diagnostic = &request->diagnostics.ptr[i];
        /* Bytes, not characters: what stands before may be any UTF-8. */
        uint32_t at = diagnostic->span.start;
        if (bf_equal(bf_slice(file->text, at, at + 1), BF(";"))) {
            bf_add_note(response, diagnostic, BF("a `;` stands there already"));
            continue;
        }
        bf_fix *fix = bf_add_fix(response, diagnostic, BF("insert `;`"), BF("verified"));
        bf_insert(fix, file, at, BF(";"));
    }
    return true;
}
