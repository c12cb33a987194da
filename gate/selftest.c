/* Takes a command; gives what this machine can tell apart with it, from one long record of the command against itself.
 *
 * False alarms: the record is cut into short comparisons, each with all its looks, and every claim of a difference is
 * one. Resolution: comparisons of the record's length, made of its blocks of rounds drawn with replacement, with a
 * slowdown planted in the candidate; the smallest that is found in nine of ten. */
#include "statistics/statistics.h"

#include <math.h>

enum { SLICE_ROUNDS = 16, REPLAYS = 100, BLOCK = 2 };

/* Recorded rounds, played back as a source; as they were, or their blocks drawn at random. */
typedef struct replay {
    const gate_measurements *record;
    gate_metric metric;
    uint32_t first_round;
    gate_random *random; /* NULL: in order */
    uint32_t block;      /* drawn for the present block */
    uint32_t drawn_for;  /* and its number, from 1 */
    double slowdown;     /* planted */
} replay;

static bool play_run(void *context, gate_side side, uint32_t layout, uint32_t round, gate_run *run,
                     pprof_status *status) {
    (void)status;
    replay *replay = context;
    uint32_t recorded = replay->first_round + round;
    if (replay->random != NULL) {
        if (replay->drawn_for != round / BLOCK + 1) {
            replay->drawn_for = round / BLOCK + 1;
            replay->block = gate_random_below(replay->random, replay->record->round_count / BLOCK);
        }
        recorded = replay->block * BLOCK + round % BLOCK;
    }
    double value = gate_get_value(replay->record, replay->metric, side, layout, recorded);
    run->values[replay->metric] = side == GATE_CANDIDATE ? value * (1 + replay->slowdown) : value;
    return true;
}

/* Rounds alone are the budget. */
static double stop_clock(void *context) {
    (void)context;
    return 0;
}

/* The interval at which a comparison that allows no regression ends: one without 1 claims a difference. */
static gate_interval compare_again(replay *replay, const gate_rules *rules, uint32_t rounds) {
    gate_interval interval = {0, INFINITY};
    gate_rules strict = *rules;
    strict.has_min_gain = false;
    strict.has_max_regression = true;
    strict.max_regression = 0;
    strict.round_limit = rounds;
    gate_source source = {
        .context = replay, .layout_count = replay->record->layout_count, .run = play_run, .read_clock = stop_clock};
    pprof_arena arena = {0};
    pprof_status status = {0};
    gate_comparison *comparison = gate_begin_comparison(&strict, &source, &arena, &status);
    if (comparison != NULL) {
        (void)gate_continue_comparison(comparison, strict.budget, true);
        interval = gate_get_interval(comparison);
        gate_drop_comparison(comparison);
    }
    pprof_arena_free(&arena);
    return interval;
}

static void count_alarms(const gate_measurements *record, const gate_rules *rules, gate_selftest *selftest) {
    selftest->slice_rounds = SLICE_ROUNDS;
    selftest->slices = record->round_count / SLICE_ROUNDS;
    for (uint32_t slice = 0; slice < selftest->slices; slice++) {
        replay replay = {.record = record, .metric = rules->metric, .first_round = slice * SLICE_ROUNDS};
        gate_interval interval = compare_again(&replay, rules, SLICE_ROUNDS);
        selftest->alarms += interval.low > 1 || interval.high < 1;
    }
}

static void find_resolution(const gate_measurements *record, const gate_rules *rules, gate_selftest *selftest) {
    static const double slowdowns[] = {0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.5};
    gate_random random = {rules->seed};
    selftest->resolved = NAN;
    for (size_t i = 0; i < sizeof slowdowns / sizeof *slowdowns && isnan(selftest->resolved); i++) {
        uint32_t found = 0;
        for (uint32_t trial = 0; trial < REPLAYS; trial++) {
            replay replay = {.record = record, .metric = rules->metric, .random = &random, .slowdown = slowdowns[i]};
            found += compare_again(&replay, rules, record->round_count).low > 1;
        }
        if (found * 10 >= REPLAYS * 9) selftest->resolved = slowdowns[i];
    }
}

bool gate_test_machine(const gate_commands *commands, const gate_rules *rules,
                       void (*show_progress)(void *context, const gate_progress *progress), pprof_arena *arena,
                       gate_selftest *selftest, pprof_status *status) {
    gate_commands same = *commands;
    gate_rules endless = *rules;
    same.sides[GATE_CANDIDATE] = same.sides[GATE_BASELINE];
    endless.has_min_gain = endless.has_max_regression = false;
    endless.precision = -1; /* no interval is that narrow, not even that of rounds which are all equal */
    *selftest = (gate_selftest){.resolved = NAN};
    gate_compare_commands(&same, &endless, show_progress, arena, &selftest->result);
    if (selftest->result.verdict.outcome == GATE_NO_COMPARISON)
        return pprof_fail(status, "%s", selftest->result.verdict.reason);
    gate_rules again = selftest->result.rules;
    count_alarms(&selftest->result.measurements, &again, selftest);
    find_resolution(&selftest->result.measurements, &again, selftest);
    return true;
}
