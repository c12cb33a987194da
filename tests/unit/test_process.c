/* A child process, fed and read at the same time: more than any pipe holds, and every way to end badly. */
#include "import/import.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

typedef struct exchange {
    size_t to_write, written, lines, bytes;
    size_t stop_after; /* lines; 0: never */
} exchange;

/* Lines of 100 bytes. */
static size_t produce(void *context, char *buffer, size_t size) {
    exchange *exchange = context;
    size_t count = 0;
    while (exchange->written < exchange->to_write && count < size) {
        buffer[count++] = exchange->written % 100 == 99 ? '\n' : 'x';
        exchange->written++;
    }
    return count;
}

static bool consume(void *context, char *line, size_t length, pprof_status *status) {
    exchange *exchange = context;
    assert_int_equal(strlen(line), length);
    exchange->lines++;
    exchange->bytes += length + 1;
    if (exchange->lines == exchange->stop_after) return pprof_fail(status, "enough");
    return true;
}

static bool run(const char *const *arguments, exchange *exchange, bool with_input, pprof_child_end *end,
                pprof_status *status) {
    const pprof_child child = {
        .arguments = arguments, .produce = with_input ? produce : NULL, .consume = consume, .context = exchange};
    return pprof_run_child(&child, end, status);
}

#define SHELL(script) ((const char *const[]){"sh", "-c", script, NULL})

static void test_much_both_ways(void **state) {
    (void)state;
    exchange exchange = {.to_write = 20000000};
    pprof_child_end end;
    pprof_status status = {0};
    assert_true(run((const char *const[]){"cat", NULL}, &exchange, true, &end, &status));
    assert_true(end.was_found && end.succeeded);
    assert_int_equal(exchange.lines, 200000);
    assert_int_equal(exchange.bytes, exchange.to_write);
    assert_string_equal(end.how, "exit status 0");
}

static void test_ends(void **state) {
    (void)state;
    pprof_child_end end;
    pprof_status status = {0};
    exchange exchange = {0};
    assert_true(run((const char *const[]){"/nonexistent/program", NULL}, &exchange, false, &end, &status));
    assert_false(end.was_found);
    assert_true(
        run(SHELL("echo one; printf two; echo 'a\tproblem\nhere' >&2; exit 7"), &exchange, false, &end, &status));
    assert_true(end.was_found && !end.succeeded);
    assert_int_equal(exchange.lines, 2); /* the last without its newline */
    assert_string_equal(end.how, "exit status 7");
    assert_string_equal(end.error, "a problem;here");
    assert_true(run(SHELL("kill -9 $$"), &exchange, false, &end, &status));
    assert_string_equal(end.how, "signal 9");
    assert_false(run((const char *const[]){"/", NULL}, &exchange, false, &end, &status));
    assert_non_null(strstr(status.message, "/: cannot run it"));
}

/* A child that does not read its input, writes no end of errors, or is not heard to the end. */
static void test_one_sided_children(void **state) {
    (void)state;
    pprof_child_end end;
    pprof_status status = {0};
    exchange exchange = {.to_write = 10000000};
    assert_true(run(SHELL("exec <&-; echo done"), &exchange, true, &end, &status));
    assert_int_equal(exchange.lines, 1);
    exchange = (struct exchange){0};
    assert_true(run(SHELL("yes error | head -n 200000 >&2; echo done"), &exchange, false, &end, &status));
    assert_int_equal(exchange.lines, 1);
    assert_int_equal(strlen(end.error), sizeof end.error - 1);
    exchange = (struct exchange){.stop_after = 3};
    assert_false(run((const char *const[]){"yes", NULL}, &exchange, false, &end, &status));
    assert_string_equal(status.message, "enough");
    assert_int_equal(exchange.lines, 3);
}

static void test_endless_line(void **state) {
    (void)state;
    pprof_child_end end;
    pprof_status status = {0};
    exchange exchange = {0};
    assert_false(run(SHELL("cat /dev/zero | tr '\\0' x"), &exchange, false, &end, &status));
    assert_non_null(strstr(status.message, "sh: printed a line of more than"));
}

/* One that never says anything, and one that has closed its output and does not end. Neither would ever end by itself;
 * the shells make way for what they run, so that nothing is left behind. */
static void test_silent_children(void **state) {
    (void)state;
    static const char *const scripts[] = {"exec sleep 1000000", "exec >&- 2>&-; exec sleep 1000000"};
    for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++) {
        exchange exchange = {0};
        pprof_child_end end;
        pprof_status status = {0};
        const pprof_child child = {
            .arguments = SHELL(scripts[i]), .consume = consume, .context = &exchange, .silence_limit = 1};
        assert_false(pprof_run_child(&child, &end, &status));
        assert_string_equal(end.how, "signal 9");
        assert_non_null(strstr(status.message, "sh: gave no sign of life for 1 s and was killed"));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_much_both_ways),     cmocka_unit_test(test_ends),
        cmocka_unit_test(test_one_sided_children), cmocka_unit_test(test_endless_line),
        cmocka_unit_test(test_silent_children),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
