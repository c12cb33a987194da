/* Takes a suite and the names of report files; runs the one and writes the others. */
#include "suite_reports.h"

#include <string.h>

bool cli_check_suite_reports(const cli_syntax *syntax, const cli_suite_reports *reports) {
    pprof_status status = {0};
    if (cli_is_output(reports->earlier)) return cli_misuse(syntax, "--baseline-json takes a file, which is read twice");
    if (reports->earlier != NULL && !gate_check_earlier(reports->earlier, &status))
        return cli_misuse(syntax, "%s", status.message);
    return cli_can_write(syntax, reports->json) && cli_can_write(syntax, reports->markdown) &&
           cli_can_write(syntax, reports->junit) && cli_can_write(syntax, reports->page);
}

/* ---- writing ---- */

bool cli_write_report(const char *path, void (*print)(const gate_report *report, FILE *out), const gate_report *report,
                      pprof_status *status) {
    cli_text text;
    if (path == NULL) return true;
    if (cli_open_text(&text, path, status) == NULL) return false;
    print(report, text.out);
    return cli_close_text(&text, true, status);
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
    return cli_is_output(reports->json) || cli_is_output(reports->markdown) || cli_is_output(reports->junit) ||
           cli_is_output(reports->page);
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
