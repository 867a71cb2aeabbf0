#!/usr/bin/env python3
"""Fixes every repository that all-repos has cloned. Each fix is a commit on a branch; its message has the removed settings and the plan.

Needs the program `runnerlint` and the Python package `all-repos`. docs/organisation.md shows how to use it.
"""

import argparse
import functools
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from all_repos import autofix_lib

SUBJECT = "Migrate GitLab Runner registrations to authentication tokens"
# What the push module reads, in the directory `.git` of a temporary clone.
MESSAGE = "runnerlint-message"
# The plan of a large repository is too long for a message of a commit.
LONGEST_PLAN = 60_000


def find_repos(config):
    return [os.path.join(config.output_dir, name) for name in sorted(config.get_cloned_repos())]


def apply_fix(program, options):
    """Fixes the repository in the working directory."""
    with tempfile.TemporaryDirectory() as temporary:
        plan = Path(temporary) / "plan.md"
        command = [program, "check", ".", "--fix", "--plan", str(plan), "--quiet", "--fail-on", "never", *options]
        print("$", " ".join(command), flush=True)
        # Without standard output: its findings are those that remain, which the dashboard shows.
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        print(done.stderr, end="", flush=True)
        if done.returncode != 0:
            # all-repos reports it, and goes on with the next repository.
            raise RuntimeError(f"runnerlint: exit code {done.returncode}")
        text = plan.read_text() if plan.exists() else ""
    if len(text) > LONGEST_PLAN:
        text = text[:LONGEST_PLAN].rsplit("\n", 1)[0] + "\n\nThe plan is cut here: run `runnerlint plan` on the parent commit.\n"
    lines = done.stderr.splitlines()
    parts = [SUBJECT, ""]
    if lines:
        parts += ["Removed settings and manual steps:", "", *(f"- {line}" for line in lines), ""]
    parts += ["The plan before this commit:", "", text.rstrip()]
    Path(".git", MESSAGE).write_text("\n".join(parts) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    autofix_lib.add_fixer_args(parser)
    parser.add_argument("--branch", default="runnerlint", help="end of the name of the branch [default: %(default)s]")
    parser.add_argument("--runnerlint", default="runnerlint", metavar="PROGRAM", help="the program [default: %(default)s]")
    parser.add_argument("--unsafe-fixes", action="store_true", help="also apply fixes that need a manual step")
    parser.add_argument("--token-value", metavar="EXPR", help="write this expression instead of a registration token")
    args = parser.parse_args()
    options = ["--unsafe-fixes"] if args.unsafe_fixes else []
    if args.token_value:
        options += ["--token-value", args.token_value]
    repos, config, commit, settings = autofix_lib.from_cli(
        args, find_repos=find_repos, msg=SUBJECT, branch_name=args.branch)
    program = shutil.which(args.runnerlint)
    if not program:
        parser.error(f"no such program: {args.runnerlint}")
    fix = functools.partial(apply_fix, os.path.abspath(program), options)
    autofix_lib.fix(repos, apply_fix=fix, config=config, commit=commit, autofix_settings=settings)


if __name__ == "__main__":
    sys.exit(main())
