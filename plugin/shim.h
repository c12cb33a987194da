/* The C face of shim.cpp: what LLVM's C API lacks, and nothing that decides. */
#ifndef PGO_SHIM_H
#define PGO_SHIM_H

#include <llvm-c/Types.h>
#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The pass manager's side of one run: analysis managers, LTO phase, remark emitters. Made and owned by the shim. */
typedef struct pgo_host pgo_host;

typedef enum pgo_phase { PGO_PHASE_NONE = 0, PGO_PHASE_PRE_LINK, PGO_PHASE_POST_LINK } pgo_phase;
pgo_phase pgo_shim_get_phase(const pgo_host *host);

/* Whether the module is compiled at -O0: nobody will act on what the plugin writes. */
bool pgo_shim_is_unoptimized(const pgo_host *host);

/* The clang flag by which another profile or its instrumentation is at work on this module ("-fprofile-generate",
 * "-fprofile-use", "-fprofile-sample-use"), or NULL. */
const char *pgo_shim_get_rival(const pgo_host *host);

/* The text of a registered option ("pgo-profile"), or NULL when it was not given on the command line. */
const char *pgo_shim_get_option(const char *name);

/* Names and help texts of the options to register; the table is in options.c. */
typedef struct pgo_option_description {
    const char *name, *value_name, *help;
} pgo_option_description;
extern const pgo_option_description pgo_option_table[];
extern const unsigned pgo_option_count;

/* LLVM's static probability of the edge from [block] to its successor number [index], 0..1. */
double pgo_shim_get_edge_probability(pgo_host *host, LLVMBasicBlockRef block, unsigned index);

/* Whether the instruction could run where it need not, without harm. */
bool pgo_shim_can_speculate(LLVMValueRef instruction);

/* Whether the loop at [header] has an exit whose trip count can be known when the loop is entered: LLVM vectorizes no
 * other. */
bool pgo_shim_is_countable_loop(pgo_host *host, LLVMBasicBlockRef header);

/* Whether the function has a profile entry count already. */
bool pgo_shim_has_entry_count(LLVMValueRef function);

/* The GUID by which LLVM's value profiles name a function of this module; of one that is not here, by its name. */
uint64_t pgo_shim_get_function_guid(LLVMValueRef function);
uint64_t pgo_shim_get_name_guid(const char *name);

/* LLVM's pass before PGO: needs arguments that the C API does not take. It invalidates all analyses. */
void pgo_shim_run_preinliner(pgo_host *host, int threshold, int hint_threshold);

/* Whether the indirect [call] may be made a direct one of [callee]; [reason] may get why not. */
bool pgo_shim_can_promote_call(LLVMValueRef call, LLVMValueRef callee, const char **reason);
/* call fp(x)  ⟶  if (fp == callee) callee(x); else fp(x); with [count] of [total] as the branch's weights. Gives the
 * direct call; [call] stays valid and is the other one. */
LLVMValueRef pgo_shim_promote_call(LLVMValueRef call, LLVMValueRef callee, uint64_t count, uint64_t total);

typedef enum pgo_severity { PGO_ERROR = 0, PGO_WARNING } pgo_severity;
/* Through clang's diagnostics; [message] without the "pgo: " prefix, which the shim adds. */
void pgo_shim_diagnose(pgo_host *host, pgo_severity severity, const char *message);

typedef enum pgo_remark_kind { PGO_REMARK_PASSED = 0, PGO_REMARK_MISSED, PGO_REMARK_ANALYSIS } pgo_remark_kind;
bool pgo_shim_remarks_are_wanted(pgo_host *host);
/* A remark of pass "pgo" at [instruction], or at [function] when that is NULL. */
void pgo_shim_emit_remark(pgo_host *host, pgo_remark_kind kind, const char *name, LLVMValueRef function,
                          LLVMValueRef instruction, const char *message);

/* The DISubprogram that a local scope (itself, a lexical block, a block of an included file) lies in; NULL if it is no
 * local scope. */
LLVMMetadataRef pgo_shim_get_scope_subprogram(LLVMMetadataRef scope);
/* The line of a DISubprogram's opening brace, which is the line of its prologue; 0 if not known. */
unsigned pgo_shim_get_scope_line(LLVMMetadataRef subprogram);

/* Demangled [name] in malloc'ed memory, or NULL when it is not mangled. */
char *pgo_shim_demangle(const char *name);

#ifdef __cplusplus
}
#endif
#endif
