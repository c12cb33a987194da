/* Takes one line of a -pgo-report file (plugin/report_json.c tells its form); adds what it says to the build. A line
 * that says something else is refused with its place. */
#include "report/build.h"

#include <cJSON.h>
#include <math.h>
#include <string.h>

enum { REPORT_VERSION = 1 };

static bool refuse(const gate_reader *reader, const char *what, const char *key) {
    return pprof_fail(reader->status, "%s:%llu: not a line of -pgo-report: %s%s", reader->path,
                      (unsigned long long)reader->line, what, key);
}

/* ---- fields ---- */

/* The text under [key]; where there is none, the empty one. */
static bool read_text(gate_reader *reader, const cJSON *object, const char *key, uint32_t *text) {
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    *text = 0;
    if (item == NULL) return true;
    if (!cJSON_IsString(item)) return refuse(reader, "it should have a text as ", key);
    *text = gate_intern_text(reader, item->valuestring);
    return *text != PPROF_NONE;
}

/* The number under [key]; where there is none, 0. */
static bool read_number(const gate_reader *reader, const cJSON *object, const char *key, uint64_t *number) {
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    *number = 0;
    if (item == NULL) return true;
    if (!cJSON_IsNumber(item) || !(item->valuedouble >= 0)) return refuse(reader, "it should have a number as ", key);
    *number = item->valuedouble < 0x1p63 ? (uint64_t)item->valuedouble : UINT64_MAX >> 1;
    return true;
}

/* The same where no more than 32 bits make sense. */
static bool read_small(const gate_reader *reader, const cJSON *object, const char *key, uint32_t *number) {
    uint64_t wide;
    if (!read_number(reader, object, key, &wide)) return false;
    *number = wide < UINT32_MAX ? (uint32_t)wide : UINT32_MAX - 1;
    return true;
}

/* ---- kinds of line ---- */

static int compare_texts(const gate_reader *reader, uint32_t text, uint32_t other) {
    return strcmp(reader->pool.strings[text].text, reader->pool.strings[other].text);
}

/* What the profile is must be the same for every module. Of several the largest is the build's, of equal ones the first
 * by type and name, in whatever order they are read. */
static bool read_profile(gate_reader *reader, const cJSON *object) {
    gate_build *build = reader->build;
    uint32_t profile, type, unit;
    uint64_t total, sample_count;
    if (!read_text(reader, object, "profile", &profile) || !read_text(reader, object, "type", &type) ||
        !read_text(reader, object, "unit", &unit) || !read_number(reader, object, "total", &total) ||
        !read_number(reader, object, "samples", &sample_count))
        return false;
    if (total == 0) return true; /* a module that was left alone has not read it */
    if (build->total != 0 && (total != build->total || type != build->type)) build->has_other_profile = true;
    int order = (total < build->total) - (total > build->total);
    if (order == 0) order = compare_texts(reader, type, build->type);
    if (order == 0) order = compare_texts(reader, profile, build->profile);
    if (order >= 0) return true;
    build->total = total;
    build->sample_count = sample_count;
    build->type = type;
    build->unit = unit;
    build->profile = profile;
    return true;
}

static bool read_header(gate_reader *reader, const cJSON *object, uint32_t name) {
    uint32_t version, functions, known;
    uint64_t self, matched;
    if (!read_small(reader, object, "version", &version)) return false;
    if (version != REPORT_VERSION)
        return pprof_fail(reader->status,
                          "%s:%llu: written by %s libpgo (version %u of the report, not %d); build anew", reader->path,
                          (unsigned long long)reader->line, version < REPORT_VERSION ? "an older" : "a newer", version,
                          REPORT_VERSION);
    reader->has_header = true;
    if (!gate_enter_module(reader, name)) return false;
    gate_module *module = gate_get_reader_module(reader);
    if (cJSON_HasObjectItem(object, "kind")) {
        module->inliner_is_done = true;
        return true;
    }
    if (!read_small(reader, object, "functions", &functions) || !read_small(reader, object, "known", &known) ||
        !read_number(reader, object, "self", &self) || !read_number(reader, object, "matched", &matched))
        return false;
    if (functions > module->function_count) module->function_count = functions;
    if (known > module->known_count) module->known_count = known;
    if (self > module->self) module->self = self;
    if (matched > module->matched) module->matched = matched;
    return read_profile(reader, object);
}

static bool read_function(gate_reader *reader, const cJSON *object) {
    gate_function function = {.module = reader->module, .module_count = 1};
    function.is_inlined = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(object, "inlined"));
    function.is_absolute = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(object, "absolute"));
    return read_text(reader, object, "function", &function.name) && read_text(reader, object, "file", &function.file) &&
           read_small(reader, object, "line", &function.line) &&
           read_text(reader, object, "profiled", &function.profiled) &&
           read_text(reader, object, "profiled_file", &function.profiled_file) &&
           read_number(reader, object, "inclusive", &function.inclusive) &&
           read_number(reader, object, "leaf", &function.leaf) && read_number(reader, object, "self", &function.self) &&
           read_number(reader, object, "matched", &function.matched) &&
           read_number(reader, object, "line_zero", &function.line_zero) &&
           read_text(reader, object, "reason", &function.reason) && gate_merge_function(reader, &function);
}

static bool find_kind(const char *word, gate_decision_kind *kind) {
    static const char *const words[] = {
        [GATE_PASSED] = "passed", [GATE_MISSED] = "missed", [GATE_ANALYSIS] = "analysis"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(word, words[i]) == 0) {
            *kind = (gate_decision_kind)i;
            return true;
        }
    return false;
}

static bool read_decision(gate_reader *reader, const cJSON *object, const char *kind) {
    gate_decision decision = {.module = reader->module, .count = 1};
    uint32_t function, message;
    if (!find_kind(kind, &decision.kind)) return refuse(reader, "there is no kind ", kind);
    if (!read_text(reader, object, "name", &decision.name) || !read_text(reader, object, "function", &function) ||
        !read_text(reader, object, "file", &decision.file) || !read_small(reader, object, "line", &decision.line) ||
        !read_small(reader, object, "column", &decision.column) ||
        !read_text(reader, object, "callee", &decision.callee) ||
        !read_number(reader, object, "weight", &decision.weight) ||
        !read_number(reader, object, "whole", &decision.whole) ||
        !read_text(reader, object, "reason", &decision.text) ||
        (decision.text == 0 && !read_text(reader, object, "message", &message)))
        return false;
    if (decision.name == 0) return refuse(reader, "the decision has no name", "");
    decision.has_reason = decision.text != 0;
    if (!decision.has_reason) decision.text = message;
    return gate_merge_decision(reader, decision, function);
}

static bool read_object(gate_reader *reader, const cJSON *object) {
    uint32_t module;
    if (!cJSON_IsObject(object)) return refuse(reader, "it is not JSON, or cut short", "");
    if (!cJSON_HasObjectItem(object, "module")) return refuse(reader, "no module", "");
    if (!read_text(reader, object, "module", &module)) return false;
    const cJSON *kind = cJSON_GetObjectItemCaseSensitive(object, "kind");
    if (kind != NULL && !cJSON_IsString(kind)) return refuse(reader, "it should have a text as ", "kind");
    if (kind == NULL || cJSON_HasObjectItem(object, "version")) return read_header(reader, object, module);
    if (!reader->has_header) return refuse(reader, "no module's header comes before it", "");
    if (!gate_enter_module(reader, module)) return false;
    return strcmp(kind->valuestring, "function") == 0 ? read_function(reader, object)
                                                      : read_decision(reader, object, kind->valuestring);
}

static bool check_size(const gate_reader *reader) {
    const pprof_list *lists[] = {&reader->modules, &reader->functions, &reader->module_functions, &reader->left_calls};
    size_t count = 0;
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) count += lists[i]->count;
    if (count <= GATE_ITEM_LIMIT && reader->text_size <= GATE_TEXT_LIMIT) return true;
    return pprof_fail(reader->status,
                      "%s:%llu: more functions and names than any build has: read the reports of one build only",
                      reader->path, (unsigned long long)reader->line);
}

bool gate_read_line(gate_reader *reader, const char *text, size_t length) {
    cJSON *object = cJSON_ParseWithLength(text, length);
    bool is_read = check_size(reader) && read_object(reader, object);
    cJSON_Delete(object);
    return is_read;
}
