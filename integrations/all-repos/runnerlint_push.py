"""A push module for all-repos: pushes the commit of `runnerlint_fix.py` to a branch of its own, and to nothing else.

- The message of the commit becomes the one that `runnerlint_fix.py` has written.
- A branch that has the same files already stays as it is, so a second run changes nothing.
- A branch that is out of date is replaced if it has only the commit of an earlier run. Commits of other people are never replaced.
"""

import subprocess
from pathlib import Path
from typing import NamedTuple

MESSAGE = Path(".git/runnerlint-message")
# Marks a commit as ours.
TRAILER = "Runnerlint-Campaign: "


class Settings(NamedTuple):
    remote: str = "origin"


def git(*arguments):
    return subprocess.run(["git", *arguments], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()


def push(settings, branch_name):
    message = f"{MESSAGE.read_text().rstrip()}\n\n{TRAILER}{branch_name}\n"
    # A line of the plan that begins with `#` is no comment.
    subprocess.run(["git", "commit", "--quiet", "--amend", "--no-verify", "--cleanup=whitespace", "--file=-"],
                   input=message, text=True, check=True)
    theirs = f"refs/runnerlint/{branch_name}"
    destination = f"HEAD:refs/heads/{branch_name}"
    if not git("ls-remote", settings.remote, f"refs/heads/{branch_name}"):
        # Fails if another run has made the branch meanwhile.
        subprocess.run(["git", "push", "--quiet", f"--force-with-lease=refs/heads/{branch_name}:", settings.remote, destination], check=True)
        print(f"{branch_name}: pushed")
        return
    git("fetch", "--quiet", settings.remote, f"+refs/heads/{branch_name}:{theirs}")
    if git("rev-parse", f"{theirs}^{{tree}}") == git("rev-parse", "HEAD^{tree}"):
        print(f"{branch_name}: up to date")
        return
    # Without a common ancestor these are all commits of the branch.
    commits = git("rev-list", theirs, "--not", "HEAD").splitlines()
    if len(commits) != 1 or f"{TRAILER}{branch_name}" not in git("show", "--no-patch", "--format=%B", theirs).splitlines():
        raise RuntimeError(f"{branch_name}: the branch has other commits: merge or delete it first")
    lease = f"--force-with-lease=refs/heads/{branch_name}:{git('rev-parse', theirs)}"
    subprocess.run(["git", "push", "--quiet", lease, settings.remote, destination], check=True)
    print(f"{branch_name}: replaced the commit of an earlier run")
