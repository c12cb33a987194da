"""Programs from outside: chosen after libpgo was tuned, for kinds of program that the others lack (most are C++)."""

from held_out import make_formulas, make_speech
from workbench import ROOT, WORK, Program, fetch_package, run


def prepare_cmark(program):
    folder = program.source / "src"
    (folder / "config.h").write_text(
        "#include <stdbool.h>\n#define HAVE_STDBOOL_H\n#define HAVE___BUILTIN_EXPECT\n#define HAVE___ATTRIBUTE__\n"
        "#define CMARK_ATTRIBUTE(list) __attribute__ (list)\n#define CMARK_INLINE inline\n")
    (folder / "cmark_version.h").write_text('#define CMARK_VERSION 0\n#define CMARK_VERSION_STRING "0"\n')
    (folder / "cmark_export.h").write_text("#define CMARK_EXPORT\n#define CMARK_NO_EXPORT\n")


def prepare_lame(program):
    if not (program.source / "config.h").exists():
        run(["sh", "./configure", "--disable-shared", "--disable-nasm", "ac_cv_lib_termcap_initscr=no",
             "ac_cv_lib_curses_initscr=no", "ac_cv_lib_ncurses_initscr=no"], cwd=program.source)


def prepare_cadical(program):
    """Its exit status tells the answer (10 or 20); here success is 0."""
    main = program.source / "src" / "cadical.cpp"
    main.write_text(main.read_text().replace("  int res = app.main (argc, argv);\n  return res;",
                                             "  app.main (argc, argv);\n  return 0;"))


def prepare_hunspell(program):
    if not (program.source / "config.h").exists():
        run(["sh", "./configure", "--disable-nls", "--without-ui", "--without-readline"], cwd=program.source)


def prepare_re2(program):
    if not (program.source / "re2" / "unicode_groups.cc").exists():
        run(["sh", "-c", f". {ROOT}/.ci/debian; install_packages unicode-data python3-six"])
        run(["make", "REBUILD_TABLES=1", *(f"re2/{name}.cc" for name in ("perl_groups", "unicode_casefold", "unicode_groups"))],
            cwd=program.source)


def prepare_leveldb(program):
    (program.source / "port" / "port_config.h").write_text(
        "#define HAVE_FDATASYNC 1\n#define HAVE_FULLFSYNC 0\n#define HAVE_O_CLOEXEC 1\n#define HAVE_CRC32C 0\n"
        "#define HAVE_SNAPPY 0\n")


def make_scripts(folder):
    """duk passes no arguments on."""
    workload = (ROOT / "bench" / "programs" / "workload.js").read_text()
    for which, arguments in (("train", "[1, 1000]"), ("test", "[77, 40]")):
        (folder / f"{which}.js").write_text(f"var scriptArgs = {arguments};\n" + workload)


def make_lzip(folder):
    for which in ("train", "test"):
        run(["lzip", "-kf", "-3", folder / f"{which}.tar"])


def make_documents(folder):
    """Markdown as people write it, and as the format's authors test it."""
    source = WORK / "source" / "cmark" / "source"
    samples = sorted((source / "bench" / "samples").glob("*.md"))
    fetch_package("leveldb")
    leveldb = WORK / "source" / "leveldb" / "source"
    train = [source / "test" / "spec.txt", source / "README.md", *samples[::2]]
    test = [leveldb / "doc" / "impl.md", leveldb / "doc" / "index.md", leveldb / "README.md",
            source / "why-cmark-and-not-x.md", *samples[1::2]]
    for which, parts in (("train", train), ("test", test)):
        (folder / f"{which}.md").write_text("\n\n".join(part.read_text() for part in parts) * 40)


def make_texts(folder):
    """Words to spell, with mistakes: names from source code are among them."""
    run(["sh", "-c", f". {ROOT}/.ci/debian; install_packages hunspell-en-us"])
    source = WORK / "source"
    fetch_package("cmark")
    parts = {"train": ["lua5.4/source/doc/manual.html", "cmark/source/test/spec.txt"],
             "test": ["cmark/source/README.md", "sqlite3/source/README.md"]}
    fetch_package("lua5.4")
    for which, names in parts.items():
        text = "\n".join((source / name).read_text(encoding="utf-8", errors="replace") for name in names)
        (folder / f"{which}.txt").write_text(text.encode("ascii", "replace").decode()[:30000])


OUTSIDE = [
    Program("duktape", "duktape", ["src/duktape.c", "examples/cmdline/duk_cmdline.c", "extras/print-alert/duk_print_alert.c",
                                   "extras/console/duk_console.c"],
            make_inputs=make_scripts, libraries=["-lm"],
            flags=["-I{source}/src", "-I{source}/extras/print-alert", "-I{source}/extras/console",
                   "-DDUK_CMDLINE_PRINTALERT_SUPPORT", "-DDUK_CMDLINE_CONSOLE_SUPPORT"],
            train=["{work}/input/train.js"], test=["{work}/input/test.js"]),
    Program("cmark", "cmark", ["src/*.c"], prepare=prepare_cmark, make_inputs=make_documents, flags=["-I{source}/src"],
            train=["{work}/input/train.md", "-t commonmark {work}/input/train.md"] * 24, test=["{work}/input/test.md"] * 4),
    Program("lame", "lame", ["libmp3lame/*.c", "libmp3lame/vector/xmm_quantize_sub.c", "mpglib/*.c", "frontend/*.c"],
            leave_out=["mp3rtp.c", "mp3x.c", "rtp.c", "gtkanal.c", "gpkplotting.c", "amiga_mpega.c"],
            prepare=prepare_lame, make_inputs=make_speech, libraries=["-lm"],
            flags=["-DHAVE_CONFIG_H", "-DNDEBUG", "-I{source}", "-I{source}/include", "-I{source}/libmp3lame",
                   "-I{source}/mpglib", "-I{source}/frontend"],
            train=["--quiet -r -s 48 -m m -b 128 {work}/input/train.pcm -",
                   "--quiet -r -s 48 -m m -V 2 {work}/input/train.pcm -"] * 4,
            test=["--quiet -r -s 48 -m m -b 96 {work}/input/test.pcm -",
                  "--quiet -r -s 48 -m m -V 4 {work}/input/test.pcm -"]),
    Program("cadical", "cadical", ["src/*.cpp"], leave_out=["mobical.cpp"], prepare=prepare_cadical,
            make_inputs=make_formulas, flags=["-DNBUILD", "-DNDEBUG"],
            train=["-q -n {work}/input/train.random.cnf", "-q -n {work}/input/train.factoring.cnf"],
            test=["-q -n {work}/input/test.random.cnf", "-q -n {work}/input/test.factoring.cnf"]),
    Program("lzip", "lzip", ["*.cc"], make_inputs=make_lzip, flags=['-DPROGVERSION="1"'],
            train=["-c -3 {work}/input/train.tar", "-c -0 {work}/input/train.tar", "-cd {work}/input/train.tar.lz"],
            test=["-c -4 {work}/input/test.tar", "-cd {work}/input/test.tar.lz"]),
    Program("hunspell", "hunspell", ["src/hunspell/*.cxx", "src/parsers/*.cxx", "src/tools/hunspell.cxx"],
            leave_out=["testparser.cxx"], prepare=prepare_hunspell, make_inputs=make_texts,
            flags=["-I{source}", "-I{source}/src/hunspell", "-I{source}/src/parsers", "-DHAVE_CONFIG_H"],
            train=["-d en_US -l {work}/input/train.txt"] * 30 + ["-d en_US -a {work}/input/train.txt"],
            test=["-d en_US -a {work}/input/test.txt"]),
    Program("search", "re2", ["re2/*.cc", "util/rune.cc", "util/strutil.cc", "{bench}/programs/search.cpp"],
            prepare=prepare_re2,
            flags=["-I{source}"], libraries=["-lpthread"],
            train=["{bench}/programs/patterns.train {work}/input/train.tar"] * 25,
            test=["{bench}/programs/patterns.test {work}/input/test.tar"] * 8),
    Program("store", "leveldb", ["db/*.cc", "table/*.cc", "util/*.cc", "helpers/memenv/memenv.cc",
                                 "{bench}/programs/store.cpp"], prepare=prepare_leveldb, libraries=["-lpthread"],
            leave_out=["*_test.cc", "*windows*", "leveldbutil.cc"],
            flags=["-I{source}", "-I{source}/include", "-DLEVELDB_PLATFORM_POSIX=1", "-DNDEBUG"],
            train=["1 150000"], test=["7 30000"]),
]
