/* What the files of the location stage share: location.c (the stage), contexts.c, tail_calls.c, skid.c,
 * chain.c, graph.c, prior.c, cost.c, key_map.c. */
#ifndef PGO_LOCATION_H
#define PGO_LOCATION_H

#include "plugin.h"

#include <llvm-c/DebugInfo.h>

/* What the prologue of a function costs, in the units of cost.c. */
#define PGO_PROLOGUE_COST 4

/* ---- key_map.c: lookup by three words, pointers among them; never a source of order ---------------------------- */

typedef struct pgo_key {
    uint64_t first, second, third;
} pgo_key;

typedef struct pgo_key_slot {
    pgo_key key;
    uint32_t value;
    bool is_used;
} pgo_key_slot;

/* Zero-initialized. */
typedef struct pgo_key_map {
    pgo_key_slot *slots;
    uint32_t capacity, count;
} pgo_key_map;

/* The value at [key], or PGO_NONE. */
uint32_t pgo_find_key(const pgo_key_map *map, pgo_key key);
/* Sets the value at [key], replacing what was there. */
bool pgo_put_key(pgo_key_map *map, pgo_key key, uint32_t value, pprof_arena *arena, pprof_status *status);

static inline pgo_key pgo_pointer_key(const void *pointer) {
    return (pgo_key){(uint64_t)(uintptr_t)pointer, 0, 0};
}

/* ---- contexts.c: inlined-at chains ─▶ contexts ----------------------------------------------------------------- */

/* What a DISubprogram says of its function; strings live in the run's arena. */
typedef struct pgo_subprogram {
    const char *linkage_name, *source_name, *file;
    uint32_t line, scope_line;
    bool is_from_header; /* it lies in another file than the one that is compiled */
} pgo_subprogram;

/* The location stage at work on one module. */
typedef struct pgo_collector {
    pgo_host *host;
    pprof_arena *arena;   /* for what the module keeps */
    pprof_arena *scratch; /* for what dies with the stage */
    pprof_status *status;
    pgo_module *module;
    uint32_t context_capacity, place_capacity, call_capacity;
    pgo_key_map function_indices;   /* LLVMValueRef ─▶ module.functions */
    pgo_key_map subprogram_owners;  /* DISubprogram ─▶ module.functions */
    pgo_key_map scope_subprograms;  /* local scope ─▶ subprograms */
    pgo_key_map subprogram_indices; /* DISubprogram ─▶ subprograms */
    pgo_key_map inlined_contexts;   /* (inlined-at location, subprogram) ─▶ module.contexts */
    pgo_key_map child_contexts;     /* (parent and line, column, subprogram) ─▶ module.contexts */
    pgo_subprogram *subprograms;
    uint32_t subprogram_count, subprogram_capacity;
    LLVMMetadataRef *chain; /* inlined-at locations of the instruction at hand, innermost first */
    uint32_t chain_capacity;
    bool keeps_frame; /* the function at hand does */
} pgo_collector;

/* The index into collector.subprograms of the DISubprogram [metadata], or PGO_NONE with the status set. */
uint32_t pgo_intern_subprogram(pgo_collector *collector, LLVMMetadataRef metadata);

/* Adds the context of [function]'s own body. */
bool pgo_add_own_context(pgo_collector *collector, pgo_function *function, uint32_t subprogram);

/* The context of [function] that debug location [location] lies in, added if it is new; PGO_NONE with the status set
 * when memory is out, or without when the location is of no subprogram. */
uint32_t pgo_find_context(pgo_collector *collector, pgo_function *function, LLVMMetadataRef location);

/* The offset of [line] in a body that starts at [start_line]; PPROF_NO_OFFSET for line 0. */
int32_t pgo_get_offset(uint32_t line, uint32_t start_line);

/* ---- tail_calls.c ---------------------------------------------------------------------------------------------- */

/* Whether nothing but the return follows [call], of its very result. */
bool pgo_is_in_tail_position(LLVMValueRef call);

/* Whether [function] has locals in memory, for which its frame stays. */
bool pgo_keeps_frame(LLVMValueRef function);

/* ---- skid.c ---------------------------------------------------------------------------------------------------- */

/* The share of a load's cost that is seen where the program waits for it. */
#define PGO_STALL_SHARE .5

/* Where in its block that is; NULL: nowhere. */
LLVMValueRef pgo_find_waiting_instruction(LLVMValueRef load);

/* ---- chain.c --------------------------------------------------------------------------------------------------- */

/* Whether a loop loads the address of its next round by [load], or from what is so loaded. */
bool pgo_walks_chain(LLVMValueRef load);

/* ---- graph.c --------------------------------------------------------------------------------------------------- */

bool pgo_build_graph(pgo_host *host, pgo_function *function, pprof_arena *arena, pprof_status *status);

/* ---- prior.c --------------------------------------------------------------------------------------------------- */

/* Replaces the probabilities of the graph's branches that LLVM is undecided about. */
bool pgo_improve_prior(pgo_function *function, pprof_arena *scratch, pprof_status *status);

#endif
