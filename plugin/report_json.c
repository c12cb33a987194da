/* Takes a finished run; appends it to -pgo-report=FILE as JSON lines: one for the module, one for each function that
 * the profile knows, one for each decision; and after LLVM's inliner, which runs later, what is still a call.
 *
 *   {"version":1,"module":"lvm.c","profile":"default.pgo","type":"samples","unit":"count","total":683,"samples":683,
 *    "functions":31,"known":12,"self":410,"matched":398,"unmatched":{"line is not in the source":12}}
 *   {"module":"lvm.c","kind":"function","function":"luaV_execute","file":"lvm.c","line":1141,
 *    "profiled":"luaV_execute","profiled_file":"src/lvm.c","inclusive":640,"leaf":300,
 *    "self":320,"matched":301,"line_zero":12,"reason":"samples on lines that have no code here"}
 *   {"module":"lvm.c","kind":"passed","name":"HotCallSite","function":"luaV_execute","file":"lvm.c","line":1171,
 *    "column":9,"callee":"luaH_getint","weight":37,"reason":"…","message":"…"}
 *
 *   {"version":1,"module":"lvm.c","kind":"inliner","left":1}
 *   {"module":"lvm.c","kind":"missed","name":"NotInlined","function":"luaV_execute","file":"lvm.c","line":1171,
 *    "column":9,"callee":"luaH_getint","weight":0,"message":"…"}
 *
 * "inclusive" and "leaf" are what the whole profile has on the function, the same in every module; "self", "matched"
 * and "line_zero" what this module found for it and for what was inlined into it. A function that the pre-inliner left
 * nothing of has "inlined":true in their place; one whose first line the profile does not know has "absolute":true.
 * "whole" is the weight of all of a promoted call's targets. "reason" is left out where there is none. Weights are in
 * the profile's unit.
 *
 * A run is one write to a file opened for appending, so that the compiles of a parallel build can share it: the lines
 * of a run stand together, runs in the order in which the compiles ended.
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
    return add_number(object, "version", PGO_REPORT_VERSION) && add_text(object, "module", source_file) &&
           add_text(object, "profile", run->profile_path) &&
           add_text(object, "type", weights->type == NULL ? "" : weights->type) &&
           add_text(object, "unit", weights->unit == NULL ? "" : weights->unit) &&
           add_number(object, "total", weights->total) && add_number(object, "samples", weights->sample_count) &&
           add_number(object, "functions", totals.function_count) && add_number(object, "known", totals.known_count) &&
           add_number(object, "self", totals.self_samples) && add_number(object, "matched", totals.matched_samples) &&
           add_unmatched(object, run);
}

static bool fill_decision(cJSON *object, const pgo_run *run, const char *source_file, const pgo_decision *decision) {
    pgo_source_location location = pgo_get_decision_location(run, decision);
    return add_text(object, "module", source_file) && add_text(object, "kind", pgo_get_kind_name(decision->kind)) &&
           add_text(object, "name", decision->name) &&
           add_text(object, "function", pgo_get_decision_function(run, decision)) &&
           add_text(object, "file", location.file) && add_number(object, "line", location.line) &&
           add_number(object, "column", location.column) &&
           (decision->callee == NULL || add_text(object, "callee", decision->callee)) &&
           add_number(object, "weight", decision->weight) &&
           (decision->whole == 0 || add_number(object, "whole", decision->whole)) &&
           (decision->reason == NULL || add_text(object, "reason", decision->reason)) &&
           add_text(object, "message", decision->message);
}

/* What the profile has on function [w]. */
static bool fill_profiled(cJSON *object, const pgo_run *run, uint32_t w) {
    pprof_weight_function profiled = pprof_get_weight_function(&run->weights, w);
    pprof_body body = pprof_get_body(&run->weights, w);
    return add_text(object, "profiled", profiled.linkage_name) && add_text(object, "profiled_file", profiled.file) &&
           (!profiled.lines_are_absolute || cJSON_AddTrueToObject(object, "absolute") != NULL) &&
           add_number(object, "inclusive", body.inclusive) && add_number(object, "leaf", body.leaf);
}

static bool fill_function(cJSON *object, const pgo_run *run, const char *source_file, uint32_t f) {
    const pgo_function *function = &run->module.functions[f];
    pgo_source_location location = pgo_get_decision_location(run, &(pgo_decision){.function = f});
    return add_text(object, "module", source_file) && add_text(object, "kind", "function") &&
           add_text(object, "function", function->name) && add_text(object, "file", location.file) &&
           add_number(object, "line", location.line) && fill_profiled(object, run, function->weight_function) &&
           add_number(object, "self", function->self_samples) &&
           add_number(object, "matched", function->matched_samples) &&
           add_number(object, "line_zero", function->line_zero_samples) &&
           (function->miss_reason == NULL || add_text(object, "reason", function->miss_reason));
}

/* A function that is no more: all that is known of it is what the profile says. */
static bool fill_inlined_function(cJSON *object, const pgo_run *run, const char *source_file, uint32_t w) {
    pprof_weight_function profiled = pprof_get_weight_function(&run->weights, w);
    return add_text(object, "module", source_file) && add_text(object, "kind", "function") &&
           add_text(object, "function", profiled.linkage_name) && add_text(object, "file", profiled.file) &&
           add_number(object, "line", profiled.start_line > 0 ? (uint64_t)profiled.start_line : 0) &&
           fill_profiled(object, run, w) && cJSON_AddTrueToObject(object, "inlined") != NULL;
}

/* Prints and frees the object, which is given up where it [is_full] not. */
static bool print_object(FILE *out, cJSON *object, bool is_full) {
    char *line = is_full ? cJSON_PrintUnformatted(object) : NULL;
    bool is_printed = line != NULL && fputs(line, out) >= 0 && fputc('\n', out) != EOF;
    cJSON_free(line);
    cJSON_Delete(object);
    return is_printed;
}

static bool print_functions(FILE *out, const pgo_run *run, const char *source_file) {
    const pgo_module *module = &run->module;
    pgo_sparse seen = {0}; /* functions of the profile that this module has, or merely declares */
    bool is_printed = true;
    for (uint32_t f = 0; f < module->function_count && is_printed; f++) {
        uint32_t w = module->functions[f].weight_function;
        if (w == PGO_NONE) continue;
        uint64_t *mark = pgo_reach_sparse(&seen, w, run->arena, run->status);
        if (mark == NULL) return false;
        *mark = true;
        if (module->functions[f].state == PGO_IS_DECLARATION) continue;
        cJSON *object = cJSON_CreateObject();
        is_printed = print_object(out, object, object != NULL && fill_function(object, run, source_file, f));
    }
    for (uint32_t w = 0; w < run->weights.function_count && is_printed; w++) {
        if (pgo_get_sparse(&run->known_functions, w) == 0 || pgo_get_sparse(&seen, w) != 0) continue;
        cJSON *object = cJSON_CreateObject();
        is_printed = print_object(out, object, object != NULL && fill_inlined_function(object, run, source_file, w));
    }
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

/* Ends the text of a run and appends it; [is_printed] is whether it is whole. */
static bool append_report(FILE *out, char **text, const size_t *size, bool is_printed, const char *path,
                          pprof_status *status) {
    is_printed = fclose(out) == 0 && is_printed;
    bool is_appended =
        is_printed ? append_file(path, *text, *size, status) : pprof_fail(status, "-pgo-report: out of memory");
    free(*text);
    return is_appended;
}

bool pgo_append_json_report(pgo_run *run) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (out == NULL) return pprof_fail(run->status, "-pgo-report: out of memory");
    size_t length;
    const char *source_file = LLVMGetSourceFileName(run->module.llvm, &length);
    cJSON *header = cJSON_CreateObject();
    bool is_printed = print_object(out, header, header != NULL && fill_module(header, run, source_file)) &&
                      print_functions(out, run, source_file);
    for (uint32_t i = 0; i < run->report.decision_count && is_printed; i++) {
        cJSON *object = cJSON_CreateObject();
        is_printed = print_object(out, object,
                                  object != NULL && fill_decision(object, run, source_file, &run->report.decisions[i]));
    }
    return append_report(out, &text, &size, is_printed, run->options.report_path, run->status);
}

static bool fill_left_call(cJSON *object, const char *source_file, const pgo_left_call *call) {
    return add_text(object, "module", source_file) && add_text(object, "kind", "missed") &&
           add_text(object, "name", "NotInlined") && add_text(object, "function", call->function) &&
           add_text(object, "file", call->location.file) && add_number(object, "line", call->location.line) &&
           add_number(object, "column", call->location.column) && add_text(object, "callee", call->callee) &&
           add_number(object, "weight", 0) && add_text(object, "message", call->message);
}

bool pgo_append_left_calls(const char *path, const char *source_file, const pgo_left_call *calls, uint32_t count,
                           pprof_status *status) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (out == NULL) return pprof_fail(status, "-pgo-report: out of memory");
    cJSON *header = cJSON_CreateObject();
    bool is_full = header != NULL && add_number(header, "version", PGO_REPORT_VERSION) &&
                   add_text(header, "module", source_file) && add_text(header, "kind", "inliner") &&
                   add_number(header, "left", count);
    bool is_printed = print_object(out, header, is_full);
    for (uint32_t i = 0; i < count && is_printed; i++) {
        cJSON *object = cJSON_CreateObject();
        is_printed = print_object(out, object, object != NULL && fill_left_call(object, source_file, &calls[i]));
    }
    return append_report(out, &text, &size, is_printed, path, status);
}
