/* Takes the decisions of all stages; gives LLVM remarks, JSON lines and debug output. */
#include "plugin.h"

#include <string.h>

bool pgo_add_decision(pgo_run *run, pgo_decision decision) {
    pgo_report *report = &run->report;
    if (report->decision_count == report->decision_capacity) {
        uint32_t capacity = report->decision_capacity == 0 ? 64 : report->decision_capacity * 2;
        pgo_decision *decisions = pprof_allocate(run->arena, capacity, sizeof *decisions, run->status);
        if (decisions == NULL) return false;
        if (report->decision_count != 0)
            memcpy(decisions, report->decisions, report->decision_count * sizeof *decisions);
        report->decisions = decisions;
        report->decision_capacity = capacity;
    }
    report->decisions[report->decision_count++] = decision;
    return true;
}

static void emit_remarks(pgo_run *run) {
    if (!pgo_shim_remarks_are_wanted(run->host)) return;
    static const pgo_remark_kind kinds[] = {PGO_REMARK_PASSED, PGO_REMARK_MISSED, PGO_REMARK_ANALYSIS};
    for (uint32_t i = 0; i < run->report.decision_count; i++) {
        const pgo_decision *decision = &run->report.decisions[i];
        pgo_shim_emit_remark(run->host, kinds[decision->kind], decision->name,
                             run->module.functions[decision->function].value, decision->at, decision->message);
    }
}

bool pgo_emit_report(pgo_run *run) {
    emit_remarks(run);
    return true;
}
