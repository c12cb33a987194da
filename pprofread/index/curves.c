/* Takes a weight or a sum; gives how many of the heaviest items reach it, by bisection: a curve is sorted by weight
 * descending, its sums ascend. */
#include "base/little_endian.h"
#include "index/index.h"
#include "weights/weigh.h"

static pprof_curve_point get_point(const pprof_index *index, pprof_curve curve, uint32_t number) {
    const uint8_t *record = pprof_reach_record(index, pprof_get_curve_section(curve), number);
    if (record == NULL) return (pprof_curve_point){0};
    return (pprof_curve_point){
        .weight = pprof_load_64(record), .count = pprof_load_32(record + 8), .sum = pprof_load_64(record + 12)};
}

/* The number of points before the first that reaches [sum] or, if that is 0, is lighter than [weight]. */
static uint32_t count_points(const pprof_index *index, pprof_curve curve, uint64_t sum, uint64_t weight) {
    uint32_t low = 0, high = pprof_count_records(index, pprof_get_curve_section(curve));
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        pprof_curve_point point = get_point(index, curve, middle);
        if (sum != 0 ? point.sum < sum : point.weight >= weight)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

pprof_curve_point pprof_find_weight(const pprof_index *index, pprof_curve curve, uint64_t weight) {
    uint32_t count = count_points(index, curve, 0, weight);
    return count == 0 ? (pprof_curve_point){0} : get_point(index, curve, count - 1);
}

pprof_curve_point pprof_find_sum(const pprof_index *index, pprof_curve curve, uint64_t sum) {
    uint32_t before = count_points(index, curve, sum == 0 ? 1 : sum, 0);
    pprof_curve_point heavier = before == 0 ? (pprof_curve_point){0} : get_point(index, curve, before - 1);
    if (before == pprof_count_records(index, pprof_get_curve_section(curve))) return heavier;
    /* The last weight's items are equal: as many of them as are needed. */
    pprof_curve_point point = get_point(index, curve, before);
    if (point.weight == 0 || point.count <= heavier.count) {
        pprof_fail_index(index, "a curve does not rise");
        return (pprof_curve_point){0};
    }
    uint64_t missing = sum > heavier.sum ? sum - heavier.sum : 1;
    uint64_t needed = missing / point.weight + (missing % point.weight != 0);
    if (needed >= point.count - heavier.count) return point;
    point.count = heavier.count + (uint32_t)needed;
    point.sum = pprof_add_weights(heavier.sum + (needed - 1) * point.weight, point.weight);
    return point;
}

pprof_hot_cut pprof_cut_hot_edges(const pprof_index *index, double cdf_threshold) {
    uint64_t total = pprof_find_weight(index, PPROF_CURVE_EDGES, 1).sum;
    uint64_t wanted = pprof_get_hot_sum(total, cdf_threshold);
    pprof_hot_cut cut = {.hot_count = pprof_find_sum(index, PPROF_CURVE_EDGES, wanted).count};
    if (cut.hot_count > index->edge_count) {
        pprof_fail_index(index, "there are more hot edges than edges");
        cut.hot_count = 0;
    }
    if (cut.hot_count != 0) cut.last = pprof_get_edge(index, cut.hot_count - 1);
    return cut;
}

bool pprof_is_hot_edge(const pprof_hot_cut *cut, const pprof_hot_edge *edge) {
    return cut->hot_count != 0 && pprof_compare_edges(edge, &cut->last) <= 0;
}
