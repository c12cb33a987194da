/* Takes a suite's JSON; gives the suite. Strict, since a key that is misspelt would be a threshold that is not kept:
 * whatever is not known here is refused, with the file, the key's path, and what is taken instead. */
#include "suite/suite.h"

#include "base/quantity.h"

#include <cJSON.h>
#include <math.h>
#include <string.h>

enum { BENCHMARK_LIMIT = 1000 };
static const double COUNT_LIMIT = 1e6, SEED_LIMIT = 0x1p53;

typedef struct reader {
    const char *path;
    pprof_arena *arena;
    pprof_status *status;
} reader;

/* ---- keys ---- */

typedef enum value_kind {
    VALUE_TEXT,      /* const char * */
    VALUE_PERCENT,   /* double */
    VALUE_THRESHOLD, /* double, and a bool that it is there */
    VALUE_SECONDS,   /* double */
    VALUE_COUNT,     /* uint32_t */
    VALUE_PROCESSOR, /* int */
    VALUE_SEED,      /* uint64_t */
    VALUE_WEIGHT,    /* double */
    VALUE_FLAG,      /* bool */
    VALUE_OPPOSITE,  /* bool: false for true */
    VALUE_METRIC,    /* gate_metric */
    VALUE_COMMAND,   /* const char *[GATE_SIDE_COUNT], the same for both */
    VALUE_SIDES,     /* const char *[GATE_SIDE_COUNT], of an object */
    VALUE_PART,      /* an object or array that its own function reads */
} value_kind;

typedef struct key {
    const char *name;
    value_kind kind;
    size_t offset;       /* in the structure that the object describes */
    size_t given_offset; /* of a threshold's bool */
} key;

#define IN_COMMANDS(field) offsetof(gate_benchmark, commands.field)
#define IN_RULES(field) offsetof(gate_benchmark, rules.field)
static const key benchmark_keys[] = {
    {"name", VALUE_TEXT, offsetof(gate_benchmark, name), 0},
    {"weight", VALUE_WEIGHT, offsetof(gate_benchmark, weight), 0},
    {"command", VALUE_COMMAND, IN_COMMANDS(sides), 0},
    {"baseline", VALUE_TEXT, IN_COMMANDS(sides[GATE_BASELINE]), 0},
    {"candidate", VALUE_TEXT, IN_COMMANDS(sides[GATE_CANDIDATE]), 0},
    {"binary", VALUE_SIDES, IN_COMMANDS(globs), 0},
    {"dir", VALUE_SIDES, IN_COMMANDS(folders), 0},
    {"prepare", VALUE_TEXT, IN_COMMANDS(prepare), 0},
    {"cleanup", VALUE_TEXT, IN_COMMANDS(cleanup), 0},
    {"relink", VALUE_TEXT, IN_COMMANDS(relink), 0},
    {"layouts", VALUE_COUNT, IN_COMMANDS(layout_count), 0},
    {"warmup", VALUE_COUNT, IN_COMMANDS(warmup_rounds), 0},
    {"timeout", VALUE_SECONDS, IN_COMMANDS(timeout), 0},
    {"pin", VALUE_PROCESSOR, IN_COMMANDS(processor), 0},
    {"same_output", VALUE_OPPOSITE, IN_COMMANDS(ignores_output), 0},
    {"callgrind", VALUE_FLAG, IN_COMMANDS(counts_instructions), 0},
    {"metric", VALUE_METRIC, IN_RULES(metric), 0},
    {"min_gain", VALUE_THRESHOLD, IN_RULES(min_gain), IN_RULES(has_min_gain)},
    {"max_regression", VALUE_THRESHOLD, IN_RULES(max_regression), IN_RULES(has_max_regression)},
    {"precision", VALUE_PERCENT, IN_RULES(precision), 0},
    {"rounds", VALUE_COUNT, IN_RULES(round_limit), 0},
    {0},
};

static const key mean_keys[] = {
    {"min_gain", VALUE_THRESHOLD, offsetof(gate_rules, min_gain), offsetof(gate_rules, has_min_gain)},
    {"max_regression", VALUE_THRESHOLD, offsetof(gate_rules, max_regression), offsetof(gate_rules, has_max_regression)},
    {0},
};

static const key suite_keys[] = {
    {"name", VALUE_TEXT, offsetof(gate_suite, name), 0},
    {"compiler", VALUE_TEXT, offsetof(gate_suite, compiler), 0},
    {"budget", VALUE_SECONDS, offsetof(gate_suite, mean.budget), 0},
    {"confidence", VALUE_PERCENT, offsetof(gate_suite, mean.confidence), 0},
    {"seed", VALUE_SEED, offsetof(gate_suite, mean.seed), 0},
    {"mean", VALUE_PART, 0, 0},
    {"defaults", VALUE_PART, 0, 0},
    {"benchmarks", VALUE_PART, 0, 0},
    {0},
};

static const key *find_key(const key *keys, const char *name) {
    for (; keys->name != NULL; keys++)
        if (strcmp(keys->name, name) == 0) return keys;
    return NULL;
}

/* ---- values ---- */

static bool refuse(const reader *reader, const char *where, const char *name, const char *wanted) {
    return pprof_fail(reader->status, "%s: %s%s: takes %s", reader->path, where, name, wanted);
}

static bool has_text(const cJSON *value) {
    return cJSON_IsString(value) && *cJSON_GetStringValue(value) != '\0';
}

/* Copied, so that the arena owns it. */
static bool take_text(const reader *reader, const cJSON *value, const char **text) {
    if (!has_text(value)) return false;
    const char *found = cJSON_GetStringValue(value);
    *text = pprof_copy_string(reader->arena, found, strlen(found), reader->status);
    return *text != NULL;
}

static bool read_number(const cJSON *value, double most, double *number) {
    *number = cJSON_IsNumber(value) ? cJSON_GetNumberValue(value) : NAN;
    return *number >= 0 && *number <= most && *number == floor(*number);
}

static bool read_quantity(const cJSON *value, bool (*parse)(const char *text, double *value), double *number) {
    return has_text(value) && parse(cJSON_GetStringValue(value), number);
}

static bool read_sides(const reader *reader, const cJSON *value, const char **sides) {
    uint32_t count = 0;
    if (!cJSON_IsObject(value)) return false;
    for (const cJSON *side = value->child; side != NULL; side = side->next, count++) {
        bool is_baseline = strcmp(side->string, "baseline") == 0;
        if (!is_baseline && strcmp(side->string, "candidate") != 0) return false;
        if (!take_text(reader, side, &sides[is_baseline ? GATE_BASELINE : GATE_CANDIDATE])) return false;
    }
    return count == GATE_SIDE_COUNT && sides[GATE_BASELINE] != NULL && sides[GATE_CANDIDATE] != NULL;
}

/* Puts [value] into [field]; gives what is wanted instead, or NULL. */
static const char *read_value(const reader *reader, const cJSON *value, value_kind kind, void *field, bool *is_given) {
    double number;
    const char **texts = field;
    switch (kind) {
    case VALUE_TEXT:
        return take_text(reader, value, texts) ? NULL : "a text that is not empty";
    case VALUE_THRESHOLD:
        *is_given = true;
        __attribute__((fallthrough));
    case VALUE_PERCENT:
        return read_quantity(value, pprof_parse_percent, field) ? NULL : "a percentage in quotes, as \"2%\"";
    case VALUE_SECONDS:
        return read_quantity(value, pprof_parse_seconds, field) ? NULL : "a time in quotes, as \"90s\" or \"5m\"";
    case VALUE_COUNT:
    case VALUE_PROCESSOR:
    case VALUE_SEED:
        if (!read_number(value, kind == VALUE_SEED ? SEED_LIMIT : COUNT_LIMIT, &number)) return "a whole number";
        if (kind == VALUE_COUNT) *(uint32_t *)field = (uint32_t)number;
        if (kind == VALUE_PROCESSOR) *(int *)field = (int)number;
        if (kind == VALUE_SEED) *(uint64_t *)field = (uint64_t)number;
        return NULL;
    case VALUE_WEIGHT:
        number = *(double *)field = cJSON_IsNumber(value) ? cJSON_GetNumberValue(value) : NAN;
        return number >= 1e-6 && number <= 1e6 ? NULL : "a number above 0";
    case VALUE_FLAG:
    case VALUE_OPPOSITE:
        *(bool *)field = cJSON_IsTrue(value) == (kind == VALUE_FLAG);
        return cJSON_IsBool(value) ? NULL : "true or false";
    case VALUE_METRIC:
        return has_text(value) && gate_find_metric(cJSON_GetStringValue(value), field)
                   ? NULL
                   : "cpu, user, system, wall, max-rss, instructions or cycles";
    case VALUE_COMMAND:
        if (!take_text(reader, value, &texts[GATE_BASELINE])) return "a text that is not empty";
        texts[GATE_CANDIDATE] = texts[GATE_BASELINE];
        return NULL;
    case VALUE_SIDES:
        return read_sides(reader, value, texts) ? NULL : "{\"baseline\": \"…\", \"candidate\": \"…\"}";
    case VALUE_PART:
        break;
    }
    return NULL;
}

/* Fills in [structure] from the members of [object]; those of kind VALUE_PART are left to the caller. */
static bool read_object(const reader *reader, const cJSON *object, const char *where, const key *keys,
                        void *structure) {
    if (!cJSON_IsObject(object))
        return pprof_fail(reader->status, "%s: %.*s%stakes an object, {…}", reader->path,
                          (int)(strlen(where) - (*where != '\0')), where, *where != '\0' ? ": " : "");
    for (const cJSON *member = object->child; member != NULL; member = member->next) {
        const key *key = find_key(keys, member->string);
        if (key == NULL)
            return pprof_fail(reader->status, "%s: %s%s: there is no such key; gate/suite/README.md lists them",
                              reader->path, where, member->string);
        for (const cJSON *earlier = object->child; earlier != member; earlier = earlier->next)
            if (strcmp(earlier->string, member->string) == 0)
                return pprof_fail(reader->status, "%s: %s%s: is given twice; remove one", reader->path, where,
                                  member->string);
        char *base = structure;
        void *is_given = base + key->given_offset;
        const char *wanted = read_value(reader, member, key->kind, base + key->offset, is_given);
        if (wanted != NULL) return refuse(reader, where, member->string, wanted);
    }
    return true;
}

/* ---- benchmarks ---- */

static bool check_benchmark(const reader *reader, const char *where, const gate_suite *suite, uint32_t index) {
    const gate_benchmark *benchmark = &suite->benchmarks[index];
    const gate_commands *commands = &benchmark->commands;
    const char *problem = NULL;
    if (benchmark->name == NULL)
        problem = "name: is missing; each benchmark needs one of its own";
    else if (commands->sides[GATE_BASELINE] == NULL || commands->sides[GATE_CANDIDATE] == NULL)
        problem = "command: is missing; give \"command\", or both \"baseline\" and \"candidate\"";
    else if (commands->counts_instructions && benchmark->rules.metric != GATE_INSTRUCTIONS &&
             benchmark->rules.metric != GATE_CPU)
        problem = "metric: callgrind measures instructions and nothing else; remove one of them";
    else if (commands->globs[GATE_BASELINE] != NULL && commands->layout_count != 0)
        problem = "layouts: is the number of files that \"binary\" matches; remove it";
    else if (!gate_tells_layouts_apart(commands))
        problem = "command: all layouts would be one; use {layout}, or {binary} with \"binary\"";
    for (uint32_t i = 0; i < index && problem == NULL; i++)
        if (strcmp(suite->benchmarks[i].name, benchmark->name) == 0)
            problem = "name: is another benchmark's already; choose one of its own";
    return problem == NULL || pprof_fail(reader->status, "%s: %s%s", reader->path, where, problem);
}

static bool read_benchmarks(const reader *reader, const cJSON *array, const gate_benchmark *defaults,
                            gate_suite *suite) {
    int count = cJSON_GetArraySize(array);
    if (!cJSON_IsArray(array) || count == 0 || count > BENCHMARK_LIMIT)
        return refuse(reader, "", "benchmarks", "an array of 1 to 1000 benchmarks");
    suite->benchmarks = pprof_allocate(reader->arena, (size_t)count, sizeof *suite->benchmarks, reader->status);
    if (suite->benchmarks == NULL) return false;
    for (const cJSON *item = array->child; item != NULL; item = item->next, suite->count++) {
        char where[32];
        (void)snprintf(where, sizeof where, "benchmarks[%u].", suite->count);
        suite->benchmarks[suite->count] = *defaults;
        if (!read_object(reader, item, where, benchmark_keys, &suite->benchmarks[suite->count]) ||
            !check_benchmark(reader, where, suite, suite->count))
            return false;
    }
    return true;
}

/* ---- the suite ---- */

static bool read_suite(const reader *reader, const cJSON *root, gate_suite *suite) {
    gate_benchmark defaults;
    *suite = gate_default_suite(&defaults);
    suite->benchmarks = NULL;
    suite->count = 0;
    if (!read_object(reader, root, "", suite_keys, suite)) return false;
    if (!(suite->mean.confidence >= 0.5))
        return refuse(reader, "", "confidence", "a percentage from \"50%\" to below \"100%\"");
    const cJSON *mean = cJSON_GetObjectItemCaseSensitive(root, "mean");
    if (mean != NULL && !read_object(reader, mean, "mean.", mean_keys, &suite->mean)) return false;
    const cJSON *common = cJSON_GetObjectItemCaseSensitive(root, "defaults");
    if (common != NULL && !read_object(reader, common, "defaults.", benchmark_keys, &defaults)) return false;
    if (defaults.name != NULL)
        return pprof_fail(reader->status, "%s: defaults.name: each benchmark needs one of its own", reader->path);
    defaults.rules.confidence = suite->mean.confidence;
    defaults.rules.budget = suite->mean.budget;
    defaults.rules.seed = suite->mean.seed;
    return read_benchmarks(reader, cJSON_GetObjectItemCaseSensitive(root, "benchmarks"), &defaults, suite);
}

static bool refuse_syntax(const char *path, const char *text, size_t size, const char *end, pprof_status *status) {
    size_t line = 1, at = end >= text && end <= text + size ? (size_t)(end - text) : 0;
    for (size_t i = 0; i < at; i++) line += text[i] == '\n';
    size_t length = 0;
    while (at + length < size && length < 40 && text[at + length] != '\n') length++;
    return pprof_fail(status, "%s: line %zu: no JSON from here on: '%.*s'; is a comma or a quote missing before it?",
                      path, line, (int)length, text + at);
}

bool gate_parse_suite(const char *path, const char *text, size_t size, pprof_arena *arena, gate_suite *suite,
                      pprof_status *status) {
    const char *end = text;
    cJSON *root = cJSON_ParseWithLengthOpts(text, size, &end, false);
    while (root != NULL && end < text + size && strchr(" \t\r\n", *end) != NULL && *end != '\0') end++;
    const reader reader = {path, arena, status};
    bool done = root != NULL && end == text + size ? read_suite(&reader, root, suite)
                                                   : refuse_syntax(path, text, size, end, status);
    cJSON_Delete(root);
    return done;
}

bool gate_read_suite(const char *path, pprof_arena *arena, gate_suite *suite, pprof_status *status) {
    const uint64_t size_limit = 1 << 24;
    pprof_source source;
    return pprof_read_source(path, size_limit, arena, &source, status) &&
           gate_parse_suite(path, (const char *)source.data, source.size, arena, suite, status);
}

gate_suite gate_default_suite(gate_benchmark *benchmark) {
    *benchmark = (gate_benchmark){.commands = gate_default_commands(), .rules = gate_default_rules(), .weight = 1};
    return (gate_suite){.mean = gate_default_rules(), .benchmarks = benchmark, .count = 1};
}

void gate_set_budget(gate_suite *suite, double seconds) {
    suite->mean.budget = seconds;
    for (uint32_t i = 0; i < suite->count; i++) suite->benchmarks[i].rules.budget = seconds;
}
