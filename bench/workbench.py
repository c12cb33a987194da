"""What the benchmarks share: the programs, their sources and inputs, how a variant is built, and how a profile is
recorded. Everything made goes to one folder (PGO_BENCH, default build/bench); nothing of it is committed."""

import glob
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BENCH = ROOT / "bench"
LLVM = os.environ.get("PGO_LLVM", "22")
WORK = Path(os.environ.get("PGO_BENCH", ROOT / "build" / "bench"))
PLUGIN = Path(os.environ.get("PGO_PLUGIN", ROOT / "build" / "plugin" / "libpgo.so"))
PPROFREAD = Path(os.environ.get("PGO_PPROFREAD", ROOT / "build" / "pprofread" / "pprofread"))
# What libpgo gets: the committed recordings, or those that bench/record wrote elsewhere.
PROFILES = Path(os.environ.get("PGO_PROFILES", BENCH / "profiles")).resolve()
CLANG, CLANGXX = f"clang-{LLVM}", f"clang++-{LLVM}"
BASE_FLAGS = ["-O2", "-g1"]
# The build that is profiled: as production builds under a continuous profiler are.
PROFILED_FLAGS = ["-O2", "-g", "-fno-omit-frame-pointer", "-mno-omit-leaf-frame-pointer"]


def say(text):
    print(text, file=sys.stderr, flush=True)


def run(command, **options):
    """Runs a command; its output is shown only when it fails."""
    done = subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, **options)
    if done.returncode != 0:
        sys.exit(f"{' '.join(str(word) for word in command)}\n{done.stdout.decode(errors='replace')[-3000:]}")
    return done.stdout.decode(errors="replace")


@dataclass
class Program:
    """A program of one Debian source package. Paths in [sources] and [flags] are relative to the unpacked source;
    {work} is the benchmark folder, {bench} this one."""
    name: str
    package: str
    sources: list
    train: list  # command lines without the program, each run once
    test: list
    flags: list = field(default_factory=list)
    libraries: list = field(default_factory=list)
    leave_out: list = field(default_factory=list)
    prepare: object = None
    make_inputs: object = None  # what it needs besides the shared inputs; called with their folder

    @property
    def source(self):
        return WORK / "source" / self.package / "source"

    def expand(self, word):
        return word.replace("{work}", str(WORK)).replace("{bench}", str(BENCH)).replace("{source}", str(self.source))

    def source_files(self):
        files = []
        for pattern in self.sources:
            found = sorted(glob.glob(str(self.source / self.expand(pattern))))
            if not found:
                sys.exit(f"{self.name}: no source matches {pattern}")
            files += [f for f in found if not any(fnmatch(os.path.basename(f), name) for name in self.leave_out)]
        return files

    def commands(self, executable, which):
        return [[str(executable)] + [self.expand(word) for word in line.split()] for line in getattr(self, which)]


def prepare_lua(program):
    (program.source / "src" / "lua5.4-deb-multiarch.h").write_text('#define DEB_HOST_MULTIARCH "x86_64-linux-gnu"\n')


def prepare_sqlite(program):
    if not (program.source / "sqlite3.c").exists():
        run(["sh", "./configure", "--disable-shared", "--disable-readline"], cwd=program.source)
        run(["make", "sqlite3.c"], cwd=program.source)


def prepare_expat(program):
    (program.source / "expat" / "lib" / "expat_config.h").write_text(
        "#define BYTEORDER 1234\n#define HAVE_GETRANDOM 1\n#define HAVE_UNISTD_H 1\n#define XML_CONTEXT_BYTES 1024\n"
        "#define XML_DTD 1\n#define XML_GE 1\n#define XML_NS 1\n#define XML_DEV_URANDOM 1\n#define HAVE_MMAP 1\n"
        '#define PACKAGE_NAME "expat"\n#define PACKAGE_VERSION "0"\n')


PROGRAMS = [
    Program("lua", "lua5.4", ["src/*.c"], leave_out=["luac.c"], prepare=prepare_lua,
            flags=["-DLUA_USE_LINUX", "-DLUA_COMPAT_5_3", "-I{source}/src"], libraries=["-lm", "-ldl"],
            train=["{bench}/../examples/lua/workload.lua 1 10"],
            test=["{bench}/../examples/lua/workload.lua 7 1"]),
    Program("sqlite", "sqlite3", ["sqlite3.c", "test/speedtest1.c"], prepare=prepare_sqlite,
            flags=["-I{source}", "-DSQLITE_THREADSAFE=0", "-DSQLITE_OMIT_LOAD_EXTENSION"], libraries=["-lm"],
            train=["--size 60 --testset main", "--size 20 --testset cte"] * 4,
            test=["--size 25 --testset main", "--size 15 --testset orm"]),
    Program("bzip2", "bzip2", ["blocksort.c", "huffman.c", "crctable.c", "randtable.c", "compress.c", "decompress.c",
                               "bzlib.c", "bzip2.c"],
            flags=["-D_FILE_OFFSET_BITS=64"],
            train=["-kc {work}/input/train.tar", "-dkc {work}/input/train.tar.bz2"] * 3,
            test=["-kc {work}/input/test.tar", "-dkc {work}/input/test.tar.bz2"]),
    Program("zstd", "libzstd", ["lib/common/*.c", "lib/compress/*.c", "lib/decompress/*.c", "lib/dictBuilder/*.c",
                                "programs/*.c"],
            flags=["-DZSTD_DISABLE_ASM", "-DZSTD_LEGACY_SUPPORT=0", "-DXXH_NAMESPACE=ZSTD_", "-I{source}/lib",
                   "-I{source}/lib/common"],
            train=["-qc -9 {work}/input/train.tar", "-qc -3 {work}/input/train.tar", "-dqc {work}/input/train.tar.zst"] * 5,
            test=["-qc -9 {work}/input/test.tar", "-dqc {work}/input/test.tar.zst"]),
    Program("lz4", "lz4", ["lib/*.c", "programs/*.c"], flags=["-I{source}/lib"],
            train=["-qc -9 {work}/input/train.tar", "-qc -1 {work}/input/train.tar", "-dqc {work}/input/train.tar.lz4"] * 2,
            test=["-qc -9 {work}/input/test.tar", "-qc -1 {work}/input/test.tar", "-dqc {work}/input/test.tar.lz4"]),
    Program("minigzip", "zlib", ["*.c", "test/minigzip.c"], flags=["-I{source}", "-DHAVE_UNISTD_H"],
            train=["-c {work}/input/train.tar", "-d -c {work}/input/train.tar.gz"] * 10,
            test=["-c {work}/input/test.tar", "-d -c {work}/input/test.tar.gz"]),
    Program("xmlwf", "expat", ["expat/lib/xmlparse.c", "expat/lib/xmlrole.c", "expat/lib/xmltok.c",
                               "expat/xmlwf/xmlwf.c", "expat/xmlwf/xmlfile.c", "expat/xmlwf/codepage.c",
                               "expat/xmlwf/unixfilemap.c"],
            prepare=prepare_expat, flags=["-DHAVE_EXPAT_CONFIG_H", "-I{source}/expat/lib"],
            train=["-n {work}/input/train.xml"] * 60, test=["-n {work}/input/test.xml"] * 6),
    Program("xmlwalk", "pugixml", ["src/pugixml.cpp", "{bench}/programs/xmlwalk.cpp"], flags=["-I{source}/src"],
            train=["{work}/input/train.xml 100"], test=["{work}/input/test.xml 12"]),
]


def select_programs(names):
    """The programs of these names ("held-out" and "outside" are groups); without any, those that libpgo is tuned on."""
    from held_out import HELD_OUT
    from outside import OUTSIDE
    known = {program.name: [program] for program in PROGRAMS + HELD_OUT + OUTSIDE}
    known |= {"held-out": HELD_OUT, "outside": OUTSIDE}
    for name in names:
        if name not in known:
            sys.exit(f"no program '{name}'; there are: {' '.join(known)}")
    return [program for name in names for program in known[name]] or PROGRAMS


def install():
    """What the benchmarks need besides libpgo's own packages."""
    shell = (f". {ROOT}/.ci/debian; install_packages build-essential cmake ninja-build pkg-config clang-{LLVM} "
             f"llvm-{LLVM} llvm-{LLVM}-dev libclang-rt-{LLVM}-dev lld-{LLVM} protobuf-c-compiler libprotobuf-c-dev "
             "zlib1g-dev libcjson-dev linux-perf tcl dpkg-dev bzip2 zstd lz4 gzip brotli lzip valgrind")
    subprocess.run(["sh", "-c", shell], check=True)
    if "PGO_PLUGIN" not in os.environ:
        build = ROOT / "build"
        if not (build / "build.ninja").exists():
            run(["cmake", "-S", ROOT, "-B", build, "-G", "Ninja", f"-DLLVM_DIR=/usr/lib/llvm-{LLVM}/lib/cmake/llvm"])
        run(["ninja", "-C", build, "pgo", "pprofread"])


def fetch_package(package):
    subprocess.run(["sh", "-c", f". {ROOT}/.ci/debian; fetch_source {package} {WORK}/source"], check=True)


def fetch(programs):
    for program in programs:
        fetch_package(program.package)
        if program.prepare:
            program.prepare(program)


def make_inputs(programs):
    """The inputs that [programs] need; those for training and test differ."""
    make_shared_inputs()
    for program in programs:
        complete = WORK / "input" / f"complete-{program.name}"
        if program.make_inputs and not complete.exists():
            program.make_inputs(WORK / "input")
            complete.touch()


def prepare_programs(names):
    """The programs of these names, with all that it takes to build and run them."""
    programs = select_programs(names)
    install()
    WORK.mkdir(parents=True, exist_ok=True)
    fetch(programs)
    make_inputs(programs)
    return programs


def make_shared_inputs():
    """Sources of other packages, XML of other shapes."""
    folder = WORK / "input"
    if (folder / "complete").exists():
        return
    say("making inputs")
    folder.mkdir(parents=True, exist_ok=True)
    for package in ("sqlite3", "libzstd", "expat", "zlib", "bzip2", "lz4", "pugixml"):
        fetch_package(package)
    tar = ["tar", "--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner", "-C", WORK / "source"]
    run(tar + ["-cf", folder / "train.tar", *(f"{name}/source" for name in
                                                    ("libzstd", "zlib", "bzip2", "lz4", "pugixml"))])
    run(tar + ["-cf", folder / "test.tar", "sqlite3/source/src", "sqlite3/source/ext", "expat/source/expat"])
    for which in ("train", "test"):
        file = folder / f"{which}.tar"
        run(["bzip2", "-kf", file])
        run(["zstd", "-qf9", file])
        run(["lz4", "-qf", file, f"{file}.lz4"])
        run(["gzip", "-kfn", file])
    from make_xml import write_xml
    write_xml(folder / "train.xml", seed=1, records=60000)
    write_xml(folder / "test.xml", seed=2, records=45000)
    (folder / "complete").touch()


def compile_program(program, variant, flags, link_flags=(), pad=0, environment=None, jobs=2):
    """Builds [program] with [flags] into its variant's folder and gives the executable. [pad] bytes of code are linked
    in front of it, so that one lucky or unlucky layout does not stand for the variant."""
    folder = WORK / "build" / program.name / variant
    folder.mkdir(parents=True, exist_ok=True)
    env = dict(os.environ, **(environment or {}))

    def compile_one(source):
        compiler = CLANGXX if source.endswith((".cpp", ".cc", ".cxx")) else CLANG
        output = folder / ("-".join(Path(source).parts[-2:]) + ".o")  # two folders may have a file of one name
        run([compiler, *flags, *[program.expand(flag) for flag in program.flags], "-w", "-c", source, "-o", output],
            env=env, cwd=folder)
        return output

    with ThreadPoolExecutor(jobs) as pool:
        objects = list(pool.map(compile_one, program.source_files()))
    return link_program(program, folder, objects, link_flags, pad)


def link_program(program, folder, objects, link_flags, pad):
    executable = folder / f"{program.name}.{pad}"
    pad_object = WORK / f"pad{pad}.o"
    if not pad_object.exists():
        # In .text.hot, .text and .text.unlikely alike: wherever a variant's functions go, they move.
        text = "".join(f'.section {name},"ax",@progbits\n.balign 16\n.skip {pad},0xcc\n'
                       for name in (".text.hot", ".text", ".text.unlikely"))
        assembly = WORK / f"pad{pad}.s"
        assembly.write_text(text)
        run([CLANG, "-c", assembly, "-o", pad_object])
    driver = CLANGXX if any(str(o).endswith((".cpp.o", ".cc.o", ".cxx.o")) for o in objects) else CLANG
    run([driver, pad_object, *objects, "-o", executable, *link_flags,
         *program.libraries])
    return executable


def recorded_profile(program):
    return PROFILES / f"{program.name}.pgo"


def record_profile(program, target, used=None, frequency=2000):
    """perf over the training runs of a -O2 -g build with frame pointers, made with the profiles of the folder [used] if
    any; the profile goes to the folder [target]."""
    flags = pgo_flags(used / f"{program.name}.pgo") if used else []
    executable = compile_program(program, "profiled", [*PROFILED_FLAGS, *flags])
    profile = target / f"{program.name}.pgo"
    data = WORK / f"{program.name}.perf.data"
    script = "set -e\n" + "\n".join(" ".join(command) + " >/dev/null"
                                    for command in program.commands(executable, "train"))
    say(f"{program.name}: recording")
    run(["perf", "record", "-q", "-e", "cpu-clock:u", "-F", frequency, "-g", "-o", data, "--", "sh", "-c", script])
    target.mkdir(parents=True, exist_ok=True)
    run([PPROFREAD, "import", "--binary", executable, "-o", profile, data])
    say(run([PPROFREAD, "check", profile]))


def pgo_flags(profile, *options):
    flags = [f"-fpass-plugin={PLUGIN}", "-mllvm", f"-pgo-profile={profile}"]
    if int(LLVM) < 20:
        flags.insert(0, f"-fplugin={PLUGIN}")
    for option in options:
        flags += ["-mllvm", option]
    return flags


def collect_counts(program, executable, name):
    """Runs the training inputs on an instrumented [executable] and gives the merged counts' path."""
    folder = WORK / "raw" / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for command in program.commands(executable, "train"):
        run(["sh", "-c", " ".join(command) + " >/dev/null"],
            env=dict(os.environ, LLVM_PROFILE_FILE=f"{folder}/%p.profraw"))
    run([f"llvm-profdata-{LLVM}", "merge", *sorted(glob.glob(f"{folder}/*.profraw")), "-o", folder / "use.profdata"])
    return folder / "use.profdata"
