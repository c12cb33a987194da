/* Takes a matched module; prints each place and call of it that has samples, in the order of the code's lines:
 *
 *   pgo: samples of walk
 *   pgo:   12:5 in block 1: 9 samples (#3), cost 2.5
 *   pgo:   20:7 of step in block 4: 2 samples (#7), cost 1        code of an inlined copy
 *   pgo:   12:9 calls step: 9 inclusive, 4 leaf
 *
 * A number after # that stands at several places is one observation: the samples were at one of them. */
#include "plugin.h"

#include <inttypes.h>

static void print_position(FILE *out, const pgo_run *run, const pgo_function *function, uint32_t context, uint32_t line,
                           uint32_t column) {
    fprintf(out, "pgo:   %" PRIu32 ":%" PRIu32, line, column);
    if (context != function->first_context) fprintf(out, " of %s", run->module.contexts[context].linkage_name);
}

static void print_places(FILE *out, const pgo_run *run, const pgo_function *function) {
    for (uint32_t p = function->first_place; p < function->first_place + function->place_count; p++) {
        const pgo_place *place = &run->module.places[p];
        if (place->observation == PGO_NONE || function->observations[place->observation].samples <= 0) continue;
        print_position(out, run, function, place->context, place->line, place->place.column);
        double samples = function->observations[place->observation].samples * pgo_get_samples_per_weight(&run->weights);
        fprintf(out, " in block %" PRIu32 ": %g samples (#%" PRIu32 "), cost %g\n", place->block, samples,
                place->observation, (double)place->cost);
    }
}

static void print_calls(FILE *out, const pgo_run *run, const pgo_function *function) {
    for (uint32_t c = function->first_call; c < function->first_call + function->call_count; c++) {
        const pgo_call *call = &run->module.calls[c];
        for (uint32_t t = call->first_target; t < call->first_target + call->target_count; t++) {
            const pgo_target *target = &run->module.targets[t];
            print_position(out, run, function, call->context, call->line, call->place.column);
            fprintf(out, " %s %s: %" PRIu64 " inclusive, %" PRIu64 " leaf\n",
                    call->kind == PGO_CALL_DIRECT ? "calls" : "calls through a pointer",
                    pprof_get_weight_function(&run->weights, target->weight_function).linkage_name,
                    pgo_get_samples(&run->weights, target->inclusive), pgo_get_samples(&run->weights, target->leaf));
        }
    }
}

void pgo_print_matches(FILE *out, const pgo_run *run) {
    for (uint32_t f = 0; f < run->module.function_count; f++) {
        const pgo_function *function = &run->module.functions[f];
        if (function->observation_count == 0) continue;
        fprintf(out, "pgo: samples of %s\n", function->name);
        print_places(out, run, function);
        print_calls(out, run, function);
    }
}
