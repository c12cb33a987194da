/* Takes a profile's sample types; gives the one whose values say where the CPU's time went, or why there is none.
 * Cannot know what the producer measured beyond the names it wrote. */
#include "pprofread.h"

#include <stdlib.h>
#include <string.h>

typedef enum kind {
    KIND_UNKNOWN = 0,
    KIND_CPU,
    KIND_WALL,
    KIND_MEMORY,
    KIND_CONTENTION,
    KIND_THREADS,
} kind;

static bool starts_with(pprof_string string, const char *prefix) {
    size_t length = strlen(prefix);
    return string.length >= length && memcmp(string.text, prefix, length) == 0;
}

static bool ends_with(pprof_string string, const char *suffix) {
    size_t length = strlen(suffix);
    return string.length >= length && memcmp(string.text + string.length - length, suffix, length) == 0;
}

/* perf_to_profile writes an event's name and "_sample" (how many) or "_event" (how many times the period). The name may
 * carry modifiers after a colon, "cycles:ppp", and its PMU before a slash, "cpu_core/cycles/". */
static bool is_time_event(pprof_string name) {
    if (ends_with(name, "_sample")) name.length -= strlen("_sample");
    if (ends_with(name, "_event")) name.length -= strlen("_event");
    const char *colon = name.length == 0 ? NULL : memchr(name.text, ':', name.length);
    if (colon != NULL) name.length = (size_t)(colon - name.text);
    const char *slash = name.length == 0 ? NULL : memchr(name.text, '/', name.length);
    if (slash != NULL && slash + 1 < name.text + name.length) {
        name.length -= (size_t)(slash + 1 - name.text);
        name.text = slash + 1;
        const char *end = memchr(name.text, '/', name.length);
        if (end != NULL) name.length = (size_t)(end - name.text);
    }
    static const char *const events[] = {"cycles",           "cpu-cycles",      "ref-cycles", "bus-cycles",
                                         "cpu-clock",        "task-clock",      "cpu_clock",  "instructions",
                                         "CPU_CLK_UNHALTED", "cpu_clk_unhalted"};
    for (size_t i = 0; i < sizeof events / sizeof *events; i++)
        if (pprof_string_equals(name, events[i])) return true;
    return false;
}

static kind classify_type(pprof_string type, pprof_string unit) {
    static const struct {
        const char *prefix;
        kind kind;
    } prefixes[] = {
        {"cpu-time", KIND_CPU},      {"cpu-samples", KIND_CPU},      {"wall", KIND_WALL},
        {"off-cpu", KIND_WALL},      {"offcpu", KIND_WALL},          {"inuse", KIND_MEMORY},
        {"alloc", KIND_MEMORY},      {"heap", KIND_MEMORY},          {"live-heap", KIND_MEMORY},
        {"objects", KIND_MEMORY},    {"space", KIND_MEMORY},         {"mem", KIND_MEMORY},
        {"growth", KIND_MEMORY},     {"mutex", KIND_CONTENTION},     {"block", KIND_CONTENTION},
        {"lock", KIND_CONTENTION},   {"delay", KIND_CONTENTION},     {"contention", KIND_CONTENTION},
        {"goroutine", KIND_THREADS}, {"threadcreate", KIND_THREADS},
    };
    if (pprof_string_equals(type, "cpu") || is_time_event(type)) return KIND_CPU;
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (starts_with(type, prefixes[i].prefix)) return prefixes[i].kind;
    return pprof_string_equals(unit, "bytes") ? KIND_MEMORY : KIND_UNKNOWN;
}

static pprof_string get_type(const pprof_profile *profile, uint32_t index) {
    return pprof_get_string(profile, profile->sample_types[index].type_string);
}

static pprof_string get_unit(const pprof_profile *profile, uint32_t index) {
    return pprof_get_string(profile, profile->sample_types[index].unit_string);
}

static kind classify_alone(const pprof_profile *profile, uint32_t index) {
    return classify_type(get_type(profile, index), get_unit(profile, index));
}

static bool has_kind(const pprof_profile *profile, kind wanted) {
    for (uint32_t i = 0; i < profile->sample_type_count; i++)
        if (classify_alone(profile, i) == wanted) return true;
    return false;
}

/* "samples" are of the CPU, but in "samples/count, wall/nanoseconds" they count what the other type measures. */
static kind classify(const pprof_profile *profile, uint32_t index) {
    if (!pprof_string_equals(get_type(profile, index), "samples")) return classify_alone(profile, index);
    return has_kind(profile, KIND_WALL) && !has_kind(profile, KIND_CPU) ? KIND_WALL : KIND_CPU;
}

/* ---- by name, or by default ---- */

/* "samples/count, cpu/nanoseconds", as far as it fits. */
static const char *list_types(const pprof_profile *profile, char *text, size_t size) {
    size_t used = 0;
    text[0] = '\0';
    for (uint32_t i = 0; i < profile->sample_type_count && used < size; i++) {
        pprof_string type = get_type(profile, i), unit = get_unit(profile, i);
        int type_shown = type.length > 64 ? 64 : (int)type.length,
            unit_shown = unit.length > 64 ? 64 : (int)unit.length;
        int length = snprintf(text + used, size - used, "%s%.*s/%.*s", i == 0 ? "" : ", ", type_shown, type.text,
                              unit_shown, unit.text);
        if (length < 0) break;
        used += (size_t)length;
    }
    return text;
}

/* As pprof's -sample_index: a decimal index, or a name, whose "inuse_" may be left to the reader. */
static bool find_wanted(const pprof_profile *profile, const char *path, const char *wanted, uint32_t *index,
                        pprof_status *status) {
    char types[256], *end;
    unsigned long number = strtoul(wanted, &end, 10);
    if (wanted[0] >= '0' && wanted[0] <= '9' && *end == '\0') {
        if (number < profile->sample_type_count) {
            *index = (uint32_t)number;
            return true;
        }
        return pprof_fail(status, "%s: there is no sample type %s: it has the types 0 to %u (%s)", path, wanted,
                          profile->sample_type_count - 1, list_types(profile, types, sizeof types));
    }
    const char *without_prefix = strncmp(wanted, "inuse_", 6) == 0 ? wanted + 6 : wanted;
    for (uint32_t i = 0; i < profile->sample_type_count; i++) {
        pprof_string type = get_type(profile, i);
        if (pprof_string_equals(type, wanted) || pprof_string_equals(type, without_prefix)) {
            *index = i;
            return true;
        }
    }
    return pprof_fail(status, "%s: there is no sample type '%s': it has %s", path, wanted,
                      list_types(profile, types, sizeof types));
}

static bool fail_without_types(const char *path, pprof_status *status) {
    return pprof_fail(status, "%s: the profile has no sample types", path);
}

/* default_sample_type, else the last. */
static uint32_t find_default(const pprof_profile *profile) {
    pprof_string wanted = pprof_get_string(profile, profile->default_sample_type_string);
    for (uint32_t i = 0; wanted.length != 0 && i < profile->sample_type_count; i++) {
        pprof_string type = get_type(profile, i);
        if (type.length == wanted.length && memcmp(type.text, wanted.text, wanted.length) == 0) return i;
    }
    return profile->sample_type_count - 1;
}

bool pprof_select_shown_type(const pprof_profile *profile, const char *path, const char *wanted, uint32_t *index,
                             pprof_status *status) {
    if (profile->sample_type_count == 0) return fail_without_types(path, status);
    if (wanted != NULL) return find_wanted(profile, path, wanted, index, status);
    *index = find_default(profile);
    return true;
}

/* ---- for PGO ---- */

static bool refuse_kind(const pprof_profile *profile, const char *path, kind kind, pprof_status *status) {
    static const char *const names[] = {
        [KIND_WALL] = "a wall-clock profile: it also counts time spent waiting",
        [KIND_MEMORY] = "a heap profile: it counts memory, not time",
        [KIND_CONTENTION] = "a mutex or block profile: it counts time spent waiting",
        [KIND_THREADS] = "a list of threads or goroutines: it does not say where time goes",
    };
    char types[256];
    return pprof_fail(
        status,
        "%s: not a CPU profile but %s (sample types: %s); record a CPU profile, or name a sample type with "
        "--sample-type (pprofread) or -pgo-sample-type (plugin) to use it all the same",
        path, names[kind], list_types(profile, types, sizeof types));
}

/* Whether type [index] is one that Go's PGO would take. */
static bool is_standard(const pprof_profile *profile, uint32_t index) {
    pprof_string type = get_type(profile, index), unit = get_unit(profile, index);
    return (pprof_string_equals(type, "samples") && pprof_string_equals(unit, "count")) ||
           (pprof_string_equals(type, "cpu") && pprof_string_equals(unit, "nanoseconds"));
}

/* "cpu-samples", "cycles_sample": each sample counts 1. */
static bool counts_samples(pprof_string type) {
    return ends_with(type, "samples") || ends_with(type, "_sample");
}

/* Of the CPU types, one that counts samples (how sure a weight is depends on their number), else the default, else the
 * first; PPROF_NONE when there is none. */
static uint32_t find_cpu_type(const pprof_profile *profile) {
    uint32_t found = find_default(profile);
    if (classify(profile, found) != KIND_CPU) found = PPROF_NONE;
    for (uint32_t i = 0; i < profile->sample_type_count; i++) {
        if (classify(profile, i) != KIND_CPU) continue;
        if (counts_samples(get_type(profile, i))) return i;
        if (found == PPROF_NONE) found = i;
    }
    return found;
}

bool pprof_select_cpu_type(const pprof_profile *profile, const char *path, const char *wanted, uint32_t *index,
                           pprof_status *status) {
    if (profile->sample_type_count == 0) return fail_without_types(path, status);
    if (wanted != NULL) return find_wanted(profile, path, wanted, index, status);
    for (uint32_t i = 0; i < profile->sample_type_count; i++) {
        if (!is_standard(profile, i) || classify(profile, i) != KIND_CPU) continue;
        *index = i;
        return true;
    }
    *index = find_cpu_type(profile);
    if (*index != PPROF_NONE) return true;

    /* "sample/count, wall/nanoseconds": an unknown type counts what a known one measures. */
    *index = find_default(profile);
    kind chosen = classify(profile, *index);
    for (kind other = KIND_WALL; chosen == KIND_UNKNOWN && other <= KIND_THREADS; other++)
        if (has_kind(profile, other)) chosen = other;
    return chosen == KIND_UNKNOWN || refuse_kind(profile, path, chosen, status);
}
