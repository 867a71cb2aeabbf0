(() => {
  'use strict';

  // Ticked steps stay in this browser. Where it keeps nothing for a page, a tick lasts until the page is closed.
  const kept = (() => {
    try {
      return window.localStorage;
    } catch {
      return null;
    }
  })();
  const read = (key) => {
    try {
      return kept !== null && kept.getItem(key) === 'done';
    } catch {
      return false;
    }
  };
  const keep = (key, done) => {
    try {
      if (done) kept.setItem(key, 'done');
      else kept.removeItem(key);
    } catch {
      // Nothing is kept then.
    }
  };
  const key = (box) => 'runnerlint:' + box.dataset.step;
  const boxes = Array.from(document.querySelectorAll('input[data-step]'));
  const count = (runner) => {
    if (!runner) return;
    const steps = Array.from(runner.querySelectorAll('input[data-step]'));
    const done = steps.filter((box) => box.checked).length;
    runner.querySelector('.done').textContent = done ? done + ' of ' + steps.length + ' steps done' : '';
  };
  for (const box of boxes) {
    box.checked = read(key(box));
    box.addEventListener('change', () => {
      keep(key(box), box.checked);
      count(box.closest('.runner'));
    });
  }

  // Paper shows every runner, also in browsers without `::details-content`.
  const runners = Array.from(document.querySelectorAll('.runner'));
  runners.forEach(count);
  let closed = [];
  window.addEventListener('beforeprint', () => {
    closed = runners.filter((runner) => !runner.open);
    for (const runner of closed) runner.open = true;
  });
  window.addEventListener('afterprint', () => {
    for (const runner of closed) runner.open = false;
  });

  const table = document.getElementById('list');
  if (!table) return;
  const blocks = Array.from(table.tBodies);
  const rowsOf = new Map(blocks.map((block) => [block, Array.from(block.querySelectorAll('tr[data-severity]'))]));
  const rows = blocks.flatMap((block) => rowsOf.get(block));
  const order = new Map(rows.map((row, at) => [row, at]));
  // The line above a registration says more about each of its rows.
  const head = (row) => row.parentNode.querySelector('.registration')?.textContent || '';
  const texts = new Map(rows.map((row) => [row, (head(row) + ' ' + row.textContent).toLowerCase()]));
  const values = {
    severity: (row) => row.dataset.severity,
    rule: (row) => row.dataset.rule,
    family: (row) => row.dataset.rule.split('-')[0],
    directory: (row) => row.parentNode.dataset.directory,
    repository: (row) => row.parentNode.dataset.repository,
  };
  const names = Object.keys(values).filter((name) => document.getElementById(name));
  const all = names.concat('words');
  const control = Object.fromEntries(all.map((name) => [name, document.getElementById(name)]));
  const shown = document.getElementById('shown');
  const links = Array.from(document.querySelectorAll('.charts a'));

  const filter = () => {
    const words = control.words.value.toLowerCase().split(/\s+/).filter(Boolean);
    const wanted = names.filter((name) => control[name].value);
    let visible = 0;
    for (const block of blocks) {
      let any = false;
      for (const row of rowsOf.get(block)) {
        const fits = wanted.every((name) => values[name](row) === control[name].value)
          && words.every((word) => texts.get(row).includes(word));
        row.hidden = !fits;
        if (fits) visible += 1;
        any = any || fits;
      }
      block.hidden = !any;
    }
    shown.textContent = visible + ' of ' + rows.length + ' shown';
    for (const link of links) {
      const given = new URLSearchParams(link.hash.slice(1));
      const is = names.some((name) => given.has(name) && given.get(name) === control[name].value);
      if (is) link.setAttribute('aria-current', 'true');
      else link.removeAttribute('aria-current');
    }
  };
  // The filter is part of the address, so that a view can be shared.
  const write = () => {
    const given = new URLSearchParams();
    for (const name of all) if (control[name].value) given.set(name, control[name].value);
    history.replaceState(null, '', '#' + (given.toString() || 'findings'));
    filter();
  };
  const clear = () => {
    for (const name of all) control[name].value = '';
  };
  const follow = () => {
    const given = new URLSearchParams(location.hash.slice(1));
    if (all.some((name) => given.has(name))) {
      for (const name of all) {
        control[name].value = given.get(name) || '';
        if (control[name].value === '' || control[name].selectedIndex === -1) control[name].value = '';
      }
      filter();
      document.getElementById('findings').scrollIntoView();
      return;
    }
    const target = document.getElementById(location.hash.slice(1));
    if (!target) return;
    if (target.closest('[hidden]')) {
      clear();
      filter();
    }
    if (target.matches('details')) target.open = true;
    target.scrollIntoView();
  };

  const ranks = { error: 0, warning: 1, info: 2 };
  const keys = {
    severity: (row) => ranks[row.dataset.severity],
    place: (row) => order.get(row),
    rule: (row) => row.dataset.rule,
    message: (row) => row.cells[3].firstElementChild.textContent,
  };
  table.tHead.addEventListener('click', (event) => {
    const head = event.target.closest('th');
    if (!head || !event.target.closest('button')) return;
    const down = head.getAttribute('aria-sort') === 'ascending';
    for (const other of table.tHead.rows[0].cells) other.setAttribute('aria-sort', 'none');
    head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
    const of = keys[head.dataset.key];
    const sign = down ? -1 : 1;
    const compare = (a, b) => {
      const [left, right] = [of(a), of(b)];
      return (left < right ? -sign : left > right ? sign : 0) || order.get(a) - order.get(b);
    };
    // A registration stays together: it is where its first row belongs.
    for (const block of blocks) {
      rowsOf.get(block).sort(compare);
      block.querySelector('.detail').before(...rowsOf.get(block));
    }
    table.append(...blocks.slice().sort((a, b) => compare(rowsOf.get(a)[0], rowsOf.get(b)[0])));
  });
  for (const name of all) control[name].addEventListener('input', write);
  document.getElementById('clear').addEventListener('click', () => {
    clear();
    write();
  });
  window.addEventListener('hashchange', follow);
  document.getElementById('controls').hidden = false;
  // Browsers keep what was typed when a page is loaded again.
  filter();
  follow();
  window.addEventListener('load', follow);
})();
