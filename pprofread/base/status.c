/* Takes a printf format from any stage that fails; gives one clean line in the caller's status.
 * Cannot know whether the caller looks at it: stages therefore also return false. */
#include "pprofread.h"

#include <stdarg.h>

/* File contents end up in messages, and a terminal must not obey them. UTF-8 passes. */
static void escape_control_characters(char *text) {
    for (char *c = text; *c != '\0'; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f) *c = '?';
}

bool pprof_fail(pprof_status *status, const char *format, ...) {
    if (status->failed) return false;
    status->failed = true;
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(status->message, sizeof status->message, format, arguments);
    va_end(arguments);
    escape_control_characters(status->message);
    return false;
}
