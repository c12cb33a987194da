#!/usr/bin/env python3
"""ci.py SOURCE BUILD LLVM: the commands of examples/ci's workflows, taken from the YAML and run in order in a scratch copy
of examples/fermat, where both gates must pass; then on sources that the profile no longer fits, which must be noticed. The
step that installs packages is left out, and what would talk to GitHub or GitLab is a stand-in that keeps its arguments.
Skipped (77) without PyYAML, valgrind or clang 22."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

try:
    import yaml
except ImportError:
    print("SKIPPED: no python3-yaml")
    sys.exit(77)

source, build, llvm = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3]
needed = ["clang-22", "valgrind", "strip"]
if llvm != "22" or not all(map(shutil.which, needed)):
    print("SKIPPED: needs libpgo for LLVM 22, and", ", ".join(needed))
    sys.exit(77)
scratch = pathlib.Path(tempfile.mkdtemp())


def install():
    prefix = scratch / "prefix"
    log = open(scratch / "install.log", "w")
    subprocess.run(["cmake", "--install", build, "--prefix", str(prefix)], check=True, stdout=log, stderr=log)
    for name in ["gh", "curl"]:
        stand_in = prefix / "bin" / name
        stand_in.write_text('#!/bin/sh\necho "$(basename "$0") $*" >>said.txt\n')
        stand_in.chmod(0o755)
    return prefix / "bin"


def check_out(name, is_stale):
    folder = scratch / name
    folder.mkdir()
    for file in ["fermat.c", "default.pgo"]:
        shutil.copy(source / "examples/fermat" / file, folder)
    if is_stale:
        text = (folder / "fermat.c").read_text()
        changed = text.replace("is_square", "is_root").replace("hardware_root", "other_root")
        assert changed != text
        (folder / "fermat.c").write_text(changed)
    return folder


def run(command, folder, variables, strict=True):
    shell = ["bash", "--noprofile", "--norc", "-eo" if strict else "-o", "pipefail", "-c", command]
    environment = {**os.environ, **variables, "PATH": f"{programs}:{os.environ['PATH']}"}
    done = subprocess.run(shell, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return done.returncode, f"$ {command}\n{done.stdout}exit status {done.returncode}\n"


def texts(variables):
    """Those that are not for GitHub to fill in."""
    return {name: str(text) for name, text in variables.items() if "${{" not in str(text)}


def run_github(folder):
    """Gives the names of the steps that failed."""
    workflow = yaml.safe_load((source / "examples/ci/github.yml").read_text())
    variables = {**texts(workflow["env"]), "GITHUB_STEP_SUMMARY": "step-summary.md", "GITHUB_REPOSITORY": "owner/name",
                 "GH_TOKEN": "none", "NUMBER": "7"}
    failed, log = [], ""
    for job in workflow["jobs"].values():
        for step in job["steps"]:
            if "run" not in step or step.get("id") == "install":
                continue
            if failed and "if" not in step and job is workflow["jobs"]["gate"]:
                continue
            status, text = run(step["run"], folder, {**variables, **texts(step.get("env", {}))})
            log += text
            if status != 0:
                failed.append(step["name"])
    return failed, log


def run_gitlab(folder):
    """The script's lines are one shell's; after_script is another's."""
    job = yaml.safe_load((source / "examples/ci/gitlab.yml").read_text())["pgo"]
    variables = {**texts(job["variables"]), "NOTE_TOKEN": "none", "CI_MERGE_REQUEST_IID": "7", "CI_PROJECT_ID": "1",
                 "CI_API_V4_URL": "https://gitlab.example/api/v4"}
    status, log = run("\n".join(job["script"]), folder, variables)
    after, text = run("\n".join(job["after_script"]), folder, variables)
    return ["script"] * (status != 0) + ["after_script"] * (after != 0), log + text


def expect(condition, what, log):
    if not condition:
        print(log)
        sys.exit(f"ci: {what}")


def check(name, function, is_stale, expected, said):
    folder = check_out(f"{name}-{'stale' if is_stale else 'fresh'}", is_stale)
    failed, log = function(folder)
    # A stale profile may or may not be slower.
    failed = [step for step in failed if not (is_stale and "faster" in step)]
    expect(failed == expected, f"{name}: these steps failed: {failed}, not {expected}", log)
    for file in ["pgo.html", "profile.json", "speed.json", "summary.md"]:
        expect((folder / file).exists() and (folder / file).stat().st_size > 0, f"{name}: no {file}", log)
    summary = (folder / "summary.md").read_text()
    for text in ["### Profile: " + ("fail" if is_stale else "pass"), ": pgo-gate compare\n", "| instructions |"]:
        expect(text in summary, f"{name}: no '{text}' in the summary", log + summary)
    expect(said in (folder / "said.txt").read_text(), f"{name}: '{said}' was not run", log)
    return folder


try:
    programs = install()
    for is_stale in [False, True]:
        steps = ["Does the profile still fit the program?"] if is_stale else []
        folder = check("github", run_github, is_stale, steps, "pr comment 7 --repo owner/name")
        expect((folder / "step-summary.md").read_text() == (folder / "summary.md").read_text(), "two summaries", "")
        check("gitlab", run_gitlab, is_stale, ["script"] if is_stale else [], "body@summary.md")
finally:
    shutil.rmtree(scratch)
