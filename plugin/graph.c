/* Takes a function with its blocks listed; gives its flow graph with static probabilities, LLVM's or better ones
 * (prior.c). A switch keeps a slot for every successor, repeated ones too, so that slot i of a block is successor i of
 * its terminator. */
#include "location.h"

static void list_successors(pgo_graph *graph, const pgo_function *function, const pgo_key_map *block_indices,
                            pgo_host *host) {
    for (uint32_t b = 0; b < graph->block_count; b++) {
        uint32_t first = graph->first_successor[b], count = graph->first_successor[b + 1] - first;
        LLVMValueRef terminator = LLVMGetBasicBlockTerminator(function->blocks[b]);
        double sum = 0;
        for (uint32_t i = 0; i < count; i++) {
            graph->successors[first + i] =
                pgo_find_key(block_indices, pgo_pointer_key(LLVMGetSuccessor(terminator, i)));
            double probability = count == 1 ? 1 : pgo_shim_get_edge_probability(host, function->blocks[b], i);
            graph->probability[first + i] = probability;
            sum += probability;
        }
        for (uint32_t i = 0; i < count; i++)
            graph->probability[first + i] = sum > 0 ? graph->probability[first + i] / sum : 1. / count;
    }
}

bool pgo_build_graph(pgo_host *host, pgo_function *function, pprof_arena *arena, pprof_status *status) {
    pgo_graph *graph = &function->graph;
    graph->first_successor = pprof_allocate(arena, (size_t)graph->block_count + 1, sizeof(uint32_t), status);
    if (graph->first_successor == NULL) return false;

    pprof_arena scratch = {0};
    pgo_key_map block_indices = {0};
    uint64_t successor_count = 0;
    bool done = true;
    for (uint32_t b = 0; b < graph->block_count && done; b++) {
        done = pgo_put_key(&block_indices, pgo_pointer_key(function->blocks[b]), b, &scratch, status);
        LLVMValueRef terminator = LLVMGetBasicBlockTerminator(function->blocks[b]);
        successor_count += terminator == NULL ? 0 : LLVMGetNumSuccessors(terminator);
        if (successor_count > INT32_MAX)
            done = pprof_fail(status, "function %s has too many edges for the plugin", function->name);
        graph->first_successor[b + 1] = (uint32_t)successor_count;
    }
    if (done) {
        graph->successors = pprof_allocate(arena, successor_count, sizeof(uint32_t), status);
        graph->probability = pprof_allocate(arena, successor_count, sizeof(double), status);
        done = graph->successors != NULL && graph->probability != NULL;
        if (done) list_successors(graph, function, &block_indices, host);
        done = done && pgo_improve_prior(function, &scratch, status);
    }
    pprof_arena_free(&scratch);
    return done;
}
