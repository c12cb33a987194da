/* Takes a suite; gives each benchmark's result, their mean, and the verdict of the whole.
 *
 * One budget serves all. The benchmarks take turns, and in each turn a benchmark measures until its next look is due,
 * at 1/64, 1/32, … of the budget (sequential.c). Whoever is decided drops out and leaves the rest of its time to the
 * others. When not all of those left can reach their next look, what remains is divided among them evenly, and they
 * have their last look: its moment depends on the other benchmarks' timings and not on a benchmark's own ratios, so
 * that the looks keep their word. */
#include "statistics/statistics.h"
#include "suite/suite.h"

#include <math.h>
#include <string.h>

typedef struct member {
    gate_rules rules;
    gate_comparison *comparison; /* NULL: it could not begin */
    bool is_over;
} member;

/* ---- turns ---- */

static double sum_elapsed(const member *members, uint32_t count) {
    double sum = 0;
    for (uint32_t i = 0; i < count; i++)
        if (members[i].comparison != NULL) sum += gate_get_elapsed(members[i].comparison);
    return sum;
}

/* Those that are not over, and the seconds that they need to reach [limit]. */
static uint32_t count_undecided(const member *members, uint32_t count, double limit, double *needed) {
    uint32_t undecided = 0;
    *needed = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (members[i].is_over) continue;
        undecided++;
        *needed += fmax(limit - gate_get_elapsed(members[i].comparison), 0);
    }
    return undecided;
}

static void take_turns(member *members, uint32_t count, double budget) {
    double limit = budget * GATE_FIRST_SHARE, needed;
    uint32_t undecided;
    while ((undecided = count_undecided(members, count, limit, &needed)) != 0) {
        bool is_final = sum_elapsed(members, count) + needed >= budget;
        for (uint32_t i = 0; i < count; i++) {
            if (members[i].is_over) continue;
            gate_comparison *comparison = members[i].comparison;
            double left = fmax(budget - sum_elapsed(members, count), 0), own = gate_get_elapsed(comparison);
            double allowed = is_final ? own + left / undecided : limit;
            undecided--;
            if (is_final || own < allowed)
                members[i].is_over = !gate_continue_comparison(comparison, allowed, is_final);
        }
        limit *= 2;
    }
}

/* ---- verdicts ---- */

bool gate_judges_mean(const gate_suite *suite) {
    return suite->mean.has_min_gain || suite->mean.has_max_regression;
}

bool gate_shows_mean(const gate_suite *suite) {
    return suite->count > 1 || gate_judges_mean(suite);
}

static bool judge_mean(const gate_suite *suite, gate_suite_result *result, pprof_status *status) {
    gate_mean *mean = &result->mean;
    pprof_arena scratch = {0};
    gate_share *shares = pprof_allocate(&scratch, suite->count, sizeof *shares, status);
    if (shares == NULL) return false;
    *mean = (gate_mean){.is_available = true};
    for (uint32_t i = 0; i < suite->count && mean->is_available; i++) {
        const gate_result *part = &result->results[i];
        const gate_estimate *estimate = &part->estimates[part->rules.metric];
        mean->is_available = part->verdict.outcome != GATE_NO_COMPARISON;
        shares[i] = (gate_share){suite->benchmarks[i].weight, estimate->ratio, estimate->interval};
    }
    if (mean->is_available) gate_combine_ratios(shares, suite->count, &mean->ratio, &mean->interval);
    gate_judge_mean(&suite->mean, mean->is_available, mean->ratio, mean->interval, &mean->verdict);
    pprof_arena_free(&scratch);
    return true;
}

/* "2 of 5 benchmarks (sort, parse)" */
static void name_worst(const gate_suite *suite, const gate_suite_result *result, gate_outcome worst, uint32_t number,
                       char *text, size_t size) {
    int used = snprintf(text, size, "%u of %u benchmarks (", number, suite->count);
    for (uint32_t i = 0, left = number; i < suite->count && used > 0 && (size_t)used < size; i++) {
        if (result->results[i].verdict.outcome != worst) continue;
        left--;
        used += snprintf(text + used, size - (size_t)used, "%s%s", suite->benchmarks[i].name, left == 0 ? ")" : ", ");
    }
}

/* Fail before no comparison before inconclusive before pass. */
static void judge_whole(const gate_suite *suite, gate_suite_result *result) {
    static const gate_outcome order[] = {GATE_FAIL, GATE_NO_COMPARISON, GATE_INCONCLUSIVE};
    const gate_mean *mean = &result->mean;
    gate_verdict *verdict = &result->verdict;
    if (!gate_shows_mean(suite)) {
        *verdict = result->results[0].verdict;
        return;
    }
    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        uint32_t number = 0;
        for (uint32_t j = 0; j < suite->count; j++) number += result->results[j].verdict.outcome == order[i];
        bool has_mean = gate_judges_mean(suite) && mean->verdict.outcome == order[i];
        if (number == 0 && !has_mean) continue;
        verdict->outcome = order[i];
        size_t size = sizeof verdict->reason;
        if (number != 0) name_worst(suite, result, order[i], number, verdict->reason, size);
        size_t used = strlen(verdict->reason);
        if (has_mean)
            (void)snprintf(verdict->reason + used, size - used, "%sthe mean: %s", number != 0 ? "; " : "",
                           mean->verdict.reason);
        return;
    }
    *verdict = (gate_verdict){.outcome = GATE_PASS};
    (void)snprintf(verdict->reason, sizeof verdict->reason, "%s", mean->verdict.reason);
}

/* ---- the whole ---- */

bool gate_measure_suite(const gate_suite *suite, const gate_source *sources, const pprof_status *statuses,
                        pprof_arena *arena, gate_suite_result *result, pprof_status *status) {
    *result = (gate_suite_result){.results = pprof_allocate(arena, suite->count, sizeof *result->results, status)};
    member *members = pprof_allocate(arena, suite->count, sizeof *members, status);
    if (result->results == NULL || members == NULL) return false;
    for (uint32_t i = 0; i < suite->count; i++) {
        members[i].rules = gate_adapt_rules(&suite->benchmarks[i].rules, &suite->benchmarks[i].commands);
        members[i].is_over = statuses[i].failed;
        if (members[i].is_over) continue;
        members[i].comparison = gate_begin_comparison(&members[i].rules, &sources[i], arena, status);
        if (members[i].comparison == NULL) return false;
    }
    take_turns(members, suite->count, suite->mean.budget);
    for (uint32_t i = 0; i < suite->count; i++)
        if (members[i].comparison != NULL)
            gate_end_comparison(members[i].comparison, arena, &result->results[i]);
        else
            gate_fail_comparison(&members[i].rules, &statuses[i], &result->results[i]);
    if (!judge_mean(suite, result, status)) return false;
    judge_whole(suite, result);
    return true;
}

bool gate_run_suite(const gate_suite *suite, void (*show_progress)(void *context, const gate_progress *progress),
                    pprof_arena *arena, gate_suite_result *result, pprof_status *status) {
    gate_runner **runners = pprof_allocate(arena, suite->count, sizeof(gate_runner *), status);
    gate_source *sources = pprof_allocate(arena, suite->count, sizeof *sources, status);
    pprof_status *statuses = pprof_allocate(arena, suite->count, sizeof *statuses, status);
    if (runners == NULL || sources == NULL || statuses == NULL) return false;
    for (uint32_t i = 0; i < suite->count; i++) {
        runners[i] = gate_open_runner(&suite->benchmarks[i].commands, arena, &statuses[i]);
        if (runners[i] == NULL) continue;
        sources[i] = gate_get_source(runners[i]);
        sources[i].name = suite->benchmarks[i].name;
        sources[i].show_progress = show_progress;
    }
    bool done = gate_measure_suite(suite, sources, statuses, arena, result, status);
    for (uint32_t i = suite->count; i-- > 0;) /* the first opened last: until then it holds signals back for all */
        if (runners[i] != NULL) gate_close_runner(runners[i]);
    return done;
}
