"""What can be done about a finding: each edit gives a text in which it is gone."""

import pytest
from conftest import OLD_TOKEN, session
from lsprotocol import types
from pytest_lsp import client_capabilities

LOCKED = 'gitlab-runner register --token "$T" --locked\n'
SAFE = "runnerlint: remove `--locked` [register-server-option]"
ACCEPT = "runnerlint: accept by a comment [register-server-option]"
FIX_ALL = "runnerlint: make all safe fixes"


async def test_a_safe_fix_is_the_preferred_one(editor):
    editor.open("a.sh", "# é😀\n" + LOCKED + "x\n")
    found = await editor.findings("a.sh")
    actions = await editor.actions("a.sh", (1, 40))
    assert list(actions) == [SAFE, ACCEPT, FIX_ALL]
    assert [actions[it].is_preferred for it in actions] == [True, None, None]
    assert [actions[it].kind for it in actions] == ["quickfix", "quickfix", "source.fixAll.runnerlint"]
    assert list(actions[SAFE].diagnostics) == found
    assert editor.apply("a.sh", actions[SAFE]) == '# é😀\ngitlab-runner register --token "$T"\nx\n'
    assert await editor.actions("a.sh", (0, 1)) == await editor.actions("a.sh", (0, 1), only=["source"])


async def test_the_fix_of_a_registration_is_made_as_a_whole(code):
    text = 'gitlab-runner register --registration-token "$T" \\\n  --locked \\\n  --tag-list a,b\n'
    code.open("a.sh", text)
    assert len(await code.findings("a.sh")) == 3
    actions = await code.actions("a.sh", (1, 4))
    fix, = [it for title, it in actions.items() if "unsafe" in title]
    assert "with 2 more findings of the same registration" in fix.title and not fix.is_preferred
    assert code.apply("a.sh", fix) == 'gitlab-runner register --token "$T"\n'
    # Nothing is safe there: what an editor does by itself, when it saves, is not offered.
    assert FIX_ALL not in actions


async def test_all_safe_fixes_leave_the_unsafe_ones(code):
    unsafe = 'gitlab-runner register --registration-token "$T"\n'
    code.open("a.sh", LOCKED + unsafe + LOCKED.replace("locked", "paused"))
    actions = await code.actions("a.sh", only=["source.fixAll"])
    clean = 'gitlab-runner register --token "$T"\n'
    assert list(actions) == [FIX_ALL]
    assert code.apply("a.sh", actions[FIX_ALL]) == clean + unsafe + clean
    for other in ["source.organizeImports", "refactor", "source.fixAll.other"]:
        assert await code.actions("a.sh", (0, 40), only=[other]) == {}


@pytest.mark.parametrize("name, text, at, accepted", [
    ("a.sh", LOCKED, (0, 40), LOCKED.strip() + "  # runnerlint: ignore[register-server-option]\n"),
    ("a.sh", LOCKED.replace("\n", "\r\n"), (0, 40),
     "# runnerlint: ignore[register-server-option]\r\n" + LOCKED.strip() + "\r\n"),
    (".gitlab-ci.yml", "job:\n  script:\n  - |\n    " + LOCKED, (3, 44),
     "job:\n  script:\n  - |\n    " + LOCKED.strip() + "  # runnerlint: ignore[register-server-option]\n"),
    ("c.md", "```sh\n" + LOCKED + "```\n", (1, 40),
     "```sh\n" + LOCKED.strip() + "  # runnerlint: ignore[register-server-option]\n```\n"),
    ("d.sh", 'gitlab-runner register \\\n  --token "$T" \\\n  --locked\n', (2, 4),
     '# runnerlint: ignore[register-server-option]\ngitlab-runner register \\\n  --token "$T" \\\n  --locked\n'),
])
async def test_a_finding_is_accepted_by_a_comment_of_its_place(code, name, text, at, accepted):
    code.open(name, text)
    before = await code.findings(name)
    assert [it.code for it in before] == ["register-server-option"]
    actions = await code.actions(name, at)
    assert code.apply(name, actions[ACCEPT]) == accepted
    code.replace(name, accepted)
    assert await code.findings(name) == []


async def test_json_has_no_comments(code):
    code.open("values.json", '{"gitlabUrl": "https://gitlab.example.com", "runners": {"tags": "a"}}\n')
    assert await code.findings("values.json")
    assert not [title for title in await code.actions("values.json", (0, 0), (0, 200)) if "comment" in title]


async def test_an_unused_suppression_is_taken_out(code):
    clean = 'gitlab-runner register --token "$T"'
    code.open("a.sh", f"{clean}  # runnerlint: ignore[register-server-option]\n")
    assert len(await code.findings("a.sh")) == 1
    actions = await code.actions("a.sh", (0, 60))
    fix, = [it for it in actions.values() if it.kind == "quickfix"]
    assert code.apply("a.sh", fix) == clean + "\n"


async def test_an_action_holds_for_one_version(code):
    code.open("a.sh", LOCKED * 12)
    assert len(await code.findings("a.sh")) == 12
    # So many are proven when one of them is chosen.
    document, all_of_it = code.document("a.sh"), types.Range(types.Position(0, 0), types.Position(12, 0))
    offered = await code.client.text_document_code_action_async(types.CodeActionParams(
        text_document=document, range=all_of_it, context=types.CodeActionContext(diagnostics=[])))
    assert len(offered) == 25 and not any(it.edit for it in offered)
    assert code.apply("a.sh", await code.client.code_action_resolve_async(offered[0])) == (
        'gitlab-runner register --token "$T"\n' + LOCKED * 11)
    code.replace("a.sh", LOCKED * 11)
    with pytest.raises(Exception, match="changed since"):
        await code.client.code_action_resolve_async(offered[0])


async def test_what_the_configuration_puts_in_the_place_of_a_token_is_put_there(code):
    code.write("runnerlint.toml", "token-value = '$RUNNER_TOKEN'\n")
    code.open("a.sh", f"gitlab-runner register --registration-token {OLD_TOKEN}\n")
    assert await code.findings("a.sh")
    actions = await code.actions("a.sh", (0, 30))
    fix, = [it for title, it in actions.items() if "unsafe" in title]
    assert code.apply("a.sh", fix) == 'gitlab-runner register --token "$RUNNER_TOKEN"\n'
    assert OLD_TOKEN not in str(actions)


async def test_a_client_that_knows_no_actions_gets_none(silent, tmp_path):
    capabilities = client_capabilities("visual_studio_code")
    capabilities.text_document.code_action = None
    capabilities.workspace.workspace_edit = None
    editor = await session(silent, tmp_path, capabilities)
    editor.open("a.sh", LOCKED)
    assert await editor.findings("a.sh")
    assert await editor.actions("a.sh", (0, 40)) == {}
