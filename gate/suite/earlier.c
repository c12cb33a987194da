/* Takes the JSON of an earlier run; gives, for each benchmark of this one, its ratio then and what has changed since. A
 * quotient of ratios, since times of two runs on two days, or two machines, say little; its interval is recovered from
 * both as the mean's is (mean.c). */
#include "suite/suite.h"

#include <cJSON.h>
#include <math.h>
#include <string.h>

static const char *copy_text(const cJSON *object, const char *name, pprof_arena *arena, pprof_status *status) {
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));
    return text != NULL ? pprof_copy_string(arena, text, strlen(text), status) : NULL;
}

static void read_machine(const cJSON *object, pprof_arena *arena, gate_machine *machine, pprof_status *status) {
    double cores = cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(object, "cores"));
    *machine = (gate_machine){
        .processor = copy_text(object, "processor", arena, status),
        .kernel = copy_text(object, "kernel", arena, status),
        .governor = copy_text(object, "governor", arena, status),
        .turbo = copy_text(object, "turbo", arena, status),
        .compiler = copy_text(object, "compiler", arena, status),
        .core_count = cores >= 0 && cores < UINT32_MAX ? (uint32_t)cores : 0,
    };
}

static bool read_positive(const cJSON *object, const char *name, double *number) {
    *number = cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(object, name));
    return *number > 0 && isfinite(*number);
}

/* [object] has "ratio" and "interval". */
static void read_change(const cJSON *object, double ratio, gate_interval interval, gate_change *change) {
    const cJSON *ends = cJSON_GetObjectItemCaseSensitive(object, "interval");
    *change = (gate_change){0};
    if (!read_positive(object, "ratio", &change->ratio)) return;
    if (!read_positive(ends, "low", &change->interval.low) || !read_positive(ends, "high", &change->interval.high) ||
        change->interval.low > change->ratio || change->interval.high < change->ratio)
        change->interval = (gate_interval){0, INFINITY};
    change->is_known = true;
    double above = change->ratio / change->interval.low, below = change->interval.high / change->ratio;
    change->change = ratio / change->ratio;
    change->change_interval.low = change->change / exp(hypot(log(ratio / interval.low), log(below)));
    change->change_interval.high = change->change * exp(hypot(log(interval.high / ratio), log(above)));
}

static const cJSON *find_benchmark(const cJSON *root, const char *name) {
    const cJSON *item;
    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(root, "benchmarks")) {
        const char *found = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(item, "name"));
        if (found != NULL && strcmp(found, name) == 0) return item;
    }
    return NULL;
}

/* Then as now, the estimate of the metric that decides now. */
static void read_benchmark(const cJSON *root, const char *name, const gate_result *result, gate_change *change) {
    const gate_estimate *estimate = &result->estimates[result->rules.metric];
    const cJSON *metrics = cJSON_GetObjectItemCaseSensitive(find_benchmark(root, name), "metrics");
    const cJSON *then = cJSON_GetObjectItemCaseSensitive(metrics, gate_describe_metric(result->rules.metric)->name);
    *change = (gate_change){0};
    if (result->verdict.outcome != GATE_NO_COMPARISON) read_change(then, estimate->ratio, estimate->interval, change);
}

static bool check_kind(const char *path, const cJSON *root, pprof_status *status) {
    const char *kind = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(root, "kind"));
    double version = cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(root, "version"));
    if (kind == NULL || strcmp(kind, "pgo-gate suite") != 0)
        return pprof_fail(status, "%s: is not what `pgo-gate suite --json` or `pgo-gate ab --json` writes", path);
    return version == 1 || pprof_fail(status, "%s: is of version %g, and this pgo-gate reads version 1", path, version);
}

bool gate_check_earlier(const char *path, pprof_status *status) {
    pprof_arena arena = {0};
    pprof_source source;
    bool done = pprof_read_source(path, 0, &arena, &source, status);
    cJSON *root = done ? cJSON_ParseWithLength((const char *)source.data, source.size) : NULL;
    done = done && check_kind(path, root, status);
    cJSON_Delete(root);
    pprof_arena_free(&arena);
    return done;
}

bool gate_read_earlier(const char *path, const gate_suite *suite, const gate_suite_result *result, pprof_arena *arena,
                       gate_earlier *earlier, pprof_status *status) {
    pprof_source source;
    if (!pprof_read_source(path, 0, arena, &source, status)) return false;
    cJSON *root = cJSON_ParseWithLength((const char *)source.data, source.size);
    *earlier =
        (gate_earlier){.path = path, .changes = pprof_allocate(arena, suite->count, sizeof *earlier->changes, status)};
    bool done = earlier->changes != NULL && check_kind(path, root, status);
    if (done) {
        read_machine(cJSON_GetObjectItemCaseSensitive(root, "machine"), arena, &earlier->machine, status);
        for (uint32_t i = 0; i < suite->count; i++)
            read_benchmark(root, suite->benchmarks[i].name, &result->results[i], &earlier->changes[i]);
        if (result->mean.is_available)
            read_change(cJSON_GetObjectItemCaseSensitive(root, "mean"), result->mean.ratio, result->mean.interval,
                        &earlier->mean);
    }
    cJSON_Delete(root);
    return done && !status->failed;
}
