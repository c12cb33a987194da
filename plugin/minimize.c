/* Takes a smooth function with its gradient and a point to start from; gives a point where it is least (near the
 * start: it cannot know of other valleys). L-BFGS: the last few steps and the changes of the gradient along them stand
 * for the second derivative; each step is shortened until the function really falls.
 * Sums run in index order and limits count evaluations, never time: the same input takes the same steps anywhere. */
#include "fit.h"

#include <math.h> /* only fabs, which is exact */
#include <string.h>

enum { MEMORY = 10, IDLE_LIMIT = 3 };
static const double SUFFICIENT_DECREASE = 1e-4;
static const double LONGEST_MOVE = 5; /* of one unknown in one step: logits have spread 1.5 to 2 */

typedef struct history {
    uint32_t count;           /* of unknowns */
    unsigned used;            /* pairs stored, the newest at (used − 1) % MEMORY */
    double *moves;            /* MEMORY × count */
    double *changes;          /* MEMORY × count: of the gradient over each move */
    double curvature[MEMORY]; /* move · change, positive */
    double scale;             /* of the inverse second derivative where nothing is known; outlives a restart */
} history;

static double multiply(const double *a, const double *b, uint32_t count) {
    double sum = 0;
    for (uint32_t i = 0; i < count; i++) sum += a[i] * b[i];
    return sum;
}

static void add_multiple(double *to, double factor, const double *from, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) to[i] += factor * from[i];
}

/* [direction] = − H · gradient, H the inverse second derivative as far as the history knows it. */
static void find_direction(const history *history, const double *gradient, double *direction) {
    uint32_t count = history->count;
    for (uint32_t i = 0; i < count; i++) direction[i] = -gradient[i];
    unsigned oldest = history->used > MEMORY ? history->used - MEMORY : 0;
    double shares[MEMORY];
    for (unsigned pair = history->used; pair-- > oldest;) {
        unsigned at = pair % MEMORY;
        shares[at] = multiply(history->moves + (size_t)at * count, direction, count) / history->curvature[at];
        add_multiple(direction, -shares[at], history->changes + (size_t)at * count, count);
    }
    for (uint32_t i = 0; i < count; i++) direction[i] *= history->scale;
    for (unsigned pair = oldest; pair < history->used; pair++) {
        unsigned at = pair % MEMORY;
        double share = multiply(history->changes + (size_t)at * count, direction, count) / history->curvature[at];
        add_multiple(direction, shares[at] - share, history->moves + (size_t)at * count, count);
    }
}

static void remember_step(history *history, const double *move, const double *old_gradient, const double *gradient) {
    uint32_t count = history->count;
    double curvature = 0;
    for (uint32_t i = 0; i < count; i++) curvature += move[i] * (gradient[i] - old_gradient[i]);
    /* Where the function is not convex the pair would spoil the estimate: leave it out, and keep the oldest. */
    if (!(curvature > 1e-8 * multiply(move, move, count))) return;
    unsigned at = history->used % MEMORY;
    double *stored = history->moves + (size_t)at * count, *change = history->changes + (size_t)at * count;
    for (uint32_t i = 0; i < count; i++) {
        stored[i] = move[i];
        change[i] = gradient[i] - old_gradient[i];
    }
    history->curvature[at] = curvature;
    history->scale = curvature / multiply(change, change, count);
    history->used++;
}

static double find_longest(const double *values, uint32_t count) {
    double longest = 0;
    for (uint32_t i = 0; i < count; i++)
        if (fabs(values[i]) > longest) longest = fabs(values[i]);
    return longest;
}

typedef struct search {
    pgo_objective objective;
    void *context;
    uint32_t count;
    double *point, *gradient, *trial, *trial_gradient, *direction;
    double value;
    pgo_minimum *minimum;
    unsigned evaluation_limit;
} search;

/* Goes along the direction as far as the function falls enough. False: it does not, or the limit is reached. */
static bool take_step(search *search, double slope) {
    double length = 1, longest = find_longest(search->direction, search->count);
    if (longest > LONGEST_MOVE) length = LONGEST_MOVE / longest;
    for (int attempt = 0; attempt < 12; attempt++) {
        if (search->minimum->evaluations >= search->evaluation_limit) {
            search->minimum->reached_limit = true;
            return false;
        }
        for (uint32_t i = 0; i < search->count; i++)
            search->trial[i] = search->point[i] + length * search->direction[i];
        double value = search->objective(search->context, search->trial, search->trial_gradient);
        search->minimum->evaluations++;
        double change = value - search->value;
        if (change <= SUFFICIENT_DECREASE * length * slope) {
            search->value = value;
            return true;
        }
        /* The least point of the parabola through value, slope and new value. NaN and infinities: just shorter. */
        double ratio = -0.5 * slope * length / (change - slope * length);
        length *= ratio > 0.1 && ratio < 0.5 ? ratio : ratio >= 0.5 ? 0.5 : 0.1;
    }
    return false;
}

static void swap(double **a, double **b) {
    double *kept = *a;
    *a = *b;
    *b = kept;
}

/* One iteration; false when the history promises less than [tolerance], or no step along it wins anything. */
static bool improve(search *search, history *history, double tolerance) {
    uint32_t count = search->count;
    find_direction(history, search->gradient, search->direction);
    double slope = multiply(search->direction, search->gradient, count);
    if (!(-slope >= tolerance)) return false; /* a full step would win half of it */
    if (!take_step(search, slope)) return false;
    search->minimum->iterations++;
    for (uint32_t i = 0; i < count; i++) search->direction[i] = search->trial[i] - search->point[i];
    remember_step(history, search->direction, search->gradient, search->trial_gradient);
    swap(&search->point, &search->trial);
    swap(&search->gradient, &search->trial_gradient);
    return true;
}

/* When a history has nothing more to win it may only be worn out, so a new one has to agree that it is the end. */
static void descend(search *search, history *history, double tolerance) {
    search->value = search->objective(search->context, search->point, search->gradient);
    search->minimum->evaluations = 1;
    history->scale = 1 / (1 + find_longest(search->gradient, search->count));
    double start, before;
    do {
        start = search->value;
        history->used = 0;
        unsigned idle = 0; /* iterations in a row that won less than the tolerance */
        do {
            before = search->value;
            if (!improve(search, history, tolerance)) break;
            idle = before - search->value < tolerance ? idle + 1 : 0;
        } while (idle < IDLE_LIMIT);
    } while (start - search->value >= tolerance && !search->minimum->reached_limit);
}

bool pgo_minimize(pgo_objective objective, void *context, uint32_t count, double *point, double tolerance,
                  unsigned evaluation_limit, pprof_arena *arena, pgo_minimum *minimum, pprof_status *status) {
    *minimum = (pgo_minimum){0};
    history history = {.count = count};
    history.moves = pprof_allocate(arena, (size_t)count * MEMORY, sizeof(double), status);
    history.changes = pprof_allocate(arena, (size_t)count * MEMORY, sizeof(double), status);
    double *work = pprof_allocate(arena, (size_t)count * 5, sizeof(double), status);
    if (status->failed) return false;
    search search = {.objective = objective, .context = context, .count = count, .minimum = minimum};
    search.point = work;
    search.gradient = work + count;
    search.trial = work + 2 * (size_t)count;
    search.trial_gradient = work + 3 * (size_t)count;
    search.direction = work + 4 * (size_t)count;
    search.evaluation_limit = evaluation_limit;
    memcpy(search.point, point, count * sizeof(double));
    descend(&search, &history, tolerance);
    memcpy(point, search.point, count * sizeof(double));
    minimum->value = search.value;
    return true;
}
