//! Which standard header declares a name: the ISO C library, and of C++ what
//! people use (ISO/IEC 9899:2018 section 7, ISO/IEC 14882:2020 annex on headers).

const C: &[(&str, &str)] = &[
    (
        "stdio.h",
        "FILE fpos_t stdin stdout stderr EOF BUFSIZ SEEK_SET SEEK_CUR SEEK_END printf fprintf sprintf snprintf vprintf vfprintf vsprintf vsnprintf scanf fscanf sscanf fopen freopen fclose fflush fread fwrite fgetc fgets fputc fputs getc getchar putc putchar puts ungetc fseek ftell rewind feof ferror clearerr perror remove rename tmpfile setvbuf setbuf getline fileno popen pclose",
    ),
    (
        "stdlib.h",
        "malloc calloc realloc free abort exit atexit getenv system qsort bsearch abs labs llabs div atoi atol atoll atof strtol strtoll strtoul strtoull strtod strtof rand srand RAND_MAX EXIT_SUCCESS EXIT_FAILURE mkstemp realpath setenv",
    ),
    (
        "string.h",
        "memcpy memmove memset memcmp memchr strcpy strncpy strcat strncat strcmp strncmp strchr strrchr strstr strtok strlen strerror strdup strndup strspn strcspn strpbrk strcoll strxfrm strtok_r",
    ),
    ("strings.h", "strcasecmp strncasecmp bzero"),
    (
        "ctype.h",
        "isalnum isalpha isblank iscntrl isdigit isgraph islower isprint ispunct isspace isupper isxdigit tolower toupper",
    ),
    (
        "math.h",
        "sqrt pow exp log log2 log10 sin cos tan asin acos atan atan2 sinh cosh tanh floor ceil round lround fabs fmod hypot isnan isinf NAN INFINITY HUGE_VAL M_PI trunc cbrt ldexp frexp modf fmin fmax",
    ),
    (
        "stdint.h",
        "int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t uint64_t intptr_t uintptr_t intmax_t uintmax_t INT8_MAX INT16_MAX INT32_MAX INT64_MAX INT32_MIN INT64_MIN UINT8_MAX UINT16_MAX UINT32_MAX UINT64_MAX SIZE_MAX",
    ),
    (
        "inttypes.h",
        "PRId32 PRId64 PRIu32 PRIu64 PRIx32 PRIx64 PRIxPTR",
    ),
    ("stddef.h", "size_t ptrdiff_t NULL offsetof max_align_t"),
    ("stdbool.h", "bool true false"),
    ("stdarg.h", "va_list va_start va_arg va_end va_copy"),
    (
        "limits.h",
        "CHAR_BIT CHAR_MAX SCHAR_MAX UCHAR_MAX SHRT_MAX USHRT_MAX INT_MAX INT_MIN UINT_MAX LONG_MAX LONG_MIN ULONG_MAX LLONG_MAX LLONG_MIN ULLONG_MAX PATH_MAX",
    ),
    (
        "float.h",
        "FLT_MAX FLT_MIN FLT_EPSILON DBL_MAX DBL_MIN DBL_EPSILON",
    ),
    ("assert.h", "assert static_assert"),
    (
        "errno.h",
        "errno EINVAL ENOMEM ENOENT EINTR EAGAIN ERANGE EEXIST EACCES",
    ),
    (
        "time.h",
        "time_t clock_t clock time difftime mktime strftime gmtime localtime ctime asctime CLOCKS_PER_SEC clock_gettime CLOCK_MONOTONIC nanosleep localtime_r gmtime_r",
    ),
    (
        "signal.h",
        "signal raise SIGINT SIGTERM SIGSEGV SIGABRT sig_atomic_t sigaction SIGPIPE SIG_IGN SIG_DFL",
    ),
    ("setjmp.h", "jmp_buf setjmp longjmp"),
    ("locale.h", "setlocale localeconv LC_ALL LC_NUMERIC"),
    (
        "wchar.h",
        "wchar_t wint_t wcslen wcscpy wcscmp fgetws fputws wprintf",
    ),
    (
        "unistd.h",
        "read write close lseek unlink access getpid fork execvp pipe dup2 usleep sleep isatty ftruncate getcwd chdir STDIN_FILENO STDOUT_FILENO STDERR_FILENO ssize_t",
    ),
    (
        "fcntl.h",
        "open fcntl O_RDONLY O_WRONLY O_RDWR O_CREAT O_TRUNC O_NONBLOCK F_GETFL F_SETFL",
    ),
    ("sys/stat.h", "stat fstat lstat mkdir chmod S_ISDIR S_ISREG"),
    ("sys/time.h", "gettimeofday timeval"),
    (
        "pthread.h",
        "pthread_t pthread_mutex_t pthread_create pthread_join pthread_mutex_lock pthread_mutex_unlock pthread_mutex_init",
    ),
    ("termios.h", "termios tcgetattr tcsetattr"),
];

const CPP: &[(&str, &str)] = &[
    ("iostream", "cout cerr cin clog endl ostream istream"),
    (
        "string",
        "string wstring u16string u32string to_string stoi stol stoul stod getline",
    ),
    ("string_view", "string_view wstring_view"),
    ("sstream", "stringstream ostringstream istringstream"),
    ("fstream", "fstream ifstream ofstream"),
    ("iomanip", "setw setprecision setfill"),
    ("vector", "vector"),
    ("array", "array"),
    ("deque", "deque"),
    ("list", "list"),
    ("forward_list", "forward_list"),
    ("map", "map multimap"),
    ("set", "set multiset"),
    ("unordered_map", "unordered_map unordered_multimap"),
    ("unordered_set", "unordered_set unordered_multiset"),
    ("queue", "queue priority_queue"),
    ("stack", "stack"),
    ("bitset", "bitset"),
    ("tuple", "tuple make_tuple tie tuple_size tuple_element"),
    (
        "utility",
        "pair make_pair move forward swap exchange declval integer_sequence index_sequence make_index_sequence",
    ),
    ("optional", "optional nullopt make_optional"),
    (
        "variant",
        "variant visit monostate get_if holds_alternative",
    ),
    ("any", "any any_cast"),
    (
        "memory",
        "unique_ptr shared_ptr weak_ptr make_unique make_shared allocator addressof enable_shared_from_this static_pointer_cast dynamic_pointer_cast",
    ),
    (
        "functional",
        "function bind hash reference_wrapper ref cref less greater plus minus mem_fn",
    ),
    (
        "algorithm",
        "sort stable_sort find find_if copy copy_if transform fill reverse min max min_element max_element remove remove_if unique lower_bound upper_bound binary_search all_of any_of none_of count count_if for_each clamp rotate shuffle equal replace swap_ranges copy_n fill_n partition nth_element",
    ),
    (
        "numeric",
        "accumulate iota inner_product partial_sum gcd lcm",
    ),
    (
        "iterator",
        "back_inserter iterator_traits distance advance next prev begin end ostream_iterator istream_iterator make_move_iterator reverse_iterator",
    ),
    ("limits", "numeric_limits"),
    (
        "type_traits",
        "enable_if enable_if_t is_same is_base_of decay decay_t remove_reference conditional true_type false_type is_integral is_pointer is_trivially_copyable void_t underlying_type",
    ),
    ("typeinfo", "type_info bad_cast"),
    ("initializer_list", "initializer_list"),
    (
        "stdexcept",
        "runtime_error logic_error invalid_argument out_of_range length_error domain_error overflow_error range_error",
    ),
    (
        "exception",
        "exception terminate current_exception exception_ptr rethrow_exception",
    ),
    ("new", "bad_alloc nothrow"),
    ("thread", "thread this_thread"),
    (
        "mutex",
        "mutex lock_guard unique_lock recursive_mutex scoped_lock call_once once_flag",
    ),
    ("condition_variable", "condition_variable"),
    (
        "atomic",
        "atomic atomic_flag memory_order memory_order_relaxed memory_order_acquire memory_order_release atomic_thread_fence",
    ),
    ("future", "future promise async packaged_task"),
    ("chrono", "chrono"),
    (
        "random",
        "mt19937 random_device uniform_int_distribution uniform_real_distribution default_random_engine",
    ),
    (
        "regex",
        "regex smatch regex_match regex_search regex_replace",
    ),
    ("complex", "complex"),
    ("filesystem", "filesystem"),
    ("system_error", "error_code system_error"),
    (
        "cstdint",
        "int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t uint64_t uintptr_t",
    ),
    ("cstddef", "size_t ptrdiff_t nullptr_t byte"),
];

fn header(table: &'static [(&str, &str)], name: &str) -> Option<&'static str> {
    table
        .iter()
        .find(|(_, names)| names.split(' ').any(|known| known == name))
        .map(|(header, _)| *header)
}

/// The C header that declares a name.
pub fn c_header(name: &str) -> Option<&'static str> {
    header(C, name)
}

/// The C++ header that declares a name of `std`.
pub fn cpp_header(name: &str) -> Option<&'static str> {
    header(CPP, name)
}

/// The standard headers' names.
pub fn headers(cpp: bool) -> impl Iterator<Item = &'static str> {
    let cpp = if cpp { CPP } else { &[] };
    C.iter().chain(cpp).map(|(header, _)| *header)
}
