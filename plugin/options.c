/* Takes the command line's -pgo-… options and their environment twins; gives pgo_options.
 *
 * Every value is a string until here, so that one table serves LLVM's registry, the environment (which is all that a
 * link with lld can use) and the messages. The command line wins over the environment.
 */
#include "plugin.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const pgo_option_description pgo_option_table[] = {
    {"pgo-profile", "path|auto|off", "The pprof CPU profile to use; auto: the nearest default.pgo"},
    {"pgo-on-error", "error|warn", "What an unusable profile is"},
    {"pgo-sample-type", "name", "The profile's sample type to use; default: samples/count or cpu/nanoseconds"},
    {"pgo-size-limit", "bytes", "The largest profile to read, after decompression"},
    {"pgo-preinline", "0|1", "Inline small functions before matching, as LLVM's own PGO does"},
    {"pgo-frequencies", "0|1", "Write branch weights and entry counts"},
    {"pgo-prior-strength", "number", "How far to trust static branch prediction against samples"},
    {"pgo-inline", "0|1", "Raise the inline threshold at hot call sites"},
    {"pgo-inline-cdf-threshold", "percent", "Call edges are hot up to this share of all edge weight"},
    {"pgo-inline-budget", "threshold", "LLVM's inline threshold at a hot call site"},
    {"pgo-devirtualize", "0|1", "Turn hot indirect calls into guarded direct ones"},
    {"pgo-devirtualize-min-share", "percent", "The least share of a call's samples for a promoted target"},
    {"pgo-layout", "0|1", "Place hot and cold functions apart"},
    {"pgo-cold-unsampled", "0|1", "Treat functions without samples as cold"},
    {"pgo-report", "file", "Append every decision to this file as JSON lines"},
    {"pgo-debug", "0..3", "Print 1: decisions, 2: and frequencies, 3: and the call graph as DOT, on stderr"},
    {"pgo-hash", "bits|y|n", "Take only decisions whose hash ends in these bits, to find a bad one"},
};
const unsigned pgo_option_count = sizeof pgo_option_table / sizeof pgo_option_table[0];

/* "pgo-on-error" is PGO_ON_ERROR in the environment. An empty variable is as good as none. */
static const char *get_environment_twin(const char *name) {
    char twin[64];
    size_t length = strlen(name);
    if (length >= sizeof twin) return NULL;
    for (size_t i = 0; i <= length; i++) {
        bool is_letter = name[i] >= 'a' && name[i] <= 'z';
        twin[i] = (char)(is_letter ? name[i] - 'a' + 'A' : name[i] == '-' ? '_' : name[i]);
    }
    const char *value = getenv(twin);
    return value == NULL || value[0] == '\0' ? NULL : value;
}

/* The value of an option, or NULL when it was not given at all. */
static const char *get_text(const char *name) {
    const char *value = pgo_shim_get_option(name);
    return value != NULL ? value : get_environment_twin(name);
}

static bool refuse(pprof_status *status, const char *name, const char *value, const char *allowed) {
    return pprof_fail(status, "-%s=%s: must be %s", name, value, allowed);
}

static bool read_text(const char *name, pprof_arena *arena, const char **text, pprof_status *status) {
    const char *value = get_text(name);
    if (value == NULL) return true;
    *text = pprof_copy_string(arena, value, strlen(value), status);
    return *text != NULL;
}

static bool read_switch(const char *name, bool *is_on, pprof_status *status) {
    const char *value = get_text(name);
    if (value == NULL) return true;
    *is_on = strcmp(value, "1") == 0;
    return *is_on || strcmp(value, "0") == 0 || refuse(status, name, value, "0 or 1");
}

static bool read_whole_number(const char *name, uint64_t minimum, uint64_t maximum, uint64_t *number,
                              pprof_status *status) {
    const char *value = get_text(name);
    if (value == NULL) return true;
    char *end = NULL;
    errno = 0;
    unsigned long long parsed = strtoull(value, &end, 10);
    bool is_number = value[0] >= '0' && value[0] <= '9' && *end == '\0' && errno == 0;
    if (!is_number || parsed < minimum || parsed > maximum)
        return pprof_fail(status, "-%s=%s: must be a whole number from %llu to %llu", name, value,
                          (unsigned long long)minimum, (unsigned long long)maximum);
    *number = parsed;
    return true;
}

static bool read_unsigned(const char *name, unsigned maximum, unsigned *number, pprof_status *status) {
    uint64_t wide = *number;
    bool is_read = read_whole_number(name, 0, maximum, &wide, status);
    *number = (unsigned)wide;
    return is_read;
}

/* Digits and at most one point: strtod alone would take "inf", "0x1p3" and, in another locale, "99,5". */
static bool read_decimal(const char *name, double maximum, double *number, pprof_status *status) {
    const char *value = get_text(name);
    if (value == NULL) return true;
    double parsed = 0, unit = 1;
    size_t digits = 0, points = 0, length = 0;
    for (; value[length] != '\0' && length < 20; length++) {
        if (value[length] >= '0' && value[length] <= '9') {
            digits++;
            parsed = parsed * 10 + (value[length] - '0');
            if (points > 0) unit *= 10;
        } else if (value[length] == '.') {
            points++;
        } else {
            break;
        }
    }
    parsed /= unit;
    if (value[length] != '\0' || digits == 0 || points > 1 || parsed > maximum)
        return pprof_fail(status, "-%s=%s: must be a number from 0 to %g", name, value, maximum);
    *number = parsed;
    return true;
}

static bool read_on_error(bool *errors_are_warnings, pprof_status *status) {
    const char *value = get_text("pgo-on-error");
    if (value == NULL) return true;
    *errors_are_warnings = strcmp(value, "warn") == 0;
    return *errors_are_warnings || strcmp(value, "error") == 0 ||
           refuse(status, "pgo-on-error", value, "error or warn");
}

static bool check_hash(const char *hash, pprof_status *status) {
    if (strcmp(hash, "y") == 0 || strcmp(hash, "n") == 0) return true;
    if (strspn(hash, "01") == strlen(hash) && strlen(hash) <= 64) return true;
    return refuse(status, "pgo-hash", hash, "up to 64 binary digits, y or n");
}

bool pgo_read_options(pprof_arena *arena, pgo_options *options, pprof_status *status) {
    *options = (pgo_options){
        .profile = "auto",
        .inline_cdf_threshold = 99,
        .inline_budget = 2000,
        .devirtualize = true,
        .inline_hot = true,
        .frequencies = true,
        .layout = true,
        .devirtualize_min_share = 5,
        .report_path = "",
        .hash = "",
        .sample_type = "",
        .prior_strength = 1,
        .preinline = true,
        .profile_size_limit = PPROF_DEFAULT_SIZE_LIMIT,
    };
    return read_on_error(&options->errors_are_warnings, status) &&
           read_text("pgo-profile", arena, &options->profile, status) &&
           read_text("pgo-sample-type", arena, &options->sample_type, status) &&
           read_text("pgo-report", arena, &options->report_path, status) &&
           read_text("pgo-hash", arena, &options->hash, status) && check_hash(options->hash, status) &&
           read_switch("pgo-preinline", &options->preinline, status) &&
           read_switch("pgo-frequencies", &options->frequencies, status) &&
           read_switch("pgo-inline", &options->inline_hot, status) &&
           read_switch("pgo-devirtualize", &options->devirtualize, status) &&
           read_switch("pgo-layout", &options->layout, status) &&
           read_switch("pgo-cold-unsampled", &options->cold_unsampled, status) &&
           read_decimal("pgo-inline-cdf-threshold", 100, &options->inline_cdf_threshold, status) &&
           read_decimal("pgo-prior-strength", 1000, &options->prior_strength, status) &&
           read_unsigned("pgo-inline-budget", 1000000, &options->inline_budget, status) &&
           read_unsigned("pgo-devirtualize-min-share", 100, &options->devirtualize_min_share, status) &&
           read_unsigned("pgo-debug", 3, &options->debug_level, status) &&
           read_whole_number("pgo-size-limit", 1, PPROF_MAXIMUM_SIZE_LIMIT, &options->profile_size_limit, status);
}
