/* The parts of which the fit (infer.c) is made. No LLVM in here, and no libm: see exact_math.c.
 *
 *   exact_math.c  exp, log and square root, the same bits on every machine
 *   flow_order.c  a graph ─▶ the order in which to eliminate its nodes, and the program of that elimination
 *   flow_solve.c  edge probabilities ─▶ node frequencies, and their adjoint
 *   minimize.c    a smooth function and its gradient ─▶ its minimum (L-BFGS)
 *   problem.c     control flow, observations ─▶ the unknowns and the evidence of the fit in flat arrays
 *   objective.c   unknowns ─▶ how badly they explain the evidence, with the gradient
 */
#ifndef PGO_FIT_H
#define PGO_FIT_H

#include "plugin.h"

/* ---- exact_math.c ----------------------------------------------------------------------------------------------- */

double pgo_exp(double x);         /* clamps to [exp(-700), exp(700)] */
double pgo_log(double x);         /* of a positive number; anything else gives log of the smallest normal one */
double pgo_square_root(double x); /* of a positive number */

/* ---- flow_order.c, flow_solve.c ---------------------------------------------------------------------------------- */

/* Nodes that are reached from node 0, the entry, and the distinct edges between them, in compressed-row form. */
typedef struct pgo_flow_graph {
    uint32_t node_count, edge_count;
    uint32_t *first_edge; /* node_count + 1 */
    uint32_t *target;     /* edge_count */
    double *loss;         /* share of an edge's flow that leaves the function, so that no loop is endless */
} pgo_flow_graph;

/* The elimination as a program: step s takes node[s] out, joining each of its live in-edges with each of its live
 * out-edges. Edges live in slots; the first edge_count are the graph's own, the others came by joining. Slot
 * slot_count is scrap: there go the self loops, which the elimination never reads. */
typedef struct pgo_flow {
    const pgo_flow_graph *graph;
    uint32_t slot_count;
    uint32_t *source, *target; /* of each slot */
    uint32_t *node;            /* node_count, the entry last */
    uint32_t *first_in, *in;   /* step s: slots in[first_in[s] .. first_in[s+1]) */
    uint32_t *first_out, *out; /* step s: slots out[first_out[s] .. first_out[s+1]) */
    uint32_t *joined;          /* in-edges × out-edges of all steps, one after the other: the slot of each pair */
    uint64_t operations;       /* of one factorization with both solutions, roughly in multiply-adds */
    double *weight;            /* slot_count + 1: filled by pgo_factor_flow, as are the two below */
    double *leak;              /* node_count: share of a node's flow that leaves the function from it */
    double *inverse_pivot;     /* node_count, by step */
} pgo_flow;

/* Plans the elimination. [too_tangled] is set, and [flow] is of no use, when it would take more than [join_limit]
 * joins: only graphs that no compiler front end makes. */
bool pgo_plan_flow(const pgo_flow_graph *graph, uint64_t join_limit, pprof_arena *arena, pgo_flow *flow,
                   bool *too_tangled, pprof_status *status);

/* Eliminates with the probabilities of the graph's edges; the two solutions use what it leaves behind. */
void pgo_factor_flow(pgo_flow *flow, const double *probability);

/* How often each node runs per entry. */
void pgo_solve_frequency(const pgo_flow *flow, double *frequency);

/* Each node's value: its own [worth] plus the value of where the flow goes from it. In place. */
void pgo_solve_value(const pgo_flow *flow, double *worth);

/* ---- minimize.c ------------------------------------------------------------------------------------------------- */

/* Gives the value at [point] and writes the gradient. */
typedef double (*pgo_objective)(void *context, const double *point, double *gradient);

typedef struct pgo_minimum {
    unsigned iterations, evaluations;
    double value;
    bool reached_limit; /* stopped by the evaluation limit */
} pgo_minimum;

/* Improves [point] until an iteration promises less than [tolerance]. Never worsens it. */
bool pgo_minimize(pgo_objective objective, void *context, uint32_t count, double *point, double tolerance,
                  unsigned evaluation_limit, pprof_arena *arena, pgo_minimum *minimum, pprof_status *status);

/* ---- problem.c -------------------------------------------------------------------------------------------------- */

/* A node with at least two distinct successors: edges first_edge .. first_edge + edge_count have a logit each, the
 * unknowns first_unknown and on. */
typedef struct pgo_branch {
    uint32_t node, first_edge, edge_count, first_unknown;
    double spread; /* standard deviation of a logit around the static one */
} pgo_branch;

/* Expected samples = entry rate × Σ cost · frequency. */
typedef struct pgo_evidence {
    double samples;
    uint32_t first_term, term_count;
    bool is_whole_function;
    bool is_limit; /* fewer samples than these are as likely */
    double shape;  /* k: how many samples their absence can at most count for; objective.c fills it */
} pgo_evidence;

typedef struct pgo_problem {
    pgo_flow_graph flow_graph;
    uint32_t *node_of_block;     /* PGO_NONE: not reached from the entry */
    uint32_t *edge_of_successor; /* parallel to the graph's successors: into flow_graph's edges, PGO_NONE likewise */
    double *successor_share;     /* of the edge that it was merged into */
    double *prior;               /* static probability of each flow edge */
    double *prior_logit;
    pgo_branch *branches;
    uint32_t branch_count, unknown_count; /* unknown 0 is the entry rate */
    pgo_evidence *evidence;
    uint32_t evidence_count, term_count;
    uint32_t *term_node;
    double *term_cost;
    double total_samples;
} pgo_problem;

bool pgo_build_problem(const pgo_graph *graph, const pgo_observation *observations, uint32_t observation_count,
                       const pgo_term *terms, const pgo_fit_options *options, pprof_arena *arena, pgo_problem *problem,
                       pprof_status *status);

/* ---- objective.c ------------------------------------------------------------------------------------------------ */

typedef struct pgo_fit_state {
    pgo_problem *problem;
    const pgo_fit_options *options;
    pgo_flow flow;
    bool is_too_tangled; /* flow is of no use, and so is the rest */
    double rate_scale;   /* unknown 0 is log R × this: brings its second derivative near the others' */
    double *probability; /* by flow edge */
    double *share;       /* by flow edge: the softmax before the least probability is mixed in */
    double *frequency;   /* by node */
    double *worth;       /* by node: dF/df, then the value of a visit */
} pgo_fit_state;

bool pgo_start_objective(pgo_fit_state *state, pgo_problem *problem, const pgo_fit_options *options,
                         pprof_arena *scratch, pprof_status *status);

/* A pgo_objective on a pgo_fit_state. */
double pgo_evaluate_fit(void *context, const double *unknowns, double *gradient);

/* Fills probability and frequency. */
void pgo_find_frequencies(pgo_fit_state *state, const double *unknowns);

/* Fills every observation's shape, at the frequencies found last. */
void pgo_weigh_evidence(pgo_fit_state *state);

/* Expected samples at entry rate 1, at the frequencies found last. */
double pgo_sum_cost(const pgo_fit_state *state, const pgo_evidence *evidence);

double pgo_get_rate(const pgo_fit_state *state, const double *unknowns);

/* The logit at which an edge among [choices] has the probability. */
double pgo_get_logit(double probability, uint32_t choices);

#endif
