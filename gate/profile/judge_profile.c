/* Takes a build; says whether its profile still fits it, and which hot functions do not.
 *
 * The share that decides is of the samples that could match: those on functions which the build knows, or should, and
 * which have a line. Line 0 is code that the optimizer made and no source has. */
#include "profile/profile.h"

#include "base/list.h"
#include "base/saturate.h"
#include "edit/edit.h"

#include <stdlib.h>
#include <string.h>

gate_profile_rules gate_default_profile_rules(void) {
    return (gate_profile_rules){.min_matched = 0.8, .min_start_lines = 0.8, .hot = 0.01};
}

const char *gate_name_finding(gate_finding_kind kind) {
    static const char *const names[] = {
        [GATE_VANISHED] = "vanished",
        [GATE_NOT_MATCHED] = "not matched",
        [GATE_STALE] = "stale",
        [GATE_NO_START_LINE] = "no start line",
    };
    return names[kind];
}

typedef struct judge {
    const gate_build *build;
    gate_profile_result *result;
    pprof_list findings;
    pprof_pattern ignore;
    pprof_status *status;
} judge;

/* Of two counts; 1 where there is nothing to miss. */
static double get_share(uint64_t part, uint64_t whole) {
    return whole == 0 ? 1 : (double)part / (double)whole;
}

static bool is_ignored(const judge *judge, const char *name) {
    return pprof_match_pattern(&judge->ignore, (pprof_string){name, strlen(name)});
}

static bool is_hot(const judge *judge, uint64_t weight) {
    return weight > 0 && (double)weight >= judge->result->rules.hot * (double)judge->build->total;
}

static bool add_finding(judge *judge, gate_finding finding) {
    finding.share = get_share(finding.weight, judge->build->total);
    gate_finding *added = pprof_append_item(&judge->findings, judge->status);
    if (added != NULL) *added = finding;
    return added != NULL;
}

static bool add_vanished(void *context, const char *name, const char *file, uint64_t weight) {
    judge *judge = context;
    if (is_ignored(judge, name)) return true;
    judge->result->vanished = pprof_add_weights(judge->result->vanished, weight);
    return !is_hot(judge, weight) ||
           add_finding(judge, (gate_finding){.kind = GATE_VANISHED,
                                             .name = name,
                                             .file = file,
                                             .weight = weight,
                                             .reason = "no module of the build has it: renamed, removed, or compiled "
                                                       "without the plugin"});
}

/* Without the profile itself, what modules say is gone from their own files. */
static bool add_gone_functions(judge *judge) {
    const gate_build *build = judge->build;
    for (uint32_t i = 0; i < build->decision_count; i++) {
        const gate_decision *decision = &build->decisions[i];
        if (decision->function != PPROF_NONE || strcmp(build->texts[decision->name], "NotMatched") != 0) continue;
        if (!add_vanished(judge, build->texts[decision->callee], build->texts[build->modules[decision->module].name],
                          decision->weight))
            return false;
    }
    return true;
}

static bool judge_function(judge *judge, const gate_function *function) {
    const gate_build *build = judge->build;
    uint64_t line_zero = function->line_zero < function->self ? function->line_zero : function->self;
    uint64_t with_line = function->self - line_zero;
    gate_finding finding = {.name = build->texts[function->name],
                            .file = build->texts[function->file],
                            .weight = function->leaf,
                            .matched = get_share(function->matched, with_line),
                            .reason = build->texts[function->reason]};
    if (function->profiled == 0 || !is_hot(judge, function->leaf) || is_ignored(judge, finding.name)) return true;
    finding.kind = GATE_NO_START_LINE;
    if (function->is_absolute && !add_finding(judge, finding)) return false;
    if (function->is_inlined || (function->self == 0 && function->reason == 0)) return true;
    finding.kind = function->matched == 0 ? GATE_NOT_MATCHED : GATE_STALE;
    if (finding.kind == GATE_NOT_MATCHED && with_line == 0 && function->reason == 0) return true;
    return finding.matched >= judge->result->rules.min_matched && function->matched > 0 ? true
                                                                                        : add_finding(judge, finding);
}

static int compare_findings(const void *left, const void *right) {
    const gate_finding *a = left, *b = right;
    if (a->kind != b->kind) return a->kind < b->kind ? -1 : 1;
    if (a->weight != b->weight) return a->weight < b->weight ? 1 : -1;
    int order = strcmp(a->name, b->name);
    return order != 0 ? order : strcmp(a->file, b->file);
}

static bool find_all(judge *judge, const char *profile_path, uint64_t size_limit, pprof_arena *arena) {
    const gate_build *build = judge->build;
    bool is_done = profile_path == NULL
                       ? add_gone_functions(judge)
                       : gate_find_vanished(build, profile_path, size_limit, arena, add_vanished, judge, judge->status);
    for (uint32_t i = 0; i < build->function_count && is_done; i++)
        is_done = judge_function(judge, &build->functions[i]);
    gate_profile_result *result = judge->result;
    result->finding_count = judge->findings.count;
    if (judge->findings.count > 1)
        qsort(judge->findings.items, judge->findings.count, sizeof(gate_finding), compare_findings);
    result->findings = pprof_keep_items(&judge->findings, arena, judge->status);
    return is_done && result->findings != NULL;
}

static void add_up(const gate_build *build, gate_profile_result *result) {
    uint64_t absolute = 0, all = 0;
    for (uint32_t i = 0; i < build->function_count; i++) {
        const gate_function *function = &build->functions[i];
        if (function->profiled == 0) continue;
        all = pprof_add_weights(all, function->leaf);
        if (function->is_absolute) absolute = pprof_add_weights(absolute, function->leaf);
    }
    result->start_line_share = get_share(all - absolute, all);
    uint64_t able = pprof_add_weights(pprof_add_weights(build->matched, build->missing), result->vanished);
    result->matched_share = get_share(build->matched, able);
}

static uint32_t count_findings(const gate_profile_result *result, gate_finding_kind kind) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < result->finding_count; i++) count += result->findings[i].kind == kind;
    return count;
}

/* Why there is no honest answer, or NULL. */
static const char *find_obstacle(const gate_build *build) {
    if (build->module_count == 0) return "the reports have no lines: was anything compiled with -pgo-report?";
    if (build->total == 0) return "no module has read a profile: empty, or every module was left alone";
    if (build->has_other_profile)
        return "modules were compiled with different profiles: remove old reports, build all anew";
    if (build->matched == 0 && build->missing == 0 && build->line_zero == 0)
        return "the profile has no samples on any function of these modules: is it this program's?";
    return NULL;
}

static void settle(gate_profile_result *result) {
    const gate_profile_rules *rules = &result->rules;
    uint32_t lost = count_findings(result, GATE_VANISHED) + count_findings(result, GATE_NOT_MATCHED);
    bool has_few_lines = result->start_line_share < rules->min_start_lines;
    bool is_poor = result->matched_share < rules->min_matched;
    result->outcome = lost > 0 || has_few_lines || is_poor ? GATE_FAIL : GATE_PASS;
    int length = snprintf(result->reason, sizeof result->reason, "%.1f %% of the samples matched%s%g %%",
                          100 * result->matched_share, is_poor ? ", below " : ", at least ", 100 * rules->min_matched);
    if (lost > 0)
        length +=
            snprintf(result->reason + length, sizeof result->reason - (size_t)length, "; hot functions lost: %u", lost);
    if (has_few_lines)
        (void)snprintf(result->reason + length, sizeof result->reason - (size_t)length,
                       "; only %.1f %% on functions whose first line is known, below %g %%",
                       100 * result->start_line_share, 100 * rules->min_start_lines);
}

bool gate_judge_profile(const gate_build *build, const char *profile_path, uint64_t size_limit,
                        const gate_profile_rules *rules, pprof_arena *arena, gate_profile_result *result,
                        pprof_status *status) {
    *result = (gate_profile_result){.rules = *rules,
                                    .module_count = build->module_count,
                                    .file_count = build->file_count,
                                    .total = build->total,
                                    .known = build->known,
                                    .matched = build->matched,
                                    .line_zero = build->line_zero,
                                    .missing = build->missing,
                                    .has_profile = profile_path != NULL};
    const char *obstacle = find_obstacle(build);
    if (obstacle != NULL) {
        result->outcome = GATE_NO_COMPARISON;
        (void)snprintf(result->reason, sizeof result->reason, "%s", obstacle);
        return true;
    }
    judge judge = {.build = build, .result = result, .findings = {.item_size = sizeof(gate_finding)}, .status = status};
    bool is_done = pprof_compile_pattern(&judge.ignore, "ignore", rules->ignore, status) &&
                   find_all(&judge, profile_path, size_limit, arena);
    pprof_free_pattern(&judge.ignore);
    pprof_free_list(&judge.findings);
    if (!is_done) return false;
    add_up(build, result);
    settle(result);
    return true;
}
