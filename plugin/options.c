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
    {"pgo-cold-unsampled", "0|1|auto",
     "Treat functions without samples as cold; auto: if the profile is long enough and the file is the program's"},
    {"pgo-report", "file", "Append every decision to this file as JSON lines"},
    {"pgo-debug", "0..3",
     "Print 1: decisions, 2: and their analysis, 3: and places and the call graph as DOT, on stderr"},
    {"pgo-hash", "bits|y|n", "Take only decisions whose hash ends in these bits, to find a bad one"},
};
const unsigned pgo_option_count = sizeof pgo_option_table / sizeof pgo_option_table[0];

/* A value as it was given, and what to call it in a message: "-pgo-debug" or "PGO_DEBUG". */
typedef struct given {
    char name[64];
    const char *value; /* NULL: not given */
} given;

/* "pgo-on-error" is PGO_ON_ERROR in the environment. */
static void write_environment_twin(char *twin, size_t size, const char *name) {
    size_t i = 0;
    for (; name[i] != '\0' && i < size - 1; i++) {
        bool is_letter = name[i] >= 'a' && name[i] <= 'z';
        twin[i] = (char)(is_letter ? name[i] - 'a' + 'A' : name[i] == '-' ? '_' : name[i]);
    }
    twin[i] = '\0';
}

/* An empty variable is as good as none. */
static given get_value(const char *name) {
    given option = {.value = pgo_shim_get_option(name)};
    if (option.value != NULL) {
        (void)snprintf(option.name, sizeof option.name, "-%s", name);
        return option;
    }
    write_environment_twin(option.name, sizeof option.name, name);
    option.value = getenv(option.name);
    if (option.value != NULL && option.value[0] == '\0') option.value = NULL;
    return option;
}

static bool read_text(const char *name, pprof_arena *arena, const char **text, pprof_status *status) {
    given option = get_value(name);
    if (option.value == NULL) return true;
    *text = pprof_copy_string(arena, option.value, strlen(option.value), status);
    return *text != NULL;
}

/* One of two words; gives whether it was the second. */
static bool read_choice(const char *name, const char *no, const char *yes, bool *is_yes, pprof_status *status) {
    given option = get_value(name);
    if (option.value == NULL) return true;
    *is_yes = strcmp(option.value, yes) == 0;
    if (*is_yes || strcmp(option.value, no) == 0) return true;
    return pprof_fail(status, "%s=%s: must be %s or %s", option.name, option.value, no, yes);
}

static bool read_switch(const char *name, bool *is_on, pprof_status *status) {
    return read_choice(name, "0", "1", is_on, status);
}

static bool read_whole_number(const char *name, uint64_t minimum, uint64_t maximum, uint64_t *number,
                              pprof_status *status) {
    given option = get_value(name);
    if (option.value == NULL) return true;
    char *end = NULL;
    errno = 0;
    unsigned long long parsed = strtoull(option.value, &end, 10);
    bool is_number = option.value[0] >= '0' && option.value[0] <= '9' && *end == '\0' && errno == 0;
    if (!is_number || parsed < minimum || parsed > maximum)
        return pprof_fail(status, "%s=%s: must be a whole number from %llu to %llu", option.name, option.value,
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
static bool parse_decimal(const char *text, double *number) {
    enum { LENGTH_LIMIT = 20 };
    double digits = 0, unit = 1;
    size_t digit_count = 0, point_count = 0;
    for (size_t i = 0; text[i] != '\0'; i++) {
        if (text[i] == '.')
            point_count++;
        else if (text[i] >= '0' && text[i] <= '9')
            digit_count++;
        else
            return false;
        if (i == LENGTH_LIMIT || point_count > 1) return false;
        if (text[i] == '.') continue;
        digits = digits * 10 + (text[i] - '0');
        if (point_count == 1) unit *= 10;
    }
    *number = digits / unit;
    return digit_count > 0;
}

static bool read_decimal(const char *name, double maximum, double *number, pprof_status *status) {
    given option = get_value(name);
    if (option.value == NULL) return true;
    double parsed = 0;
    if (!parse_decimal(option.value, &parsed) || parsed > maximum)
        return pprof_fail(status, "%s=%s: must be a number from 0 to %g", option.name, option.value, maximum);
    *number = parsed;
    return true;
}

static bool read_hash(pprof_arena *arena, const char **hash, pprof_status *status) {
    given option = get_value("pgo-hash");
    if (option.value == NULL) return true;
    bool is_word = strcmp(option.value, "y") == 0 || strcmp(option.value, "n") == 0;
    bool is_binary = strspn(option.value, "01") == strlen(option.value) && strlen(option.value) <= 64;
    if (!is_word && !is_binary)
        return pprof_fail(status, "%s=%s: must be up to 64 binary digits, y or n", option.name, option.value);
    return read_text("pgo-hash", arena, hash, status);
}

static bool read_cold_unsampled(pgo_choice *choice, pprof_status *status) {
    given option = get_value("pgo-cold-unsampled");
    if (option.value == NULL) return true;
    static const char *const words[] = {[PGO_NO] = "0", [PGO_YES] = "1", [PGO_AUTO] = "auto"};
    for (pgo_choice i = PGO_NO; i <= PGO_AUTO; i++)
        if (strcmp(option.value, words[i]) == 0) return *choice = i, true;
    return pprof_fail(status, "%s=%s: must be 0, 1 or auto", option.name, option.value);
}

/* Why the numbers are these. Instructions executed and code size of xmlwalk (C++, virtual calls) against -O2's, counted
 * by cachegrind on the test input of bench/speed:
 *   inline budget  225            1.013 .796        devirtualize-min-share   5   .949 .823
 *                  500 and 1000    .954 .802                                20   .955 .822
 *                  2000 and 4000   .949 .823                                50   .961 .806
 *                                                   no promotion                 .980 .795
 * lz4 is the same with all of them (.943 .916). For the fit's numbers see infer.c, for preinline run.c. The 99 % are
 * Go's. */
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
        .preinline = false, /* see run.c */
        .cold_unsampled = PGO_AUTO,
        .profile_size_limit = PPROF_DEFAULT_SIZE_LIMIT,
    };
    return read_choice("pgo-on-error", "error", "warn", &options->errors_are_warnings, status) &&
           read_text("pgo-profile", arena, &options->profile, status) &&
           read_text("pgo-sample-type", arena, &options->sample_type, status) &&
           read_text("pgo-report", arena, &options->report_path, status) && read_hash(arena, &options->hash, status) &&
           read_switch("pgo-preinline", &options->preinline, status) &&
           read_switch("pgo-frequencies", &options->frequencies, status) &&
           read_switch("pgo-inline", &options->inline_hot, status) &&
           read_switch("pgo-devirtualize", &options->devirtualize, status) &&
           read_switch("pgo-layout", &options->layout, status) &&
           read_cold_unsampled(&options->cold_unsampled, status) &&
           read_decimal("pgo-inline-cdf-threshold", 100, &options->inline_cdf_threshold, status) &&
           read_decimal("pgo-prior-strength", 1000, &options->prior_strength, status) &&
           read_unsigned("pgo-inline-budget", 1000000, &options->inline_budget, status) &&
           read_unsigned("pgo-devirtualize-min-share", 100, &options->devirtualize_min_share, status) &&
           read_unsigned("pgo-debug", 3, &options->debug_level, status) &&
           read_whole_number("pgo-size-limit", 1, PPROF_MAXIMUM_SIZE_LIMIT, &options->profile_size_limit, status);
}
