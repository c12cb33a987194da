/* A reply's text. */
#include "server.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

reply make_error(unsigned status, const char *format, ...) {
    char message[512];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);

    reply result = {.status = status, .content_type = "application/json"};
    json_t *error = json_pack("{s:s}", "error", message);
    result.body = error == NULL ? NULL : json_dumps(error, 0);
    result.size = result.body == NULL ? 0 : strlen(result.body);
    json_decref(error);
    return result;
}
