/* What perf may print, told by a stand-in for it in PATH: processes that fork and exec, old and new ways to print
 * addresses, hybrid machines, and nonsense. */
#include "import/import.h"

#include "folder_support.h"

#include <inttypes.h>
#include <string.h>

static int set_up(void **state) {
    if (make_folder(state) != 0) return -1;
    char command[512], path[4096];
    (void)snprintf(command, sizeof command, "#!/bin/sh\ncat '%s'/\"$1\"\ntest \"$1\" != script || . '%s'/end\n", folder,
                   folder);
    write_program("perf", command);
    (void)snprintf(path, sizeof path, "%s:%s", folder, getenv("PATH"));
    return setenv("PATH", path, 1);
}

#define CLOCK_EVENT                                                                                                    \
    "cpu-clock: type: 1, size: 128, { sample_period, sample_freq }: 999, sample_type: IP|TID|CALLCHAIN\n"

typedef struct imported {
    pprof_arena arena;
    pprof_status status;
    pprof_profile profile;
    bool fine;
} imported;

static imported import(const char *events, const char *script, const char *end) {
    imported result = {0};
    write_text("evlist", events);
    write_text("buildid-list", "aabb /bin/prog\nnonsense\n");
    write_text("script", script);
    write_text("end", end);
    result.fine = pprof_import_perf("x.data", &result.arena, &result.profile, &result.status);
    return result;
}

/* "1 1000: /bin/prog+1100 /bin/prog+1204; …": each sample, in its order, frames as file offsets. */
static void expect_samples(const char *events, const char *script, const char *expected) {
    imported result = import(events, script, "");
    if (!result.fine) fail_msg("%s", result.status.message);
    const pprof_profile *profile = &result.profile;
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    for (uint32_t i = 0; i < profile->sample_count; i++) {
        (void)fprintf(out, "%" PRId64 " %" PRId64 ":", profile->values[2 * (size_t)i],
                      profile->values[2 * (size_t)i + 1]);
        for (uint32_t j = profile->first_location[i]; j < profile->first_location[i + 1]; j++) {
            const pprof_location *location = &profile->locations[profile->sample_locations[j]];
            if (location->mapping == PPROF_NONE) {
                (void)fprintf(out, " %" PRIx64, location->address);
                continue;
            }
            const pprof_mapping *mapping = &profile->mappings[location->mapping];
            pprof_string path = pprof_get_string(profile, mapping->filename_string);
            assert_true(location->address >= mapping->memory_start && location->address < mapping->memory_limit);
            (void)fprintf(out, " %.*s+%" PRIx64, (int)path.length, path.text,
                          location->address - mapping->memory_start + mapping->file_offset);
        }
        (void)fputs("; ", out);
    }
    (void)fclose(out);
    assert_string_equal(text, expected);
    free(text);
    pprof_arena_free(&result.arena);
}

static void expect_failure(const char *events, const char *script, const char *end, const char *expected) {
    imported result = import(events, script, end);
    assert_false(result.fine);
    if (strstr(result.status.message, expected) == NULL) fail_msg("%s", result.status.message);
    pprof_arena_free(&result.arena);
}

#define MAP_PROG(pid, start)                                                                                           \
    pid "/" pid " PERF_RECORD_MMAP2 " pid "/" pid ": [0x" start "(0x3000) @ 0x1000 fe:00 12 0]: r-xp /bin/prog\n"

static void test_addresses_in_memory(void **state) {
    (void)state;
    /* Callers lose one; the third frame is the kernel's. */
    expect_samples(
        CLOCK_EVENT,
        "0/0 PERF_RECORD_MMAP -1/0: [0xffffffff81000000(0x1000) @ 0xffffffff81000000]: x "
        "[kernel.kallsyms]_text\n" MAP_PROG(
            "7", "400000") "7/7 1000 cpu-clock: \n"
                           "\tffffffff81000010 ([kernel.kallsyms])\n\t400104 (/bin/prog)\n\t400204 (/bin/prog)\n\n",
        "1 1000: [kernel.kallsyms]+ffffffff81000010 /bin/prog+1103 /bin/prog+1203; ");
}

static void test_offsets_in_files(void **state) {
    (void)state;
    expect_samples(CLOCK_EVENT,
                   MAP_PROG("7", "55d0c0000000") "7/7 1000 cpu-clock: \n\t1104 (/bin/prog)\n\t1204 (/bin/prog)\n\n",
                   "1 1000: /bin/prog+1104 /bin/prog+1203; ");
    /* The mapping is larger than its start address: 0x500000 alone could be meant both ways. */
    expect_samples(CLOCK_EVENT,
                   "7/7 PERF_RECORD_MMAP2 7/7: [0x401000(0x800000) @ 0x1000 fe:00 12 0]: r-xp /bin/prog\n"
                   "7/7 1000 cpu-clock: \n\t500000 (/bin/prog)\n\t2000 (/bin/prog)\n\n",
                   "1 1000: /bin/prog+500000 /bin/prog+1fff; ");
    expect_samples(CLOCK_EVENT,
                   "7/7 PERF_RECORD_MMAP2 7/7: [0x401000(0x800000) @ 0x1000 fe:00 12 0]: r-xp /bin/prog\n"
                   "7/7 1000 cpu-clock: \n\t500000 (/bin/prog)\n\tc00000 (/bin/prog)\n\n",
                   "1 1000: /bin/prog+100000 /bin/prog+7fffff; ");
}

static void test_runs_of_one_file_are_one_mapping(void **state) {
    (void)state;
    expect_samples(CLOCK_EVENT,
                   MAP_PROG("7", "55d0c0000000")
                       MAP_PROG("8", "561100000000") "7/7 1000 cpu-clock: \n\t55d0c0000104 (/bin/prog)\n\n"
                                                     "8/9 1000 cpu-clock: \n\t561100000104 (/bin/prog)\n\n",
                   "2 2000: /bin/prog+1104; ");
}

static void test_fork_and_exec(void **state) {
    (void)state;
    expect_samples(
        CLOCK_EVENT,
        MAP_PROG("7",
                 "400000") "7/7 PERF_RECORD_FORK(7:9):(7:7)\n7/7 PERF_RECORD_FORK(8:8):(7:7)\n"
                           "8/8 1000 cpu-clock: \n\t400104 (/bin/prog)\n\n"
                           "8/8 PERF_RECORD_COMM exec: a name: x/1:8/8\n"
                           "8/8 1000 cpu-clock: \n\t400104 ([unknown])\n\n"
                           "8/8 PERF_RECORD_MMAP2 8/8: [0x400000(0x1000) @ 0 <0a0b>]: r-xp /bin/other one (deleted)\n"
                           "8/8 1000 cpu-clock: \n\t400104 (/bin/other one (deleted))\n\n"
                           "7/7 1000 cpu-clock: \n\t400104 (/bin/prog)\n\n",
        "2 2000: /bin/prog+1104; 1 1000: 400104; 1 1000: /bin/other one (deleted)+104; ");
}

static void test_later_mappings_cover_earlier_ones(void **state) {
    (void)state;
    expect_samples(CLOCK_EVENT,
                   MAP_PROG("7", "400000") /* a page in its middle goes to a JIT */
                   "7/7 PERF_RECORD_MMAP 7/7: [0x401000(0x1000) @ 0]: x //anon\n"
                   "7/7 PERF_RECORD_MMAP2 7/7: [0x600000(0x1000) @ 0 fe:00 12 0]: rw-p /not/executable\n"
                   "7/7 1000 cpu-clock: \n\t400010 (/bin/prog)\n\t401010 (//anon)\n\t402010 (/bin/prog)\n"
                   "\t600000 ([unknown])\n\n",
                   "1 1000: /bin/prog+1010 //anon+f /bin/prog+300f; ");
}

static void test_lost_callers(void **state) {
    (void)state;
    expect_samples(CLOCK_EVENT,
                   MAP_PROG("7", "400000") "7/7 1000 cpu-clock: \n\t400010 (/bin/prog)\n\t1234 ([unknown])\n"
                                           "\t400020 (/bin/prog)\n\t99 ([unknown])\n\t0 ([unknown])\n\n",
                   "1 1000: /bin/prog+1010 1233 /bin/prog+101f; ");
}

static void test_frames_of_files_without_a_name(void **state) {
    (void)state;
    expect_samples(CLOCK_EVENT, MAP_PROG("7", "400000") "7/7 1000 cpu-clock: \n\t400010 ()\n\t400020 ()\n\n",
                   "1 1000: /bin/prog+1010 /bin/prog+101f; ");
}

static void test_unwound_from_the_stack(void **state) {
    (void)state;
    expect_samples("cpu-clock: type: 1, sample_type: IP|TID|CALLCHAIN|REGS_USER|STACK_USER, read_format: ID\n",
                   MAP_PROG("7", "400000") "7/7 1000 cpu-clock: \n\t400010 (/bin/prog)\n\t400020 (/bin/prog)\n\n",
                   "1 1000: /bin/prog+1010 /bin/prog+1020; ");
}

static void test_without_stacks(void **state) {
    (void)state;
    expect_samples(CLOCK_EVENT,
                   MAP_PROG("7", "400000") "7/7   1000   cpu-clock:            400010 (/bin/prog)\n"
                                           "7/7   1000   cpu-clock:            400010 (/bin/prog)\n",
                   "2 2000: /bin/prog+1010; ");
}

static void test_of_several_events_one_kind_counts(void **state) {
    (void)state;
    const char *events = "# a tip\ncpu_core/cycles/u: type: 4, sample_type: IP\ncpu_atom/cycles/u: type: 10\n"
                         "page-faults:u: type: 1\n";
    const char *script = MAP_PROG("7", "400000") "7/7 10 cpu_core/cycles/u: \n\t400010 (/bin/prog)\n\n"
                                                 "7/7 1 page-faults:u: \n\t400020 (/bin/prog)\n\n"
                                                 "7/7 1 stranger: \n\t400020 (/bin/prog)\n\n"
                                                 "7/7 20 cpu_atom/cycles/u: \n\t400010 (/bin/prog)\n\n";
    expect_samples(events, script, "2 30: /bin/prog+1010; ");
    imported result = import(events, script, "");
    assert_true(result.fine);
    const pprof_profile *profile = &result.profile;
    assert_true(pprof_string_equals(pprof_get_string(profile, profile->sample_types[1].type_string), "cycles"));
    assert_true(pprof_string_equals(pprof_get_string(profile, profile->sample_types[1].unit_string), "count"));
    assert_true(pprof_string_equals(pprof_get_string(profile, profile->comment_strings[0]),
                                    "perf: 2 samples of cycles; left out: 1 of page-faults:u"));
    assert_true(pprof_string_equals(pprof_get_string(profile, profile->mappings[0].build_id_string), "aabb"));
    assert_int_equal(profile->period, 0); /* not the same for all */
    pprof_arena_free(&result.arena);
}

static void test_failures(void **state) {
    (void)state;
    expect_failure("", "", "", "x.data: perf finds no event");
    expect_failure(CLOCK_EVENT, "", "", "x.data: no samples of cpu-clock in it; record again while it works");
    expect_failure(CLOCK_EVENT, "", "echo 'incompatible file format' >&2; exit 3",
                   "x.data: perf script ended with exit status 3: incompatible file format");
    expect_failure(CLOCK_EVENT, MAP_PROG("7", "400000"), "kill -9 $$", "signal 9");
}

static void test_nonsense(void **state) {
    (void)state;
    static const char *const lines[] = {
        "\t",
        "\t(",
        "\t1 (",
        "\tzz (x)",
        "\t1 )(",
        "7",
        "7/",
        "/7",
        "7/7",
        "7/7 x",
        "7/7 1",
        "7/7 1 cpu-clock",
        "7/7 -1 cpu-clock:",
        "7/7 99999999999999999999999 cpu-clock:",
        "\tffffffffffffffffffffff (/bin/prog)",
        "7/7 PERF_RECORD_",
        "7/7 PERF_RECORD_MMAP ",
        "7/7 PERF_RECORD_MMAP 7",
        "7/7 PERF_RECORD_MMAP 7/7: [",
        "7/7 PERF_RECORD_MMAP 7/7: [0x1(",
        "7/7 PERF_RECORD_MMAP 7/7: [0x1(0x2) @ ",
        "7/7 PERF_RECORD_MMAP 7/7: [0x1(0x2) @ 3]: ",
        "7/7 PERF_RECORD_MMAP 7/7: [0xffffffffffffff00(0x2000) @ 3]: x p",
        "7/7 PERF_RECORD_MMAP 7/7: [0x0(0xffffffffffffffff) @ 0xffffffffffffffff]: x q",
        "7/7 PERF_RECORD_FORK",
        "7/7 PERF_RECORD_FORK(",
        "7/7 PERF_RECORD_FORK(8:8",
        "7/7 PERF_RECORD_FORK(8:8):(",
        "7/7 PERF_RECORD_COMM exec: ",
        "7/7 1 cpu-clock: 12 (/bin/prog)",
        "",
    };
    const size_t count = sizeof lines / sizeof *lines;
    for (size_t shift = 0; shift < count; shift++) { /* every line after every other once, and a good sample at last */
        char *script = NULL;
        size_t size = 0;
        FILE *out = open_memstream(&script, &size);
        assert_non_null(out);
        (void)fputs("7/7 1 cpu-clock: \n", out);
        for (size_t i = 0; i < count; i++) (void)fprintf(out, "%s\n", lines[(i * (shift + 1)) % count]);
        (void)fputs("\n" MAP_PROG("7", "400000") "7/7 1 cpu-clock: \n\t400010 (/bin/prog)\n\n", out);
        assert_int_equal(fclose(out), 0);
        imported result = import(CLOCK_EVENT, script, "");
        free(script);
        if (!result.fine) fail_msg("%s", result.status.message);
        assert_true(result.profile.sample_count >= 1);
        pprof_arena_free(&result.arena);
    }
}

static void test_without_perf(void **state) {
    (void)state;
    char *path = strdup(getenv("PATH"));
    assert_int_equal(setenv("PATH", "/nonexistent", 1), 0);
    expect_failure(CLOCK_EVENT, "", "", "install it (Debian: apt-get install linux-perf)");
    assert_int_equal(setenv("PATH", path, 1), 0);
    free(path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_addresses_in_memory),
        cmocka_unit_test(test_offsets_in_files),
        cmocka_unit_test(test_runs_of_one_file_are_one_mapping),
        cmocka_unit_test(test_fork_and_exec),
        cmocka_unit_test(test_later_mappings_cover_earlier_ones),
        cmocka_unit_test(test_lost_callers),
        cmocka_unit_test(test_frames_of_files_without_a_name),
        cmocka_unit_test(test_unwound_from_the_stack),
        cmocka_unit_test(test_without_stacks),
        cmocka_unit_test(test_of_several_events_one_kind_counts),
        cmocka_unit_test(test_failures),
        cmocka_unit_test(test_nonsense),
        cmocka_unit_test(test_without_perf),
    };
    return cmocka_run_group_tests(tests, set_up, remove_folder);
}
