/* Shows the data of the page: views are made when they are first looked at, long lists a part at a time. Everything
 * from the reports reaches the page as text, never as markup. The address holds the state (#tab=functions&find=lua), so
 * that a view can be kept and sent. It is one module with overview.js, which goes before it. */
const data = JSON.parse(document.getElementById('data').textContent);
const { texts, modules, functions, decisions } = data;
const CHUNK = 200; // rows that a list grows by
const SITES = 30; // of a function, at first

/* What a decision is called, how it looks, and what it means. */
const WORDS = {
  __proto__: null, // a decision may be called whatever its report says
  HotCallSite: ['threshold raised', 'calm', 'LLVM was told to inline this hot call; it runs later, at the link'],
  inlined: ['inlined', 'good', 'the inline threshold was raised at this hot call, and LLVM inlined it'],
  left: ['still a call', 'bad', "the threshold was raised, and LLVM's inliner declined all the same (-Rpass-missed=inline says why)"],
  Promoted: ['promoted', 'promoted', 'the indirect call compares its pointer with this target and calls it directly'],
  NotPromoted: ['not promoted', 'warm', 'a likely target of an indirect call was not made direct'],
  HotCallNotInlinable: ['cannot be inlined', 'warm', 'a hot call that LLVM inlines at no threshold'],
  HotCallCapped: ['capped', 'warm', 'a hot call left alone, since the caller or the module has grown enough'],
  NotMatched: ['not matched', 'bad', 'samples that found no function or line here'],
  OtherCallee: ['other callee', 'calm', 'the profile saw another function called here'],
  PlacedHot: ['placed hot', 'good', 'the function goes among the hot ones'],
  PlacedCold: ['cold', 'calm', 'no samples: the function goes among the cold ones'],
  CallersFrequency: ['count from callers', 'calm', 'no samples of its own, but its callers were seen to call it often'],
  UncertainTripCount: ['uncertain loop', 'calm', 'loops too little sampled to be called short'],
  FrequencyLimit: ['frequency limit', 'warm', 'frequencies are approximate'],
};

/* ---- small things ---- */

function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.flat(Infinity).filter(child => child !== null && child !== undefined));
  return element;
}

const share = (part, whole) => whole > 0 ? part / whole : 0;
const percent = value => (value * 100).toFixed(value < 0.0995 ? 2 : 1) + ' %';
const count = value => value.toLocaleString('en-US');
const plural = (value, word) => `${count(value)} ${word}${value === 1 ? '' : 's'}`;

/* A weight for people, in the profile's unit. */
function weigh(value) {
  if (data.unit !== 'nanoseconds') return count(value);
  return value >= 1e9 ? (value / 1e9).toFixed(2) + ' s' : (value / 1e6).toFixed(1) + ' ms';
}

const ofTotal = value => percent(share(value, data.total));
const place = (file, line, column) => line > 0 ? `${texts[file]}:${line}${column > 0 ? ':' + column : ''}` : texts[file];

function wordsOf(name, end) {
  const key = name === 'HotCallSite' && end > 0 ? ['', 'inlined', 'left'][end] : name;
  return WORDS[key] || [key, 'calm', ''];
}

function chip([label, tone, meaning], number) {
  return make('span', { class: `chip ${tone}`, title: meaning }, number > 1 ? `${label} × ${count(number)}` : label);
}

function heatCell(value) {
  const cell = make('td', { class: 'number heat', title: `${weigh(value)} ${data.type}` }, ofTotal(value));
  cell.style.setProperty('--share', (share(value, data.total) * 100).toFixed(2) + '%');
  return cell;
}

/* ---- the address ---- */

const readState = () => new URLSearchParams(location.hash.slice(1));

function keep(values) {
  const state = readState();
  for (const [name, value] of Object.entries(values)) value ? state.set(name, value) : state.delete(name);
  try {
    history.replaceState(null, '', '#' + state);
  } catch { /* some browsers refuse it for files: the view is not kept, all else works */ }
}

/* ---- an index: the decisions of each function, which are neighbours ---- */

const decisionCount = decisions.name.length;
const firstDecision = new Map();
for (let i = decisionCount - 1; i >= 0; i--) firstDecision.set(decisions.function[i] - 1, i);

function decisionsOf(f) {
  const found = [];
  if (!firstDecision.has(f)) return found;
  for (let i = firstDecision.get(f); i < decisionCount && decisions.function[i] === f + 1; i++) found.push(i);
  return found;
}

const wordsOfDecision = i => wordsOf(texts[decisions.name[i]], decisions.callEnd[i]);

/* What a decision says beyond its name. */
function explain(i) {
  const name = texts[decisions.name[i]], parts = [];
  if (decisions.whole[i] > 0) parts.push(`${percent(share(decisions.weight[i], decisions.whole[i]))} of the call's samples`);
  if (name === 'HotCallSite') parts.push(wordsOfDecision(i)[2]);
  else if (name !== 'Promoted') parts.push(texts[decisions.text[i]]);
  if (decisions.count[i] > 1) parts.push(`in ${count(decisions.count[i])} modules`);
  return parts.join('; ');
}

/* ---- lists ---- */

/* A table of many rows. [columns]: {title, key, number, wide, value(row)}; [draw](row) gives one or more <tr>. */
function makeList({ section, columns, draw, sort, onSort }) {
  const body = make('tbody');
  const more = make('p', { class: 'more' });
  const heads = columns.map(column => make('th', {
    scope: 'col', class: `${column.number ? 'number' : ''} ${column.wide ? 'wide' : ''}`.trim() || null,
  }, column.value ? make('button', { type: 'button', onclick: () => choose(column) }, column.title) : column.title));
  section.append(make('div', { class: 'scroll' }, make('table', {}, make('thead', {}, make('tr', {}, heads)), body)), more);
  let rows = [], shown = 0, sorted = columns.find(column => column.key === sort.key) || columns[0], isDown = sort.isDown;

  function choose(column) {
    isDown = column === sorted ? !isDown : Boolean(column.number);
    sorted = column;
    order();
    onSort(column.key, isDown);
  }

  function order() {
    heads.forEach((head, i) => columns[i] === sorted
      ? head.setAttribute('aria-sort', isDown ? 'descending' : 'ascending') : head.removeAttribute('aria-sort'));
    const sign = isDown ? -1 : 1, values = new Map(rows.map(row => [row, sorted.value(row)]));
    rows.sort((a, b) => {
      const x = values.get(a), y = values.get(b);
      return x < y ? -sign : x > y ? sign : a - b;
    });
    body.replaceChildren();
    shown = 0;
    grow();
  }

  function grow() {
    body.append(...rows.slice(shown, shown + CHUNK).flatMap(draw));
    shown = Math.min(rows.length, shown + CHUNK);
    more.replaceChildren(rows.length === 0 ? 'Nothing found.' : `${count(shown)} of ${count(rows.length)} shown. `);
    if (shown < rows.length) more.append(make('button', { type: 'button', onclick: grow }, 'Show more'));
  }

  new IntersectionObserver(entries => {
    if (shown < rows.length && shown > 0 && entries.some(entry => entry.isIntersecting)) grow();
  }, { rootMargin: '600px' }).observe(more);
  return {
    set(next) {
      rows = next;
      order();
    },
  };
}

/* Which texts hold what is searched, asked once for each text and not for each row. */
function matcher(query) {
  const wanted = query.toLowerCase();
  const answers = new Map();
  return text => {
    if (!answers.has(text)) answers.set(text, texts[text].toLowerCase().includes(wanted));
    return answers.get(text);
  };
}

function searchBox(label, value, onFind) {
  let timer = 0;
  return make('input', {
    type: 'search', placeholder: label, 'aria-label': label, value,
    oninput: event => {
      clearTimeout(timer);
      timer = setTimeout(() => onFind(event.target.value), 120);
    },
  });
}

/* ---- functions ---- */

function summarize(f) {
  const sums = new Map();
  for (const i of decisionsOf(f)) {
    const words = wordsOfDecision(i);
    const sum = sums.get(words[0]) || { words, number: 0 };
    sum.number++;
    sums.set(words[0], sum);
  }
  const chips = [...sums.values()].map(({ words, number }) => chip(words, number));
  if (functions.flags[f] & 8) chips.push(chip(WORDS.PlacedCold, 1));
  if (functions.flags[f] & 2) chips.push(chip(['inlined everywhere', 'good', 'tiny: inlined before matching, and nothing is left of it'], 1));
  return chips;
}

const matchedShare = f => share(functions.matched[f], functions.self[f] - Math.min(functions.lineZero[f], functions.self[f] - functions.matched[f]));

function facts(f) {
  const lines = [];
  if (functions.flags[f] & 2) {
    lines.push('Inlined into its callers before matching; its samples are theirs.');
  } else if (functions.flags[f] & 1) {
    lines.push(`Found here for it and what is inlined into it: ${weigh(functions.self[f])} samples, of these ${weigh(functions.matched[f])} matched, ${weigh(functions.lineZero[f])} at line 0.`);
  } else {
    lines.push('The profile does not know it.');
  }
  if (functions.flags[f] & 4) lines.push('The profile does not know its first line, so that it fits only the source it was recorded from.');
  if (functions.reason[f] > 0) lines.push(`Why not all: ${texts[functions.reason[f]]}.`);
  lines.push(`Module: ${texts[modules.name[functions.module[f]]]}${functions.modules[f] > 1 ? ` and ${count(functions.modules[f] - 1)} more` : ''}.`);
  return lines.map(line => make('p', {}, line));
}

function drawSite(i) {
  return make('tr', {},
    make('td', { class: 'place code' }, place(decisions.file[i], decisions.line[i], decisions.column[i])),
    make('td', { class: 'name code' }, texts[decisions.callee[i]]), make('td', { class: 'number' }, weigh(decisions.weight[i])),
    make('td', {}, chip(wordsOfDecision(i), 1)), make('td', {}, explain(i)));
}

/* The heaviest first, as the decisions are; the rest on demand. */
function siteTable(sites) {
  const first = sites.slice(0, SITES), rest = sites.slice(SITES);
  const body = make('tbody', {}, first.map(drawSite));
  const more = rest.length === 0 ? null : make('p', { class: 'more' }, make('button', {
    type: 'button', onclick: () => {
      body.append(...rest.map(drawSite));
      more.remove();
    },
  }, `Show ${plural(rest.length, 'lighter one')}`));
  const table = make('div', { class: 'scroll' }, make('table', {},
    make('thead', {}, make('tr', {}, make('th', { scope: 'col' }, 'Where'), make('th', { scope: 'col' }, 'Callee'), make('th', { scope: 'col', class: 'number' }, 'Samples'),
      make('th', { scope: 'col' }, 'What'), make('th', { scope: 'col' }, 'Why'))),
    body));
  return [table, more];
}

const sourceOf = new Map(data.sources.map(source => [source[0], source]));

function drawSource([f, file, first, lines, weights], sites) {
  const weightOf = new Map(weights);
  const heaviest = Math.max(1, ...weights.map(pair => pair[1]));
  const sitesOf = new Map();
  for (const i of sites)
    if (decisions.file[i] === file && decisions.callee[i] > 0)
      sitesOf.set(decisions.line[i], (sitesOf.get(decisions.line[i]) || []).concat(i));
  let previous = first - 1;
  const rows = lines.map(([line, text]) => {
    const weight = weightOf.get(line) || 0, isGap = line > previous + 1;
    previous = line;
    const cell = make('td', { class: 'number heat' }, weight > 0 ? weigh(weight) : '');
    cell.style.setProperty('--share', (100 * weight / heaviest).toFixed(1) + '%');
    const chips = (sitesOf.get(line) || []).map(i => make('span', { title: explain(i) },
      chip([`${wordsOfDecision(i)[0]}: ${texts[decisions.callee[i]]}`, wordsOfDecision(i)[1], explain(i)], 1)));
    const gap = isGap ? make('tr', { class: 'gap' }, make('td'), make('td', { class: 'number' }, '⋮'), make('td')) : null;
    const row = make('tr', {}, cell, make('td', { class: 'number' }, String(line)), make('td', {}, text));
    const note = chips.length > 0 ? make('tr', { class: 'note' }, make('td'), make('td'), make('td', {}, chips)) : null;
    return [gap, row, note];
  });
  return make('div', { class: 'source', tabindex: 0, role: 'region', 'aria-label': `Source of ${texts[functions.name[f]]}` }, make('table', {}, make('tbody', {}, rows)));
}

function sourceDetails(f, sites) {
  const source = sourceOf.get(f);
  if (!source) return null;
  const details = make('details', { class: 'lines' }, make('summary', {}, `Source, ${plural(source[3].length, 'line')}, samples beside them`));
  details.addEventListener('toggle', () => {
    if (details.open && details.children.length === 1) details.append(drawSource(source, sites));
  });
  if (readState().get('source')) details.open = true;
  return details;
}

function drawDetails(f, width) {
  const sites = decisionsOf(f);
  return make('tr', { class: 'details' }, make('td', { colspan: width }, make('div', { class: 'inner' },
    facts(f), sourceDetails(f, sites), sites.length > 0 ? siteTable(sites) : make('p', {}, 'No decisions on it.'))));
}

function drawFunction(f, width) {
  const button = make('button', { type: 'button', class: 'open code', 'aria-expanded': false }, texts[functions.name[f]]);
  const row = make('tr', {}, heatCell(functions.leaf[f]), make('td', { class: 'number wide' }, ofTotal(functions.inclusive[f])),
    make('td', { class: 'name' }, button), make('td', { class: 'place code wide' }, place(functions.file[f], functions.line[f], 0)),
    make('td', { class: 'number wide' }, functions.self[f] > 0 ? percent(matchedShare(f)) : ''), make('td', {}, summarize(f)));
  button.addEventListener('click', () => {
    const isOpen = button.getAttribute('aria-expanded') === 'true';
    button.setAttribute('aria-expanded', String(!isOpen));
    if (isOpen) row.nextElementSibling.remove();
    else row.after(drawDetails(f, width));
    keep({ open: isOpen ? '' : texts[functions.name[f]] });
  });
  return row;
}

function drawFunctions(section) {
  const state = readState();
  const columns = [
    { title: 'Self', key: 'self', number: true, value: f => functions.leaf[f] },
    { title: 'Inclusive', key: 'inclusive', number: true, wide: true, value: f => functions.inclusive[f] },
    { title: 'Function', key: 'name', value: f => texts[functions.name[f]].toLowerCase() },
    { title: 'File', key: 'file', wide: true, value: f => texts[functions.file[f]] },
    { title: 'Matched', key: 'matched', number: true, wide: true, value: f => functions.self[f] > 0 ? matchedShare(f) : -1 },
    { title: 'Decisions', key: 'decisions', number: false, value: f => decisionsOf(f).length },
  ];
  const found = make('output', { class: 'quiet' });
  const find = query => {
    const matches = matcher(query), rows = [];
    for (let f = 0; f < functions.name.length; f++)
      if (matches(functions.name[f]) || matches(functions.file[f]) || matches(modules.name[functions.module[f]])) rows.push(f);
    found.textContent = query ? `${plural(rows.length, 'function')}, ${ofTotal(rows.reduce((sum, f) => sum + functions.leaf[f], 0))}` : '';
    list.set(rows);
    keep({ find: query });
  };
  section.append(make('div', { class: 'bar' }, searchBox('Search functions, files', state.get('find') || '', find), found));
  const list = makeList({
    section, columns, draw: f => [drawFunction(f, columns.length)], sort: { key: state.get('sort') || 'self', isDown: state.get('up') !== '1' },
    onSort: (key, isDown) => keep({ sort: key, up: isDown ? '' : '1' }),
  });
  const open = state.get('open');
  find(state.get('find') || '');
  if (!open) return;
  const button = [...section.querySelectorAll('.open')].find(candidate => candidate.textContent === open);
  if (button) button.click();
}

/* ---- decisions ---- */

const whatOf = (name, end) => end > 0 ? ['', 'inlined', 'left'][end] : name;

function drawDecisions(section) {
  const state = readState();
  const columns = [
    { title: 'Samples', key: 'weight', number: true, value: i => decisions.weight[i] },
    { title: 'What', key: 'what', value: i => wordsOfDecision(i)[0] },
    { title: 'Function', key: 'name', value: i => decisions.function[i] > 0 ? texts[functions.name[decisions.function[i] - 1]] : '' },
    { title: 'Callee', key: 'callee', value: i => texts[decisions.callee[i]] },
    { title: 'Why', key: 'why', value: i => texts[decisions.text[i]] },
    { title: 'Where', key: 'where', wide: true, value: i => texts[decisions.file[i]] },
  ];
  const kinds = new Map();
  for (let i = 0; i < decisionCount; i++) {
    const what = whatOf(texts[decisions.name[i]], decisions.callEnd[i]);
    kinds.set(what, (kinds.get(what) || 0) + 1);
  }
  let query = state.get('find') || '', what = state.get('what') || '';
  const found = make('output', { class: 'quiet' });
  const find = () => {
    const matches = matcher(query), rows = [];
    for (let i = 0; i < decisionCount; i++) {
      if (what && whatOf(texts[decisions.name[i]], decisions.callEnd[i]) !== what) continue;
      const f = decisions.function[i] - 1;
      if (matches(decisions.callee[i]) || matches(decisions.text[i]) || matches(decisions.file[i]) || (f >= 0 && matches(functions.name[f]))) rows.push(i);
    }
    found.textContent = plural(rows.length, 'decision');
    list.set(rows);
    keep({ find: query, what });
  };
  const select = make('select', {
    'aria-label': 'Kind of decision', onchange: event => {
      what = event.target.value;
      find();
    },
  }, make('option', { value: '' }, 'All decisions'), [...kinds].sort().map(([name, number]) =>
    make('option', { value: name, selected: name === what }, `${wordsOf(name, 0)[0]} (${count(number)})`)));
  section.append(make('div', { class: 'bar' }, searchBox('Search functions, callees, reasons', query, value => {
    query = value;
    find();
  }), select, found));
  const list = makeList({
    section, columns, sort: { key: 'weight', isDown: true }, onSort: () => {},
    draw: i => {
      const f = decisions.function[i] - 1, name = f >= 0 ? texts[functions.name[f]] : texts[modules.name[decisions.module[i]]];
      return [make('tr', {}, heatCell(decisions.weight[i]), make('td', {}, chip(wordsOfDecision(i), 1)),
        make('td', { class: 'name' }, f >= 0 ? make('button', { type: 'button', class: 'link code', onclick: () => go({ tab: 'functions', find: name, open: name, what: '' }) }, name) : name),
        make('td', { class: 'name code' }, texts[decisions.callee[i]]), make('td', {}, explain(i)),
        make('td', { class: 'place code wide' }, place(decisions.file[i], decisions.line[i], decisions.column[i])))];
    },
  });
  find();
}

/* ---- modules ---- */

function drawModules(section) {
  const columns = [
    { title: 'Samples', key: 'self', number: true, value: m => modules.self[m] },
    { title: 'Module', key: 'name', value: m => texts[modules.name[m]] },
    { title: 'Matched', key: 'matched', number: true, value: m => modules.matched[m] },
    { title: 'Functions', key: 'functions', number: true, value: m => modules.functions[m] },
    { title: 'Known', key: 'known', number: true, value: m => modules.known[m] },
  ];
  const find = query => {
    const matches = matcher(query), rows = [];
    for (let m = 0; m < modules.name.length; m++) if (matches(modules.name[m])) rows.push(m);
    list.set(rows);
    keep({ find: query });
  };
  const query = readState().get('find') || '';
  section.append(make('div', { class: 'bar' }, searchBox('Search modules', query, find)));
  const list = makeList({
    section, columns, sort: { key: 'self', isDown: true }, onSort: () => {},
    draw: m => [make('tr', {}, heatCell(modules.self[m]),
      make('td', { class: 'name' }, make('button', { type: 'button', class: 'link code', onclick: () => go({ tab: 'functions', find: texts[modules.name[m]], what: '' }) }, texts[modules.name[m]])),
      make('td', { class: 'number' }, weigh(modules.matched[m])), make('td', { class: 'number' }, count(modules.functions[m])), make('td', { class: 'number' }, count(modules.known[m])))],
  });
  find(query);
}

/* ---- views ---- */

const hasGraph = document.querySelector('#graph .flame') !== null;
const views = [
  { id: 'overview', title: 'Overview', draw: drawOverview },
  { id: 'functions', title: 'Functions', number: functions.name.length, draw: drawFunctions },
  { id: 'decisions', title: 'Decisions', number: decisionCount, draw: drawDecisions },
  { id: 'modules', title: 'Modules', number: modules.name.length, draw: drawModules },
].concat(hasGraph ? [{ id: 'graph', title: 'Flame graph', draw: () => {} }] : []);
const nav = document.querySelector('nav');

function show(id) {
  for (const view of views) {
    const isShown = view.id === id;
    view.button.setAttribute('aria-selected', String(isShown));
    view.button.tabIndex = isShown ? 0 : -1;
    view.section.hidden = !isShown;
    if (isShown && !view.isDrawn) {
      view.isDrawn = true;
      view.draw(view.section);
    }
  }
  keep({ tab: id });
}

/* To a view with its search set: it is made anew. */
function go(state) {
  keep(Object.assign({ open: '' }, state));
  const view = views.find(candidate => candidate.id === state.tab);
  view.isDrawn = false;
  view.section.replaceChildren();
  show(view.id);
  scrollTo(0, 0);
}

for (const view of views) {
  view.section = document.getElementById(view.id);
  view.button = make('button', {
    type: 'button', role: 'tab', id: `tab-${view.id}`, 'aria-controls': view.id, onclick: () => {
      keep({ find: '', open: '', what: '' });
      if (view.isDrawn && view.id !== 'graph') go({ tab: view.id });
      else show(view.id);
    },
  }, view.title, view.number !== undefined ? make('small', {}, ` ${count(view.number)}`) : '');
  nav.append(view.button);
}
nav.addEventListener('keydown', event => {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  const next = views[(views.findIndex(view => view.button === document.activeElement) + step + views.length) % views.length];
  next.button.focus();
  next.button.click();
  event.preventDefault();
});
addEventListener('keydown', event => {
  if (event.key !== '/' || event.target.matches('input, select') || event.ctrlKey || event.metaKey || event.altKey) return;
  const box = document.querySelector('.view:not([hidden]) input[type="search"]');
  if (!box) return;
  box.focus();
  event.preventDefault();
});

document.getElementById('about').textContent =
  `${data.profile}: ${weigh(data.total)} ${data.type}; ${plural(modules.name.length, 'module')} from ${plural(data.fileCount, 'report file')}`;
const wanted = readState().get('tab');
show(views.some(view => view.id === wanted) ? wanted : 'overview');
