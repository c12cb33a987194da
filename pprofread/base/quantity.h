/* Quantities as people write them, on command lines and in files. Private to the library and to pgo-gate. */
#ifndef PPROF_QUANTITY_H
#define PPROF_QUANTITY_H

#include "pprofread.h"

/* "2%" or "2" ─▶ 0.02; from 0 to below 100 %. False: it is no such text. */
bool pprof_parse_percent(const char *text, double *value);

/* "90", "500ms", "5m", "1h" ─▶ seconds, above 0 and below a thousand million. */
bool pprof_parse_seconds(const char *text, double *value);

#endif
