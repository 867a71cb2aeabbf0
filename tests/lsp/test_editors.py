"""The snippets of docs/editors.md in the real editors, without a terminal. Those that are not installed are skipped."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import RUNNERLINT

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
BEFORE = 'gitlab-runner register -u é😀 --token "$T" '
OPTION = "--locked"


def drive(command, folder, language):
    """Runs an editor with the one snippet in this language, and gives back what it wrote to $OUT."""
    snippet, = re.findall(rf"^```{language}\n(.*?)^```$", (ROOT / "docs/editors.md").read_text(), re.DOTALL | re.MULTILINE)
    (folder / "snippet").write_text(snippet)
    (folder / "a.sh").write_text(f"# é😀\n{BEFORE}{OPTION}\n")
    (folder / ".git").mkdir()
    out = folder / "out.json"
    environment = {"PATH": f"{Path(RUNNERLINT).parent}:{os.environ['PATH']}", "HOME": str(folder), "OUT": str(out),
                   "SNIPPET": str(folder / "snippet"), "LANG": "C.UTF-8"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120,
                          stdin=subprocess.DEVNULL)
    assert out.exists(), done
    return json.loads(out.read_text())


@pytest.mark.skipif(not shutil.which("nvim"), reason="nvim is not installed")
def test_neovim_shows_and_fixes(tmp_path):
    command = ["nvim", "--headless", "-u", "NONE", "-i", "NONE", "-n", "-S", HERE / "nvim.lua"]
    result = drive(command, tmp_path, "lua")
    message = f"`{OPTION}` is deprecated: set the project lock on the runner in GitLab"
    # Neovim counts in bytes, and two is a warning.
    column = len(BEFORE.encode())
    assert result["found"] == [[1, column, 1, column + len(OPTION), 2, "runnerlint", message]]
    assert result["text"] == f"# é😀\n{BEFORE.rstrip()}"


def has_eglot():
    command = ["emacs", "--batch", "--eval", '(kill-emacs (if (locate-library "eglot") 0 1))']
    return shutil.which("emacs") and subprocess.run(command, capture_output=True).returncode == 0


@pytest.mark.skipif(not has_eglot(), reason="no Emacs with Eglot is installed")
def test_emacs_shows_and_offers(tmp_path):
    result = drive(["emacs", "--batch", "-l", HERE / "emacs.el"], tmp_path, "emacs-lisp")
    assert result["found"] == [[OPTION, "eglot-warning"]]
    assert result["titles"][0] == f"runnerlint: remove `{OPTION}` [register-server-option]"
