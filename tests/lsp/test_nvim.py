"""The snippet of docs/editors.md in Neovim, without a terminal."""

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


@pytest.mark.skipif(not shutil.which("nvim"), reason="nvim is not installed")
def test_neovim_shows_and_fixes(tmp_path):
    snippet, = re.findall(r"^```lua\n(.*?)^```$", (ROOT / "docs/editors.md").read_text(), re.DOTALL | re.MULTILINE)
    (tmp_path / "snippet.lua").write_text(snippet)
    (tmp_path / "a.sh").write_text('# é😀\ngitlab-runner register -u é😀 --token "$T" --locked\n')
    out = tmp_path / "out.json"
    environment = {"PATH": f"{Path(RUNNERLINT).parent}:{os.environ['PATH']}", "HOME": str(tmp_path), "OUT": str(out),
                   "SNIPPET": str(tmp_path / "snippet.lua"), "LANG": "C.UTF-8"}
    done = subprocess.run(["nvim", "--headless", "-u", "NONE", "-i", "NONE", "-n", "-S", HERE / "nvim.lua"], cwd=tmp_path,
                          env=environment, capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL)
    assert out.exists(), done
    result = json.loads(out.read_text())
    message = "`--locked` of `gitlab-runner register` is set on the server now"
    # Neovim counts in bytes, and two is a warning.
    column = len('gitlab-runner register -u é😀 --token "$T" '.encode())
    assert result["found"] == [[1, column, 1, column + len("--locked"), 2, "runnerlint", message]]
    assert result["text"] == '# é😀\ngitlab-runner register -u é😀 --token "$T"'
