/* What LLVM's C API lacks: registration of options and pass, diagnostics, remarks, branch probabilities, and the LLVM
 * passes that the plugin runs. Takes no decision; gives the C side (run.c and the stages) the functions of shim.h.
 *
 * The library may be loaded into a clang of another major version. Until the version is known to be ours, nothing of
 * LLVM is called but LLVMGetVersion, looked up by name.
 */
#include "shim.h"

#include <llvm/Analysis/BranchProbabilityInfo.h>
#include <llvm/Analysis/LoopInfo.h>
#include <llvm/Analysis/OptimizationRemarkEmitter.h>
#include <llvm/Analysis/ProfileSummaryInfo.h>
#include <llvm/Analysis/ScalarEvolution.h>
#include <llvm/Analysis/ValueTracking.h>
#include <llvm/Config/llvm-config.h>
#include <llvm/Demangle/Demangle.h>
#include <llvm/IR/DebugInfoMetadata.h>
#include <llvm/IR/DiagnosticInfo.h>
#include <llvm/IR/DiagnosticPrinter.h>
#include <llvm/IR/Module.h>
#include <llvm/Passes/PassBuilder.h>
#include <llvm/ProfileData/InstrProf.h>
#include <llvm/Support/CommandLine.h>
#include <llvm/Transforms/IPO/GlobalDCE.h>
#include <llvm/Transforms/IPO/Inliner.h>
#include <llvm/Transforms/InstCombine/InstCombine.h>
#include <llvm/Transforms/Scalar/EarlyCSE.h>
#include <llvm/Transforms/Scalar/SROA.h>
#include <llvm/Transforms/Scalar/SimplifyCFG.h>
#include <llvm/Transforms/Utils/CallPromotionUtils.h>
#if LLVM_VERSION_MAJOR >= 22
#include <llvm/Plugins/PassPlugin.h>
#include <llvm/Transforms/Utils/Instrumentation.h>
#else
#include <llvm/Passes/PassPlugin.h>
#include <llvm/Transforms/Instrumentation.h>
#endif

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>

using namespace llvm;

extern "C" bool pgo_run_on_module(pgo_host *host, LLVMModuleRef module);
extern "C" void pgo_report_left_calls(pgo_host *host, LLVMModuleRef module);

struct pgo_host {
    Module &module;
    ModuleAnalysisManager &analyses;
    pgo_phase phase;
    bool is_unoptimized;
    const char *rival;

    FunctionAnalysisManager &function_analyses() {
        return analyses.getResult<FunctionAnalysisManagerModuleProxy>(module).getManager();
    }
};

/* ---- which LLVM has loaded us -------------------------------------------------------------------------------- */

/* 0 when the process has no LLVM, or does not export its C API. */
static unsigned get_host_major() {
    using get_version = void (*)(unsigned *, unsigned *, unsigned *);
    auto function = reinterpret_cast<get_version>(dlsym(RTLD_DEFAULT, "LLVMGetVersion"));
    unsigned major = 0, minor = 0, patch = 0;
    if (function != nullptr) function(&major, &minor, &patch);
    return major;
}

/* ---- options ------------------------------------------------------------------------------------------------- */

static cl::opt<std::string> *find_option(StringRef name) {
    return static_cast<cl::opt<std::string> *>(cl::getRegisteredOptions().lookup(name));
}

/* Runs when the library is loaded: clang 19's -fplugin does no more than that, and must know the options before it
 * reads -mllvm. The options live as long as LLVM's registry, which is for ever. A second copy of the library in the
 * same process finds them there. */
__attribute__((constructor)) static void register_options() {
    unsigned host = get_host_major();
    if (host != 0 && host != LLVM_VERSION_MAJOR)
        std::fprintf(stderr,
                     "libpgo.so was built for LLVM %u, but %s is LLVM %u: build libpgo with "
                     "-DLLVM_DIR=/usr/lib/llvm-%u/lib/cmake/llvm, or use clang %u\n",
                     LLVM_VERSION_MAJOR, program_invocation_short_name, host, host, LLVM_VERSION_MAJOR);
    if (host != LLVM_VERSION_MAJOR) return;
    for (unsigned i = 0; i < pgo_option_count; i++) {
        const pgo_option_description &option = pgo_option_table[i];
        if (find_option(option.name) == nullptr)
            new cl::opt<std::string>(StringRef(option.name), cl::value_desc(option.value_name), cl::desc(option.help));
    }
}

const char *pgo_shim_get_option(const char *name) {
    cl::opt<std::string> *option = find_option(name);
    return option != nullptr && option->getNumOccurrences() > 0 ? option->c_str() : nullptr;
}

/* ---- the pass ------------------------------------------------------------------------------------------------ */

namespace {
class ProfilePass : public PassInfoMixin<ProfilePass> {
    pgo_phase phase;
    bool is_unoptimized;
    const char *rival;

  public:
    ProfilePass(pgo_phase phase, bool is_unoptimized, const char *rival)
        : phase(phase), is_unoptimized(is_unoptimized), rival(rival) {
    }

    PreservedAnalyses run(Module &module, ModuleAnalysisManager &analyses) {
        pgo_host host = {module, analyses, phase, is_unoptimized, rival};
        if (!pgo_run_on_module(&host, wrap(&module))) return PreservedAnalyses::all();
        analyses.getResult<ProfileSummaryAnalysis>(module).refresh();
        return PreservedAnalyses::none();
    }
};

/* After the inliner. Attributes that only it reads are taken off, which no analysis sees. */
class LeftCallsPass : public PassInfoMixin<LeftCallsPass> {
    pgo_phase phase;

  public:
    explicit LeftCallsPass(pgo_phase phase) : phase(phase) {
    }

    PreservedAnalyses run(Module &module, ModuleAnalysisManager &analyses) {
        pgo_host host = {module, analyses, phase, false, nullptr};
        pgo_report_left_calls(&host, wrap(&module));
        return PreservedAnalyses::all();
    }
};

/* PassBuilder tells nobody that instrumentation or another profile is on its way: its passes come after ours. An
 * explicit instantiation may name a private member, and so this reads it without touching LLVM's headers. */
template <std::optional<PGOOptions> PassBuilder::*member> struct private_member {
    friend std::optional<PGOOptions> &get_profile_options(PassBuilder &builder) {
        return builder.*member;
    }
};
std::optional<PGOOptions> &get_profile_options(PassBuilder &builder);
template struct private_member<&PassBuilder::PGOOpt>;
} // namespace

static const char *get_rival(PassBuilder &builder) {
    std::optional<PGOOptions> &options = get_profile_options(builder);
    if (!options) return nullptr;
    switch (options->Action) {
    case PGOOptions::IRInstr:
        return "-fprofile-generate";
    case PGOOptions::IRUse:
        return "-fprofile-use";
    case PGOOptions::SampleUse:
        return "-fprofile-sample-use";
    case PGOOptions::NoAction:
        break;
    }
    return options->CSAction == PGOOptions::CSIRInstr ? "-fcs-profile-generate" : nullptr;
}

[[maybe_unused]] static pgo_phase get_phase(ThinOrFullLTOPhase phase) {
    switch (phase) {
    case ThinOrFullLTOPhase::ThinLTOPreLink:
    case ThinOrFullLTOPhase::FullLTOPreLink:
        return PGO_PHASE_PRE_LINK;
    case ThinOrFullLTOPhase::ThinLTOPostLink:
    case ThinOrFullLTOPhase::FullLTOPostLink:
        return PGO_PHASE_POST_LINK;
    default:
        return PGO_PHASE_NONE;
    }
}

/* Up to LLVM 19 the callbacks are not told. */
[[maybe_unused]] static pgo_phase get_phase() {
    return PGO_PHASE_NONE;
}

static void register_passes(PassBuilder &builder) {
    const char *rival = get_rival(builder);
    builder.registerPipelineEarlySimplificationEPCallback(
        [rival](ModulePassManager &passes, OptimizationLevel level, auto... phase) {
            passes.addPass(ProfilePass(get_phase(phase...), level == OptimizationLevel::O0, rival));
        });
    builder.registerOptimizerEarlyEPCallback([](ModulePassManager &passes, OptimizationLevel, auto... phase) {
        passes.addPass(LeftCallsPass(get_phase(phase...)));
    });
    builder.registerFullLinkTimeOptimizationLastEPCallback(
        [](ModulePassManager &passes, OptimizationLevel) { passes.addPass(LeftCallsPass(PGO_PHASE_POST_LINK)); });
    builder.registerFullLinkTimeOptimizationEarlyEPCallback(
        [rival](ModulePassManager &passes, OptimizationLevel level) {
            passes.addPass(ProfilePass(PGO_PHASE_POST_LINK, level == OptimizationLevel::O0, rival));
        });
    builder.registerPipelineParsingCallback(
        [rival](StringRef name, ModulePassManager &passes, ArrayRef<PassBuilder::PipelineElement>) {
            if (name != "pgo") return false;
            passes.addPass(ProfilePass(PGO_PHASE_NONE, false, rival));
            return true;
        });
}

/* LLVM's PassPluginLibraryInfo without its default values: a host older than ours has no room for the last field, and
 * it must not be written there. */
struct plugin_information {
    uint32_t api_version;
    const char *name, *version;
    void (*register_passes)(PassBuilder &);
#if LLVM_PLUGIN_API_VERSION >= 2
    bool (*generate_code)(Module &, TargetMachine &, CodeGenFileType, raw_pwrite_stream &);
#endif
};
static_assert(sizeof(plugin_information) == sizeof(PassPluginLibraryInfo), "LLVM's plugin interface has changed");

/* What LLVM's loader asks for. A version of 0 makes it refuse the library in its own words. */
extern "C" __attribute__((visibility("default"))) plugin_information describe_plugin() __asm__("llvmGetPassPluginInfo");

plugin_information describe_plugin() {
    plugin_information information;
    unsigned host = get_host_major();
    information.api_version = host == LLVM_VERSION_MAJOR ? LLVM_PLUGIN_API_VERSION : 0;
    information.name = "pgo";
    information.version = PGO_VERSION;
    information.register_passes = register_passes;
#if LLVM_PLUGIN_API_VERSION >= 2
    if (host == LLVM_VERSION_MAJOR) information.generate_code = nullptr;
#endif
    if (host == 0)
        std::fprintf(stderr,
                     "libpgo.so needs LLVM's C API, which %s does not export: use a clang that is linked to "
                     "libLLVM.so\n",
                     program_invocation_short_name);
    return information;
}

pgo_phase pgo_shim_get_phase(const pgo_host *host) {
    return host->phase;
}

bool pgo_shim_is_unoptimized(const pgo_host *host) {
    return host->is_unoptimized;
}

const char *pgo_shim_get_rival(const pgo_host *host) {
    return host->rival;
}

/* ---- what the C API does not tell of the IR ------------------------------------------------------------------ */

double pgo_shim_get_edge_probability(pgo_host *host, LLVMBasicBlockRef block, unsigned index) {
    BasicBlock *source = unwrap(block);
    auto &probabilities = host->function_analyses().getResult<BranchProbabilityAnalysis>(*source->getParent());
    BranchProbability probability = probabilities.getEdgeProbability(source, index);
    return static_cast<double>(probability.getNumerator()) / BranchProbability::getDenominator();
}

LLVMMetadataRef pgo_shim_get_scope_subprogram(LLVMMetadataRef scope) {
    auto *local = dyn_cast_or_null<DILocalScope>(unwrap(scope));
    return local == nullptr ? nullptr : wrap(local->getSubprogram());
}

unsigned pgo_shim_get_scope_line(LLVMMetadataRef subprogram) {
    auto *function = dyn_cast_or_null<DISubprogram>(unwrap(subprogram));
    return function == nullptr ? 0 : function->getScopeLine();
}

bool pgo_shim_can_speculate(LLVMValueRef instruction) {
    return isSafeToSpeculativelyExecute(unwrap<Instruction>(instruction));
}

bool pgo_shim_is_countable_loop(pgo_host *host, LLVMBasicBlockRef header) {
    BasicBlock *block = unwrap(header);
    FunctionAnalysisManager &analyses = host->function_analyses();
    Loop *loop = analyses.getResult<LoopAnalysis>(*block->getParent()).getLoopFor(block);
    if (loop == nullptr || loop->getHeader() != block) return false;
    ScalarEvolution &evolution = analyses.getResult<ScalarEvolutionAnalysis>(*block->getParent());
    return !isa<SCEVCouldNotCompute>(evolution.getSymbolicMaxBackedgeTakenCount(loop));
}

/* Any !prof counts: the sample loader marks a function that it has no samples for with an entry count of −1. */
bool pgo_shim_has_entry_count(LLVMValueRef function) {
    return unwrap<Function>(function)->hasMetadata(LLVMContext::MD_prof);
}

uint64_t pgo_shim_get_name_guid(const char *name) {
#if LLVM_VERSION_MAJOR >= 22
    return GlobalValue::getGUIDAssumingExternalLinkage(name);
#else
    return GlobalValue::getGUID(name);
#endif
}

uint64_t pgo_shim_get_function_guid(LLVMValueRef function) {
    return pgo_shim_get_name_guid(getIRPGOFuncName(*unwrap<Function>(function)).c_str());
}

char *pgo_shim_demangle(const char *name) {
    std::string result;
    return nonMicrosoftDemangle(name, result) ? strdup(result.c_str()) : nullptr;
}

/* ---- LLVM's passes ------------------------------------------------------------------------------------------- */

/* As PassBuilder::addPreInlinerPasses, which is private. */
void pgo_shim_run_preinliner(pgo_host *host, int threshold, int hint_threshold) {
    InlineParams parameters;
    parameters.DefaultThreshold = threshold;
    parameters.HintThreshold = hint_threshold;
    ModuleInlinerWrapperPass inliner(parameters, /*MandatoryFirst=*/true,
                                     InlineContext{ThinOrFullLTOPhase::None, InlinePass::EarlyInliner});
    FunctionPassManager simplify;
    simplify.addPass(SROAPass(SROAOptions::ModifyCFG));
    simplify.addPass(EarlyCSEPass());
    simplify.addPass(SimplifyCFGPass(SimplifyCFGOptions().convertSwitchRangeToICmp(true)));
    simplify.addPass(InstCombinePass());
    inliner.getPM().addPass(createCGSCCToFunctionPassAdaptor(std::move(simplify)));
    ModulePassManager passes;
    passes.addPass(std::move(inliner));
    passes.addPass(GlobalDCEPass());
    passes.run(host->module, host->analyses);
}

bool pgo_shim_can_promote_call(LLVMValueRef call, LLVMValueRef callee, const char **reason) {
    return isLegalToPromote(*unwrap<CallBase>(call), unwrap<Function>(callee), reason);
}

LLVMValueRef pgo_shim_promote_call(LLVMValueRef call, LLVMValueRef callee, uint64_t count, uint64_t total) {
    return wrap(&pgo::promoteIndirectCall(*unwrap<CallBase>(call), unwrap<Function>(callee), count, total,
                                          /*AttachProfToDirectCall=*/false, /*ORE=*/nullptr));
}

/* ---- diagnostics and remarks --------------------------------------------------------------------------------- */

namespace {
/* LLVM's own class for this has another name in every version. */
class Diagnostic : public DiagnosticInfo {
    const char *message;

  public:
    Diagnostic(DiagnosticSeverity severity, const char *message)
        : DiagnosticInfo(getNextAvailablePluginDiagnosticKind(), severity), message(message) {
    }
    void print(DiagnosticPrinter &printer) const override {
        printer << "pgo: " << message;
    }
};
} // namespace

void pgo_shim_diagnose(pgo_host *host, pgo_severity severity, const char *message) {
    static const DiagnosticSeverity severities[] = {DS_Error, DS_Warning};
    host->module.getContext().diagnose(Diagnostic(severities[severity], message));
}

bool pgo_shim_remarks_are_wanted(pgo_host *host) {
    LLVMContext &context = host->module.getContext();
    return context.getLLVMRemarkStreamer() != nullptr || context.getDiagHandlerPtr()->isAnyRemarkEnabled("pgo");
}

template <typename Remark>
static void emit_remark(const char *name, Function &function, Instruction *instruction, const char *message) {
    OptimizationRemarkEmitter emitter(&function);
    if (instruction != nullptr)
        emitter.emit([&] { return Remark("pgo", name, instruction) << message; });
    else
        emitter.emit([&] {
            return Remark("pgo", name, DiagnosticLocation(function.getSubprogram()), &function.getEntryBlock())
                   << message;
        });
}

void pgo_shim_emit_remark(pgo_host *, pgo_remark_kind kind, const char *name, LLVMValueRef function_value,
                          LLVMValueRef instruction_value, const char *message) {
    Function &function = *unwrap<Function>(function_value);
    Instruction *instruction = instruction_value == nullptr ? nullptr : unwrap<Instruction>(instruction_value);
    if (function.isDeclaration()) return; /* LLVM's remarks belong to a block of code */
    switch (kind) {
    case PGO_REMARK_PASSED:
        return emit_remark<OptimizationRemark>(name, function, instruction, message);
    case PGO_REMARK_MISSED:
        return emit_remark<OptimizationRemarkMissed>(name, function, instruction, message);
    case PGO_REMARK_ANALYSIS:
        return emit_remark<OptimizationRemarkAnalysis>(name, function, instruction, message);
    }
}
