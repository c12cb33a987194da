/* Takes a finished run; prints it on stderr as -pgo-debug asks, in the manner of Go's pgodebug:
 *   1  what was done and what was refused          file:line:column: pgo: passed HotCallSite in f: message
 *   2  and the analysis behind it: the functions that the profile knows, what matched, how often they run
 *   3  and the samples of each place and call, and the call graph in DOT, heaviest edges first, hot ones red
 * The text is written at once, so that parallel compiles do not mix. */
#include "plugin.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* More edges than anyone can look at; the heaviest are first. */
enum { GRAPH_EDGE_LIMIT = 500 };

static void print_decision(FILE *out, const pgo_run *run, const pgo_decision *decision) {
    pgo_source_location location = pgo_get_decision_location(run, decision);
    const char *function = pgo_get_decision_function(run, decision);
    if (location.line != 0) fprintf(out, "%s:%u:%u: ", location.file, location.line, location.column);
    fprintf(out, "pgo: %s %s", pgo_get_kind_name(decision->kind), decision->name);
    if (function[0] != '\0') fprintf(out, " in %s", function);
    fprintf(out, ": %s\n", decision->message);
}

static void print_function(FILE *out, const pgo_run *run, const pgo_function *function) {
    const pprof_index *weights = &run->weights;
    const char *profiled_name = pprof_get_weight_function(weights, function->weight_function).linkage_name;
    fprintf(out, "pgo: %s", function->name);
    if (strcmp(profiled_name, function->name) != 0) fprintf(out, " (profiled as %s)", profiled_name);
    fprintf(out, ": %" PRIu64 " of %" PRIu64 " self samples matched, %" PRIu64 " at line 0, %" PRIu64 " inclusive",
            pgo_get_samples(weights, function->matched_samples), pgo_get_samples(weights, function->self_samples),
            pgo_get_samples(weights, function->line_zero_samples),
            pgo_get_samples(weights, pprof_get_body(weights, function->weight_function).inclusive));
    if (function->miss_reason != NULL) fprintf(out, " (%s)", function->miss_reason);
    fputc('\n', out);
    if (!function->has_frequencies) return;
    fprintf(out, "pgo:   entry rate %.6g, blocks", function->entry_rate);
    for (uint32_t b = 0; b < function->graph.block_count; b++) fprintf(out, " %.4g", function->block_frequency[b]);
    fputc('\n', out);
}

static void print_functions(FILE *out, const pgo_run *run) {
    const pprof_index *weights = &run->weights;
    pgo_match_totals totals = pgo_sum_matches(run);
    fprintf(out, "pgo: %u of %u functions known, %" PRIu64 " of %" PRIu64 " self samples matched\n", totals.known_count,
            totals.function_count, pgo_get_samples(weights, totals.matched_samples),
            pgo_get_samples(weights, totals.self_samples));
    for (uint32_t i = 0; i < run->module.function_count; i++) {
        const pgo_function *function = &run->module.functions[i];
        if (function->state == PGO_TAKES_PART && function->weight_function != PGO_NONE)
            print_function(out, run, function);
    }
}

/* ---- the call graph -------------------------------------------------------------------------------------------- */

static void print_dot_text(FILE *out, const char *text) {
    fputc('"', out);
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\') fputc('\\', out);
        if ((unsigned char)*text >= ' ') fputc(*text, out);
    }
    fputc('"', out);
}

static void print_graph(FILE *out, const pgo_run *run) {
    const pprof_index *weights = &run->weights;
    if (run->hot == NULL) return;
    fprintf(out, "digraph pgo {\n");
    for (uint32_t i = 0; i < weights->edge_count && i < GRAPH_EDGE_LIMIT; i++) {
        pprof_hot_edge edge = pprof_get_edge(weights, i);
        fprintf(out, "  ");
        print_dot_text(out, pprof_get_weight_function(weights, edge.caller).linkage_name);
        fprintf(out, " -> ");
        print_dot_text(out, pprof_get_weight_function(weights, edge.callee).linkage_name);
        fprintf(out, " [label=\"");
        if (edge.place.offset != PPROF_NO_OFFSET) fprintf(out, "%d:%u ", edge.place.offset, edge.place.column);
        fprintf(out, "%" PRIu64 "\"%s];\n", edge.leaf, i < run->hot->hot_count ? ", color=red" : "");
    }
    fprintf(out, "}\n");
}

bool pgo_print_debug_report(pgo_run *run) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (out == NULL) return pprof_fail(run->status, "-pgo-debug: out of memory");
    for (uint32_t i = 0; i < run->report.decision_count; i++) {
        const pgo_decision *decision = &run->report.decisions[i];
        bool is_detail = decision->kind == PGO_DECISION_ANALYSIS && decision->function != PGO_NONE;
        if (!is_detail || run->options.debug_level >= 2) print_decision(out, run, decision);
    }
    if (run->options.debug_level >= 2) print_functions(out, run);
    if (run->options.debug_level >= 3) {
        pgo_print_matches(out, run);
        print_graph(out, run);
    }
    if (fclose(out) != 0) {
        free(text);
        return pprof_fail(run->status, "-pgo-debug: out of memory");
    }
    (void)fwrite(text, 1, size, stderr);
    free(text);
    return true;
}
