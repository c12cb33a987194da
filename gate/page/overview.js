/* The page's first view: what the profile did, what stands in the way of more and what helps, where the samples went, and
 * every kind of decision with its sum. One module with page.js, whose words and elements it uses. */

/* ---- where the samples went ---- */

function shareBar() {
  const parts = [
    ['matched to a line', data.matched, 'var(--good)'],
    ['line 0: made by the optimizer', data.lineZero, 'var(--calm)'],
    ['on lines without code here', data.missing, 'var(--bad)'],
    ['in functions that vanished', data.vanished, 'var(--warm)'],
    ['in code not compiled here (libraries, kernel)',
      Math.max(0, data.total - data.matched - data.lineZero - data.missing - data.vanished), 'var(--line)'],
  ].filter(part => part[1] > 0);
  const bar = make('div', { class: 'shares', role: 'img', 'aria-label': parts.map(([name, value]) => `${ofTotal(value)} ${name}`).join(', ') });
  const key = make('ul', { class: 'key' });
  for (const [name, value, colour] of parts) {
    const piece = make('span', { title: `${name}: ${ofTotal(value)}` });
    piece.style.flexGrow = value;
    piece.style.background = colour;
    bar.append(piece);
    const item = make('li', {}, `${ofTotal(value)} ${name}`);
    item.style.setProperty('--colour', colour);
    key.append(item);
  }
  return [bar, key];
}

function card(value, text, tone) {
  return make('div', { class: `card ${tone || ''}` }, make('b', {}, value), text);
}

function cards() {
  let known = 0, total = 0;
  for (let m = 0; m < modules.name.length; m++) {
    known += modules.known[m];
    total += modules.functions[m];
  }
  const verdict = ['pass', 'fail'][data.outcome] || '';
  return make('div', { class: 'cards' },
    card(percent(data.matchedShare), 'of the samples that can match do: on functions compiled here, line 0 not counted', verdict),
    card(ofTotal(data.known), 'of the profile is in functions compiled here'),
    card(`${count(known)} of ${count(total)}`, `functions in ${plural(modules.name.length, 'module')} are known to the profile`),
    card(count(data.cold), 'functions without a sample were placed among the cold'));
}

function findings() {
  if (data.findings.length === 0) return [];
  return [
    make('h2', {}, 'Hot functions that no longer fit'),
    make('div', { class: 'scroll' }, make('table', {},
      make('thead', {}, make('tr', {}, ['What', 'Function', 'File', 'Why'].map(title => make('th', { scope: 'col' }, title)), make('th', { class: 'number', scope: 'col' }, 'Samples'))),
      make('tbody', {}, data.findings.map(([kind, name, file, reason, weight, matched]) => make('tr', {},
        make('td', {}, chip([kind, kind === 'stale' || kind === 'no start line' ? 'warm' : 'bad', ''], 1)),
        make('td', { class: 'name code' }, name), make('td', { class: 'place code' }, file),
        make('td', {}, kind === 'stale' ? `${percent(matched)} of it matched; ${reason}` : reason), heatCell(weight)))))),
  ];
}

/* Groups are [kind, name, end, reason, count, weight], heaviest first. */
function groupTable(groups, withReason) {
  return make('div', { class: 'scroll' }, make('table', {},
    make('thead', {}, make('tr', {}, make('th', { scope: 'col' }, 'Decision'), make('th', { scope: 'col' }, withReason ? 'Reason' : 'Meaning'),
      make('th', { scope: 'col', class: 'number' }, 'Times'), make('th', { scope: 'col', class: 'number' }, 'Samples'))),
    make('tbody', {}, groups.map(([, name, end, reason, times, weight]) => make('tr', {},
      make('td', {}, chip(wordsOf(texts[name], end), 1)),
      make('td', {}, make('button', {
        type: 'button', class: 'link', onclick: () => go({ tab: 'decisions', find: withReason && reason ? texts[reason] : '', what: whatOf(texts[name], end) }),
      }, withReason && reason ? texts[reason] : wordsOf(texts[name], end)[2] || texts[name])),
      make('td', { class: 'number' }, count(times)), make('td', { class: 'number' }, weigh(weight)))))));
}

/* Without their reasons. */
function sumGroups(groups) {
  const sums = new Map();
  for (const [kind, name, end, , times, weight] of groups) {
    const key = `${name}.${end}`;
    const sum = sums.get(key) || [kind, name, end, 0, 0, 0];
    sum[4] += times;
    sum[5] += weight;
    sums.set(key, sum);
  }
  return [...sums.values()].sort((a, b) => a[0] - b[0] || b[5] - a[5] || b[4] - a[4]);
}

/* ---- in short ---- */

/* The sum of all groups that [isWanted](name, reason, end) holds for. */
function sumOf(isWanted) {
  const sum = { times: 0, weight: 0 };
  for (const [, name, end, reason, times, weight] of data.groups)
    if (isWanted(texts[name], texts[reason], end)) {
      sum.times += times;
      sum.weight += weight;
    }
  return sum;
}

const isExternal = (name, reason) => name === 'HotCallNotInlinable' && reason.startsWith('external');
const samplesShown = sum => `${plural(sum.weight, 'sample')}, ${ofTotal(sum.weight)}`;

/* What the profile has changed in the program. */
function deeds() {
  const inlined = sumOf((name, reason, end) => name === 'HotCallSite' && end === 1);
  const raised = sumOf((name, reason, end) => name === 'HotCallSite' && end === 0);
  const promoted = sumOf(name => name === 'Promoted'), cold = data.cold;
  const known = modules.known.reduce((sum, number) => sum + number, 0);
  return [
    inlined.times > 0 && `${plural(inlined.times, 'hot call')} inlined (${samplesShown(inlined)} in the callees).`,
    raised.times > 0 && `${plural(raised.times, 'hot call')} with a raised inline threshold, whose end no report tells.`,
    promoted.times > 0 && `${plural(promoted.times, 'indirect call')} made direct.`,
    `Branches and blocks laid out by the samples in ${plural(known, 'function')}${cold > 0 ? `; ${plural(cold, 'function')} without samples placed apart, as cold` : ''}.`,
  ].filter(Boolean);
}

/* What stands in the way of more: [share of the profile, what, what to do, the view that shows it]. */
function obstacles() {
  const external = sumOf(isExternal), left = sumOf((name, reason, end) => name === 'HotCallSite' && end === 2);
  const capped = sumOf(name => name === 'HotCallCapped'), uncertain = sumOf(name => name === 'UncertainTripCount');
  const lost = data.findings.filter(finding => finding[0] !== 'no start line'), bare = data.findings.filter(finding => finding[0] === 'no start line');
  const weightOf = findings => findings.reduce((sum, finding) => sum + finding[4], 0);
  const elsewhere = Math.max(0, data.total - data.known - data.vanished);
  return [
    [weightOf(lost), lost.length > 0, `The profile no longer fits ${plural(lost.length, 'hot function')}.`, 'Record a new profile of this source, or carry the old one over with pprofread rename.', null],
    [weightOf(bare), bare.length > 0, `The first line of ${plural(bare.length, 'hot function')} is not known to the profile.`, 'Record a binary built with -g: then samples find their lines after the source has changed, too.', null],
    [external.weight, external.weight >= data.total / 100, `${plural(external.times, 'hot call')} of functions in other files.`, 'Build with link-time optimization (-flto): then LLVM sees their bodies.', { find: 'external', what: 'HotCallNotInlinable' }],
    [left.weight, left.weight >= data.total / 100, `${plural(left.times, 'hot call')} that LLVM's inliner declined all the same.`, 'Compile those files with -Rpass-missed=inline: it says why.', { find: '', what: 'left' }],
    [capped.weight, capped.weight >= data.total / 100, `${plural(capped.times, 'hot call')} left alone, since enough code has been added.`, 'Smaller functions on the hot path would fit.', { find: '', what: 'HotCallCapped' }],
    [elsewhere, elsewhere >= data.total / 4, 'In code that is not compiled here.', 'If it is a library of yours, build it with the profile, too; pprofread top names it.', null],
    [uncertain.weight, data.sampleCount < 2000 || (uncertain.times > 0 && data.sampleCount < 30000), `The profile has ${plural(data.sampleCount, 'sample')}${uncertain.times > 0 ? `, too few to judge the loops of ${plural(uncertain.times, 'function')}` : ''}.`, 'Record longer: two thousand are a start, thirty thousand as much as helps.', uncertain.times > 0 ? { find: '', what: 'UncertainTripCount' } : null],
  ].filter(obstacle => obstacle[1]).sort((a, b) => b[0] - a[0]);
}

function drawObstacle([weight, , what, remedy, view]) {
  const text = view ? make('button', { type: 'button', class: 'link', onclick: () => go(Object.assign({ tab: 'decisions' }, view)) }, what) : what;
  return make('tr', {}, heatCell(weight), make('td', {}, text), make('td', {}, remedy));
}

function inShort() {
  const found = obstacles();
  return [
    make('h2', {}, 'What the profile did'), make('ul', { class: 'deeds' }, deeds().map(deed => make('li', {}, deed))),
    make('h2', {}, 'What to do next'),
    found.length === 0 ? make('p', {}, 'Nothing stands out.') : make('div', { class: 'scroll' }, make('table', { class: 'next' },
      make('thead', {}, make('tr', {}, make('th', { scope: 'col', class: 'number' }, 'Samples'), make('th', { scope: 'col' }, 'What is in the way'), make('th', { scope: 'col' }, 'Remedy'))),
      make('tbody', {}, found.map(drawObstacle)))),
  ];
}

/* The few functions where the time goes, and what became of them. */
function hottest() {
  const SHOWN = 8, rows = [];
  for (let f = 0; f < functions.name.length && f < SHOWN; f++) rows.push(f);
  return [
    make('h2', {}, 'The hottest functions'),
    make('div', { class: 'scroll' }, make('table', {},
      make('thead', {}, make('tr', {}, make('th', { scope: 'col', class: 'number' }, 'Self'), make('th', { scope: 'col' }, 'Function'), make('th', { scope: 'col' }, 'Decisions'))),
      make('tbody', {}, rows.map(f => make('tr', {}, heatCell(functions.leaf[f]),
        make('td', { class: 'name' }, make('button', { type: 'button', class: 'link code', onclick: () => go({ tab: 'functions', find: '', what: '', open: texts[functions.name[f]] }) }, texts[functions.name[f]])),
        make('td', {}, summarize(f))))))),
  ];
}

/* ---- the whole ---- */

function drawOverview(section) {
  const missed = data.groups.filter(group => group[0] === 1);
  section.append(...inShort(), make('h2', {}, 'Where the samples went'), ...shareBar(), make('p', { class: 'quiet' }, data.verdict + '.'), cards(), ...findings(), ...hottest(),
    make('h2', {}, 'What was decided'), groupTable(sumGroups(data.groups.filter(group => group[0] !== 1)), false),
    make('h2', {}, 'What was refused, and why'), missed.length > 0 ? groupTable(missed, true) : make('p', {}, 'Nothing.'),
    make('p', { class: 'quiet' }, 'The samples of a decision are those behind it: of a call, its callee\'s own; of an indirect call, all through it. They overlap and add up to no whole.'));
  const left = [];
  if (data.leftOutFunctions > 0) left.push(`${plural(data.leftOutFunctions, 'function')} (the coldest)`);
  if (data.leftOutDecisions > 0) left.push(`${plural(data.leftOutDecisions, 'decision')} (the lightest, and those of functions left out)`);
  if (left.length > 0) section.append(make('p', { id: 'left-out' }, `Left out of the lists for their number: ${left.join(', ')}. Sums count them.`));
}
