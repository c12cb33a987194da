"""How libpgo's lit tests run: one behaviour a file, its profile beside it as weights text.

What a RUN line can use, besides FileCheck, not, split-file and llvm's other tools:
  %clang      the clang the plugin was built for       %clang_pgo   the same with the plugin loaded
  %opt        its opt                                  %opt_pgo     the same with the plugin loaded; add -passes=pgo
  %lld        its ld.lld (feature lld)                 %pgo_plugin  the path of libpgo.so
  %pprofread  the command                              %data        tests/data: real and broken profiles
  %profdata   llvm's llvm-profdata                     %python      the Python that runs lit
  %other_llvm the tools' folder of an LLVM of another major version (feature other-llvm)
  %S %s %t    as everywhere in lit
Profiles given to opt need -pgo-profile=FILE, those given to clang -mllvm -pgo-profile=FILE.
Features: llvm22, llvm19 …, lld, other-llvm, sanitized (a test that loads the plugin by other means cannot run there),
and the target's name, e.g. x86_64.
"""

import glob
import os
import platform
import sys

import lit.formats

config.name = "libpgo"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".ll", ".c", ".cpp", ".test"]
config.excludes = ["Inputs"]
config.test_source_root = os.path.dirname(__file__)

# Nothing of the caller's surroundings may steer a test.
for variable in [name for name in config.environment if name.startswith("PGO_")]:
    del config.environment[variable]
config.environment["PATH"] = os.pathsep.join([config.llvm_tools, config.environment["PATH"]])
config.environment["LC_ALL"] = "C"


def tool(name):
    return os.path.join(config.llvm_tools, name)


# clang 19 reads -mllvm before it loads pass plugins; -fplugin loads the library early enough.
early_load = "-fplugin=%s " % config.plugin if config.llvm_major < 22 else ""
# LLVM keeps what it allocates until it exits: not our leaks.
preload = "env LD_PRELOAD=%s ASAN_OPTIONS=detect_leaks=0 " % config.sanitizer if config.sanitizer else ""
# Longer names first: lit replaces text, not words.
config.substitutions += [
    ("%clang_pgo", "%s%s %s-fpass-plugin=%s" % (preload, tool("clang"), early_load, config.plugin)),
    ("%clang", tool("clang")),
    ("%opt_pgo", "%s%s -load-pass-plugin=%s" % (preload, tool("opt"), config.plugin)),
    ("%opt", tool("opt")),
    ("%lld", tool("ld.lld")),
    ("%pgo_plugin", config.plugin),
    ("%pprofread", config.pprofread),
    ("%python", sys.executable),
    ("%profdata", tool("llvm-profdata")),
    ("%data", os.path.normpath(os.path.join(config.test_source_root, "..", "tests", "data"))),
]

config.available_features.add("llvm%d" % config.llvm_major)
config.available_features.add(platform.machine())
if config.sanitizer:
    config.available_features.add("sanitized")
if os.path.exists(tool("ld.lld")):
    config.available_features.add("lld")

# An LLVM that the plugin was not built for, to be turned away by.
others = sorted(glob.glob("/usr/lib/llvm-*/bin/clang"))
others = [path for path in others if "/llvm-%d/" % config.llvm_major not in path]
if others:
    config.available_features.add("other-llvm")
    config.substitutions.append(("%other_llvm", os.path.dirname(others[-1])))
