(() => {
  'use strict';
  const table = document.getElementById('findings');
  if (!table) return;
  const body = table.tBodies[0];
  const rows = Array.from(body.rows);
  const words = document.getElementById('words');
  const severity = document.getElementById('severity');
  const rule = document.getElementById('rule');
  const shown = document.getElementById('shown');
  const ranks = { error: 0, warning: 1, info: 2 };
  const texts = rows.map((row) => row.textContent.toLowerCase());
  const filter = () => {
    const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    rows.forEach((row, at) => {
      const fits = (!severity.value || row.dataset.severity === severity.value)
        && (!rule.value || row.dataset.rule === rule.value)
        && wanted.every((word) => texts[at].includes(word));
      row.hidden = !fits;
      if (fits) count += 1;
    });
    shown.textContent = count + ' of ' + rows.length + ' shown';
  };
  const keys = {
    severity: (row) => ranks[row.dataset.severity],
    place: (row) => Number(row.dataset.order),
    rule: (row) => row.dataset.rule,
    message: (row) => row.cells[3].firstElementChild.textContent,
  };
  table.tHead.addEventListener('click', (event) => {
    const head = event.target.closest('th');
    if (!head || !event.target.closest('button')) return;
    const down = head.getAttribute('aria-sort') === 'ascending';
    for (const other of table.tHead.rows[0].cells) other.setAttribute('aria-sort', 'none');
    head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
    const key = keys[head.dataset.key];
    const sign = down ? -1 : 1;
    const order = (a, b) => Number(a.dataset.order) - Number(b.dataset.order);
    const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
    body.append(...rows.slice().sort((a, b) => sign * compare(key(a), key(b)) || order(a, b)));
  });
  for (const control of [words, severity, rule]) control.addEventListener('input', filter);
  document.getElementById('controls').hidden = false;
  // Browsers keep what was typed when a page is loaded again.
  filter();
})();
