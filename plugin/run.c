/* Takes a module; gives it back annotated by the profile, or untouched: the stages, in order.
 *
 * A profile that cannot be used fails the compile with the IR untouched, since it is read before anything is written.
 * A module that the profile does not know leaves after the first look, before anything costly.
 */
#include "plugin.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

/* Thresholds of LLVM's own PGO pre-inliner. */
enum { PREINLINE_THRESHOLD = 75, PREINLINE_HINT_THRESHOLD = 325 };

/* Remains in bitcode: the link's pass over a module must not count the samples again. */
static const char MARK[] = "pgo.annotated";

bool pgo_is_annotated(LLVMModuleRef module) {
    return LLVMGetNamedMetadata(module, MARK, sizeof MARK - 1) != NULL;
}

static bool find_profile(pgo_run *run) {
    if (strcmp(run->options.profile, "off") == 0) return true;
    if (strcmp(run->options.profile, "auto") != 0) {
        run->profile_path = run->options.profile;
        return true;
    }
    char working_folder[4096];
    if (getcwd(working_folder, sizeof working_folder) == NULL) {
        const char *message = pprof_format_string(run->arena, run->status,
                                                  "no default.pgo is looked for, since the working folder cannot be "
                                                  "told: %s; name one (-mllvm -pgo-profile=FILE), or none (=off)",
                                                  strerror(errno));
        if (message != NULL) pgo_shim_diagnose(run->host, PGO_WARNING, message);
        return message != NULL;
    }
    size_t length;
    const char *source_file = LLVMGetSourceFileName(run->module.llvm, &length);
    run->profile_path = pgo_discover_profile(source_file, working_folder, run->arena, run->status);
    return !run->status->failed;
}

/* A word on the module as a whole. [message] NULL: memory was out, and the status says so. */
static void add_note(pgo_run *run, const char *name, const char *message) {
    if (message != NULL)
        pgo_add_decision(
            run, (pgo_decision){.kind = PGO_DECISION_ANALYSIS, .name = name, .function = PGO_NONE, .message = message});
}

static void refuse_module(pgo_run *run, const char *rival) {
    const char *message = pprof_format_string(run->arena, run->status,
                                              "%s: module left alone, since %s is at work on it; build with one or the "
                                              "other (-mllvm -pgo-profile=off silences this)",
                                              run->profile_path, rival);
    if (message == NULL) return;
    pgo_shim_diagnose(run->host, PGO_WARNING, message);
    add_note(run, "OtherProfile", message);
}

/* The flag of another profile that is at work on this module. The front end's own (-fprofile-instr-use) and modules
 * that come as annotated bitcode show only by their summary. */
static const char *find_rival(const pgo_run *run) {
    static const char summary[] = "ProfileSummary";
    const char *rival = pgo_shim_get_rival(run->host);
    if (rival != NULL || LLVMGetModuleFlag(run->module.llvm, summary, sizeof summary - 1) == NULL) return rival;
    return "another profile (-fprofile-instr-use)";
}

/* Whether the whole module is to be left alone whatever the profile says; a note says why. */
static bool is_left_alone(pgo_run *run) {
    const char *rival = find_rival(run);
    if (pgo_is_annotated(run->module.llvm))
        add_note(run, "AlreadyAnnotated", "module left alone: libpgo has annotated it before");
    else if (pgo_shim_is_unoptimized(run->host))
        add_note(run, "Unoptimized", "module left alone: at -O0 nothing would act on a profile");
    else if (rival != NULL)
        refuse_module(run, rival);
    else
        return false;
    return true;
}

static bool has_inlined_code(const pgo_module *module) {
    for (uint32_t c = 0; c < module->context_count; c++)
        if (module->contexts[c].parent != PGO_NONE) return true;
    return false;
}

/* What lies below a function's own calls is asked for by inlined copies only. An index has it; to find it anew in a
 * profile is half of reading that. Functions and their own calls are the same without. */
static bool load_weights(pgo_run *run) {
    const char *type = run->options.sample_type;
    bool is_deep = run->options.preinline || has_inlined_code(&run->module);
    pprof_weights_options options = {.sample_type = type[0] == '\0' ? NULL : type,
                                     .context_depth = is_deep ? PPROF_CONTEXT_DEPTH : 1};
    return pprof_load_index(run->profile_path, run->options.profile_size_limit, &options, run->arena, &run->weights,
                            run->status);
}

static bool collect_module(pgo_run *run) {
    return pgo_collect_locations(run->host, run->module.llvm, run->arena, &run->module, run->status);
}

static bool match_module(pgo_run *run) {
    run->report = (pgo_report){0};
    return pgo_match_weights(run);
}

/* LLVM's small inlinings first, so that a copy gets the samples of its own context. Not the default: user time against
 * -O2 and code size, without and with (bench programs, 3 layouts, 5 rounds, a noisy machine):
 *   xmlwalk .890 .82 | 1.008 .83    lua      .953 1.09 | .928 1.10    xmlwf .935 .98 | .916 .98
 *   lz4     .951 .92 |  .939 1.07   minigzip .955  .96 | .947  .97    mean  .936 .95 | .947 .98
 * xmlwalk's again, alone: .905 | .981. */
static bool match_inlined_module(pgo_run *run) {
    pgo_shim_run_preinliner(run->host, PREINLINE_THRESHOLD, PREINLINE_HINT_THRESHOLD);
    return collect_module(run) && match_module(run);
}

static bool find_hot_edges(pgo_run *run) {
    run->hot = pprof_allocate(run->arena, 1, sizeof *run->hot, run->status);
    if (run->hot != NULL) *run->hot = pprof_cut_hot_edges(&run->weights, run->options.inline_cdf_threshold);
    return !run->status->failed;
}

static bool apply_profile(pgo_run *run) {
    const pgo_options *options = &run->options;
    if (options->preinline && !match_inlined_module(run)) return false;
    if (!pgo_estimate_frequencies(run)) return false;
    if (options->frequencies && !pgo_annotate_frequencies(run)) return false;
    if (!find_hot_edges(run)) return false;
    if (options->devirtualize && !pgo_devirtualize_calls(run)) return false;
    if (options->inline_hot && !pgo_mark_hot_calls(run)) return false;
    return !options->layout || pgo_place_functions(run);
}

static void mark_module(pgo_run *run) {
    LLVMContextRef context = LLVMGetModuleContext(run->module.llvm);
    LLVMMetadataRef node = LLVMMDNodeInContext2(context, NULL, 0);
    LLVMAddNamedMetadataOperand(run->module.llvm, MARK, LLVMMetadataAsValue(context, node));
}

/* A file without samples may be of another program that is built with the same flags: it is left as it is, unless the
 * profile lists its functions among those of the program, or the user says that whatever has no samples is cold. */
static bool is_known_cold(pgo_run *run) {
    if (!run->options.layout || !pgo_are_unsampled_cold(run)) return false;
    return run->options.cold_unsampled == PGO_YES || pgo_is_of_program(run);
}

/* Gives true when the IR may have changed. */
static bool run_stages(pgo_run *run) {
    if (!pgo_read_options(run->arena, &run->options, run->status) || !find_profile(run)) return false;
    if (run->profile_path == NULL || is_left_alone(run)) return false;
    if (!collect_module(run) || !load_weights(run)) return false;
    if (run->weights.total == 0) {
        add_note(run, "EmptyProfile",
                 pprof_format_string(run->arena, run->status, "%s: no samples; nothing is done", run->profile_path));
        return false;
    }
    /* The first match is of the module as it came; it is what a warning is about. */
    if (!match_module(run)) return false;
    const char *warning = pgo_describe_poor_match(run);
    if (warning != NULL) pgo_shim_diagnose(run->host, PGO_WARNING, warning);
    bool is_known = pgo_sum_matches(run).known_count > 0 || is_known_cold(run);
    if (is_known && !run->status->failed) {
        mark_module(run);
        bool is_applied = apply_profile(run);
        assert(is_applied || run->status->failed);
        (void)is_applied;
    }
    if (warning != NULL) add_note(run, "PoorMatch", warning);
    return is_known && !run->status->failed;
}

bool pgo_run_on_module(pgo_host *host, LLVMModuleRef module) {
    pprof_arena arena = {0};
    pprof_status status = {0};
    pgo_run run = {.host = host, .arena = &arena, .status = &status, .module = {.llvm = module}};
    bool is_changed = run_stages(&run);
    if (run.profile_path != NULL && !status.failed) pgo_emit_report(&run);
    if (status.failed)
        pgo_shim_diagnose(host, run.options.errors_are_warnings ? PGO_WARNING : PGO_ERROR, status.message);
    pprof_arena_free(&arena);
    return is_changed;
}
