/* What the files of this room share: a build while it is read. Private to the library. */
#ifndef GATE_BUILD_H
#define GATE_BUILD_H

#include "base/index_table.h"
#include "base/list.h"
#include "gate.h"
#include "weights/weigh.h"

/* Decisions kept while reading; when there are more, the lighter half goes. Of all else there is no more than the
 * limits say, far beyond any build: reports come from files. */
enum { GATE_DECISIONS_WHILE_READING = 1 << 20, GATE_ITEM_LIMIT = 1 << 25, GATE_TEXT_LIMIT = 1 << 30 };

/* Where the functions of a module went. */
typedef struct gate_module_function {
    uint32_t module, name, function;
} gate_module_function;

typedef struct gate_reader {
    pprof_arena *arena; /* owns the texts */
    pprof_status *status;
    gate_build *build;
    pprof_string_pool pool; /* number 0 is the empty text */
    pprof_list modules, functions, decisions, left_calls, module_functions;
    pprof_index_table module_table, function_table, decision_table, module_function_table;
    uint32_t module;  /* that the lines at hand belong to */
    const char *path; /* of the file at hand */
    uint64_t line;    /* and the line in it, from 1 */
    bool has_header;  /* a header of this file has been read */
    uint32_t decision_limit;
    size_t text_size; /* bytes in the pool */
} gate_reader;

/* read_line.c: one line of the file at hand, of [length] bytes and NUL-terminated, into the lists. */
bool gate_read_line(gate_reader *reader, const char *text, size_t length);

/* merge_build.c */
uint32_t gate_intern_text(gate_reader *reader, const char *text); /* PPROF_NONE: memory is out */
bool gate_enter_module(gate_reader *reader, uint32_t name);
gate_module *gate_get_reader_module(gate_reader *reader);
/* Unites what several modules say of one function. */
bool gate_merge_function(gate_reader *reader, const gate_function *function);
/* [function_name] is of the module at hand; the empty text: a decision on the module as a whole. */
bool gate_merge_decision(gate_reader *reader, gate_decision decision, uint32_t function_name);
/* Everything in its order, the lists in the arena. */
bool gate_finish_build(gate_reader *reader);
void gate_free_reader(gate_reader *reader);

#endif
