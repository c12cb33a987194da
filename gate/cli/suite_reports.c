/* Takes a suite and the names of report files; runs the one and writes the others. */
#include "suite_reports.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

bool cli_can_write(const cli_syntax *syntax, const char *path) {
    if (path == NULL || strcmp(path, "-") == 0) return true;
    FILE *file = fopen(path, "ae");
    if (file == NULL) return cli_misuse(syntax, "%s: cannot be written: %s", path, strerror(errno));
    (void)fclose(file);
    return true;
}

bool cli_check_suite_reports(const cli_syntax *syntax, const cli_suite_reports *reports) {
    pprof_status status = {0};
    if (reports->earlier != NULL && !gate_check_earlier(reports->earlier, &status))
        return cli_misuse(syntax, "%s", status.message);
    return cli_can_write(syntax, reports->json) && cli_can_write(syntax, reports->markdown) &&
           cli_can_write(syntax, reports->junit) && cli_can_write(syntax, reports->page);
}

/* ---- writing ---- */

bool cli_write_report(const char *path, void (*print)(const gate_report *report, FILE *out), const gate_report *report,
                      pprof_status *status) {
    if (path == NULL) return true;
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (out == NULL) return pprof_fail(status, "%s: out of memory", path);
    print(report, out);
    bool done =
        fclose(out) == 0 ? pprof_write_file(path, text, size, status) : pprof_fail(status, "%s: out of memory", path);
    free(text);
    return done;
}

static bool write_reports(const gate_report *report, const cli_suite_reports *reports, pprof_arena *arena,
                          pprof_status *status) {
    if (reports->json != NULL) {
        const char *text = gate_format_suite_json(report, arena, status);
        if (text == NULL || !pprof_write_file(reports->json, text, strlen(text), status)) return false;
    }
    return cli_write_report(reports->markdown, gate_print_markdown, report, status) &&
           cli_write_report(reports->junit, gate_print_junit, report, status) &&
           cli_write_report(reports->page, gate_print_page, report, status);
}

static bool uses_output(const cli_suite_reports *reports) {
    const char *const files[] = {reports->json, reports->markdown, reports->junit, reports->page};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        if (files[i] != NULL && strcmp(files[i], "-") == 0) return true;
    return false;
}

int cli_run_and_report_suite(const gate_suite *suite, const cli_suite_reports *reports, pprof_arena *arena) {
    pprof_status status = {0};
    gate_suite_result result;
    gate_earlier earlier;
    gate_report report = {.suite = suite, .result = &result};
    bool done = gate_describe_machine(suite->compiler, arena, &report.machine, &status) &&
                gate_run_suite(suite, cli_show_rounds, arena, &result, &status);
    cli_finish_rounds();
    if (done && reports->earlier != NULL) {
        done = gate_read_earlier(reports->earlier, suite, &result, arena, &earlier, &status);
        report.earlier = &earlier;
    }
    done = done && gate_collect_warnings(&report, arena, &status);
    if (done && !uses_output(reports)) gate_print_suite(&report, stdout);
    done = done && write_reports(&report, reports, arena, &status);
    if (!done) (void)cli_report_failure(&status);
    if (cli_finish_output() != CLI_DONE || !done) return GATE_NO_COMPARISON;
    return (int)result.verdict.outcome;
}
