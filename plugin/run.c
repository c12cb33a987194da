/* Takes a module; gives it back annotated by the profile, or untouched. The stages, in order, and the error policy. */
#include "plugin.h"

#include <string.h>
#include <unistd.h>

static bool find_profile(pgo_run *run) {
    if (strcmp(run->options.profile, "off") == 0) return true;
    if (strcmp(run->options.profile, "auto") != 0) {
        run->profile_path = run->options.profile;
        return true;
    }
    char working_folder[4096];
    if (getcwd(working_folder, sizeof working_folder) == NULL) return true;
    size_t length;
    const char *source_file = LLVMGetSourceFileName(run->module.llvm, &length);
    run->profile_path = pgo_discover_profile(source_file, working_folder, run->arena, run->status);
    return !run->status->failed;
}

static bool load_weights(pgo_run *run) {
    pprof_weights_options options = {.sample_type =
                                         run->options.sample_type[0] == '\0' ? NULL : run->options.sample_type};
    return pprof_load_weights(run->profile_path, run->options.profile_size_limit, &options, run->arena, &run->weights,
                              run->status);
}

static bool apply_profile(pgo_run *run, LLVMModuleRef llvm) {
    pgo_hot_edges hot = {0};
    run->hot = &hot;
    if (run->options.preinline) pgo_shim_run_preinliner(run->host, 75, 325);
    return pgo_collect_locations(run->host, llvm, run->arena, &run->module, run->status) && pgo_match_weights(run) &&
           pgo_estimate_frequencies(run) && (!run->options.frequencies || pgo_annotate_frequencies(run)) &&
           pgo_find_hot_edges(&run->weights, run->options.inline_cdf_threshold, run->arena, &hot, run->status) &&
           (!run->options.devirtualize || pgo_devirtualize_calls(run)) &&
           (!run->options.inline_hot || pgo_mark_hot_calls(run)) &&
           (!run->options.layout || pgo_place_functions(run)) && pgo_emit_report(run);
}

bool pgo_run_on_module(pgo_host *host, LLVMModuleRef module) {
    pprof_arena arena = {0};
    pprof_status status = {0};
    pgo_run run = {.host = host, .arena = &arena, .status = &status, .module = {.llvm = module}};
    bool is_changed = false;
    if (pgo_read_options(&arena, &run.options, &status) && find_profile(&run) && run.profile_path != NULL &&
        load_weights(&run))
        is_changed = apply_profile(&run, module);
    if (status.failed)
        pgo_shim_diagnose(host, run.options.errors_are_warnings ? PGO_WARNING : PGO_ERROR, status.message);
    pprof_arena_free(&arena);
    return is_changed;
}
