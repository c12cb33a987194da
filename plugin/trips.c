/* Takes a function's flow graph with its fitted frequencies and the observations behind them; gives the edge
 * probabilities to write, in which no innermost loop looks short for want of evidence.
 *
 * LLVM does not vectorize a loop whose estimated trip count is below 16, nor unroll one below 5. That is a decision
 * of a factor of two to eight taken on one number, and samples know that number badly: the fit explains the same
 * samples by few expensive iterations or many cheap ones. So the rule is: a loop is written as short only when it is
 * short by two standard deviations of the estimate; else it is given the fewest iterations that leave the vectorizer
 * alone. (Leaving the weights out instead would give it LLVM's static 32, a larger error in its frequencies.)
 *
 *   before: header 9.0 visits per entry, known to within a factor of 1.5     after: header 17 visits
 *
 * Loops that LLVM would not vectorize anyway keep their estimate; the caller knows them. Cannot know anything of loops
 * that are entered in two places.
 */
#include "fit.h"

#include <math.h>
#include <string.h>

/* 16 iterations of the body: a loop tested at its top visits its header once more. */
static const double ENOUGH_VISITS = 17;
static const double DEVIATIONS = 2;

typedef struct loop_search {
    const pgo_function *function;
    uint32_t *first_predecessor; /* block_count + 1 */
    uint32_t *predecessors;
    uint32_t *postorder; /* the blocks that can be reached */
    uint32_t reached_count;
    uint32_t *finish; /* position in postorder; PGO_NONE: not reached */
    bool *is_header;  /* target of an edge back to a block on the depth-first path */
    uint32_t *owner;  /* the header of the first loop found around a block, PGO_NONE */
    uint32_t *body;   /* blocks of the loop at hand, header first */
    double *evidence; /* per block, see weigh_evidence */
    double evidence_total;
    pgo_fit_options fit;
} loop_search;

static bool allocate_search(loop_search *search, pprof_arena *arena, pprof_status *status) {
    const pgo_graph *graph = &search->function->graph;
    size_t blocks = graph->block_count, edges = graph->first_successor[blocks];
    search->first_predecessor = pprof_allocate(arena, blocks + 1, sizeof *search->first_predecessor, status);
    search->predecessors = pprof_allocate(arena, edges, sizeof *search->predecessors, status);
    search->postorder = pprof_allocate(arena, blocks, sizeof *search->postorder, status);
    search->finish = pprof_allocate(arena, blocks, sizeof *search->finish, status);
    search->is_header = pprof_allocate(arena, blocks, sizeof *search->is_header, status);
    search->owner = pprof_allocate(arena, blocks, sizeof *search->owner, status);
    search->body = pprof_allocate(arena, blocks, sizeof *search->body, status);
    search->evidence = pprof_allocate(arena, blocks, sizeof *search->evidence, status);
    if (status->failed) return false;
    for (size_t b = 0; b < blocks; b++) search->finish[b] = search->owner[b] = PGO_NONE;
    return true;
}

static void list_predecessors(loop_search *search) {
    const pgo_graph *graph = &search->function->graph;
    uint32_t edges = graph->first_successor[graph->block_count];
    for (uint32_t e = 0; e < edges; e++) search->first_predecessor[graph->successors[e] + 1]++;
    for (uint32_t b = 0; b < graph->block_count; b++) search->first_predecessor[b + 1] += search->first_predecessor[b];
    /* Filling moves each start to its end, which is the next one's start: then all move up by one. */
    for (uint32_t b = 0; b < graph->block_count; b++)
        for (uint32_t e = graph->first_successor[b]; e < graph->first_successor[b + 1]; e++)
            search->predecessors[search->first_predecessor[graph->successors[e]]++] = b;
    for (uint32_t b = graph->block_count; b > 0; b--) search->first_predecessor[b] = search->first_predecessor[b - 1];
    search->first_predecessor[0] = 0;
}

/* Depth first from the entry: postorder, and the headers of loops. */
static bool order_blocks(loop_search *search, pprof_arena *arena, pprof_status *status) {
    const pgo_graph *graph = &search->function->graph;
    uint32_t *path = pprof_allocate(arena, graph->block_count, sizeof *path, status);
    uint32_t *next_edge = pprof_allocate(arena, graph->block_count, sizeof *next_edge, status);
    bool *is_on_path = pprof_allocate(arena, graph->block_count, sizeof *is_on_path, status);
    bool *is_seen = pprof_allocate(arena, graph->block_count, sizeof *is_seen, status);
    if (status->failed) return false;

    uint32_t depth = 1;
    is_seen[0] = is_on_path[0] = true;
    next_edge[0] = graph->first_successor[0];
    while (depth > 0) {
        uint32_t block = path[depth - 1];
        if (next_edge[block] == graph->first_successor[block + 1]) {
            search->finish[block] = search->reached_count;
            search->postorder[search->reached_count++] = block;
            is_on_path[block] = false;
            depth--;
            continue;
        }
        uint32_t successor = graph->successors[next_edge[block]++];
        if (is_on_path[successor]) search->is_header[successor] = true;
        if (is_seen[successor]) continue;
        is_seen[successor] = is_on_path[successor] = true;
        next_edge[successor] = graph->first_successor[successor];
        path[depth++] = successor;
    }
    return true;
}

/* An edge goes back when its target has not been finished before its source. */
static bool is_back_edge(const loop_search *search, uint32_t source, uint32_t header) {
    return search->finish[source] != PGO_NONE && search->finish[source] <= search->finish[header];
}

/* Collects the blocks from which [header] is reached again. Gives their number, or 0 when the loop has another inside
 * or a second entrance. Inner headers come before outer ones in postorder, so a block that is owned already belongs
 * to a loop inside this one. */
static uint32_t collect_body(loop_search *search, uint32_t header) {
    uint32_t count = 1;
    search->body[0] = header;
    if (search->owner[header] != PGO_NONE) return 0;
    search->owner[header] = header;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t block = search->body[i];
        for (uint32_t p = search->first_predecessor[block]; p < search->first_predecessor[block + 1]; p++) {
            uint32_t predecessor = search->predecessors[p];
            if (search->finish[predecessor] == PGO_NONE || search->owner[predecessor] == header) continue;
            if (block == header && !is_back_edge(search, predecessor, header)) continue;
            if (predecessor == 0 || search->owner[predecessor] != PGO_NONE) return 0;
            search->owner[predecessor] = header;
            search->body[count++] = predecessor;
        }
    }
    return count;
}

/* What the samples say of each block's rate, as Fisher information on its logarithm under the fit's model: μ expected
 * samples with k, the trust that the fit has in a location of that cost, are worth μ·k / (μ + k). Expected, not seen:
 * that a costly block got none is evidence too. An observation's worth is shared out as its samples are expected. */
static void weigh_evidence(loop_search *search) {
    const pgo_function *function = search->function;
    for (uint32_t o = 0; o < function->observation_count; o++) {
        const pgo_observation *observation = &function->observations[o];
        if (observation->is_whole_function) continue;
        const pgo_term *terms = function->terms + observation->first_term;
        double time = 0, flow = 0;
        for (uint32_t t = 0; t < observation->term_count; t++) {
            time += terms[t].cost * function->block_frequency[terms[t].block];
            flow += function->block_frequency[terms[t].block];
        }
        if (time <= 0 || flow <= 0) continue;
        double cost = time / flow, expected = time * function->sampled_rate;
        double trust = search->fit.evidence_limit * cost / (cost + search->fit.evidence_half_cost);
        double worth = expected * trust / (expected + trust);
        for (uint32_t t = 0; t < observation->term_count; t++)
            search->evidence[terms[t].block] +=
                worth * terms[t].cost * function->block_frequency[terms[t].block] / time;
        search->evidence_total += worth;
    }
}

/* The factor by which the loop's trip count may well be larger than the fit says. */
static double get_uncertainty(const loop_search *search, uint32_t body_count) {
    double inside = 0;
    for (uint32_t i = 0; i < body_count; i++) inside += search->evidence[search->body[i]];
    double outside = search->evidence_total - inside;
    /* The fit's own prior on a branch is what is known of a loop without any sample. */
    double known = 1 / (search->fit.branch_spread * search->fit.branch_spread);
    if (inside > 0 && outside > 0) known += inside * outside / (inside + outside);
    return pgo_exp(DEVIATIONS / sqrt(known));
}

static double get_visits_per_entry(const loop_search *search, uint32_t header) {
    const pgo_graph *graph = &search->function->graph;
    const double *frequency = search->function->block_frequency;
    double inflow = header == 0 ? 1 : 0;
    uint32_t previous = PGO_NONE;
    for (uint32_t p = search->first_predecessor[header]; p < search->first_predecessor[header + 1]; p++) {
        uint32_t block = search->predecessors[p];
        bool is_repeated = block == previous; /* several edges of one switch: all are summed at the first */
        previous = block;
        if (is_repeated || search->owner[block] == header || search->finish[block] == PGO_NONE) continue;
        for (uint32_t e = graph->first_successor[block]; e < graph->first_successor[block + 1]; e++)
            if (graph->successors[e] == header) inflow += frequency[block] * search->function->edge_probability[e];
    }
    return inflow > 0 ? frequency[header] / inflow : INFINITY;
}

/* Every way out of the loop becomes [ratio] times as likely, every way on takes up the rest. */
static void scale_exits(const loop_search *search, uint32_t header, uint32_t body_count, double ratio,
                        double *probability) {
    const pgo_graph *graph = &search->function->graph;
    for (uint32_t i = 0; i < body_count; i++) {
        uint32_t first = graph->first_successor[search->body[i]], end = graph->first_successor[search->body[i] + 1];
        double out = 0;
        for (uint32_t e = first; e < end; e++)
            if (search->owner[graph->successors[e]] != header) out += probability[e];
        if (out <= 0 || out >= 1) continue;
        for (uint32_t e = first; e < end; e++)
            probability[e] *= search->owner[graph->successors[e]] != header ? ratio : (1 - out * ratio) / (1 - out);
    }
}

bool pgo_raise_uncertain_trips(const pgo_function *function, const pgo_loop_question *may_vectorize, pprof_arena *arena,
                               double *probability, pgo_raised_loops *raised, pprof_status *status) {
    const pgo_graph *graph = &function->graph;
    *raised = (pgo_raised_loops){0};
    memcpy(probability, function->edge_probability, graph->first_successor[graph->block_count] * sizeof *probability);
    loop_search search = {.function = function, .fit = pgo_get_default_fit_options()};
    if (!allocate_search(&search, arena, status)) return false;
    list_predecessors(&search);
    if (!order_blocks(&search, arena, status)) return false;
    weigh_evidence(&search);
    for (uint32_t i = 0; i < search.reached_count; i++) {
        uint32_t header = search.postorder[i];
        uint32_t body_count = search.is_header[header] ? collect_body(&search, header) : 0;
        if (body_count == 0) continue;
        double visits = get_visits_per_entry(&search, header);
        if (!(visits < ENOUGH_VISITS) || visits * get_uncertainty(&search, body_count) < ENOUGH_VISITS) continue;
        if (!may_vectorize->ask(may_vectorize->context, header, search.body, body_count)) continue;
        scale_exits(&search, header, body_count, visits / ENOUGH_VISITS, probability);
        if (raised->count++ == 0 || visits < raised->least_visits) raised->least_visits = visits;
    }
    return true;
}
