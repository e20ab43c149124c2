/* What a buildfix fixer in C sees: the records of wit/fixer.wit, the host's
 * services, and helpers for edits. No libc is needed.
 *
 * On wasm32 these structs are, byte for byte, the canonical ABI of the contract,
 * so nothing is converted; buildfix.c asserts their sizes. Texts are UTF-8 with a
 * length and without a final 0. Offsets count bytes.
 *
 * Memory: bf_alloc hands out memory that lives until the call is over. There is
 * nothing to free. */
#ifndef BUILDFIX_H
#define BUILDFIX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct { const char *ptr; size_t len; } bf_string;
typedef struct { bf_string *ptr; size_t len; } bf_strings;

/* A half-open range of bytes of a file. */
typedef struct { bf_string path; uint32_t start, end; } bf_span;
typedef struct { uint8_t is_some; bf_span value; } bf_option_span;
typedef struct { uint8_t is_some; bf_string value; } bf_option_string;
typedef struct { bf_string message; bf_option_span span; } bf_related;
typedef struct { bf_related *ptr; size_t len; } bf_relateds;

typedef struct { bf_span span; bf_string expect, text, merge; } bf_text_edit;
typedef struct { bf_text_edit *ptr; size_t len; } bf_text_edits;
typedef struct {
    bf_string op, path;
    bf_option_string to, text, expect_hash;
} bf_file_edit;
typedef struct { bf_file_edit *ptr; size_t len; } bf_file_edits;

typedef struct { bf_string message, applicability; bf_text_edits edits; } bf_suggestion;
typedef struct { bf_suggestion *ptr; size_t len; } bf_suggestions;

typedef struct {
    uint32_t id;
    bf_string class_, code, severity, message;
    bf_strings arguments;
    bf_span span;
    uint32_t line, column;
    bf_relateds related;
    bf_suggestions suggestions;
} bf_diagnostic;
typedef struct { bf_diagnostic *ptr; size_t len; } bf_diagnostics;

typedef struct { bf_string path, text, hash; } bf_source_file;
typedef struct { bf_string key, value; } bf_pair;
typedef struct { bf_pair *ptr; size_t len; } bf_pairs;

typedef struct {
    bf_string class_, language, tool;
    bf_source_file file;
    bf_diagnostics diagnostics;
    bf_pairs config;
} bf_request;

typedef struct { uint32_t *ptr; size_t len; } bf_ids;
typedef struct {
    bf_ids answers;
    bf_string title, applicability;
    bf_text_edits edits;
    bf_file_edits files;
    bf_pairs options;
} bf_fix;
typedef struct { bf_fix *ptr; size_t len; } bf_fixes;
typedef struct { uint32_t diagnostic; bf_string message; } bf_note;
typedef struct { bf_note *ptr; size_t len; } bf_notes;
typedef struct { bf_fixes fixes; bf_notes notes; } bf_response;

/* ---- What you write ------------------------------------------------------ */

/* Answers the diagnostics of one class in one file. `response` is empty at first.
 * False means that the fixer itself failed, with `*error` for the user; a
 * diagnostic without a fix is no failure: see bf_add_note. */
bool buildfix_fix(const bf_request *request, bf_response *response, bf_string *error);

/* ---- Texts and memory ---------------------------------------------------- */

/* A string literal as a text. */
#define BF(literal) ((bf_string){ (literal), sizeof(literal) - 1 })

/* Memory until the end of the call, zeroed, aligned to 8 bytes. When there is no
 * more, the call ends with a trap. */
void *bf_alloc(size_t size);
bool bf_equal(bf_string a, bf_string b);
/* The bytes from `start` to `end`; empty if that is no range of `text`. */
bf_string bf_slice(bf_string text, size_t start, size_t end);
bf_string bf_concat(bf_string a, bf_string b);

/* ---- Answers ------------------------------------------------------------- */

/* Adds a fix without edits that answers one diagnostic. `applicability` is
 * "exact", "verified", "placeholder" or "suggest". The pointer is good until the
 * next bf_add_fix. */
bf_fix *bf_add_fix(bf_response *response, const bf_diagnostic *diagnostic,
                   bf_string title, bf_string applicability);
/* Says why a diagnostic got no fix; the report shows it. */
void bf_add_note(bf_response *response, const bf_diagnostic *diagnostic, bf_string message);
/* Replaces the bytes from `start` to `end` of `file`. */
void bf_replace(bf_fix *fix, const bf_source_file *file, uint32_t start, uint32_t end,
                bf_string text);
/* Inserts before the byte `at`. */
void bf_insert(bf_fix *fix, const bf_source_file *file, uint32_t at, bf_string text);
/* Inserts an element of a set, such as an import's line: equal ones of several
 * fixers go in once. */
void bf_insert_into_set(bf_fix *fix, const bf_source_file *file, uint32_t at, bf_string text);
/* Where the line that holds the byte `at` begins, and where it ends (before its
 * line end, `\n` or `\r\n`). */
uint32_t bf_line_start(bf_string text, uint32_t at);
uint32_t bf_line_end(bf_string text, uint32_t at);

/* ---- The host ------------------------------------------------------------ */
/* What each call gives and refuses is written in wit/fixer.wit. Where a result is
 * bool, false puts the reason into `*error`. */

typedef struct { bf_string name, kind; uint32_t start, end; } bf_capture;
typedef struct { bf_capture *ptr; size_t len; } bf_captures;
typedef struct { bf_captures captures; } bf_match;
typedef struct { bf_match *ptr; size_t len; } bf_matches;
typedef struct { bf_string kind, field; uint32_t start, end; } bf_node;
typedef struct { bf_node *ptr; size_t len; } bf_nodes;
typedef struct { bf_string kind, token; uint32_t start, end; } bf_parse_error;
typedef struct { bf_parse_error *ptr; size_t len; } bf_parse_errors;
typedef struct {
    bf_string name, kind, container, language, origin, path;
    uint32_t start, end;
    bool exported;
    bf_string signature;
} bf_symbol;
typedef struct { bf_symbol *ptr; size_t len; } bf_symbols;

void bf_log(bf_string level, bf_string message);
bool bf_read_file(bf_string path, bf_string *text, bf_string *error);
bool bf_list_files(bf_string glob, bf_strings *paths, bf_string *error);
bool bf_query(bf_string path, bf_string query, bf_matches *matches, bf_string *error);
bool bf_ancestors(bf_string path, uint32_t start, uint32_t end, bf_nodes *nodes,
                  bf_string *error);
/* `text` may be NULL: the file as it is. */
bool bf_get_parse_errors(bf_string path, const bf_string *text, bf_parse_errors *errors,
                         bf_string *error);
void bf_find(bf_string language, bf_string name, bf_symbols *symbols);
void bf_similar(bf_string language, bf_string name, uint32_t distance, bf_symbols *symbols);
void bf_members(bf_string language, bf_string container, bf_symbols *symbols);
bool bf_declared_in(bf_string path, bf_symbols *symbols, bf_string *error);

#endif
