-- Run by test_editors.py: what Neovim shows of a file, and the file after the preferred code action.

-- Older ones cannot start a client in one go.
vim.lsp.start = vim.lsp.start or function(config)
  vim.lsp.buf_attach_client(0, vim.lsp.start_client(config))
end

local function shown()
  return vim.diagnostic.get(0)
end

local function main()
  dofile(vim.env.SNIPPET)
  vim.cmd("edit a.sh")
  assert(vim.wait(20000, function() return #shown() > 0 end), "nothing is shown")
  local found = vim.tbl_map(function(it)
    return { it.lnum, it.col, it.end_lnum, it.end_col, it.severity, it.source, it.message }
  end, shown())

  local place = { line = 1, character = 40 }
  local answers = vim.lsp.buf_request_sync(0, "textDocument/codeAction", {
    textDocument = vim.lsp.util.make_text_document_params(),
    range = { start = place, ["end"] = { line = 1, character = 60 } },
    context = { diagnostics = {} },
  }, 20000)
  local preferred
  for _, answer in pairs(answers) do
    for _, action in ipairs(answer.result) do
      preferred = preferred or action.isPreferred and action
    end
  end
  vim.lsp.util.apply_workspace_edit(preferred.edit, "utf-16")
  assert(vim.wait(20000, function() return #shown() == 0 end), "it is shown still")
  local text = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), "\n")
  vim.fn.writefile({ vim.fn.json_encode({ found = found, text = text }) }, vim.env.OUT)
end

local held, why = pcall(main)
if not held then
  io.stderr:write(tostring(why) .. "\n")
end
vim.cmd("qall!")
