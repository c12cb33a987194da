/* Takes a Profile; gives the table of its heaviest functions, lines or addresses in the layout of `pprof -top`, which
 * scripts read: a header, then flat and cumulative values with their shares of the total.
 *
 * Differences from pprof, in this and the other reports:
 *   - times are in UTC, not in the local zone; control characters in names are escaped;
 *   - -focus and its like are POSIX extended regular expressions, and so are a profile's own drop_frames;
 *   - sums saturate at 2^63 - 1 where pprof wraps around;
 *   - -files has one row for each file, where pprof has one for each function and shows its file only;
 *   - calls whose weights differ in sign only come in one order, where pprof's changes from run to run;
 *   - names are shown as the profile has them: pprof demangles mangled names when it reads a profile. */
#include "print/print.h"

static void print_nodes(const pprof_report *report, const pprof_graph *graph, const pprof_frame_table *table) {
    (void)fprintf(report->out, "%10s %5s%% %5s%% %10s %5s%%\n", "flat", "flat", "sum", "cum", "cum");
    int64_t sum = 0;
    for (uint32_t n = 0; n < graph->node_count; n++) {
        const pprof_node *node = &graph->nodes[n];
        pprof_print_node_values(report, node, &sum);
        (void)fputs("  ", report->out);
        pprof_print_string(table->frames[node->frame].label, report->out);
        if (node->has_inline_caller)
            (void)fputs(node->has_plain_caller ? " (partial-inline)" : " (inline)", report->out);
        (void)putc('\n', report->out);
    }
}

bool pprof_print_top(const pprof_profile *profile, const pprof_report_options *options, FILE *out, pprof_arena *arena,
                     pprof_status *status) {
    pprof_report report;
    pprof_frame_table table;
    pprof_graph graph;
    if (!pprof_open_report(&report, profile, options, out, arena, status) ||
        !pprof_draw_report(&report, &table, &graph))
        return false;
    pprof_print_graph_header(&report, &graph);
    print_nodes(&report, &graph, &table);
    return pprof_check_output(out, status);
}
