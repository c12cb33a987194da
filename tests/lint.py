"""lint.py CHECK SOURCE BUILD LLVM: the sources as text. ctest runs it as lint.CHECK.

  format  clang-format changes nothing
  tidy    clang-tidy finds nothing, in every file of BUILD's compile database and in the examples (.clang-tidy says what
          it looks for)
  shell   shellcheck finds nothing in the scripts
  python  pyflakes finds nothing
  size    no file of code is longer than 600 lines (a function's limit is clang-tidy's)

Prints findings and exits 1; exits 77, a test skipped, where the tool is not installed."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

LINE_LIMIT = 600
C_FILES = {".c", ".h", ".cpp"}
CODE = C_FILES | {".py", ".sh", ".js", ".css", ".cmake", ".in", ".txt", ""}


def list_files(source):
    """The sources; what is built, fetched or recorded is none."""
    left_out = {".git", "data", "corpus", "profiles", "out", "__pycache__"}
    for folder, folders, names in os.walk(source):
        folders[:] = sorted(f for f in folders if f not in left_out and not f.startswith("build"))
        yield from (Path(folder, name) for name in sorted(names))


def get_interpreter(path):
    with open(path, "rb") as file:
        line = file.readline().decode(errors="replace")
    return line.split()[-1].split("/")[-1] if line.startswith("#!") else ""


def need(tool):
    if shutil.which(tool) is None:
        print(f"{tool} is not installed")
        sys.exit(77)


def run(tool, source, files):
    need(tool[0])
    return subprocess.run([*tool, *files], cwd=source).returncode == 0


def check_format(source, _, llvm):
    return run([f"clang-format-{llvm}", "--dry-run", "-Werror"], source,
               [f for f in list_files(source) if f.suffix in C_FILES])


def check_shell(source, *_):
    names = {"common.sh", "support.sh", "debian"}  # are sourced
    return run(["shellcheck"], source, [f for f in list_files(source)
                                        if f.name in names or get_interpreter(f) in {"sh", "bash"}])


def check_python(source, *_):
    return run(["pyflakes3"], source, [f for f in list_files(source) if f.name != "lit.cfg.py" and (  # whose `config` is lit's
        f.suffix == ".py" or get_interpreter(f) == "python3")])


def check_size(source, *_):
    long = []
    for path in list_files(source):
        if path.suffix in CODE:
            count = len(path.read_bytes().splitlines())
            if count > LINE_LIMIT:
                long.append(f"{path}: {count} lines, more than {LINE_LIMIT}")
    print("\n".join(long), end="\n" if long else "")
    return not long


def list_commands(build):
    """One command a file, the first; with assertions, which say much of what can be null."""
    commands = {}
    for command in json.loads(Path(build, "compile_commands.json").read_text()):
        if not Path(command["file"]).is_relative_to(build):  # generated
            text = command["command"].replace(" -DNDEBUG", "")
            commands.setdefault(command["file"], command | {"command": text})
    return list(commands.values())


def list_examples(source):
    """They have a build of their own."""
    return [{"file": str(f), "directory": source, "command": f"clang -std=gnu17 -D_GNU_SOURCE -Ipprofread -c {f}"}
            for f in sorted(Path(source, "examples").glob("*/*.c"))]


def check_tidy(source, build, llvm):
    tool = f"clang-tidy-{llvm}"
    need(tool)

    def check_file(command):
        done = subprocess.run([tool, "-p", folder, "--quiet", command["file"]], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True)
        if done.returncode != 0:
            print(done.stdout or done.stderr, end="", flush=True)
        return done.returncode == 0

    with tempfile.TemporaryDirectory() as folder:
        commands = list_commands(build) + list_examples(source)
        Path(folder, "compile_commands.json").write_text(json.dumps(commands))
        with ThreadPoolExecutor(os.cpu_count()) as workers:
            return len(commands) > 0 and all(list(workers.map(check_file, commands)))


def main():
    check, *arguments = sys.argv[1:]
    checks = {"format": check_format, "tidy": check_tidy, "shell": check_shell, "python": check_python,
              "size": check_size}
    return 0 if checks[check](*arguments) else 1


if __name__ == "__main__":
    sys.exit(main())
