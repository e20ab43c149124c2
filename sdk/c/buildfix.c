/* The canonical ABI of the world `fixer`, by hand: what wit-bindgen would
 * generate, without a generator to install. Nothing here is yours to change. */
#include "buildfix.h"

#ifdef __wasm__

/* Structs are passed as they lie in memory, so their layout is the ABI. */
_Static_assert(sizeof(bf_string) == 8, "string");
_Static_assert(sizeof(bf_span) == 16, "span");
_Static_assert(sizeof(bf_related) == 28, "related");
_Static_assert(sizeof(bf_text_edit) == 40, "text-edit");
_Static_assert(sizeof(bf_file_edit) == 52, "file-edit");
_Static_assert(sizeof(bf_suggestion) == 24, "suggestion");
_Static_assert(sizeof(bf_diagnostic) == 84, "diagnostic");
_Static_assert(sizeof(bf_source_file) == 24, "source-file");
_Static_assert(sizeof(bf_fix) == 48, "fix");
_Static_assert(sizeof(bf_note) == 12, "note");
_Static_assert(sizeof(bf_response) == 16, "response");
_Static_assert(sizeof(bf_symbol) == 68, "symbol");

#define IMPORT(interface, function)                                            \
    __attribute__((import_module("buildfix:fixer/" interface "@0.1.0"),        \
                   import_name(function)))
#define EXPORT(function) __attribute__((export_name(function)))

/* ---- Memory: a heap that only grows, and is empty again after each call. ---- */

#ifdef __wasi__
/* With wasi-libc the memory behind the program is malloc's, so blocks are asked of it
 * and given back one by one. */
#include <stdlib.h>
typedef struct block { struct block *next; uint64_t data[]; } block;
static block *blocks;

static void *allocate(size_t size, size_t align) {
    (void)align; /* at most 8, which malloc gives */
    block *b = malloc(sizeof(block) + size);
    if (!b) __builtin_trap();
    b->next = blocks;
    blocks = b;
    return b->data;
}
static void release(void) {
    while (blocks) {
        block *next = blocks->next;
        free(blocks);
        blocks = next;
    }
}
#else
extern unsigned char __heap_base;
static uintptr_t top;

static void *allocate(size_t size, size_t align) {
    if (top == 0) top = (uintptr_t)&__heap_base;
    uintptr_t at = (top + align - 1) & ~(uintptr_t)(align - 1);
    uintptr_t end = at + size;
    if (end < at) __builtin_trap();
    size_t have = __builtin_wasm_memory_size(0) * 65536u;
    if (end > have && __builtin_wasm_memory_grow(0, (end - have + 65535u) / 65536u) == (size_t)-1)
        __builtin_trap();
    top = end;
    return (void *)at;
}

static void release(void) { top = 0; }
#endif

EXPORT("cabi_realloc")
void *bf_cabi_realloc(void *old, size_t old_size, size_t align, size_t size) {
    void *at = allocate(size, align);
    if (old_size) __builtin_memcpy(at, old, old_size < size ? old_size : size);
    return at;
}

#ifndef __wasi__
/* clang may turn loops into calls of these. */
__attribute__((weak)) void *memcpy(void *restrict to, const void *restrict from, size_t n) {
    unsigned char *t = to;
    const unsigned char *f = from;
    for (size_t i = 0; i < n; i++) ((volatile unsigned char *)t)[i] = f[i];
    return to;
}
__attribute__((weak)) void *memmove(void *to, const void *from, size_t n) {
    volatile unsigned char *t = to;
    const unsigned char *f = from;
    if ((uintptr_t)to < (uintptr_t)from)
        for (size_t i = 0; i < n; i++) t[i] = f[i];
    else
        while (n--) t[n] = f[n];
    return to;
}
__attribute__((weak)) void *memset(void *to, int value, size_t n) {
    volatile unsigned char *t = to;
    for (size_t i = 0; i < n; i++) t[i] = (unsigned char)value;
    return to;
}
__attribute__((weak)) int memcmp(const void *a, const void *b, size_t n) {
    const unsigned char *x = a, *y = b;
    for (size_t i = 0; i < n; i++)
        if (x[i] != y[i]) return x[i] < y[i] ? -1 : 1;
    return 0;
}
#endif

/* ---- The export -------------------------------------------------------------- */

/* result<response, string> */
typedef struct {
    uint8_t is_error;
    union { bf_response response; bf_string error; } value;
} answer;
static answer answered;

EXPORT("fix")
answer *bf_export_fix(char *class_ptr, size_t class_len, char *language_ptr,
                      size_t language_len, char *tool_ptr, size_t tool_len, char *path_ptr,
                      size_t path_len, char *text_ptr, size_t text_len, char *hash_ptr,
                      size_t hash_len, bf_diagnostic *diagnostics, size_t diagnostics_len,
                      bf_pair *config, size_t config_len) {
    bf_request request = {
        .class_ = { class_ptr, class_len },
        .language = { language_ptr, language_len },
        .tool = { tool_ptr, tool_len },
        .file = { { path_ptr, path_len }, { text_ptr, text_len }, { hash_ptr, hash_len } },
        .diagnostics = { diagnostics, diagnostics_len },
        .config = { config, config_len },
    };
    bf_response response = { { 0, 0 }, { 0, 0 } };
    bf_string error = { "", 0 };
    answered.is_error = !buildfix_fix(&request, &response, &error);
    if (answered.is_error) answered.value.error = error;
    else answered.value.response = response;
    return &answered;
}

EXPORT("cabi_post_fix")
void bf_post_fix(answer *returned) {
    (void)returned;
    release();
}

/* ---- The imports ------------------------------------------------------------- */

/* result<T, string>, for T a string or a list: the same two words. */
typedef struct { uint8_t is_error; void *ptr; size_t len; } result;

IMPORT("log", "write")
void import_log(const char *, size_t, const char *, size_t);
IMPORT("workspace", "read-file")
void import_read_file(const char *, size_t, result *);
IMPORT("workspace", "list-files")
void import_list_files(const char *, size_t, result *);
IMPORT("syntax", "query")
void import_query(const char *, size_t, const char *, size_t, result *);
IMPORT("syntax", "ancestors")
void import_ancestors(const char *, size_t, uint32_t, uint32_t, result *);
IMPORT("syntax", "parse-errors")
void import_parse_errors(const char *, size_t, int32_t, const char *, size_t, result *);
IMPORT("symbols", "find")
void import_find(const char *, size_t, const char *, size_t, bf_symbols *);
IMPORT("symbols", "similar")
void import_similar(const char *, size_t, const char *, size_t, uint32_t, bf_symbols *);
IMPORT("symbols", "members")
void import_members(const char *, size_t, const char *, size_t, bf_symbols *);
IMPORT("symbols", "declared-in")
void import_declared_in(const char *, size_t, result *);

#define RETURN(result, out)                                                    \
    if ((result).is_error) {                                                   \
        *error = (bf_string){ (result).ptr, (result).len };                    \
        return false;                                                          \
    }                                                                          \
    (out)->ptr = (result).ptr;                                                 \
    (out)->len = (result).len;                                                 \
    return true

void bf_log(bf_string level, bf_string message) {
    import_log(level.ptr, level.len, message.ptr, message.len);
}
bool bf_read_file(bf_string path, bf_string *text, bf_string *error) {
    result r;
    import_read_file(path.ptr, path.len, &r);
    RETURN(r, text);
}
bool bf_list_files(bf_string glob, bf_strings *paths, bf_string *error) {
    result r;
    import_list_files(glob.ptr, glob.len, &r);
    RETURN(r, paths);
}
bool bf_query(bf_string path, bf_string query, bf_matches *matches, bf_string *error) {
    result r;
    import_query(path.ptr, path.len, query.ptr, query.len, &r);
    RETURN(r, matches);
}
bool bf_ancestors(bf_string path, uint32_t start, uint32_t end, bf_nodes *nodes,
                  bf_string *error) {
    result r;
    import_ancestors(path.ptr, path.len, start, end, &r);
    RETURN(r, nodes);
}
bool bf_get_parse_errors(bf_string path, const bf_string *text, bf_parse_errors *errors,
                         bf_string *error) {
    result r;
    bf_string none = { "", 0 };
    const bf_string *given = text ? text : &none;
    import_parse_errors(path.ptr, path.len, text != NULL, given->ptr, given->len, &r);
    RETURN(r, errors);
}
void bf_find(bf_string language, bf_string name, bf_symbols *symbols) {
    import_find(language.ptr, language.len, name.ptr, name.len, symbols);
}
void bf_similar(bf_string language, bf_string name, uint32_t distance, bf_symbols *symbols) {
    import_similar(language.ptr, language.len, name.ptr, name.len, distance, symbols);
}
void bf_members(bf_string language, bf_string container, bf_symbols *symbols) {
    import_members(language.ptr, language.len, container.ptr, container.len, symbols);
}
bool bf_declared_in(bf_string path, bf_symbols *symbols, bf_string *error) {
    result r;
    import_declared_in(path.ptr, path.len, &r);
    RETURN(r, symbols);
}

#else

/* Natively, for a fixer's own unit tests, memory comes from the C library and is
 * not given back; the host's services are the test's to define. */
#include <stdlib.h>
#include <string.h>
static void *allocate(size_t size, size_t align) {
    (void)align;
    void *at = malloc(size ? size : 1);
    if (!at) abort();
    return at;
}

#endif

/* ---- Helpers ----------------------------------------------------------------- */

void *bf_alloc(size_t size) {
    void *at = allocate(size, 8);
    __builtin_memset(at, 0, size);
    return at;
}

bool bf_equal(bf_string a, bf_string b) {
    if (a.len != b.len) return false;
    for (size_t i = 0; i < a.len; i++)
        if (a.ptr[i] != b.ptr[i]) return false;
    return true;
}

bf_string bf_slice(bf_string text, size_t start, size_t end) {
    if (start > end || end > text.len) return (bf_string){ "", 0 };
    return (bf_string){ text.ptr + start, end - start };
}

bf_string bf_concat(bf_string a, bf_string b) {
    char *at = bf_alloc(a.len + b.len);
    if (a.len) __builtin_memcpy(at, a.ptr, a.len);
    if (b.len) __builtin_memcpy(at + a.len, b.ptr, b.len);
    return (bf_string){ at, a.len + b.len };
}

/* Makes room for one more element; lists double, so that adding stays cheap. */
static void *push(void **list, size_t *len, size_t size) {
    size_t n = *len;
    if ((n & (n - 1)) == 0) {
        unsigned char *bigger = bf_alloc(size * (n ? 2 * n : 1));
        if (n) __builtin_memcpy(bigger, *list, size * n);
        *list = bigger;
    }
    *len = n + 1;
    return (unsigned char *)*list + size * n;
}

bf_fix *bf_add_fix(bf_response *response, const bf_diagnostic *diagnostic, bf_string title,
                   bf_string applicability) {
    void *list = response->fixes.ptr;
    bf_fix *fix = push(&list, &response->fixes.len, sizeof(bf_fix));
    response->fixes.ptr = list;
    uint32_t *id = bf_alloc(sizeof *id);
    *id = diagnostic->id;
    *fix = (bf_fix){ .answers = { id, 1 }, .title = title, .applicability = applicability };
    return fix;
}

void bf_add_note(bf_response *response, const bf_diagnostic *diagnostic, bf_string message) {
    void *list = response->notes.ptr;
    bf_note *note = push(&list, &response->notes.len, sizeof(bf_note));
    response->notes.ptr = list;
    *note = (bf_note){ diagnostic->id, message };
}

static void edit(bf_fix *fix, const bf_source_file *file, uint32_t start, uint32_t end,
                 bf_string text, bf_string merge) {
    void *list = fix->edits.ptr;
    bf_text_edit *edit = push(&list, &fix->edits.len, sizeof(bf_text_edit));
    fix->edits.ptr = list;
    *edit = (bf_text_edit){
        .span = { file->path, start, end },
        .expect = bf_slice(file->text, start, end),
        .text = text,
        .merge = merge,
    };
}

void bf_replace(bf_fix *fix, const bf_source_file *file, uint32_t start, uint32_t end,
                bf_string text) {
    edit(fix, file, start, end, text, BF(""));
}
void bf_insert(bf_fix *fix, const bf_source_file *file, uint32_t at, bf_string text) {
    edit(fix, file, at, at, text, BF(""));
}
void bf_insert_into_set(bf_fix *fix, const bf_source_file *file, uint32_t at, bf_string text) {
    edit(fix, file, at, at, text, BF("set"));
}

uint32_t bf_line_start(bf_string text, uint32_t at) {
    if (at > text.len) at = (uint32_t)text.len;
    while (at > 0 && text.ptr[at - 1] != '\n') at--;
    return at;
}
uint32_t bf_line_end(bf_string text, uint32_t at) {
    if (at > text.len) at = (uint32_t)text.len;
    uint32_t start = bf_line_start(text, at);
    while (at < text.len && text.ptr[at] != '\n') at++;
    if (at > start && at < text.len && text.ptr[at - 1] == '\r') at--;
    return at;
}
