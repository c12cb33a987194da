"""The true counts: LLVM's own instrumentation, at the point where libpgo annotates, and the dumps of truth.cpp."""

from workbench import BASE_FLAGS, BENCH, LLVM, WORK, collect_counts, compile_program, run

TRUTH_PLUGIN = WORK / f"truth-{LLVM}.so"


def build_truth_plugin():
    plugin = BENCH.parent / "plugin"
    sources = [BENCH / "truth.cpp", plugin / "branch_features.c", plugin / "branch_features.h"]
    if TRUTH_PLUGIN.exists() and TRUTH_PLUGIN.stat().st_mtime > max(source.stat().st_mtime for source in sources):
        return
    flags = ["-O1", "-fPIC", "-isystem", f"/usr/lib/llvm-{LLVM}/include", f"-I{plugin}"]
    features = TRUTH_PLUGIN.with_suffix(".o")
    run(["gcc", "-std=gnu17", *flags, "-c", sources[1], "-o", features])
    run(["g++", "-std=c++17", *flags, "-shared", "-fno-rtti", sources[0], features, "-o", TRUTH_PLUGIN])


def read_dump(path):
    """function -> (entry count or None, block frequencies, {block: successor probabilities})"""
    functions, name = {}, None
    for line in open(path, encoding="utf-8", errors="replace"):
        words = line.rstrip("\n").split(" ")
        if words[0] == "F":
            name = " ".join(words[1:-1]).rsplit("/bench/programs/")[-1]  # counts may have been kept by another clone
            functions[name] = (None if words[-1] == "-" else float(words[-1]), [], {})
        elif words[0] == "B":
            functions[name][1].append(float(words[2]))
        elif words[0] == "E":
            functions[name][2].setdefault(int(words[1]), []).append(float(words[3]))
    return functions


def dump(program, variant, mode, preinline, flags=(), profile=None):
    """The path of what truth.cpp writes of a compile."""
    out = WORK / "dump" / f"{program.name}.{variant}"
    out.parent.mkdir(exist_ok=True)
    out.unlink(missing_ok=True)
    environment = {"PGO_TRUTH": mode, "PGO_TRUTH_OUT": str(out)}
    if preinline and "libpgo" not in " ".join(flags):
        environment["PGO_TRUTH_PREINLINE"] = "1"
    if profile:
        environment["PGO_TRUTH_PROFILE"] = str(profile)
    compile_program(program, f"accuracy.{variant}", [*BASE_FLAGS, *flags, f"-fpass-plugin={TRUTH_PLUGIN}"],
                    environment=environment, jobs=1)
    return out


def get_truth(program, preinline, keep):
    """The true counts as read_dump gives them; with [keep] those of an earlier call, where there are any."""
    variant = "truth-preinline" if preinline else "truth"
    kept = WORK / "dump" / f"{program.name}.{variant}"
    if keep and kept.exists():
        return read_dump(kept)
    environment = {"PGO_TRUTH": "gen", "PGO_TRUTH_PREINLINE": "1" if preinline else "0"}
    executable = compile_program(program, "accuracy.gen", [*BASE_FLAGS, f"-fpass-plugin={TRUTH_PLUGIN}"],
                                 ["-fprofile-generate"], environment=environment)
    profdata = collect_counts(program, executable, program.name)
    return read_dump(dump(program, variant, "use", preinline, profile=profdata))
