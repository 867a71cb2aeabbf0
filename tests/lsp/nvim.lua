-- Run by test_nvim.py: what Neovim shows of a file, and the file after its own command for code actions.
-- Older ones cannot start a client in one go.
vim.lsp.start = vim.lsp.start or function(config)
  vim.lsp.buf_attach_client(0, vim.lsp.start_client(config))
end
dofile(vim.env.SNIPPET)
vim.cmd.edit = vim.cmd.edit or function(name) vim.cmd("edit " .. name) end
vim.cmd.edit("a.sh")

local function shown() return vim.diagnostic.get(0) end
assert(vim.wait(20000, function() return #shown() > 0 end), "nothing is shown")
local found = vim.tbl_map(function(it)
  return { it.lnum, it.col, it.end_lnum, it.end_col, it.severity, it.source, it.message }
end, shown())

local params = vim.lsp.util.make_range_params(0, "utf-16")
params.range = { start = { line = 1, character = 0 }, ["end"] = { line = 1, character = 60 } }
params.context = { diagnostics = {} }
local applied
for _, answer in pairs(vim.lsp.buf_request_sync(0, "textDocument/codeAction", params, 20000)) do
  for _, action in ipairs(answer.result) do
    if action.isPreferred then
      vim.lsp.util.apply_workspace_edit(action.edit, "utf-16")
      applied = true
    end
  end
end
assert(applied, "no action is preferred")
assert(vim.wait(20000, function() return #shown() == 0 end), "it is shown still")
local out = { found = found, text = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), "\n") }
vim.fn.writefile({ vim.json.encode(out) }, vim.env.OUT)
vim.cmd("qall!")
