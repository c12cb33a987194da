/* Takes a function's edge probabilities; gives them as sure as samples of its blocks can make them, no less, no more.
 *
 *   float factor = direct != 0 ? (float)all / (float)direct : 1;     the profiled build made a select of it, and moved
 *   if (all < threshold || factor <= limit) …                        the division behind the first comparison
 *
 * The division's line has no samples then, however often the branch is taken. A block of mere computations, between a
 * branch and the place where its two ways meet, can always be gone like this. LLVM makes the same select here unless a
 * way is at least 99 % sure; so such a branch is told as less, and what -O2 does with it stays. In expat's doContent
 * this was the difference between 18 % and 10 % of the program's time.
 *
 *   for (; i > 0; p++, i--)                         gperf: 186 samples on the condition's line, none on the addition's,
 *       if (!undetermined[*p]) sum += values[*p];   that ran nine times in ten: what it loads is waited for elsewhere
 *
 * So it is with whatever hangs on one side of a branch, calls nothing, and goes on where the branch would. Where the
 * fit puts such sides below one in ten, though not LLVM's own heuristics, they are taken a quarter to three fifths of
 * the time (28 programs, 53 branches that ran often, to sides of at most five instructions; below three in ten, 165, a
 * third). They are told as one in three, so that they stay in line, as without a profile: LLVM moves less out of the
 * way. Where there is a call, the samples behind it tell. Instructions x -O2's:
 * gperf 1.192, so 1.146; Lua .923 .918, duktape .834 .832, bzip2 .925 .927, sixteen others within .002.
 *
 * Any other way that LLVM's heuristics expect, and of which the fit leaves between 1 and 3 %, is next to never taken:
 * in lz4's LZ4HC_InsertAndGetWiderMatch two such ways have 2.4 and 2.7 %, for the fit leaves LLVM's probabilities only
 * as far as samples force it, and never ran. Of 358 in 25 programs, at branches that ran often, .73 were taken less
 * than once in a thousand times, .83 less than once in a hundred, .11 more than three times in a hundred. LLVM leaves a
 * branch alone as predictable that is 99 % sure; so are these told. Instructions with that against without: store .976
 * (by luck, since 6 % is true there), search .986, lzip .992 (code .958), pcre2grep .996, nasm .997, duktape 1.006,
 * xmlwalk 1.007, twelve others within .001. A tenth of what the fit says instead: search .968, but pcre2grep 1.014 and
 * zstd's code 1.057, since more is cold then.
 */
#include "plugin.h"
#include "shim.h"

/* To either side of the 99 % of TargetTransformInfo::getPredictableBranchThreshold. */
static const double MOST_CERTAIN = .985, PREDICTABLY_RARE = .009;
static const double MOST_RARE = .03, LEAST_RARE_EXPECTED = .1;
/* From .32 on MachineBlockPlacement keeps such a side in line: it goes by twice ProfileLikelyProb (51) in 150. */
static const double LEAST_TAKEN = .33, LEAST_EXPECTED = .2;
/* What costs more would have been met. 1-TV of the eight, from outside, held out, without: .810 .793 .824, with 10 .809
 * .791 .824, without a limit .809 .791 .823; with 6 .809 .791 .825, but gperf stays at 1.184. */
static const float MOST_UNSEEN_COST = 10;

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

static bool ends_in_branch(const pgo_function *function, uint32_t block) {
    const pgo_graph *graph = &function->graph;
    return graph->first_successor[block + 1] - graph->first_successor[block] == 2 &&
           LLVMGetInstructionOpcode(LLVMGetBasicBlockTerminator(function->blocks[block])) == LLVMBr;
}

/* Whether the branch that ends [block] only chooses values for where its ways meet: by one side block or by two. */
static bool may_become_select(const pgo_function *function, uint32_t block, const uint32_t *predecessor_count) {
    const pgo_graph *graph = &function->graph;
    const uint32_t *sides = graph->successors + graph->first_successor[block];
    if (!ends_in_branch(function, block)) return false;
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

static bool calls_nothing(LLVMBasicBlockRef block) {
    for (LLVMValueRef i = LLVMGetFirstInstruction(block); i != NULL; i = LLVMGetNextInstruction(i))
        if (LLVMIsACallInst(i) != NULL && LLVMIsAIntrinsicInst(i) == NULL) return false;
    return true;
}

/* Which side of the branch that ends [block], if any, hangs on it alone, leads to the other, and may run unseen. */
static bool find_unseen_side(const pgo_function *function, uint32_t block, const uint32_t *predecessor_count,
                             uint32_t *side) {
    const pgo_graph *graph = &function->graph;
    uint32_t first = graph->first_successor[block];
    const uint32_t *sides = graph->successors + first;
    if (!ends_in_branch(function, block)) return false;
    for (*side = 0; *side < 2; ++*side)
        if (get_only_successor(graph, sides[*side]) == sides[1 - *side] && predecessor_count[sides[*side]] == 1 &&
            graph->probability[first + *side] >= LEAST_EXPECTED &&
            function->block_cost[sides[*side]] < MOST_UNSEEN_COST && calls_nothing(function->blocks[sides[*side]]))
            return true;
    return false;
}

/* Which way of the branch that ends [block], if any, is as good as never taken, and no detour that samples may miss. */
static bool find_rare_way(const pgo_function *function, uint32_t block, const double *way, uint32_t *side) {
    const pgo_graph *graph = &function->graph;
    uint32_t first = graph->first_successor[block];
    const uint32_t *sides = graph->successors + first;
    if (!ends_in_branch(function, block)) return false;
    for (*side = 0; *side < 2; ++*side)
        if (way[*side] < MOST_RARE && way[*side] > PREDICTABLY_RARE &&
            graph->probability[first + *side] >= LEAST_RARE_EXPECTED &&
            (get_only_successor(graph, sides[*side]) != sides[1 - *side] ||
             !calls_nothing(function->blocks[sides[*side]])))
            return true;
    return false;
}

static void set_way(double *way, uint32_t side, double probability) {
    way[side] = probability;
    way[1 - side] = 1 - probability;
}

bool pgo_correct_certainty(const pgo_function *function, pprof_arena *scratch, double *probability,
                           pprof_status *status) {
    const pgo_graph *graph = &function->graph;
    uint32_t *predecessor_count = pprof_allocate(scratch, graph->block_count, sizeof *predecessor_count, status);
    if (predecessor_count == NULL) return false;
    for (uint32_t e = 0; e < graph->first_successor[graph->block_count]; e++) predecessor_count[graph->successors[e]]++;
    for (uint32_t b = 0; b < graph->block_count; b++) {
        double *way = probability + graph->first_successor[b];
        uint32_t side;
        if (find_unseen_side(function, b, predecessor_count, &side) && way[side] < LEAST_TAKEN)
            set_way(way, side, LEAST_TAKEN);
        else if (find_rare_way(function, b, way, &side))
            set_way(way, side, PREDICTABLY_RARE);
        if (!may_become_select(function, b, predecessor_count)) continue;
        for (int i = 0; i < 2; i++) {
            if (way[i] > MOST_CERTAIN) way[i] = MOST_CERTAIN;
            if (way[i] < 1 - MOST_CERTAIN) way[i] = 1 - MOST_CERTAIN;
        }
    }
    return true;
}
