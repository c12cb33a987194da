/* Takes strings, times and durations of a profile; gives them as text in the form that pprof, a Go program, writes.
 * Times are in UTC always: the same profile prints the same everywhere. */
#include "print/print.h"

#include <errno.h>
#include <string.h>
#include <time.h>

void pprof_print_string(pprof_string string, FILE *out) {
    for (size_t i = 0; i < string.length; i++) {
        unsigned char c = (unsigned char)string.text[i];
        if (c == '\n') {
            (void)fputs("\\n", out);
        } else if (c == '\t') {
            (void)fputs("\\t", out);
        } else if (c < 0x20 || c == 0x7f) {
            (void)fprintf(out, "\\x%02x", c);
        } else {
            (void)putc(c, out);
        }
    }
}

size_t pprof_count_characters(pprof_string string) {
    size_t count = 0;
    for (size_t i = 0; i < string.length; i++) count += ((unsigned char)string.text[i] & 0xc0) != 0x80;
    return count;
}

void pprof_print_aligned(pprof_string string, int width, FILE *out) {
    size_t length = pprof_count_characters(string);
    if (length < (size_t)width) (void)fprintf(out, "%*s", (int)((size_t)width - length), "");
    pprof_print_string(string, out);
}

void pprof_print_time(int64_t nanoseconds, bool with_fraction, FILE *out) {
    int64_t fraction = nanoseconds % 1000000000;
    time_t seconds = (time_t)(nanoseconds / 1000000000);
    if (fraction < 0) {
        fraction += 1000000000;
        seconds--;
    }
    struct tm parts;
    char text[64];
    if (gmtime_r(&seconds, &parts) == NULL || strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &parts) == 0) return;
    (void)fputs(text, out);
    if (!with_fraction) {
        (void)fputs(" UTC", out);
        return;
    }
    if (fraction != 0) {
        int length = snprintf(text, sizeof text, ".%09lld", (long long)fraction);
        while (text[length - 1] == '0') text[--length] = '\0';
        (void)fputs(text, out);
    }
    (void)fputs(" +0000 UTC", out);
}

/* "12" and 34560000 of 1e9 ─▶ "12.03456" */
static void format_decimal(char text[PPROF_DURATION_SIZE], const char *prefix, uint64_t whole, uint64_t fraction,
                           int digits, const char *unit) {
    char tail[24] = "";
    if (fraction != 0) {
        int length = snprintf(tail, sizeof tail, ".%0*llu", digits, (unsigned long long)fraction);
        while (tail[length - 1] == '0') tail[--length] = '\0';
    }
    (void)snprintf(text, PPROF_DURATION_SIZE, "%s%llu%s%s", prefix, (unsigned long long)whole, tail, unit);
}

void pprof_format_duration(int64_t nanoseconds, char text[PPROF_DURATION_SIZE]) {
    const char *sign = nanoseconds < 0 ? "-" : "";
    uint64_t n = nanoseconds < 0 ? 0 - (uint64_t)nanoseconds : (uint64_t)nanoseconds;
    if (n == 0) {
        (void)snprintf(text, PPROF_DURATION_SIZE, "0s");
    } else if (n < 1000) {
        format_decimal(text, sign, n, 0, 0, "ns");
    } else if (n < 1000000) {
        format_decimal(text, sign, n / 1000, n % 1000, 3, "\xc2\xb5s");
    } else if (n < 1000000000) {
        format_decimal(text, sign, n / 1000000, n % 1000000, 6, "ms");
    } else {
        uint64_t seconds = n / 1000000000, minutes = seconds / 60, hours = minutes / 60;
        char prefix[32];
        int length = snprintf(prefix, sizeof prefix, "%s", sign);
        if (hours > 0)
            length += snprintf(prefix + length, sizeof prefix - (size_t)length, "%lluh", (unsigned long long)hours);
        if (minutes > 0)
            (void)snprintf(prefix + length, sizeof prefix - (size_t)length, "%llum",
                           (unsigned long long)(minutes % 60));
        format_decimal(text, prefix, seconds % 60, n % 1000000000, 9, "s");
    }
}

bool pprof_check_output(FILE *out, pprof_status *status) {
    if (fflush(out) == 0 && ferror(out) == 0) return true;
    return pprof_fail(status, "cannot write the output: %s", strerror(errno));
}
