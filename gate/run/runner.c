/* Takes commands; gives a source of runs: layouts found, relinked and warmed up, every output compared. */
#include "run/run.h"

#include <math.h>
#include <string.h>
#include <time.h>

enum { LAYOUT_LIMIT = 1000 };

/* One side in one layout: all commands filled in. */
typedef struct layout_commands {
    const char *command, *prepare, *cleanup, *relink; /* NULL: none */
    const char *title;
} layout_commands;

struct gate_runner {
    const gate_commands *commands;
    uint32_t layout_count;
    layout_commands *layouts; /* layout · GATE_SIDE_COUNT + side */
    gate_output output;
    gate_callgrind callgrind;
    gate_counter_files counter_files;
    gate_counters counters;
};

gate_commands gate_default_commands(void) {
    return (gate_commands){.processor = -1, .timeout = 600, .warmup_rounds = 1};
}

/* ---- layouts ---- */

static bool fill_layout(const gate_runner *runner, gate_side side, uint32_t layout, const char *binary,
                        pprof_arena *arena, pprof_status *status) {
    const gate_commands *commands = runner->commands;
    layout_commands *filled = &runner->layouts[layout * GATE_SIDE_COUNT + side];
    const gate_placeholders values = {side, layout, binary, commands->folders[side]};
    const struct {
        const char *text;
        const char **filled;
    } all[] = {{commands->sides[side], &filled->command},
               {commands->prepare, &filled->prepare},
               {commands->cleanup, &filled->cleanup},
               {commands->relink, &filled->relink}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (all[i].text != NULL) {
            *all[i].filled = gate_fill_placeholders(all[i].text, &values, arena, status);
            if (*all[i].filled == NULL) return false;
        }
    filled->title = runner->layout_count == 1
                        ? gate_name_side(side)
                        : pprof_format_string(arena, status, "%s, layout %u", gate_name_side(side), layout + 1);
    return filled->title != NULL;
}

static bool find_layouts(gate_runner *runner, pprof_arena *arena, pprof_status *status) {
    const gate_commands *commands = runner->commands;
    const char *const *files[GATE_SIDE_COUNT] = {NULL, NULL};
    uint32_t counts[GATE_SIDE_COUNT] = {0, 0};
    runner->layout_count = commands->layout_count != 0 ? commands->layout_count : 1;
    for (int side = 0; side < GATE_SIDE_COUNT; side++) {
        if (commands->globs[side] == NULL) continue;
        if (!gate_find_binaries(commands->globs[side], arena, &files[side], &counts[side], status)) return false;
        runner->layout_count = counts[side];
    }
    if (files[0] != NULL && files[1] != NULL && counts[0] != counts[1])
        return pprof_fail(status, "%u files match %s, %u match %s: both sides need as many layouts", counts[0],
                          commands->globs[0], counts[1], commands->globs[1]);
    if (runner->layout_count > LAYOUT_LIMIT)
        return pprof_fail(status, "%u layouts are more than the %d that can be compared", runner->layout_count,
                          LAYOUT_LIMIT);
    size_t count = (size_t)runner->layout_count * GATE_SIDE_COUNT;
    runner->layouts = pprof_allocate(arena, count, sizeof *runner->layouts, status);
    for (uint32_t i = 0; runner->layouts != NULL && i < count; i++) {
        gate_side side = (gate_side)(i % GATE_SIDE_COUNT);
        uint32_t layout = i / GATE_SIDE_COUNT;
        if (!fill_layout(runner, side, layout, files[side] != NULL ? files[side][layout] : NULL, arena, status))
            return false;
    }
    return !status->failed;
}

/* ---- runs ---- */

/* Prepare, cleanup, relink: not measured, not looked at, but they must work. */
static bool run_beside(const gate_runner *runner, const char *command, const char *what, const char *title,
                       pprof_status *status) {
    if (command == NULL) return true;
    char both[128];
    (void)snprintf(both, sizeof both, "%s (%s)", what, title);
    const gate_process process = {.arguments = (const char *const[]){"/bin/sh", "-c", command, NULL},
                                  .title = both,
                                  .folder = runner->commands->work_folder,
                                  .processor = -1,
                                  .timeout = runner->commands->timeout};
    gate_run ignored;
    return gate_run_process(&process, &ignored, status);
}

static bool run_measured(gate_runner *runner, const layout_commands *layout, gate_run *run, pprof_status *status) {
    const gate_commands *commands = runner->commands;
    const char *arguments[GATE_CALLGRIND_ARGUMENTS] = {"/bin/sh", "-c", layout->command, NULL};
    gate_output_check check = {.first = &runner->output};
    if (commands->counts_instructions) gate_wrap_command(&runner->callgrind, layout->command, arguments);
    const gate_process process = {
        .arguments = arguments,
        .title = layout->title,
        .folder = commands->work_folder,
        .processor = commands->processor,
        .timeout = commands->timeout,
        .counters = commands->counts_instructions ? NULL : &runner->counters,
        .consume = commands->ignores_output ? NULL : gate_check_output,
        .context = &check,
    };
    if (!gate_run_process(&process, run, status)) return false;
    if (commands->counts_instructions) {
        for (int i = 0; i < GATE_METRIC_COUNT; i++) run->values[i] = NAN; /* times under valgrind mean nothing */
        if (!gate_read_callgrind(&runner->callgrind, &run->values[GATE_INSTRUCTIONS], status)) return false;
    }
    return commands->ignores_output || gate_finish_output(&check, layout->title, status);
}

static bool run_once(void *context, gate_side side, uint32_t layout, uint32_t round, gate_run *run,
                     pprof_status *status) {
    (void)round;
    gate_runner *runner = context;
    const layout_commands *commands = &runner->layouts[layout * GATE_SIDE_COUNT + side];
    if (!run_beside(runner, commands->prepare, "prepare", commands->title, status)) return false;
    bool done = run_measured(runner, commands, run, status);
    return run_beside(runner, commands->cleanup, "cleanup", commands->title, status) && done; /* also after a failure */
}

static bool make_ready(gate_runner *runner, pprof_status *status) {
    const uint32_t count = runner->layout_count * GATE_SIDE_COUNT;
    for (uint32_t i = 0; i < count; i++)
        if (!run_beside(runner, runner->layouts[i].relink, "relink", runner->layouts[i].title, status)) return false;
    for (uint32_t round = 0; round < runner->commands->warmup_rounds; round++)
        for (uint32_t i = 0; i < count; i++) {
            gate_run ignored;
            if (!run_once(runner, (gate_side)(i % GATE_SIDE_COUNT), i / GATE_SIDE_COUNT, round, &ignored, status))
                return false;
        }
    return true;
}

/* ---- the source ---- */

static double read_clock(void *context) {
    (void)context;
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

gate_runner *gate_open_runner(const gate_commands *commands, pprof_arena *arena, pprof_status *status) {
    gate_runner *runner = pprof_allocate(arena, 1, sizeof *runner, status);
    if (runner == NULL) return NULL;
    runner->commands = commands;
    runner->counters = gate_use_processor_counters(&runner->counter_files);
    if (commands->counts_instructions && !gate_open_callgrind(&runner->callgrind, arena, status)) return NULL;
    if (find_layouts(runner, arena, status) && make_ready(runner, status)) return runner;
    gate_close_runner(runner);
    return NULL;
}

gate_source gate_get_source(gate_runner *runner) {
    return (gate_source){.context = runner,
                         .layout_count = runner->layout_count,
                         .is_counted = runner->commands->counts_instructions,
                         .run = run_once,
                         .read_clock = read_clock};
}

void gate_close_runner(gate_runner *runner) {
    pprof_free_buffer(&runner->output.beginning);
    if (runner->commands->counts_instructions) gate_close_callgrind(&runner->callgrind);
}

gate_rules gate_adapt_rules(const gate_rules *rules, const gate_commands *commands) {
    enum { COUNTED_ROUNDS = 20 }; /* counts agree after two; where they do not, this many tell why */
    gate_rules adapted = *rules;
    if (!commands->counts_instructions) return adapted;
    adapted.metric = GATE_INSTRUCTIONS;
    if (adapted.round_limit == 0) adapted.round_limit = COUNTED_ROUNDS;
    return adapted;
}

void gate_compare_commands(const gate_commands *commands, const gate_rules *rules,
                           void (*show_progress)(void *context, const gate_progress *progress), pprof_arena *arena,
                           gate_result *result) {
    gate_rules adapted = gate_adapt_rules(rules, commands);
    pprof_status status = {0};
    gate_runner *runner = gate_open_runner(commands, arena, &status);
    if (runner == NULL) {
        gate_fail_comparison(&adapted, &status, result);
        return;
    }
    gate_source source = gate_get_source(runner);
    source.show_progress = show_progress;
    gate_compare(&adapted, &source, arena, result);
    gate_close_runner(runner);
}
