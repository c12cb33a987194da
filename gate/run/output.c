/* Takes a command's output piece by piece; gives whether it is byte for byte what the first run's was, and if not,
 * where it first differs. Of the first output the beginning is kept, of anything longer a hash (FNV-1a): a difference
 * there is found, but not shown. */
#include "run/run.h"

#include <string.h>

static const uint64_t KEPT = 1 << 24, HASH_START = 0xcbf29ce484222325, HASH_FACTOR = 0x100000001b3;

static uint64_t hash_bytes(uint64_t hash, const uint8_t *bytes, size_t size) {
    for (size_t i = 0; i < size; i++) hash = (hash ^ bytes[i]) * HASH_FACTOR;
    return hash;
}

/* Beyond what is kept. */
static void hash_rest(uint64_t *hash, uint64_t offset, const uint8_t *bytes, size_t size) {
    uint64_t skipped = offset >= KEPT ? 0 : KEPT - offset;
    if (*hash == 0) *hash = HASH_START;
    if (size > skipped) *hash = hash_bytes(*hash, bytes + skipped, size - (size_t)skipped);
}

static bool keep_bytes(gate_output *first, const uint8_t *bytes, size_t size, pprof_status *status) {
    uint64_t room = first->size >= KEPT ? 0 : KEPT - first->size;
    size_t kept = size < room ? size : (size_t)room;
    if (!pprof_reserve_buffer(&first->beginning, kept, status)) return false;
    if (kept != 0) memcpy(first->beginning.data + first->beginning.size, bytes, kept);
    first->beginning.size += kept;
    hash_rest(&first->hash, first->size, bytes, size);
    first->size += size;
    return true;
}

/* The first place in [bytes] that is not as in the kept beginning; [size] if none is. */
static size_t find_difference(const gate_output *first, uint64_t offset, const uint8_t *bytes, size_t size) {
    size_t at = 0;
    uint64_t kept = first->beginning.size;
    while (at < size && offset + at < kept && bytes[at] == first->beginning.data[offset + at]) at++;
    bool is_beyond = offset + at >= kept && first->size > kept; /* the hash will tell */
    return is_beyond ? size : at;
}

bool gate_check_output(void *context, const uint8_t *bytes, size_t size, pprof_status *status) {
    gate_output_check *check = context;
    if (!check->first->is_known) return keep_bytes(check->first, bytes, size, status);
    size_t at = check->differs ? 0 : find_difference(check->first, check->size, bytes, size);
    if (at < size && !check->differs) {
        check->differs = true;
        check->difference = check->size + at;
    }
    if (check->differs)
        while (at < size && check->found_size < sizeof check->found)
            check->found[check->found_size++] = (char)bytes[at++];
    hash_rest(&check->hash, check->size, bytes, size);
    check->size += size;
    return true;
}

/* ---- the difference ---- */

static size_t measure_line(const char *bytes, size_t size) {
    const char *newline = size == 0 ? NULL : memchr(bytes, '\n', size);
    return newline != NULL ? (size_t)(newline - bytes) : size;
}

static bool show_difference(const gate_output_check *check, const char *title, pprof_status *status) {
    const gate_output *first = check->first;
    size_t at = check->difference < first->beginning.size ? (size_t)check->difference : first->beginning.size;
    const char *data = (const char *)first->beginning.data;
    uint64_t line = 1;
    for (size_t i = 0; i < at; i++) line += data[i] == '\n';
    size_t left = first->beginning.size - at, shown = left < sizeof check->found ? left : sizeof check->found;
    return pprof_fail(status,
                      "%s: prints something else than the first run did, from line %llu, byte %llu on: '%.*s', not "
                      "'%.*s'; --same-output=false compares them all the same",
                      title, (unsigned long long)line, (unsigned long long)check->difference,
                      (int)measure_line(check->found, check->found_size), check->found,
                      (int)measure_line(data + at, shown), shown != 0 ? data + at : "");
}

bool gate_finish_output(gate_output_check *check, const char *title, pprof_status *status) {
    gate_output *first = check->first;
    if (!first->is_known) {
        first->is_known = true;
        return true;
    }
    if (!check->differs && check->size < first->size && check->size < KEPT) { /* it ends too early */
        check->differs = true;
        check->difference = check->size;
    }
    if (check->differs) return show_difference(check, title, status);
    if (check->size == first->size && check->hash == first->hash) return true;
    return pprof_fail(status,
                      "%s: prints something else than the first run did, beyond the first %llu MiB; "
                      "--same-output=false compares them all the same",
                      title, (unsigned long long)(KEPT >> 20));
}
