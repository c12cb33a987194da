// Bench only: a pass plugin that sits where libpgo annotates (EarlySimplification) and there, as PGO_TRUTH says,
//   gen    inserts LLVM's own instrumentation, lowered at once
//   use    reads the counts of PGO_TRUTH_PROFILE back onto the same control flow, then dumps
//   dump   writes what the optimizer now believes of every function to PGO_TRUTH_OUT
//   look   the same, and what the two-way branches look like to libpgo (plugin/branch_features.c)
// PGO_TRUTH_PREINLINE=1 runs the plugin's pre-inliner first, for the variants that do not load libpgo.
//
// The dump, one record a line: "F name entry-count|-" then per block "B index relative-frequency instructions" and per
// edge of a branching block "E block slot probability". Relative to the entry, so that variants compare. Looks are
// "X block feature…", of branches that go two ways and have no !prof.
extern "C" {
#include "branch_features.h"
}

#include "llvm/Analysis/BlockFrequencyInfo.h"
#include "llvm/Analysis/BranchProbabilityInfo.h"
#include "llvm/Analysis/InlineCost.h"
#include "llvm/IR/Module.h"
#include "llvm/Passes/PassBuilder.h"
#if LLVM_VERSION_MAJOR >= 22
#include "llvm/Plugins/PassPlugin.h"
#else
#include "llvm/Passes/PassPlugin.h"
#endif
#include "llvm/Support/VirtualFileSystem.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Transforms/IPO/Inliner.h"
#include "llvm/Transforms/IPO/ModuleInliner.h"
#include "llvm/Transforms/InstCombine/InstCombine.h"
#include "llvm/Transforms/Instrumentation/InstrProfiling.h"
#include "llvm/Transforms/Instrumentation/PGOInstrumentation.h"
#include "llvm/Transforms/Scalar/EarlyCSE.h"
#include "llvm/Transforms/Scalar/SROA.h"
#include "llvm/Transforms/Scalar/SimplifyCFG.h"
#include "llvm/Transforms/Utils/BasicBlockUtils.h"
#include <cstdlib>
#include <unistd.h>

using namespace llvm;

namespace {

struct Dump : PassInfoMixin<Dump> {
    bool with_looks;
    explicit Dump(bool with_looks) : with_looks(with_looks) {
    }

    PreservedAnalyses run(Module &module, ModuleAnalysisManager &analyses) {
        auto &functions = analyses.getResult<FunctionAnalysisManagerModuleProxy>(module).getManager();
        std::error_code error;
        raw_fd_ostream out(std::getenv("PGO_TRUTH_OUT"), error, sys::fs::OF_Append);
        if (error) report_fatal_error("PGO_TRUTH_OUT cannot be written");
        for (Function &function : module) {
            if (function.isDeclaration() || function.hasAvailableExternallyLinkage()) continue;
            auto &frequencies = functions.getResult<BlockFrequencyAnalysis>(function);
            auto &probabilities = functions.getResult<BranchProbabilityAnalysis>(function);
            // So does LLVM before it counts; else a function with computed gotos has other blocks in its counts.
            SplitIndirectBrCriticalEdges(function, false, &probabilities, &frequencies);
            dump(function, frequencies, probabilities, out);
        }
        return PreservedAnalyses::none();
    }

    // Reading counts back splits critical edges; a block that only passes control on is left out everywhere.
    static bool is_passage(const BasicBlock &block) {
        auto *branch = dyn_cast<BranchInst>(&block.front());
        return branch != nullptr && branch->isUnconditional() && block.getSinglePredecessor() != nullptr;
    }

    static void dump_look(BasicBlock &block, unsigned index, raw_ostream &out) {
        auto *branch = dyn_cast<BranchInst>(block.getTerminator());
        if (branch == nullptr || !branch->isConditional() || branch->hasMetadata(LLVMContext::MD_prof)) return;
        BasicBlock *sides[] = {branch->getSuccessor(0), branch->getSuccessor(1)};
        if (sides[0] == sides[1]) return;
        const bool is_own[] = {sides[0]->getSinglePredecessor() == &block, sides[1]->getSinglePredecessor() == &block};
        int8_t features[PGO_BRANCH_FEATURES];
        pgo_describe_branch(wrap(branch), is_own, features);
        out << "X " << index;
        for (int feature : features) out << ' ' << feature;
        out << '\n';
    }

    void dump(Function &function, BlockFrequencyInfo &frequencies, BranchProbabilityInfo &probabilities,
              raw_ostream &out) const {
        out << "F " << (function.hasLocalLinkage() ? function.getParent()->getSourceFileName() + ":" : std::string())
            << function.getName() << ' ';
        if (auto count = function.getEntryCount())
            out << count->getCount() << '\n';
        else
            out << "-\n";
        double entry = static_cast<double>(frequencies.getEntryFreq().getFrequency());
        unsigned index = 0;
        for (BasicBlock &block : function) {
            if (is_passage(block)) continue;
            out << "B " << index << ' ' << format("%.9g", frequencies.getBlockFreq(&block).getFrequency() / entry)
                << ' ' << block.size() << '\n';
            unsigned count = block.getTerminator()->getNumSuccessors();
            for (unsigned slot = 0; count > 1 && slot < count; slot++) {
                auto probability = probabilities.getEdgeProbability(&block, slot);
                out << "E " << index << ' ' << slot << ' '
                    << format("%.9g", double(probability.getNumerator()) / probability.getDenominator()) << '\n';
            }
            if (with_looks) dump_look(block, index, out);
            index++;
        }
    }
};

bool environment_is(const char *name, StringRef value) {
    const char *text = std::getenv(name);
    return text != nullptr && value == text;
}

void add_preinliner(ModulePassManager &passes) {
    InlineParams parameters;
    parameters.DefaultThreshold = 75;
    parameters.HintThreshold = 325;
    ModuleInlinerWrapperPass inliner(parameters, true, {ThinOrFullLTOPhase::None, InlinePass::EarlyInliner});
    auto &pipeline = inliner.getPM();
    FunctionPassManager functions;
    functions.addPass(SROAPass(SROAOptions::ModifyCFG));
    functions.addPass(EarlyCSEPass());
    functions.addPass(SimplifyCFGPass(SimplifyCFGOptions().convertSwitchRangeToICmp(true)));
    functions.addPass(InstCombinePass());
    pipeline.addPass(createCGSCCToFunctionPassAdaptor(std::move(functions), true));
    passes.addPass(std::move(inliner));
}

void add_passes(ModulePassManager &passes) {
    if (environment_is("PGO_TRUTH_PREINLINE", "1")) add_preinliner(passes);
    if (environment_is("PGO_TRUTH", "gen")) {
        passes.addPass(PGOInstrumentationGen());
        passes.addPass(InstrProfilingLoweringPass());
    } else {
        if (environment_is("PGO_TRUTH", "use"))
            passes.addPass(
                PGOInstrumentationUse(std::getenv("PGO_TRUTH_PROFILE"), "", false, vfs::getRealFileSystem()));
        passes.addPass(Dump(environment_is("PGO_TRUTH", "look")));
    }
}

} // namespace

extern "C" LLVM_ATTRIBUTE_WEAK PassPluginLibraryInfo llvmGetPassPluginInfo() {
    return {LLVM_PLUGIN_API_VERSION, "pgo-truth", "1", [](PassBuilder &builder) {
                if (std::getenv("PGO_TRUTH") == nullptr) return;
#if LLVM_VERSION_MAJOR >= 20
                builder.registerPipelineEarlySimplificationEPCallback(
                    [](ModulePassManager &passes, OptimizationLevel, ThinOrFullLTOPhase) { add_passes(passes); });
#else
                builder.registerPipelineEarlySimplificationEPCallback(
                    [](ModulePassManager &passes, OptimizationLevel) { add_passes(passes); });
#endif
            }};
}
