/* A JSON document ─▶ the same in canonical form, or what is wrong with it.
 *
 * Cannot keep what a double cannot: numbers with a fraction lose what is beyond 15 significant digits. */
#include "server.h"

#include <jansson.h>
#include <math.h>
#include <microhttpd.h>
#include <string.h>

static const double largest_whole = 9007199254740992.0; /* 2^53: up to here, a double holds every whole number */

static bool is_whole(const json_t *value) {
    if (!json_is_real(value)) return false;
    double number = json_real_value(value);
    return number == trunc(number) && fabs(number) <= largest_whole;
}

/* 1.0 and 1e0 become 1, in place. */
static bool normalize_numbers(json_t *value);

static bool normalize_object(json_t *object) {
    for (void *member = json_object_iter(object); member != NULL; member = json_object_iter_next(object, member)) {
        json_t *value = json_object_iter_value(member);
        if (is_whole(value)) {
            json_t *whole = json_integer((json_int_t)json_real_value(value));
            if (json_object_iter_set_new(object, member, whole) != 0) return false;
        } else if (!normalize_numbers(value)) {
            return false;
        }
    }
    return true;
}

static bool normalize_array(json_t *array) {
    for (size_t i = 0; i < json_array_size(array); i++) {
        json_t *value = json_array_get(array, i);
        if (is_whole(value)) {
            json_t *whole = json_integer((json_int_t)json_real_value(value));
            if (json_array_set_new(array, i, whole) != 0) return false;
        } else if (!normalize_numbers(value)) {
            return false;
        }
    }
    return true;
}

static bool normalize_numbers(json_t *value) {
    if (json_is_object(value)) return normalize_object(value);
    if (json_is_array(value)) return normalize_array(value);
    return true;
}

reply reencode_document(const char *document, size_t size) {
    json_error_t error;
    json_t *value = json_loadb(document, size, JSON_REJECT_DUPLICATES, &error);
    if (value == NULL)
        return make_error(MHD_HTTP_BAD_REQUEST, "line %d, column %d: %s", error.line, error.column, error.text);

    reply result = {.status = MHD_HTTP_OK, .content_type = "application/json"};
    if (normalize_numbers(value))
        result.body = json_dumps(value, JSON_COMPACT | JSON_SORT_KEYS | JSON_REAL_PRECISION(15));
    result.size = result.body == NULL ? 0 : strlen(result.body);
    json_decref(value);
    return result;
}
