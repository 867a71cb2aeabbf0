"""What can be done about a finding: each edit gives a text in which it is gone."""

import pytest
from conftest import OLD_TOKEN, TOKEN, session
from lsprotocol import types
from pytest_lsp import client_capabilities

LOCKED = 'gitlab-runner register --token "$T" --locked\n'
SAFE = "runnerlint: remove `--locked` [register-server-option]"
ACCEPT = "runnerlint: suppress with a comment [register-server-option]"
FIX_ALL = "runnerlint: apply all safe fixes"
FIX_ALL_OF_ONE = FIX_ALL + " (removes 1 setting)"
CHART = f"gitlabUrl: https://gitlab.example.com\nrunnerRegistrationToken: {TOKEN}\nrunners:\n  tags: docker,linux\n"
# No other setting of the registration has a value.
INERT = CHART.replace("  tags: docker,linux\n", "  executor: docker\n")


def runs_commands(editor):
    return editor.client.capabilities.workspace.execute_command is not None


async def run(editor, action):
    """Runs the command of an action, as a client does after the edit, and gives back the message that is shown."""
    await editor.client.workspace_execute_command_async(types.ExecuteCommandParams(
        command=action.command.command, arguments=action.command.arguments))
    return editor.client.messages[-1].message


async def test_a_fix_shows_the_settings_that_it_removes(code):
    assert code.result.capabilities.execute_command_provider.commands == ("runnerlint.showRemovedSettings",)
    code.open("values.yaml", CHART)
    assert len(await code.findings("values.yaml")) == 2
    actions = await code.actions("values.yaml", (1, 4))
    title = "runnerlint: rename `runnerRegistrationToken` to `runnerToken` and remove 1 setting [helm-registration-token]"
    assert list(actions)[0] == title
    for action in (actions[title], actions[FIX_ALL_OF_ONE]):
        fixed = code.apply("values.yaml", action)
        assert "runnerToken" in fixed and "tags" not in fixed
        message = await run(code, action)
        assert message.startswith("runnerlint removed from values.yaml: ") and "docker,linux (line 4)" in message
        assert message.endswith("Set it on the runner in GitLab.") and TOKEN not in message
    # From each place of the registration the same one action.
    there = await code.actions("values.yaml", (3, 3))
    assert [it for it in there if "rename" in it] == [title]
    assert not [it for it in there.values() if "comment" in it.title and it.command]
    with pytest.raises(Exception, match="unknown command"):
        await code.client.workspace_execute_command_async(types.ExecuteCommandParams(command="rm", arguments=[]))


async def test_all_safe_fixes_show_once_what_they_remove(code):
    code.open("a.sh", LOCKED + LOCKED.replace("locked", "paused") + LOCKED.replace("--locked", "--tag-list a,b"))
    assert len(await code.findings("a.sh")) == 3
    action, = (await code.actions("a.sh", only=["source.fixAll"])).values()
    assert action.title == FIX_ALL + " (removes 3 settings)"
    message = await run(code, action)
    assert all(it in message for it in ["(line 1)", "(line 2)", "tag_list = a,b (line 3)"]), message
    assert message.endswith("Set them on the runner in GitLab.")
    # The same where the edits are made only when the action is chosen.
    code.replace("a.sh", LOCKED * 12)
    assert len(await code.findings("a.sh")) == 12
    actions = await code.actions("a.sh", (0, 0), (12, 0))
    chosen = actions[FIX_ALL + " (removes 12 settings)"]
    assert code.apply("a.sh", chosen) == 'gitlab-runner register --token "$T"\n' * 12
    assert (await run(code, chosen)).count("locked = true") == 12


async def test_without_commands_no_setting_is_removed_by_the_way(silent, tmp_path):
    capabilities = client_capabilities("visual_studio_code")
    capabilities.workspace.execute_command = None
    editor = await session(silent, tmp_path, capabilities)
    editor.open("values.yaml", CHART)
    assert len(await editor.findings("values.yaml")) == 2
    assert await editor.actions("values.yaml", only=["source.fixAll"]) == {}
    # A fix that is chosen by its title says what it removes.
    assert "and remove 1 setting" in list(await editor.actions("values.yaml", (1, 4)))[0]
    editor.open("b.yaml", INERT)
    assert len(await editor.findings("b.yaml")) == 1
    actions = await editor.actions("b.yaml", only=["source.fixAll"])
    assert list(actions) == [FIX_ALL]
    assert editor.apply("b.yaml", actions[FIX_ALL]) == INERT.replace("runnerRegistrationToken", "runnerToken")
    # Some are fixed, those that remove settings are not.
    both = INERT + "---\n" + CHART
    editor.open("c.yaml", both)
    assert len(await editor.findings("c.yaml")) == 3
    actions = await editor.actions("c.yaml", only=["source.fixAll"])
    for it in actions.values():
        assert "tags: docker,linux" in editor.apply("c.yaml", it)


async def test_a_safe_fix_is_the_preferred_one(editor):
    editor.open("a.sh", "# é😀\n" + LOCKED + "x\n")
    found = await editor.findings("a.sh")
    actions = await editor.actions("a.sh", (1, 40))
    # What removes settings is not done for a client that cannot show them.
    expected = [SAFE, ACCEPT, FIX_ALL_OF_ONE] if runs_commands(editor) else [SAFE, ACCEPT]
    assert list(actions) == expected
    assert [actions[it].is_preferred for it in actions] == [True, None, None][:len(expected)]
    assert [actions[it].kind for it in actions] == ["quickfix", "quickfix", "source.fixAll.runnerlint"][:len(expected)]
    assert list(actions[SAFE].diagnostics) == found
    assert editor.apply("a.sh", actions[SAFE]) == '# é😀\ngitlab-runner register --token "$T"\nx\n'
    assert await editor.actions("a.sh", (0, 1)) == await editor.actions("a.sh", (0, 1), only=["source"])


async def test_the_fix_of_a_registration_is_made_as_a_whole(code):
    text = 'gitlab-runner register --registration-token "$T" \\\n  --locked \\\n  --tag-list a,b\n'
    code.open("a.sh", text)
    assert len(await code.findings("a.sh")) == 3
    actions = await code.actions("a.sh", (1, 4))
    fix, = [it for title, it in actions.items() if "unsafe" in title]
    assert fix.title == ("runnerlint (unsafe, needs a manual step): rename `--registration-token` to `--token` "
                         "and remove 2 settings [register-registration-token]")
    assert not fix.is_preferred
    assert code.apply("a.sh", fix) == 'gitlab-runner register --token "$T"\n'
    # Nothing is safe there: what an editor does by itself, when it saves, is not offered.
    assert not [it for it in actions if it.startswith(FIX_ALL)]


async def test_all_safe_fixes_leave_the_unsafe_ones(code):
    unsafe = 'gitlab-runner register --registration-token "$T"\n'
    code.open("a.sh", LOCKED + unsafe + LOCKED.replace("locked", "paused"))
    actions = await code.actions("a.sh", only=["source.fixAll"])
    clean = 'gitlab-runner register --token "$T"\n'
    all_of_it = FIX_ALL + " (removes 2 settings)"
    assert list(actions) == [all_of_it]
    assert code.apply("a.sh", actions[all_of_it]) == clean + unsafe + clean
    for other in ["source.organizeImports", "refactor", "source.fixAll.other"]:
        assert await code.actions("a.sh", (0, 40), only=[other]) == {}


@pytest.mark.parametrize("name, text, at, accepted", [
    ("a.sh", LOCKED, (0, 40), LOCKED.strip() + "  # runnerlint: ignore[register-server-option]\n"),
    ("a.sh", LOCKED.replace("\n", "\r\n"), (0, 40),
     "# runnerlint: ignore[register-server-option]\r\n" + LOCKED.strip() + "\r\n"),
    (".gitlab-ci.yml", "job:\n  script:\n  - |\n    " + LOCKED, (3, 44),
     "job:\n  script:\n  - |\n    " + LOCKED.strip() + "  # runnerlint: ignore[register-server-option]\n"),
    ("c.md", "```sh\n" + LOCKED + "```\n", (1, 40),
     "<!-- runnerlint: ignore[register-server-option] -->\n```sh\n" + LOCKED + "```\n"),
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
