/* Asks wasi-libc for what a fixer must not have, and says what it got. */
#include "buildfix.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

bool buildfix_fix(const bf_request *request, bf_response *response, bf_string *error) {
    (void)request;
    (void)response;
    FILE *file = fopen("/etc/passwd", "r");
    time_t first = time(NULL);
    unsigned char a[8] = { 0 };
    int random = getentropy(a, sizeof a) == 0 && memcmp(a, "\0\0\0\0\0\0\0\0", 8) != 0;
    int printed = printf("hello");
    fflush(stdout);
    char *text = bf_alloc(200);
    int len = snprintf(text, 200, "file %s, env %s, time %lld %lld, random %s, printed %d",
                       file ? "yes" : "no", getenv("HOME") ? "yes" : "no", (long long)first,
                       (long long)time(NULL), random ? "yes" : "no", printed);
    *error = (bf_string){ text, (size_t)len };
    return false;
}
