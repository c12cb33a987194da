/* What the files of this room share. Private to the library. */
#ifndef GATE_PAGE_H
#define GATE_PAGE_H

#include "gate.h"

typedef struct gate_page {
    const gate_build *build;
    const gate_page_options *options;
    FILE *out;
    pprof_arena *arena;
    pprof_status *status;
    pprof_profile profile; /* what of it the options name; without samples if they name none */
    pprof_weights weights;
    bool has_weights;
    uint32_t function_count; /* of the build's that are in the page: the first ones */
} gate_page;

/* json_text.c: [text] as JSON that may stand in a <script>; characters not to be shown as \x1b, bad bytes as U+FFFD. */
void gate_print_json_text(const char *text, size_t length, FILE *out);

/* page_data.c: everything but sources and flame graph, as members of a JSON object. */
bool gate_print_page_data(const gate_page *page);

/* page_sources.c: "sources": the lines of the heaviest functions, with their samples. */
bool gate_print_page_sources(const gate_page *page);

/* page_flame.c: the profile's flame graph, its frames marked by what became of the calls. */
bool gate_write_page_flame(const gate_page *page);

#endif
