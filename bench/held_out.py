"""Programs held out: nothing in libpgo was tuned on them. They tell whether what was tuned on the others generalizes;
so none of their figures is a reason for a change by itself."""

from make_cnf import write_factoring, write_random
from workbench import PROGRAMS, WORK, Program, fetch_package, prepare_sqlite, run


def prepare_jpeg(program):
    (program.source / "jconfig.h").write_text(
        '#define JPEG_LIB_VERSION 62\n#define LIBJPEG_TURBO_VERSION "2.1.5"\n'
        "#define LIBJPEG_TURBO_VERSION_NUMBER 2001005\n#define BITS_IN_JSAMPLE 8\n")
    (program.source / "jconfigint.h").write_text(
        '#define BUILD ""\n#define INLINE inline\n#define THREAD_LOCAL __thread\n#define PACKAGE_NAME "libjpeg-turbo"\n'
        '#define VERSION "2.1.5"\n#define SIZEOF_SIZE_T 8\n#define HAVE_BUILTIN_CTZL 1\n#define FALLTHROUGH\n')
    (program.source / "jversion.h").write_text(
        '#define JVERSION "6b"\n#define JCOPYRIGHT ""\n#define JCOPYRIGHT_SHORT ""\n')


def prepare_minisat(program):
    """Its exit status tells the answer (10 or 20); here success is 0."""
    main = program.source / "minisat" / "core" / "Main.cc"
    main.write_text(main.read_text().replace("ret == l_True ? 10 : ret == l_False ? 20 : 0", "0"))


def prepare_tcc(program):
    if not (program.source / "config.h").exists():
        run(["sh", "./configure"], cwd=program.source)
        run(["make", "libtcc1.a"], cwd=program.source)


def prepare_pcre2(program):
    folder = program.source / "src"
    for name, origin in (("config.h", "config.h.generic"), ("pcre2.h", "pcre2.h.generic"),
                         ("pcre2_chartables.c", "pcre2_chartables.c.dist")):
        (folder / name).write_text((folder / origin).read_text())


def prepare_gawk(program):
    if not (program.source / "config.h").exists():
        run(["sh", "./configure", "--disable-mpfr", "--disable-nls", "--disable-extensions", "--without-readline"],
            cwd=program.source)


def write_picture(photograph, path, columns, rows):
    """A small photograph (PPM, or BMP of 24 bits), repeated in [columns] and [rows] to a large PPM."""
    data = photograph.read_bytes()
    if data.startswith(b"BM"):
        start, width, height = (int.from_bytes(data[at:at + 4], "little") for at in (10, 18, 22))
        stride = (3 * width + 3) // 4 * 4
        # Backwards it is upright, in red, green, blue, and mirrored.
        lines = [data[start + y * stride:start + y * stride + 3 * width][::-1] for y in reversed(range(height))]
    else:
        _, columns_rows, _, pixels = data.split(b"\n", maxsplit=3)
        width, height = map(int, columns_rows.split())
        lines = [pixels[3 * width * y:3 * width * (y + 1)] for y in range(height)]
    picture = b"".join(line * columns for line in lines) * rows
    path.write_bytes(b"P6\n%d %d\n255\n" % (width * columns, height * rows) + picture)


def make_pictures(folder):
    pictures = WORK / "source" / "libjpeg-turbo" / "source" / "testimages"
    write_picture(pictures / "testorig.ppm", folder / "train.ppm", 14, 14)
    write_picture(pictures / "nightshot_iso_100.bmp", folder / "test.ppm", 16, 16)


def make_speech(folder):
    """Words spoken by a person, from the test of a sound card's speakers (48 kHz, one channel)."""
    fetch_package("alsa-utils")
    speech = WORK / "source" / "alsa-utils" / "source" / "speaker-test" / "samples"
    for which, words in (("train", "Front_Left Rear_Center Side_Right Front_Right Noise"),
                         ("test", "Rear_Left Front_Center Side_Left Rear_Right")):
        sound = b"".join((speech / f"{word}.wav").read_bytes()[44:] for word in words.split())
        (folder / f"{which}.pcm").write_bytes(sound * 12)


def make_formulas(folder):
    write_random(folder / "train.random.cnf", 1, 250)
    write_factoring(folder / "train.factoring.cnf", 150001 * 200003, 18)
    write_random(folder / "test.random.cnf", 5, 240)
    write_factoring(folder / "test.factoring.cnf", 180001 * 240007, 18)


def make_brotli(folder):
    for which in ("train", "test"):
        run(["brotli", "-kf", "-q", "7", folder / f"{which}.tar"])


def fetch_compiled(_):
    """What tcc compiles."""
    for package in ("mujs", "sqlite3"):
        fetch_package(package)
    prepare_sqlite(next(program for program in PROGRAMS if program.name == "sqlite"))


HELD_OUT = [
    Program("mujs", "mujs", ["one.c", "main.c"], flags=["-I{source}"], libraries=["-lm"],
            train=["{bench}/programs/workload.js 1 400"], test=["{bench}/programs/workload.js 77 100"]),
    Program("brotli", "brotli", ["c/common/*.c", "c/enc/*.c", "c/dec/*.c", "c/tools/brotli.c"],
            make_inputs=make_brotli, flags=["-I{source}/c/include"], libraries=["-lm"],
            train=["-c -q 5 {work}/input/train.tar", "-dc {work}/input/train.tar.br"] * 3 +
                  ["-c -q 9 {work}/input/train.xml"],
            test=["-c -q 5 {work}/input/test.tar", "-dc {work}/input/test.tar.br"]),
    Program("cjpeg", "libjpeg-turbo", ["jc*.c", "jd*.c", "jerror.c", "jfdct*.c", "jidct*.c", "jquant*.c", "jutils.c",
                                       "jmem*.c", "jaricom.c", "jsimd_none.c", "cjpeg.c", "cdjpeg.c", "rd[bgpst]*.c"],
            leave_out=["jccolext.c", "jdcolext.c", "jdcol565.c", "jdmrgext.c", "jdmrg565.c", "jstdhuff.c", "jcstest.c",
                       "jdatadst-tj.c", "jdatasrc-tj.c", "jcarith.c", "jdarith.c"],
            prepare=prepare_jpeg, make_inputs=make_pictures,
            flags=["-I{source}", "-DBMP_SUPPORTED", "-DPPM_SUPPORTED"],
            train=["-quality 80 {work}/input/train.ppm", "-quality 60 -progressive {work}/input/train.ppm"] * 25,
            test=["-quality 90 -optimize {work}/input/test.ppm", "-progressive {work}/input/test.ppm"] * 2),
    Program("opus", "opus", ["celt/*.c", "silk/*.c", "silk/float/*.c", "src/*.c"],
            leave_out=["opus_custom_demo.c", "opus_compare.c", "repacketizer_demo.c", "mlp_train.c"],
            make_inputs=make_speech, libraries=["-lm"],
            flags=["-DOPUS_BUILD", "-DVAR_ARRAYS", "-DHAVE_LRINT", "-DHAVE_LRINTF", '-DPACKAGE_VERSION="1.3.1"'] +
                  [f"-I{{source}}/{folder}" for folder in ("celt", "silk", "silk/float", "src", "include")],
            train=["voip 48000 1 16000 {work}/input/train.pcm /dev/stdout",
                   "audio 48000 1 96000 {work}/input/train.pcm /dev/stdout"] * 3,
            test=["voip 48000 1 24000 {work}/input/test.pcm /dev/stdout",
                  "audio 48000 1 64000 {work}/input/test.pcm /dev/stdout"]),
    Program("minisat", "minisat2", ["minisat/core/*.cc", "minisat/utils/*.cc"], prepare=prepare_minisat,
            make_inputs=make_formulas, flags=["-I{source}", "-Wno-reserved-user-defined-literal"],
            libraries=["-lz"],
            train=["-verb=0 {work}/input/train.random.cnf", "-verb=0 {work}/input/train.factoring.cnf"],
            test=["-verb=0 {work}/input/test.random.cnf", "-verb=0 {work}/input/test.factoring.cnf"]),
    Program("tcc", "tcc", ["tcc.c"], prepare=prepare_tcc, make_inputs=fetch_compiled,
            flags=["-I{source}", "-DONE_SOURCE=1", '-DCONFIG_TRIPLET="x86_64-linux-gnu"'],
            libraries=["-lm", "-ldl", "-lpthread"],
            train=["-B{source} -c {source}/tcc.c -o {work}/tcc.out",
                   "-B{source} -c {work}/source/mujs/source/one.c -o {work}/tcc.out",
                   "-B{source} -c {work}/source/sqlite3/source/test/speedtest1.c -o {work}/tcc.out"] * 80,
            test=["-B{source} -c {work}/source/sqlite3/source/sqlite3.c -o {work}/tcc.out",
                  "-B{source} -E {work}/source/sqlite3/source/sqlite3.c"] * 4),
    Program("pcre2grep", "pcre2", ["src/pcre2_*.c", "src/pcre2grep.c"], prepare=prepare_pcre2,
            leave_out=["pcre2_dftables.c", "pcre2_fuzzsupport.c", "pcre2_jit_match.c", "pcre2_jit_misc.c",
                       "pcre2_jit_test.c", "pcre2_printint.c", "pcre2_ucptables.c"],
            flags=["-I{source}/src", "-DHAVE_CONFIG_H", "-DPCRE2_CODE_UNIT_WIDTH=8", "-DSUPPORT_PCRE2_8",
                   "-DSUPPORT_UNICODE", "-DHAVE_MEMMOVE", "-DHAVE_STRERROR", "-DHAVE_UNISTD_H", "-DHAVE_INTTYPES_H",
                   "-DHAVE_STDINT_H"],
            train=["--buffer-size=200K -a -c -f {bench}/programs/patterns.train {work}/input/train.tar",
                   "--buffer-size=200K -a -o -n -f {bench}/programs/patterns.train {work}/input/train.tar"] * 3,
            test=["--buffer-size=200K -a -o -f {bench}/programs/patterns.test {work}/input/test.tar"]),
    Program("gawk", "gawk", ["*.c", "support/dfa.c", "support/getopt*.c", "support/localeinfo.c", "support/random.c",
                             "support/regex.c", "support/pma.c"], prepare=prepare_gawk,
            flags=["-I{source}", "-I{source}/support", "-DHAVE_CONFIG_H", "-DGAWK", '-DDEFPATH="."', '-DDEFLIBPATH="."',
                   '-DSHLIBEXT="so"', '-DLOCALEDIR="."'], libraries=["-lm", "-ldl"],
            train=["-v kind=count -f {bench}/programs/text.awk {work}/input/train.tar",
                   "-v kind=rewrite -f {bench}/programs/text.awk {work}/input/train.tar"],
            test=["-v kind=count -f {bench}/programs/text.awk {work}/input/test.tar",
                  "-v kind=rewrite -f {bench}/programs/text.awk {work}/input/test.tar"]),
    Program("physics", "box2d", ["src/*/*.cpp", "{bench}/programs/physics.cpp"],
            flags=["-I{source}/include", "-I{source}/src"],
            train=["1 500 3000", "2 150 6000"], test=["7 350 800"]),
]
