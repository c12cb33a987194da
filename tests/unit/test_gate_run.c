/* pgo-gate's runs: what a process used and how it ended, leftovers, counters (by a stand-in: machines may have none),
 * outputs compared in pieces, placeholders and globs. No timing decides anything. */
#include "run/run.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static bool run_script(const char *script, double timeout, gate_run *run, pprof_status *status) {
    const gate_process process = {.arguments = (const char *const[]){"/bin/sh", "-c", script, NULL},
                                  .title = "script",
                                  .processor = -1,
                                  .timeout = timeout};
    for (int i = 0; i < GATE_METRIC_COUNT; i++) run->values[i] = NAN;
    *status = (pprof_status){0};
    return gate_run_process(&process, run, status);
}

static void runs_tell_what_they_used(void **state) {
    (void)state;
    gate_run run;
    pprof_status status;
    assert_true(run_script("sleep 0.05", 60, &run, &status));
    assert_true(run.values[GATE_WALL] >= 0.05);
    assert_true(run.values[GATE_CPU] == run.values[GATE_USER] + run.values[GATE_SYSTEM]);
    assert_true(run.values[GATE_MAX_RSS] > 100000);
    assert_true(isnan(run.values[GATE_INSTRUCTIONS])); /* no counters were given */
}

static void bad_ends_are_named(void **state) {
    (void)state;
    const struct {
        const char *script, *message;
        double timeout;
    } cases[] = {
        {"exit 3", "script: exit status 3", 60},
        {"echo first >&2; echo the cause >&2; exit 1", "script: exit status 1: first the cause", 60},
        {"kill -SEGV $$", "script: ended by signal 11 (Segmentation fault)", 60},
        {"no-such-command-anywhere", "not found", 60},
        {"echo waiting >&2; sleep 1000", "script: did not end within 0.3 s", 0.3},
        {"trap '' TERM; while :; do sleep 1000; done", "did not end", 0.2},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        gate_run run;
        pprof_status status;
        assert_false(run_script(cases[i].script, cases[i].timeout, &run, &status));
        if (strstr(status.message, cases[i].message) == NULL) fail_msg("'%s': %s", cases[i].script, status.message);
    }
    const gate_process missing = {
        .arguments = (const char *const[]){"/no/such/program", NULL}, .title = "x", .processor = -1, .timeout = 60};
    gate_run run;
    pprof_status status = {0};
    assert_false(gate_run_process(&missing, &run, &status));
    assert_non_null(strstr(status.message, "cannot be run"));
}

/* Takes less than the command gives meanwhile. */
static bool consume_slowly(void *context, const uint8_t *bytes, size_t size, pprof_status *status) {
    (void)context, (void)bytes, (void)size, (void)status;
    return usleep(1000) == 0;
}

static void endless_output_does_not_outlive_the_timeout(void **state) {
    (void)state;
    const gate_process endless = {.arguments = (const char *const[]){"yes", NULL},
                                  .title = "yes",
                                  .processor = -1,
                                  .timeout = 0.1,
                                  .consume = consume_slowly};
    gate_run run;
    pprof_status status = {0};
    assert_false(gate_run_process(&endless, &run, &status));
    assert_non_null(strstr(status.message, "yes: did not end within 0.1 s"));
}

/* What a command leaves in the background is neither waited for nor left alive. */
static void leftovers_are_killed(void **state) {
    (void)state;
    char script[200], path[] = "/tmp/test_gate_run.XXXXXX";
    int file = mkstemp(path);
    assert_true(file >= 0);
    (void)snprintf(script, sizeof script, "sleep 1000 & echo $! >%s", path);
    gate_run run;
    pprof_status status;
    assert_true(run_script(script, 60, &run, &status));
    assert_true(run.values[GATE_WALL] < 60);
    char text[32] = "", check[128];
    assert_true(read(file, text, sizeof text - 1) > 0);
    (void)close(file);
    (void)unlink(path);
    /* dead, or dying: the signal was sent */
    long process = strtol(text, NULL, 10);
    assert_true(process > 0);
    (void)snprintf(check, sizeof check, "! kill -0 %ld || { sleep 1; ! grep -q '^State:.[RSD]' /proc/%ld/status; }",
                   process, process);
    assert_true(run_script(check, 60, &run, &status));
}

static void a_processor_can_be_chosen(void **state) {
    (void)state;
    gate_process process = {
        .arguments = (const char *const[]){"/bin/sh", "-c", "grep -q 'Cpus_allowed_list:.0$' /proc/self/status", NULL},
        .title = "pinned",
        .processor = 0,
        .timeout = 60};
    gate_run run;
    pprof_status status = {0};
    assert_true(gate_run_process(&process, &run, &status));
    process.processor = 1000;
    assert_false(gate_run_process(&process, &run, &status));
    assert_non_null(strstr(status.message, "not on that processor"));
}

/* ---- counters ---- */

typedef struct stand_in {
    pid_t attached;
    bool is_read;
} stand_in;

static void attach_stand_in(void *context, pid_t process) {
    ((stand_in *)context)->attached = process;
}

static void read_stand_in(void *context, double *instructions, double *cycles) {
    ((stand_in *)context)->is_read = true;
    *instructions = 1e6;
    *cycles = 5e5;
}

static void counters_are_read_around_a_run(void **state) {
    (void)state;
    stand_in stand_in = {0};
    const gate_counters counters = {&stand_in, attach_stand_in, read_stand_in};
    const gate_process process = {.arguments = (const char *const[]){"true", NULL},
                                  .title = "true",
                                  .processor = -1,
                                  .timeout = 60,
                                  .counters = &counters};
    gate_run run;
    pprof_status status = {0};
    assert_true(gate_run_process(&process, &run, &status));
    assert_true(stand_in.attached > 0 && stand_in.is_read);
    assert_true(run.values[GATE_INSTRUCTIONS] == 1e6 && run.values[GATE_CYCLES] == 5e5);

    gate_counter_files files; /* the machine's own: a number or honestly none, and no file is left open */
    const gate_counters own = gate_use_processor_counters(&files);
    const gate_process again = {
        .arguments = process.arguments, .title = "true", .processor = -1, .timeout = 60, .counters = &own};
    assert_true(gate_run_process(&again, &run, &status));
    assert_true(isnan(run.values[GATE_CYCLES]) || run.values[GATE_CYCLES] > 0);
    assert_true(files.instructions == -1 && files.cycles == -1);
}

/* ---- outputs ---- */

/* Feeds [text] in pieces of [piece] bytes as a further run's output. */
static bool feed(gate_output *first, const char *text, size_t size, size_t piece, pprof_status *status) {
    gate_output_check check = {.first = first};
    *status = (pprof_status){0};
    for (size_t at = 0; at < size; at += piece)
        assert_true(
            gate_check_output(&check, (const uint8_t *)text + at, size - at < piece ? size - at : piece, status));
    return gate_finish_output(&check, "candidate", status);
}

static void outputs_differ_where_they_differ(void **state) {
    (void)state;
    const char first_text[] = "one\ntwo\nthree\n";
    const struct {
        const char *text, *message; /* NULL: the same */
    } cases[] = {
        {"one\ntwo\nthree\n", NULL},
        {"one\ntwo\nthrice\n", "line 3, byte 11 on: 'ice', not 'ee'"},
        {"one\ntwo\n", "line 3, byte 8 on: '', not 'three'"},
        {"", "line 1, byte 0 on: '', not 'one'"},
        {"one\ntwo\nthree\nfour\n", "line 4, byte 14 on: 'four', not ''"},
        {"\n", "line 1, byte 0 on: '', not 'one'"},
    };
    for (size_t piece = 1; piece < 20; piece += 6) {
        gate_output first = {0};
        pprof_status status;
        assert_true(feed(&first, first_text, sizeof first_text - 1, piece, &status));
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
            bool is_same = feed(&first, cases[i].text, strlen(cases[i].text), piece, &status);
            assert_int_equal(is_same, cases[i].message == NULL);
            if (!is_same && cases[i].message != NULL && strstr(status.message, cases[i].message) == NULL)
                fail_msg("%s", status.message);
        }
        pprof_free_buffer(&first.beginning);
    }
}

/* Beyond what is kept, a hash tells. */
static void long_outputs_are_compared_whole(void **state) {
    (void)state;
    const size_t size = ((size_t)1 << 24) + 1000;
    char *text = malloc(size);
    assert_non_null(text);
    memset(text, 'x', size);
    gate_output first = {0};
    pprof_status status;
    assert_true(feed(&first, text, size, 65536, &status));
    assert_true(feed(&first, text, size, 4096, &status));
    text[size - 1] = 'y';
    assert_false(feed(&first, text, size, 65536, &status));
    assert_non_null(strstr(status.message, "beyond the first 16 MiB"));
    assert_false(feed(&first, text, size - 1, 65536, &status));
    assert_false(feed(&first, text, (size_t)1 << 24, 65536, &status));
    pprof_free_buffer(&first.beginning);
    free(text);
}

/* ---- layouts ---- */

static void placeholders_are_filled_in(void **state) {
    (void)state;
    pprof_arena arena = {0};
    pprof_status status = {0};
    const gate_placeholders all = {GATE_CANDIDATE, 2, "/b", "/d"}, few = {GATE_BASELINE, 0, NULL, NULL};
    assert_string_equal(gate_fill_placeholders("./{side}.{layout} {binary} {dir}{x} {", &all, &arena, &status),
                        "./candidate.3 /b /d{x} {");
    assert_string_equal(gate_fill_placeholders("{binary} {dir}", &few, &arena, &status), "{binary} {dir}");
    const char *const *files;
    uint32_t count;
    assert_true(gate_find_binaries("/bin/s[h]", &arena, &files, &count, &status));
    assert_int_equal(count, 1);
    assert_string_equal(files[0], "/bin/sh");
    assert_false(gate_find_binaries("/no/such/*", &arena, &files, &count, &status));
    pprof_arena_free(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(runs_tell_what_they_used),
        cmocka_unit_test(bad_ends_are_named),
        cmocka_unit_test(endless_output_does_not_outlive_the_timeout),
        cmocka_unit_test(leftovers_are_killed),
        cmocka_unit_test(a_processor_can_be_chosen),
        cmocka_unit_test(counters_are_read_around_a_run),
        cmocka_unit_test(outputs_differ_where_they_differ),
        cmocka_unit_test(long_outputs_are_compared_whole),
        cmocka_unit_test(placeholders_are_filled_in),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
