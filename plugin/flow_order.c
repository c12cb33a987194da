/* Takes a flow graph; gives the elimination as a program of slots, which flow_solve.c runs for every new set of
 * probabilities. So the search for a good order and for the joined edges is paid once per function.
 *
 * Order: always the node with the fewest joins (in-edges × out-edges) among those left, smallest number first; the
 * entry last. In a structured program that is constant work per node: straight code, ifs and loops vanish without a
 * new edge, a switch of hundreds of cases goes case by case.
 * Cannot know beforehand how many joins a graph takes; it stops at a limit. */
#include "fit.h"

#include <assert.h>
#include <string.h>

typedef struct index_list {
    uint32_t *items;
    uint32_t count, capacity;
} index_list;

typedef struct candidate {
    uint64_t joins;
    uint32_t node;
} candidate;

typedef struct planner {
    pprof_arena *scratch;
    pprof_status *status;
    uint32_t node_count;
    index_list source, target, next_in, next_out; /* by slot; the nexts chain a node's slots */
    uint32_t *first_in, *first_out;               /* by node: head of the chain */
    uint32_t *in_count, *out_count;               /* by node: live edges, self loops left out */
    bool *is_gone;
    uint32_t *buckets; /* (source, target) ─▶ slot + 1, open addressing */
    uint32_t bucket_count;
    candidate *heap; /* smallest first; outdated entries stay until they come up */
    uint32_t heap_count, heap_capacity;
} planner;

static bool append(planner *planner, index_list *list, uint32_t item) {
    uint32_t *items =
        pgo_grow_array(list->items, list->count, &list->capacity, sizeof *items, planner->scratch, planner->status);
    if (items == NULL) return false;
    list->items = items;
    list->items[list->count++] = item;
    return true;
}

static uint32_t get_item(const index_list *list, uint32_t index) {
    assert(list->items != NULL && index < list->count);
    return list->items[index];
}

/* ---- the nodes left, by joins ---- */

static bool comes_before(candidate a, candidate b) {
    return a.joins != b.joins ? a.joins < b.joins : a.node < b.node;
}

static bool push_candidate(planner *planner, uint32_t node) {
    if (node == 0) return true; /* the entry is eliminated last */
    candidate *heap = pgo_grow_array(planner->heap, planner->heap_count, &planner->heap_capacity, sizeof *heap,
                                     planner->scratch, planner->status);
    if (heap == NULL) return false;
    planner->heap = heap;
    candidate new = {(uint64_t)planner->in_count[node] * planner->out_count[node], node};
    uint32_t at = planner->heap_count++;
    for (; at != 0 && comes_before(new, planner->heap[(at - 1) / 2]); at = (at - 1) / 2)
        planner->heap[at] = planner->heap[(at - 1) / 2];
    planner->heap[at] = new;
    return true;
}

static candidate pop_candidate(planner *planner) {
    candidate first = planner->heap[0], last = planner->heap[--planner->heap_count];
    uint32_t at = 0;
    for (;;) {
        uint32_t child = 2 * at + 1;
        if (child >= planner->heap_count) break;
        if (child + 1 < planner->heap_count && comes_before(planner->heap[child + 1], planner->heap[child])) child++;
        if (!comes_before(planner->heap[child], last)) break;
        planner->heap[at] = planner->heap[child];
        at = child;
    }
    planner->heap[at] = last;
    return first;
}

static uint32_t take_cheapest_node(planner *planner) {
    while (planner->heap_count != 0) {
        candidate best = pop_candidate(planner);
        uint64_t joins = (uint64_t)planner->in_count[best.node] * planner->out_count[best.node];
        if (!planner->is_gone[best.node] && best.joins == joins) return best.node;
    }
    return 0;
}

/* ---- slots ---- */

static uint32_t find_bucket(const planner *planner, uint32_t source, uint32_t target) {
    uint64_t mixed = ((uint64_t)source << 32 | target) * 0x9e3779b97f4a7c15;
    uint32_t at = (uint32_t)(mixed >> 32) & (planner->bucket_count - 1);
    for (; planner->buckets[at] != 0; at = (at + 1) & (planner->bucket_count - 1)) {
        uint32_t slot = planner->buckets[at] - 1;
        if (get_item(&planner->source, slot) == source && get_item(&planner->target, slot) == target) break;
    }
    return at;
}

static bool enlarge_buckets(planner *planner) {
    uint32_t count = planner->bucket_count == 0 ? 256 : planner->bucket_count * 2;
    planner->buckets = pprof_allocate(planner->scratch, count, sizeof *planner->buckets, planner->status);
    if (planner->buckets == NULL) return false;
    planner->bucket_count = count;
    for (uint32_t slot = 0; slot < planner->source.count; slot++)
        planner->buckets[find_bucket(planner, get_item(&planner->source, slot), get_item(&planner->target, slot))] =
            slot + 1;
    return true;
}

/* The slot of the edge, a new one if there is none yet. */
static bool get_slot(planner *planner, uint32_t source, uint32_t target, uint32_t *slot) {
    if (planner->source.count >= planner->bucket_count / 2 && !enlarge_buckets(planner)) return false;
    uint32_t bucket = find_bucket(planner, source, target);
    if (planner->buckets[bucket] != 0) {
        *slot = planner->buckets[bucket] - 1;
        return true;
    }
    *slot = planner->source.count;
    planner->buckets[bucket] = *slot + 1;
    if (!append(planner, &planner->source, source) || !append(planner, &planner->target, target)) return false;
    if (!append(planner, &planner->next_out, planner->first_out[source])) return false;
    if (!append(planner, &planner->next_in, planner->first_in[target])) return false;
    planner->first_out[source] = planner->first_in[target] = *slot;
    if (source == target) return true;
    planner->out_count[source]++;
    planner->in_count[target]++;
    return true;
}

static bool start_planner(planner *planner, const pgo_flow_graph *graph) {
    uint32_t count = planner->node_count = graph->node_count;
    planner->first_in = pprof_allocate(planner->scratch, count, sizeof(uint32_t), planner->status);
    planner->first_out = pprof_allocate(planner->scratch, count, sizeof(uint32_t), planner->status);
    planner->in_count = pprof_allocate(planner->scratch, count, sizeof(uint32_t), planner->status);
    planner->out_count = pprof_allocate(planner->scratch, count, sizeof(uint32_t), planner->status);
    planner->is_gone = pprof_allocate(planner->scratch, count, sizeof(bool), planner->status);
    if (planner->status->failed || !enlarge_buckets(planner)) return false;
    memset(planner->first_in, 0xff, count * sizeof(uint32_t)); /* PGO_NONE */
    memset(planner->first_out, 0xff, count * sizeof(uint32_t));

    for (uint32_t node = 0; node < count; node++)
        for (uint32_t edge = graph->first_edge[node]; edge < graph->first_edge[node + 1]; edge++) {
            uint32_t slot;
            if (!get_slot(planner, node, graph->target[edge], &slot)) return false;
            assert(slot == edge); /* edges are distinct */
        }
    for (uint32_t node = 0; node < count; node++)
        if (!push_candidate(planner, node)) return false;
    return true;
}

/* ---- the program ---- */

typedef struct program {
    index_list node, first_in, in, first_out, out, joined;
} program;

static bool append_live_slots(planner *planner, program *program, uint32_t node) {
    if (!append(planner, &program->first_in, program->in.count)) return false;
    if (!append(planner, &program->first_out, program->out.count)) return false;
    for (uint32_t s = planner->first_in[node]; s != PGO_NONE; s = get_item(&planner->next_in, s))
        if (!planner->is_gone[get_item(&planner->source, s)] && !append(planner, &program->in, s)) return false;
    for (uint32_t s = planner->first_out[node]; s != PGO_NONE; s = get_item(&planner->next_out, s))
        if (!planner->is_gone[get_item(&planner->target, s)] && !append(planner, &program->out, s)) return false;
    return true;
}

/* j ─▶ node ─▶ k becomes j ─▶ k, for all live j and k. */
static bool eliminate(planner *planner, program *program, uint32_t node) {
    planner->is_gone[node] = true; /* first, so that its self loop is not live */
    uint32_t first_in = program->in.count, first_out = program->out.count;
    if (!append(planner, &program->node, node) || !append_live_slots(planner, program, node)) return false;

    for (uint32_t i = first_in; i < program->in.count; i++)
        planner->out_count[get_item(&planner->source, get_item(&program->in, i))]--;
    for (uint32_t o = first_out; o < program->out.count; o++)
        planner->in_count[get_item(&planner->target, get_item(&program->out, o))]--;
    for (uint32_t i = first_in; i < program->in.count; i++) {
        uint32_t source = get_item(&planner->source, get_item(&program->in, i));
        for (uint32_t o = first_out; o < program->out.count; o++) {
            uint32_t target = get_item(&planner->target, get_item(&program->out, o)), slot = PGO_NONE;
            if (source != target && !get_slot(planner, source, target, &slot)) return false;
            if (!append(planner, &program->joined, slot)) return false;
        }
    }
    for (uint32_t i = first_in; i < program->in.count; i++)
        if (!push_candidate(planner, get_item(&planner->source, get_item(&program->in, i)))) return false;
    for (uint32_t o = first_out; o < program->out.count; o++)
        if (!push_candidate(planner, get_item(&planner->target, get_item(&program->out, o)))) return false;
    return true;
}

static bool write_program(planner *planner, program *program, bool *too_tangled, uint64_t join_limit) {
    for (uint32_t step = 0; step < planner->node_count; step++) {
        uint32_t node = take_cheapest_node(planner);
        uint64_t joins = (uint64_t)planner->in_count[node] * planner->out_count[node];
        if (program->joined.count + joins > join_limit) {
            *too_tangled = true;
            return true;
        }
        if (!eliminate(planner, program, node)) return false;
    }
    return append(planner, &program->first_in, program->in.count) &&
           append(planner, &program->first_out, program->out.count);
}

static uint32_t *copy_list(const index_list *list, pprof_arena *arena, pprof_status *status) {
    uint32_t *copy = pprof_allocate(arena, list->count, sizeof *copy, status);
    if (copy != NULL && list->count != 0) memcpy(copy, list->items, list->count * sizeof *copy);
    return copy;
}

static bool keep_program(const planner *planner, const program *program, pprof_arena *arena, pgo_flow *flow,
                         pprof_status *status) {
    flow->slot_count = planner->source.count;
    flow->source = copy_list(&planner->source, arena, status);
    flow->target = copy_list(&planner->target, arena, status);
    flow->node = copy_list(&program->node, arena, status);
    flow->first_in = copy_list(&program->first_in, arena, status);
    flow->in = copy_list(&program->in, arena, status);
    flow->first_out = copy_list(&program->first_out, arena, status);
    flow->out = copy_list(&program->out, arena, status);
    flow->joined = copy_list(&program->joined, arena, status);
    flow->weight = pprof_allocate(arena, (size_t)flow->slot_count + 1, sizeof(double), status);
    flow->leak = pprof_allocate(arena, planner->node_count, sizeof(double), status);
    flow->inverse_pivot = pprof_allocate(arena, planner->node_count, sizeof(double), status);
    if (status->failed) return false;
    for (uint32_t i = 0; i < program->joined.count; i++)
        if (flow->joined[i] == PGO_NONE) flow->joined[i] = flow->slot_count;
    flow->operations = (uint64_t)program->joined.count + 4 * ((uint64_t)program->in.count + program->out.count) +
                       10 * (uint64_t)planner->node_count;
    return true;
}

bool pgo_plan_flow(const pgo_flow_graph *graph, uint64_t join_limit, pprof_arena *arena, pgo_flow *flow,
                   bool *too_tangled, pprof_status *status) {
    *flow = (pgo_flow){.graph = graph};
    *too_tangled = false;
    pprof_arena scratch = {0};
    planner planner = {.scratch = &scratch, .status = status};
    program program = {0};
    bool done = start_planner(&planner, graph) && write_program(&planner, &program, too_tangled, join_limit) &&
                (*too_tangled || keep_program(&planner, &program, arena, flow, status));
    pprof_arena_free(&scratch);
    return done;
}
