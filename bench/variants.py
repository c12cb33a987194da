"""What the benchmarks that run programs share: the variants of a program, built from the same sources."""

import math
import resource

from samples import read_weights, write_llvm_sample_profile
from workbench import (BASE_FLAGS, PPROFREAD, WORK, collect_counts, compile_program, link_program, pgo_flags,
                       recorded_profile, run)

PADS = [0, 16, 32, 48, 80, 112, 144, 176]


def add_variant_options(parser, default):
    parser.add_argument("--variants", default=default, help="beside -O2")
    parser.add_argument("--variant", action="append", default=[], help="NAME=-option,…: libpgo with these options as well")
    parser.add_argument("--option", action="append", default=[], help="an option of libpgo in all its variants")


def children_user_time():
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime


def timed_compile(program, variant, flags, link_flags=()):
    before = children_user_time()
    executable = compile_program(program, variant, flags, link_flags)
    return executable, children_user_time() - before


def train_instrumentation(program):
    executable = compile_program(program, "instr-gen", [*BASE_FLAGS, "-fprofile-generate"], ["-fprofile-generate"])
    return collect_counts(program, executable, f"{program.name}.speed")


def variant_flags(program, options):
    profile = recorded_profile(program)
    sample = WORK / f"{program.name}.sample.txt"
    write_llvm_sample_profile(read_weights(run([PPROFREAD, "weights", profile])), sample)
    flags = {"-O2": []}
    wanted = options.variants.split(",")
    if "instr" in wanted:
        flags["instr"] = [f"-fprofile-use={train_instrumentation(program)}", "-Wno-profile-instr-out-of-date"]
    flags["sample"] = [f"-fprofile-sample-use={sample}", "-mllvm", "-sample-profile-use-profi=0"]
    flags["profi"] = [f"-fprofile-sample-use={sample}", "-mllvm", "-sample-profile-use-profi=1"]
    flags["libpgo"] = pgo_flags(profile, *options.option)
    for extra in options.variant:  # NAME=-option,-option: libpgo with other options
        name, _, words = extra.partition("=")
        flags[name] = pgo_flags(profile, *options.option, *words.split(","))
        wanted.append(name)
    return {name: value for name, value in flags.items() if name == "-O2" or name in wanted}


def code_size(executable):
    total = 0
    for line in run(["size", "-A", executable]).splitlines():
        words = line.split()
        if words and words[0].startswith(".text"):
            total += int(words[1])
    return total


def build_variants(program, options):
    variants = {}
    for name, flags in variant_flags(program, options).items():
        _, seconds = timed_compile(program, f"speed.{name}", [*BASE_FLAGS, *flags])
        folder = WORK / "build" / program.name / f"speed.{name}"
        objects = sorted(folder.glob("*.o"))
        layouts = [link_program(program, folder, objects, (), pad) for pad in PADS[:options.layouts]]
        variants[name] = {"layouts": layouts, "compile_seconds": seconds, "code_bytes": code_size(layouts[0])}
    return variants


def geometric_mean(values):
    return math.exp(sum(math.log(value) for value in values) / len(values))
