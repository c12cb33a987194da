/* Takes one value per decision or refusal from every stage; gives LLVM's remarks, and the JSON lines and debug text of
 * the files beside this one, in the order in which the stages decided. */
#include "plugin.h"

#include <llvm-c/DebugInfo.h>

bool pgo_add_decision(pgo_run *run, pgo_decision decision) {
    pgo_report *report = &run->report;
    pgo_decision *decisions = pgo_grow_array(report->decisions, report->decision_count, &report->decision_capacity,
                                             sizeof *decisions, run->arena, run->status);
    if (decisions == NULL) return false;
    report->decisions = decisions;
    report->decisions[report->decision_count++] = decision;
    return true;
}

const char *pgo_get_kind_name(pgo_decision_kind kind) {
    static const char *const names[] = {
        [PGO_DECISION_PASSED] = "passed",
        [PGO_DECISION_MISSED] = "missed",
        [PGO_DECISION_ANALYSIS] = "analysis",
    };
    return names[kind];
}

const char *pgo_get_decision_function(const pgo_run *run, const pgo_decision *decision) {
    return decision->function == PGO_NONE ? "" : run->module.functions[decision->function].name;
}

pgo_source_location pgo_get_location(LLVMValueRef function, LLVMValueRef instruction) {
    pgo_source_location location = {.file = ""};
    LLVMMetadataRef at = instruction == NULL ? NULL : LLVMInstructionGetDebugLoc(instruction);
    LLVMMetadataRef scope = LLVMGetSubprogram(function);
    if (at != NULL) {
        location.line = LLVMDILocationGetLine(at);
        location.column = LLVMDILocationGetColumn(at);
        scope = LLVMDILocationGetScope(at);
    } else if (scope != NULL) {
        location.line = LLVMDISubprogramGetLine(scope);
    }
    LLVMMetadataRef file = scope == NULL ? NULL : LLVMDIScopeGetFile(scope);
    unsigned length = 0; /* the name lives as long as the metadata, and LLVM's strings of metadata end in NUL */
    if (file != NULL) location.file = LLVMDIFileGetFilename(file, &length);
    if (length == 0) location.file = "";
    return location;
}

pgo_source_location pgo_get_decision_location(const pgo_run *run, const pgo_decision *decision) {
    if (decision->function == PGO_NONE) return (pgo_source_location){.file = ""};
    return pgo_get_location(run->module.functions[decision->function].value, decision->at);
}

/* A remark must hang on a function with a body; one on the whole module hangs on its first. */
static LLVMValueRef find_function_with_body(const pgo_run *run) {
    LLVMValueRef function = LLVMGetFirstFunction(run->module.llvm);
    while (function != NULL && LLVMIsDeclaration(function)) function = LLVMGetNextFunction(function);
    return function;
}

static void emit_remarks(pgo_run *run) {
    static const pgo_remark_kind kinds[] = {
        [PGO_DECISION_PASSED] = PGO_REMARK_PASSED,
        [PGO_DECISION_MISSED] = PGO_REMARK_MISSED,
        [PGO_DECISION_ANALYSIS] = PGO_REMARK_ANALYSIS,
    };
    if (!pgo_shim_remarks_are_wanted(run->host)) return;
    for (uint32_t i = 0; i < run->report.decision_count; i++) {
        const pgo_decision *decision = &run->report.decisions[i];
        LLVMValueRef function = decision->function == PGO_NONE ? find_function_with_body(run)
                                                               : run->module.functions[decision->function].value;
        if (function == NULL) continue;
        pgo_shim_emit_remark(run->host, kinds[decision->kind], decision->name, function, decision->at,
                             decision->message);
    }
}

bool pgo_emit_report(pgo_run *run) {
    emit_remarks(run);
    return (run->options.debug_level == 0 || pgo_print_debug_report(run)) &&
           (run->options.report_path[0] == '\0' || pgo_append_json_report(run));
}
