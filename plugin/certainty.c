/* Takes a function's edge probabilities; gives them no surer than samples of its blocks can make them.
 *
 *   float factor = direct != 0 ? (float)all / (float)direct : 1;     the profiled build made a select of it, and moved
 *   if (all < threshold || factor <= limit) …                        the division behind the first comparison
 *
 * The division's line has no samples then, however often the branch is taken. A block of mere computations, between a
 * branch and the place where its two ways meet, can always be gone like this. LLVM makes the same select here unless a
 * way is at least 99 % sure; so such a branch is told as less, and what -O2 does with it stays. In expat's doContent
 * this was the difference between 18 % and 10 % of the program's time.
 */
#include "plugin.h"
#include "shim.h"

/* Below the 99 % of TargetTransformInfo::getPredictableBranchThreshold. */
static const double MOST_CERTAIN = .985;

/* The block's only successor; PGO_NONE. */
static uint32_t get_only_successor(const pgo_graph *graph, uint32_t block) {
    uint32_t first = graph->first_successor[block];
    return graph->first_successor[block + 1] - first == 1 ? graph->successors[first] : PGO_NONE;
}

/* Whether all of the block could as well be computed ahead of the branch to it. */
static bool is_mere_computation(LLVMBasicBlockRef block) {
    for (LLVMValueRef i = LLVMGetFirstInstruction(block); LLVMIsATerminatorInst(i) == NULL;
         i = LLVMGetNextInstruction(i))
        if (LLVMIsAPHINode(i) != NULL || !pgo_shim_can_speculate(i)) return false;
    return true;
}

/* Whether the branch that ends [block] only chooses values for where its ways meet: by one side block or by two. */
static bool may_become_select(const pgo_function *function, uint32_t block, const uint32_t *predecessor_count) {
    const pgo_graph *graph = &function->graph;
    const uint32_t *sides = graph->successors + graph->first_successor[block];
    if (graph->first_successor[block + 1] - graph->first_successor[block] != 2 ||
        LLVMGetInstructionOpcode(LLVMGetBasicBlockTerminator(function->blocks[block])) != LLVMBr)
        return false;
    bool is_removable[2];
    uint32_t join[2];
    for (int i = 0; i < 2; i++) {
        join[i] = get_only_successor(graph, sides[i]);
        is_removable[i] =
            join[i] != PGO_NONE && predecessor_count[sides[i]] == 1 && is_mere_computation(function->blocks[sides[i]]);
    }
    return (is_removable[0] && join[0] == sides[1]) || (is_removable[1] && join[1] == sides[0]) ||
           (is_removable[0] && is_removable[1] && join[0] == join[1]);
}

bool pgo_limit_certainty(const pgo_function *function, pprof_arena *scratch, double *probability,
                         pprof_status *status) {
    const pgo_graph *graph = &function->graph;
    uint32_t *predecessor_count = pprof_allocate(scratch, graph->block_count, sizeof *predecessor_count, status);
    if (predecessor_count == NULL) return false;
    for (uint32_t e = 0; e < graph->first_successor[graph->block_count]; e++) predecessor_count[graph->successors[e]]++;
    for (uint32_t b = 0; b < graph->block_count; b++) {
        if (!may_become_select(function, b, predecessor_count)) continue;
        double *way = probability + graph->first_successor[b];
        for (int i = 0; i < 2; i++) {
            if (way[i] > MOST_CERTAIN) way[i] = MOST_CERTAIN;
            if (way[i] < 1 - MOST_CERTAIN) way[i] = 1 - MOST_CERTAIN;
        }
    }
    return true;
}
