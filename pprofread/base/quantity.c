/* Takes a percentage or a time as people write it; gives the number. */
#include "base/quantity.h"

#include <stdlib.h>
#include <string.h>

bool pprof_parse_percent(const char *text, double *value) {
    char *end;
    double number = strtod(text, &end);
    if (end == text || (*end == '%' ? end[1] : *end) != '\0' || !(number >= 0 && number < 100)) return false;
    *value = number / 100;
    return true;
}

bool pprof_parse_seconds(const char *text, double *value) {
    static const double most = 1e9; /* which an int of seconds can hold */
    static const struct {
        const char *name;
        double seconds;
    } units[] = {{"", 1}, {"s", 1}, {"ms", 1e-3}, {"m", 60}, {"min", 60}, {"h", 3600}};
    char *end;
    double number = strtod(text, &end);
    for (size_t i = 0; i < sizeof units / sizeof *units && end != text; i++)
        if (strcmp(end, units[i].name) == 0) {
            *value = number * units[i].seconds;
            return *value > 0 && *value < most;
        }
    return false;
}
