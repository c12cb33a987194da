/* Takes values and their units as a profile names them; gives them in units that a person reads: 3415000 nanoseconds ─▶
 * "3.42ms". Units are names only: those that the table does not know are written as they are. */
#include "print/print.h"

#include <math.h>
#include <string.h>

/* ---- arithmetic that cannot overflow ---- */

int64_t pprof_divide(int64_t value, int64_t divisor) {
    if (divisor == 0) return value;
    if (divisor == -1) return value == INT64_MIN ? INT64_MAX : -value;
    return value / divisor;
}

int64_t pprof_multiply(int64_t value, double factor) {
    double product = (double)value * factor;
    if (isnan(product)) return 0;
    if (product >= 0x1p63) return INT64_MAX;
    if (product <= -0x1p63) return INT64_MIN;
    return (int64_t)product;
}

/* ---- units ---- */

typedef struct unit {
    const char *name;    /* as written */
    const char *aliases; /* lower case, singular, each between spaces */
    double factor;
} unit;

/* A kind of unit ends where the next begins; its fallback is for values too small for any of its units. */
typedef struct unit_kind {
    const unit *units;
    size_t count;
    const char *fallback;
    double fallback_factor;
} unit_kind;

static const unit sizes[] = {
    {"B", " b byte ", 1},
    {"kB", " kb kbyte kilobyte ", 0x1p10},
    {"MB", " mb mbyte megabyte ", 0x1p20},
    {"GB", " gb gbyte gigabyte ", 0x1p30},
    {"TB", " tb tbyte terabyte ", 0x1p40},
    {"PB", " pb pbyte petabyte ", 0x1p50},
};
static const unit times[] = {
    {"ns", " ns nanosecond ", 1},    {"us", " \xce\xbcs us microsecond ", 1e3},
    {"ms", " ms millisecond ", 1e6}, {"s", " s sec second ", 1e9},
    {"hrs", " hour hr ", 3600e9},
};
static const unit google_units[] = {
    {"n*GCU", " nanogcu ", 1e-9}, {"u*GCU", " microgcu ", 1e-6}, {"m*GCU", " milligcu ", 1e-3},
    {"GCU", " gcu ", 1},          {"k*GCU", " kilogcu ", 1e3},   {"M*GCU", " megagcu ", 1e6},
    {"G*GCU", " gigagcu ", 1e9},  {"T*GCU", " teragcu ", 1e12},  {"P*GCU", " petagcu ", 1e15},
};
static const unit_kind kinds[] = {
    {sizes, sizeof sizes / sizeof *sizes, "B", 1},
    {times, sizeof times / sizeof *times, "s", 1e9},
    {google_units, sizeof google_units / sizeof *google_units, "GCU", 1},
};

/* "Nanoseconds" ─▶ " nanosecond ", which the alias lists can be searched for. False: no alias is as long. */
static bool fold_unit_name(const char *name, char folded[32]) {
    size_t length = strlen(name);
    if (length == 0 || length > 24 || strchr(name, ' ') != NULL) return false;
    folded[0] = ' ';
    for (size_t i = 0; i < length; i++) {
        char c = name[i];
        folded[i + 1] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    if (length > 2 && folded[length] == 's') length--;
    memcpy(folded + length + 1, " ", 2);
    return true;
}

static const unit *find_unit(const unit_kind *kind, const char *name) {
    char folded[32];
    if (!fold_unit_name(name, folded)) return NULL;
    for (size_t i = 0; i < kind->count; i++)
        if (strstr(kind->units[i].aliases, folded) != NULL) return &kind->units[i];
    return NULL;
}

static bool is_automatic(const char *unit) {
    return strcmp(unit, "minimum") == 0 || strcmp(unit, "auto") == 0;
}

static pprof_scaled scale_within(const unit_kind *kind, double value, const char *to) {
    const unit *target = NULL;
    if (is_automatic(to)) {
        for (size_t i = 0; i < kind->count; i++)
            if (value / kind->units[i].factor >= 1) target = &kind->units[i];
    } else {
        target = find_unit(kind, to);
    }
    if (target == NULL) return (pprof_scaled){value / kind->fallback_factor, kind->fallback};
    return (pprof_scaled){value / target->factor, target->name};
}

pprof_scaled pprof_scale_value(int64_t value, const char *from, const char *to) {
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const unit *source = find_unit(&kinds[i], from);
        if (source == NULL) continue;
        pprof_scaled scaled = scale_within(&kinds[i], fabs((double)value) * source->factor, to);
        if (value < 0) scaled.value = -scaled.value;
        return scaled;
    }
    static const char *const empty_units[] = {"count", "sample", "unit", "minimum", "auto"};
    for (size_t i = 0; i < sizeof empty_units / sizeof *empty_units; i++)
        if (strcmp(to, empty_units[i]) == 0) return (pprof_scaled){(double)value, ""};
    return (pprof_scaled){(double)value, to};
}

const char *pprof_format_scaled(int64_t value, const char *from, const char *to, char number[PPROF_NUMBER_SIZE]) {
    pprof_scaled scaled = pprof_scale_value(value, from, to);
    int length = snprintf(number, PPROF_NUMBER_SIZE, "%.2f", scaled.value);
    if (length > 3 && strcmp(number + length - 3, ".00") == 0) number[length - 3] = '\0';
    if (strcmp(number, "-0") == 0) (void)snprintf(number, PPROF_NUMBER_SIZE, "0");
    return strcmp(number, "0") == 0 ? "" : scaled.unit;
}

void pprof_format_percentage(int64_t value, int64_t total, char text[PPROF_PERCENTAGE_SIZE]) {
    double share = total == 0 ? 0 : fabs((double)value / (double)total) * 100;
    const char *format = share >= 1 ? "%5.2f%%" : "%5.2g%%";
    if (share >= 99.95 && share <= 100.05) {
        (void)snprintf(text, PPROF_PERCENTAGE_SIZE, "  100%%");
    } else {
        (void)snprintf(text, PPROF_PERCENTAGE_SIZE, format, share);
    }
}
