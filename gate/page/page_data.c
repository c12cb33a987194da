/* Takes a build; gives what the page's script shows, as JSON: texts, and one array per field, since a hundred thousand
 * small objects would open slowly. Sums are made here, over all decisions, also those that the page has no room for. */
#include "base/list.h"
#include "base/saturate.h"
#include "page/page.h"
#include "print/print.h"

#include <stdlib.h>
#include <string.h>

static void print_number(const gate_page *page, const char *key, uint64_t value) {
    (void)fprintf(page->out, "\"%s\":%llu,\n", key, (unsigned long long)value);
}

static void print_text(const gate_page *page, const char *key, const char *text) {
    (void)fprintf(page->out, "\"%s\":", key);
    gate_print_json_text(text, strlen(text), page->out);
    (void)fputs(",\n", page->out);
}

/* ---- columns ---- */

typedef uint64_t get_field(const void *item);

static void print_column(const gate_page *page, const char *key, const void *items, size_t size, uint32_t count,
                         const bool *is_kept, get_field *get) {
    (void)fprintf(page->out, "\"%s\":[", key);
    const char *separator = "";
    for (uint32_t i = 0; i < count; i++) {
        if (is_kept != NULL && !is_kept[i]) continue;
        (void)fprintf(page->out, "%s%llu", separator, (unsigned long long)get((const char *)items + i * size));
        separator = ",";
    }
    (void)fputs("],\n", page->out);
}

#define FIELD(type, field)                                                                                             \
    static uint64_t get_##type##_##field(const void *item) {                                                           \
        return (uint64_t)((const gate_##type *)item)->field;                                                           \
    }
FIELD(module, name)
FIELD(module, function_count)
FIELD(module, known_count)
FIELD(module, self)
FIELD(module, matched)
FIELD(function, name)
FIELD(function, file)
FIELD(function, line)
FIELD(function, inclusive)
FIELD(function, leaf)
FIELD(function, self)
FIELD(function, matched)
FIELD(function, line_zero)
FIELD(function, reason)
FIELD(function, module)
FIELD(function, module_count)
FIELD(decision, kind)
FIELD(decision, name)
FIELD(decision, module)
FIELD(decision, file)
FIELD(decision, line)
FIELD(decision, column)
FIELD(decision, callee)
FIELD(decision, text)
FIELD(decision, weight)
FIELD(decision, whole)
FIELD(decision, count)
FIELD(decision, call_end)

/* 1: known to the profile, 2: inlined away, 4: its first line is not known, 8: cold */
static uint64_t get_function_flags(const void *item) {
    const gate_function *function = item;
    return (function->profiled != 0 ? 1U : 0U) | (function->is_inlined ? 2U : 0U) | (function->is_absolute ? 4U : 0U) |
           (function->is_cold ? 8U : 0U);
}

/* One more than the function's place, so that 0 is the module itself. */
static uint64_t get_decision_function(const void *item) {
    const gate_decision *decision = item;
    return decision->function == PPROF_NONE ? 0 : (uint64_t)decision->function + 1;
}

typedef struct column {
    const char *key;
    get_field *get;
} column;

static void print_table(const gate_page *page, const char *key, const void *items, size_t size, uint32_t count,
                        const bool *is_kept, const column *columns, size_t column_count) {
    (void)fprintf(page->out, "\"%s\":{\n", key);
    for (size_t c = 0; c < column_count; c++)
        print_column(page, columns[c].key, items, size, count, is_kept, columns[c].get);
    (void)fputs("\"end\":0},\n", page->out);
}

static void print_modules(const gate_page *page) {
    static const column columns[] = {{"name", get_module_name},
                                     {"functions", get_module_function_count},
                                     {"known", get_module_known_count},
                                     {"self", get_module_self},
                                     {"matched", get_module_matched}};
    print_table(page, "modules", page->build->modules, sizeof *page->build->modules, page->build->module_count, NULL,
                columns, sizeof columns / sizeof *columns);
}

static void print_functions(const gate_page *page) {
    static const column columns[] = {{"name", get_function_name},
                                     {"file", get_function_file},
                                     {"line", get_function_line},
                                     {"inclusive", get_function_inclusive},
                                     {"leaf", get_function_leaf},
                                     {"self", get_function_self},
                                     {"matched", get_function_matched},
                                     {"lineZero", get_function_line_zero},
                                     {"reason", get_function_reason},
                                     {"module", get_function_module},
                                     {"modules", get_function_module_count},
                                     {"flags", get_function_flags}};
    print_table(page, "functions", page->build->functions, sizeof *page->build->functions, page->function_count, NULL,
                columns, sizeof columns / sizeof *columns);
}

/* ---- decisions: the heaviest ---- */

static int compare_descending(const void *left, const void *right) {
    const uint64_t *a = left, *b = right;
    return (*a < *b) - (*a > *b);
}

/* Marks the decisions that the page has room for. Among the lightest of them the order of the build decides. */
static bool *choose_decisions(const gate_page *page) {
    const gate_build *build = page->build;
    uint32_t count = build->decision_count, limit = page->options->decision_limit, heavier = 0;
    uint64_t *weights = pprof_allocate(page->arena, count, sizeof *weights, page->status);
    bool *is_kept = pprof_allocate(page->arena, count, sizeof *is_kept, page->status);
    if (weights == NULL || is_kept == NULL) return NULL;
    for (uint32_t i = 0; i < count; i++) weights[i] = build->decisions[i].weight;
    if (count > 1) qsort(weights, count, sizeof *weights, compare_descending);
    uint64_t least = count > limit && limit > 0 ? weights[limit - 1] : 0;
    while (heavier < count && weights[heavier] > least) heavier++;
    uint32_t room = limit > heavier ? limit - heavier : 0;
    for (uint32_t i = 0; i < count; i++) {
        const gate_decision *decision = &build->decisions[i];
        bool fits = decision->weight > least || (decision->weight == least && room > 0);
        if (fits && decision->weight == least) room--;
        is_kept[i] = fits && (decision->function == PPROF_NONE || decision->function < page->function_count);
    }
    return is_kept;
}

static bool print_decisions(const gate_page *page) {
    static const column columns[] = {
        {"kind", get_decision_kind},        {"name", get_decision_name},     {"function", get_decision_function},
        {"module", get_decision_module},    {"file", get_decision_file},     {"line", get_decision_line},
        {"column", get_decision_column},    {"callee", get_decision_callee}, {"text", get_decision_text},
        {"weight", get_decision_weight},    {"whole", get_decision_whole},   {"count", get_decision_count},
        {"callEnd", get_decision_call_end},
    };
    const gate_build *build = page->build;
    const bool *is_kept = choose_decisions(page);
    if (is_kept == NULL) return false;
    print_table(page, "decisions", build->decisions, sizeof *build->decisions, build->decision_count, is_kept, columns,
                sizeof columns / sizeof *columns);
    uint64_t left_out = build->left_out_count;
    for (uint32_t i = 0; i < build->decision_count; i++) left_out += !is_kept[i];
    print_number(page, "leftOutDecisions", left_out);
    print_number(page, "leftOutFunctions", build->function_count - page->function_count);
    return true;
}

/* ---- sums ---- */

/* Decisions of one name, end and reason. */
typedef struct group {
    gate_decision_kind kind;
    gate_call_end call_end;
    uint32_t name, reason;
    uint64_t count, weight;
} group;

static int compare_groups(const void *left, const void *right) {
    const group *a = left, *b = right;
    if (a->kind != b->kind) return a->kind < b->kind ? -1 : 1;
    if (a->name != b->name) return a->name < b->name ? -1 : 1;
    if (a->call_end != b->call_end) return a->call_end < b->call_end ? -1 : 1;
    return (a->reason > b->reason) - (a->reason < b->reason);
}

static int compare_group_weights(const void *left, const void *right) {
    const group *a = left, *b = right;
    if (a->weight != b->weight) return a->weight < b->weight ? 1 : -1;
    if (a->count != b->count) return a->count < b->count ? 1 : -1;
    return compare_groups(left, right);
}

static void print_groups(const gate_page *page, const group *groups, uint32_t count) {
    enum { GROUP_LIMIT = 100 };
    (void)fputs("\"groups\":[", page->out);
    for (uint32_t i = 0; i < count && i < GROUP_LIMIT; i++)
        (void)fprintf(page->out, "%s[%d,%u,%d,%u,%llu,%llu]", i == 0 ? "" : ",", (int)groups[i].kind, groups[i].name,
                      (int)groups[i].call_end, groups[i].reason, (unsigned long long)groups[i].count,
                      (unsigned long long)groups[i].weight);
    (void)fputs("],\n", page->out);
}

static bool print_sums(const gate_page *page) {
    const gate_build *build = page->build;
    uint32_t group_count = 0;
    group *groups = pprof_allocate(page->arena, build->decision_count, sizeof *groups, page->status);
    if (groups == NULL) return false;
    for (uint32_t i = 0; i < build->decision_count; i++) {
        const gate_decision *decision = &build->decisions[i];
        groups[i] = (group){.kind = decision->kind,
                            .call_end = decision->call_end,
                            .name = decision->name,
                            .reason = decision->has_reason ? decision->text : 0,
                            .count = decision->count,
                            .weight = decision->weight};
    }
    if (build->decision_count > 1) qsort(groups, build->decision_count, sizeof *groups, compare_groups);
    for (uint32_t i = 0; i < build->decision_count; i++) {
        if (group_count > 0 && compare_groups(&groups[group_count - 1], &groups[i]) == 0) {
            groups[group_count - 1].count += groups[i].count;
            groups[group_count - 1].weight = pprof_add_weights(groups[group_count - 1].weight, groups[i].weight);
        } else {
            groups[group_count++] = groups[i];
        }
    }
    if (group_count > 1) qsort(groups, group_count, sizeof *groups, compare_group_weights);
    print_groups(page, groups, group_count);
    return true;
}

/* ---- the whole ---- */

static bool print_findings(const gate_page *page) {
    gate_profile_rules rules = gate_default_profile_rules();
    gate_profile_result result;
    if (!gate_judge_profile(page->build, page->options->profile_path, page->options->size_limit, &rules, page->arena,
                            &result, page->status))
        return false;
    print_number(page, "outcome", (uint64_t)result.outcome);
    print_text(page, "verdict", result.reason);
    print_number(page, "vanished", result.vanished);
    (void)fprintf(page->out, "\"matchedShare\":%.6f,\n\"findings\":[", result.matched_share);
    for (uint32_t i = 0; i < result.finding_count; i++) {
        const gate_finding *finding = &result.findings[i];
        (void)fputs(i == 0 ? "[" : ",[", page->out);
        const char *texts[] = {gate_name_finding(finding->kind), finding->name, finding->file, finding->reason};
        for (size_t t = 0; t < sizeof texts / sizeof *texts; t++) {
            gate_print_json_text(texts[t], strlen(texts[t]), page->out);
            (void)putc(',', page->out);
        }
        (void)fprintf(page->out, "%llu,%.6f]", (unsigned long long)finding->weight, finding->matched);
    }
    (void)fputs("],\n", page->out);
    return true;
}

static void print_texts(const gate_page *page) {
    (void)fputs("\"texts\":[", page->out);
    for (uint32_t i = 0; i < page->build->text_count; i++) {
        if (i > 0) (void)fputs(",\n", page->out);
        gate_print_json_text(page->build->texts[i], strlen(page->build->texts[i]), page->out);
    }
    (void)fputs("],\n", page->out);
}

bool gate_print_page_data(const gate_page *page) {
    const gate_build *build = page->build;
    print_text(page, "profile", build->texts[build->profile]);
    print_text(page, "type", build->texts[build->type]);
    print_text(page, "unit", build->texts[build->unit]);
    print_number(page, "total", build->total);
    print_number(page, "sampleCount", build->sample_count);
    print_number(page, "fileCount", build->file_count);
    print_number(page, "cold", build->cold_count);
    print_number(page, "known", build->known);
    print_number(page, "matched", build->matched);
    print_number(page, "lineZero", build->line_zero);
    print_number(page, "missing", build->missing);
    print_modules(page);
    print_functions(page);
    if (!print_decisions(page) || !print_sums(page) || !print_findings(page)) return false;
    print_texts(page);
    return true;
}
