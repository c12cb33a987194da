/* Takes metrics; gives their names and units, and their values out of measurements. */
#include "gate.h"

#include <math.h>
#include <string.h>

static const gate_metric_facts metrics[GATE_METRIC_COUNT] = {
    [GATE_CPU] = {"cpu", "user + system time", GATE_SECONDS},
    [GATE_USER] = {"user", "user time", GATE_SECONDS},
    [GATE_SYSTEM] = {"system", "system time", GATE_SECONDS},
    [GATE_WALL] = {"wall", "wall time", GATE_SECONDS},
    [GATE_MAX_RSS] = {"max-rss", "largest memory", GATE_BYTES},
    [GATE_INSTRUCTIONS] = {"instructions", "instructions", GATE_COUNT},
    [GATE_CYCLES] = {"cycles", "cycles", GATE_COUNT},
};

const gate_metric_facts *gate_describe_metric(gate_metric metric) {
    return &metrics[metric];
}

bool gate_find_metric(const char *name, gate_metric *metric) {
    for (int i = 0; i < GATE_METRIC_COUNT; i++)
        if (strcmp(metrics[i].name, name) == 0) {
            *metric = (gate_metric)i;
            return true;
        }
    return false;
}

void gate_format_value(double value, gate_unit unit, char *text, size_t size) {
    static const struct {
        double factor;
        const char *name;
    } scales[][4] = {
        [GATE_SECONDS] = {{1, "s"}, {1e-3, "ms"}, {1e-6, "µs"}, {0, NULL}},
        [GATE_BYTES] = {{1 << 30, "GiB"}, {1 << 20, "MiB"}, {1 << 10, "KiB"}, {1, "B"}},
        [GATE_COUNT] = {{1e9, "G"}, {1e6, "M"}, {1e3, "k"}, {1, ""}},
    };
    size_t scale = 0;
    while (scale < 3 && scales[unit][scale + 1].name != NULL && value < scales[unit][scale].factor) scale++;
    double scaled = value / scales[unit][scale].factor;
    (void)snprintf(text, size, "%.*f %s", scaled < 10 ? 2 : scaled < 100 ? 1 : 0, scaled, scales[unit][scale].name);
}

double gate_get_value(const gate_measurements *measurements, gate_metric metric, gate_side side, uint32_t layout,
                      uint32_t round) {
    size_t pair = (size_t)round * measurements->layout_count + layout;
    return measurements->runs[pair * GATE_SIDE_COUNT + side].values[metric];
}

bool gate_has_metric(const gate_measurements *measurements, gate_metric metric) {
    size_t count = (size_t)measurements->round_count * measurements->layout_count * GATE_SIDE_COUNT;
    for (size_t i = 0; i < count; i++) {
        double value = measurements->runs[i].values[metric];
        if (!(value > 0) || isinf(value)) return false;
    }
    return count > 0;
}
