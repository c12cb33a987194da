/* Takes a finished run; appends it to -pgo-report=FILE as JSON lines: one for the module, then one per decision.
 *
 *   {"module":"lvm.c","profile":"default.pgo","type":"samples","unit":"count","total":683,"samples":683,
 *    "functions":31,"known":12,"self":410,"matched":398,"unmatched":{"line is not in the source":12}}
 *   {"module":"lvm.c","kind":"passed","name":"HotCallSite","function":"luaV_execute","file":"lvm.c","line":1171,
 *    "column":9,"callee":"luaH_getint","weight":37,"message":"…"}
 *
 * The whole module is one write to a file opened for appending, so that the compiles of a parallel build can share it.
 * Lines of different modules stand in the order in which the compiles ended.
 */
#include "plugin.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The length of the UTF-8 character at [text], 0 if it is none. */
static size_t measure_character(const unsigned char *text) {
    static const unsigned char first_mask[] = {0, 0x80, 0xe0, 0xf0, 0xf8}, first_bits[] = {0, 0, 0xc0, 0xe0, 0xf0};
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    for (size_t length = 1; length <= 4; length++) {
        if ((text[0] & first_mask[length]) != first_bits[length]) continue;
        uint32_t code = text[0] & (unsigned char)~first_mask[length];
        for (size_t i = 1; i < length; i++) {
            if ((text[i] & 0xc0) != 0x80) return 0;
            code = code << 6 | (text[i] & 0x3f);
        }
        bool is_surrogate = code >= 0xd800 && code < 0xe000;
        return code < smallest[length] || is_surrogate || code > 0x10ffff ? 0 : length;
    }
    return 0;
}

/* JSON is UTF-8, names and paths are any bytes: those that are no character become '?'. */
static bool add_text(cJSON *object, const char *key, const char *text) {
    char *clean = strdup(text);
    if (clean == NULL) return false;
    for (unsigned char *c = (unsigned char *)clean; *c != '\0';) {
        size_t length = measure_character(c);
        if (length == 0) *c = '?';
        c += length == 0 ? 1 : length;
    }
    bool is_added = cJSON_AddStringToObject(object, key, clean) != NULL;
    free(clean);
    return is_added;
}

/* cJSON's own numbers are doubles. */
static bool add_number(cJSON *object, const char *key, uint64_t number) {
    char digits[24];
    (void)snprintf(digits, sizeof digits, "%" PRIu64, number);
    return cJSON_AddRawToObject(object, key, digits) != NULL;
}

static bool add_to_reason(cJSON *reasons, const char *reason, uint64_t weight) {
    const cJSON *known = cJSON_GetObjectItemCaseSensitive(reasons, reason);
    if (weight == 0) return true;
    if (known != NULL) {
        weight += strtoull(known->valuestring, NULL, 10);
        cJSON_DeleteItemFromObjectCaseSensitive(reasons, reason);
    }
    return add_number(reasons, reason, weight);
}

/* Self weight that did not match, by the reason that match.c gave. */
static bool add_unmatched(cJSON *object, const pgo_run *run) {
    cJSON *reasons = cJSON_AddObjectToObject(object, "unmatched");
    if (reasons == NULL) return false;
    for (uint32_t i = 0; i < run->module.function_count; i++) {
        const pgo_function *function = &run->module.functions[i];
        uint64_t unmatched = function->self_samples - function->matched_samples;
        if (function->self_samples <= function->matched_samples) continue;
        uint64_t line_zero = function->line_zero_samples < unmatched ? function->line_zero_samples : unmatched;
        const char *reason = function->miss_reason == NULL ? "unknown" : function->miss_reason;
        if (!add_to_reason(reasons, "line 0: compiler-made code", line_zero) ||
            !add_to_reason(reasons, reason, unmatched - line_zero))
            return false;
    }
    return true;
}

static bool fill_module(cJSON *object, const pgo_run *run, const char *source_file) {
    const pprof_index *weights = &run->weights;
    pgo_match_totals totals = pgo_sum_matches(run);
    return add_text(object, "module", source_file) && add_text(object, "profile", run->profile_path) &&
           add_text(object, "type", weights->type == NULL ? "" : weights->type) &&
           add_text(object, "unit", weights->unit == NULL ? "" : weights->unit) &&
           add_number(object, "total", weights->total) && add_number(object, "samples", weights->sample_count) &&
           add_number(object, "functions", totals.function_count) && add_number(object, "known", totals.known_count) &&
           add_number(object, "self", totals.self_samples) && add_number(object, "matched", totals.matched_samples) &&
           add_unmatched(object, run);
}

static bool fill_decision(cJSON *object, const pgo_run *run, const char *source_file, const pgo_decision *decision) {
    static const char *const kinds[] = {
        [PGO_DECISION_PASSED] = "passed",
        [PGO_DECISION_MISSED] = "missed",
        [PGO_DECISION_ANALYSIS] = "analysis",
    };
    pgo_source_location location = pgo_get_decision_location(run, decision);
    return add_text(object, "module", source_file) && add_text(object, "kind", kinds[decision->kind]) &&
           add_text(object, "name", decision->name) &&
           add_text(object, "function", pgo_get_decision_function(run, decision)) &&
           add_text(object, "file", location.file) && add_number(object, "line", location.line) &&
           add_number(object, "column", location.column) &&
           (decision->callee == NULL || add_text(object, "callee", decision->callee)) &&
           add_number(object, "weight", decision->weight) && add_text(object, "message", decision->message);
}

/* One line; [decision] NULL: the module's. */
static bool print_line(FILE *out, const pgo_run *run, const char *source_file, const pgo_decision *decision) {
    cJSON *object = cJSON_CreateObject();
    bool is_full = object != NULL && (decision == NULL ? fill_module(object, run, source_file)
                                                       : fill_decision(object, run, source_file, decision));
    char *line = is_full ? cJSON_PrintUnformatted(object) : NULL;
    bool is_printed = line != NULL && fputs(line, out) >= 0 && fputc('\n', out) != EOF;
    cJSON_free(line);
    cJSON_Delete(object);
    return is_printed;
}

static bool append_file(const char *path, const char *text, size_t size, pprof_status *status) {
    int file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
    if (file < 0) return pprof_fail(status, "-pgo-report=%s: %s", path, strerror(errno));
    ssize_t written = write(file, text, size);
    int error = written < 0 ? errno : ENOSPC;
    bool is_closed = close(file) == 0;
    if (written == (ssize_t)size && is_closed) return true;
    return pprof_fail(status, "-pgo-report=%s: %s", path, strerror(error));
}

bool pgo_append_json_report(pgo_run *run) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (out == NULL) return pprof_fail(run->status, "-pgo-report: out of memory");
    size_t length;
    const char *source_file = LLVMGetSourceFileName(run->module.llvm, &length);
    bool is_printed = print_line(out, run, source_file, NULL);
    for (uint32_t i = 0; i < run->report.decision_count && is_printed; i++)
        is_printed = print_line(out, run, source_file, &run->report.decisions[i]);
    is_printed = fclose(out) == 0 && is_printed;
    bool is_appended = is_printed ? append_file(run->options.report_path, text, size, run->status)
                                  : pprof_fail(run->status, "-pgo-report: out of memory");
    free(text);
    return is_appended;
}
