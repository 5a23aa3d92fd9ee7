'use strict';
const WINDOW_MS = 60000;
const RATE_MS = 5000;
const SILENT_MS = 4000;
const RETRY_MS = 5000;
const CALM_MS = 5000;
const COLOURS = 8;
const MOST_WORKLOADS = 20;
const ALL = 'all';

const byId = id => document.getElementById(id);
const colour = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

// Every text goes in as a text node, so nothing that a server or a device calls itself can become markup.
function el(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  for (const child of children) node.append(child instanceof Node ? child : String(child));
  return node;
}
const soft = text => el('span', 'soft', text);
function heading(scope, className, ...children) {
  const cell = el('th', className, ...children);
  cell.scope = scope;
  return cell;
}
function table(name, head, rows) {
  const node = el('table', '',
    el('thead', '', el('tr', '', ...head.map(([text, kind]) => heading('col', kind, text)))),
    el('tbody', '', ...rows.map(cells => el('tr', '', ...cells.map((cell, i) =>
      i ? el('td', head[i][1], cell) : heading('row', '', cell))))));
  node.setAttribute('aria-label', name);
  return node;
}

// News change the page in place, so that what has the focus, is selected or is being read aloud stays where it is.
function put(parent, ...children) {
  children.forEach((child, i) => {
    const wanted = child instanceof Node ? child : document.createTextNode(String(child));
    const present = parent.childNodes[i];
    if (!present) parent.append(wanted);
    else if (present.nodeName !== wanted.nodeName) present.replaceWith(wanted);
    else if (wanted.nodeType === Node.TEXT_NODE) { if (present.data !== wanted.data) present.data = wanted.data; }
    else become(present, wanted);
  });
  while (parent.childNodes.length > children.length) parent.lastChild.remove();
}

function become(present, wanted) {
  for (const {name} of [...present.attributes]) if (!wanted.hasAttribute(name)) present.removeAttribute(name);
  for (const {name, value} of wanted.attributes) {
    // The page's policy forbids style as an attribute, and allows it as a property.
    if (name !== 'style' && present.getAttribute(name) !== value) present.setAttribute(name, value);
  }
  if (present.style.cssText !== wanted.style.cssText) present.style.cssText = wanted.style.cssText;
  put(present, ...wanted.childNodes);
}

function meterBar(share, name, text, mark) {
  const fill = el('i', '');
  fill.style.width = Math.max(0, Math.min(1, share || 0)) * 100 + '%';
  const bar = el('div', share > 1 ? 'bar over' : 'bar', fill);
  if (mark !== undefined) {
    const line = el('s', '');
    line.style.left = Math.max(0, Math.min(1, mark)) * 100 + '%';
    bar.append(line);
  }
  bar.setAttribute('role', 'meter');
  bar.setAttribute('aria-valuemin', '0');
  bar.setAttribute('aria-valuemax', '100');
  bar.setAttribute('aria-valuenow', String(Math.round(100 * Math.min(1, share || 0))));
  bar.setAttribute('aria-valuetext', text);
  bar.setAttribute('aria-label', name);
  return bar;
}

let status, summary, lastEventMs = 0, refused = false, paused = false, drawing = false, powerPlot, tokensPlot, labels = [];
const frames = [], history = [], tokenRates = [];
const calm = matchMedia('(prefers-reduced-motion: reduce)');

// Charts

function axes(unit) {
  const axis = {stroke: () => colour('--soft'), grid: {stroke: () => colour('--line'), width: 1}, ticks: {show: false}, font: '12px system-ui'};
  return [
    {...axis, space: 70, values: (plot, ticks) => ticks.map(t => new Date(t * 1000).toLocaleTimeString('en-GB'))},
    {...axis, size: 62, values: (plot, ticks) => ticks.map(value => si(value, unit))}];
}

function plot(node, height, names, unit) {
  const series = names.map((name, i) => ({
    label: name, stroke: () => colour('--s' + i % COLOURS), width: 2, spanGaps: false, points: {show: false},
    dash: i < COLOURS ? undefined : [6, 4]}));
  return new uPlot({
    width: Math.max(200, node.clientWidth), height, legend: {show: false}, cursor: {drag: {x: false, y: false}},
    scales: {x: {range: (u, min, max) => [max - WINDOW_MS / 1000, max]}, y: {range: (u, min, max) => [0, (max || 1) * 1.1]}},
    axes: axes(unit), series: [{}, ...series]}, [[], ...names.map(() => [])], node);
}

const powerHeight = () => (innerWidth > 832 ? 400 : 260);

function drawPower() {
  const names = [...new Set(frames.flatMap(frame => Object.keys(frame.watts)))];
  const order = status ? status.meters.map(meter => meter.domain + ' ' + meter.device) : names;
  names.sort((a, b) => order.indexOf(a) - order.indexOf(b));
  if (!powerPlot || names.join() !== labels.join()) {
    if (powerPlot) powerPlot.destroy();
    labels = names;
    powerPlot = plot(byId('power'), powerHeight(), labels, 'W');
  }
  powerPlot.setData([frames.map(frame => frame.unixMillis / 1000),
    ...labels.map(name => frames.map(frame => frame.watts[name] === undefined ? null : frame.watts[name]))]);
  byId('power').setAttribute('aria-label', 'Curves of the power of ' + labels.length + (labels.length === 1 ? ' device' : ' devices')
    + ' over the last minute; the table of devices holds the newest values');
}

function drawTokens() {
  if (!tokensPlot) tokensPlot = plot(byId('tokens'), 210, ['tokens per second'], '');
  tokensPlot.setData([tokenRates.map(point => point.t / 1000), tokenRates.map(point => point.rate === undefined ? null : point.rate)]);
  const known = tokenRates.map(point => point.rate).filter(value => value !== undefined);
  byId('tokens').setAttribute('aria-label', 'Curve of generated tokens per second over the last minute: ' + (known.length
    ? 'now ' + si(known[known.length - 1], '') + ', least ' + si(Math.min(...known), '') + ', most ' + si(Math.max(...known), '') : 'not known yet'));
}

function redraw() {
  for (const chart of [powerPlot, tokensPlot]) if (chart) chart.destroy();
  powerPlot = tokensPlot = undefined;
  drawPower();
  drawTokens();
}

// Sections

const figure = (model, boundary, load) =>
  model.perToken.find(f => f.kind === 'generation' && f.boundary === boundary && f.load === load);

function tile(value, label, note) {
  return el('li', '', el('b', '', value), label, el('small', '', note));
}

function showTiles() {
  const newest = frames[frames.length - 1];
  const additive = status.meters.filter(meter => meter.additive && meter.live);
  const watts = newest && additive.length ? sum(additive.map(meter => newest.watts[meter.domain + ' ' + meter.device] || meter.watts || 0)) : undefined;
  const model = summary.models.filter(m => figure(m, 'facility', 'loaded'))
    .sort((a, b) => (b.tokens.generation || 0) - (a.tokens.generation || 0))[0];
  const head = model && figure(model, 'facility', 'loaded');
  const grid = summary.carbon.grid.find(entry => entry.headline) || summary.carbon.grid[0];
  put(byId('tiles'),
    tile(si(head && head.joulesPerToken, 'J'), 'per generated token', head ? plusMinus(head.uncertaintyRatio) + ', facility, idle included' : 'no tokens in the last minute'),
    tile(si(head && head.gramsPerToken, 'g'), 'CO₂e per generated token', head && head.gramsPerToken !== undefined ? plusMinus(head.gramsUncertaintyRatio) + ' without that of the grid' : 'unknown'),
    tile(si(rate(history, ALL, RATE_MS), ''), 'tokens per second', 'generated, ' + summary.models.length + (summary.models.length === 1 ? ' model' : ' models')),
    tile(si(watts, 'W'), 'measured power', additive.length + (additive.length === 1 ? ' meter' : ' meters') + ', without overlaps'),
    tile(grid ? three(grid.gramsPerKwh) + ' g' : '–', 'CO₂e per kWh', grid ? grid.zone + ', ' + grid.provider + ', ' + grid.signal : 'no grid is known'));
}

function showDevices() {
  const limits = new Map(status.gpus.map(gpu => ['gpu ' + gpu.device, gpu]));
  const newest = frames[frames.length - 1];
  const rows = status.meters.map(meter => {
    const name = meter.domain + ' ' + meter.device;
    const gpu = limits.get(name);
    const swatch = el('span', 'swatch');
    const index = labels.indexOf(name);
    swatch.style.color = index < 0 ? 'transparent' : 'var(--s' + index % COLOURS + ')';
    const stream = meter.streams.find(s => s.source === meter.source);
    const watts = newest && newest.watts[name] !== undefined ? newest.watts[name] : meter.watts;
    return [el('span', '', swatch, name), meter.live ? si(watts, 'W') : el('span', 'bad', 'lost'),
      gpu && gpu.powerLimitWatts ? si(gpu.powerLimitWatts, 'W') : '', soft(meter.source), soft(stream ? plusMinus(stream.uncertaintyRatio) : '')];
  });
  put(byId('devices'), rows.length
    ? table('Devices', [['device', ''], ['now', 'n'], ['limit', 'n'], ['source', ''], ['uncertain', 'n']], rows)
    : el('p', 'warn', 'Nothing is measured. What is missing, and what mends it, is below.'));
}

function modelRow(model) {
  const loaded = figure(model, 'facility', 'loaded'), active = figure(model, 'facility', 'active'), gpu = figure(model, 'gpu', 'loaded');
  const phase = name => (model.phasePerToken.find(p => p.phase === name) || {}).joulesPerToken;
  return [el('span', '', model.model, el('br', ''), soft('on ' + model.server)),
    si(rate(history, model.server + ' ' + model.model, RATE_MS), ''),
    el('span', '', si(loaded && loaded.joulesPerToken, 'J'), ' ', soft(loaded ? plusMinus(loaded.uncertaintyRatio) : '')),
    si(active && active.joulesPerToken, 'J'), si(gpu && gpu.joulesPerToken, 'J'), si(loaded && loaded.gramsPerToken, 'g'),
    si(phase('prefill'), 'J'), si(phase('decode'), 'J'),
    model.requests.running === undefined ? '–' : model.requests.running + ' / ' + (model.requests.waiting === undefined ? '–' : model.requests.waiting),
    joules(sum(model.energy.map(e => e.microjoules)))];
}

function showModels() {
  if (!summary.models.length) {
    put(byId('models'), el('p', 'warn', status.servers.length ? 'No model has been seen yet.'
      : 'No inference server is known, so there are no tokens to divide by. Name one with --server URL.'));
    return;
  }
  put(byId('models'), table('Models', [['model', ''], ['tokens/s', 'n'], ['per token, with idle', 'n'], ['without idle', 'n'],
    ['GPUs alone', 'n'], ['CO₂e per token', 'n'], ['prefill, per token', 'n'], ['decode, per token', 'n'], ['running / waiting', 'n'], ['since the start', 'n']],
    summary.models.map(modelRow)));
}

function workloadRow(entry, whole) {
  const energy = sum(Object.values(entry.microjoules));
  const name = entry.podName ? entry.podNamespace + '/' + entry.podName + '/' + entry.containerName : entry.workload;
  const part = component => (entry.microjoules[component] ? joules(entry.microjoules[component]) : '');
  return [entry.kind === 'none' ? soft(entry.workload) : el('span', '', name, ' ', soft(entry.kind.replace('_', ' '))),
    joules(energy), whole ? percent(Math.round(energy / whole * 1000) / 1000) : '–', part('gpu'), part('cpu'), part('dram'), si(entry.operationalGrams, 'g')];
}

function showWorkloads() {
  const told = summary.workloads;
  byId('workloads-section').hidden = !told || !told.energy.length;
  if (byId('workloads-section').hidden) return;
  const whole = sum(Object.values(summary.facilityMicrojoules));
  const own = told.energy.filter(entry => entry.kind !== 'none');
  const left = Math.max(0, own.length - MOST_WORKLOADS) + (told.others ? told.others.workloads : 0);
  const rows = [...own.slice(0, MOST_WORKLOADS), ...told.energy.filter(entry => entry.kind === 'none')].map(entry => workloadRow(entry, whole));
  put(byId('workloads'), table('Workloads', [['workload', ''], ['energy', 'n'], ['share', 'n'], ['GPUs', 'n'], ['processors', 'n'], ['memory', 'n'], ['CO₂e of energy', 'n']], rows),
    ...(left ? [el('p', 'soft', 'and ' + left + (left === 1 ? ' workload' : ' workloads') + ' that used less')] : []));
}

function showEnergy() {
  const parts = Object.entries(summary.facilityMicrojoules);
  if (!parts.length) {
    put(byId('energy'), el('p', 'warn', 'Nothing is measured.'));
    return;
  }
  const whole = sum(parts.map(([, energy]) => energy));
  const rows = parts.map(([component, energy]) => el('div', 'row', component,
    meterBar(energy / whole, 'Share of ' + component, percent(energy / whole) + ' of the energy'), el('span', 'n', joules(energy))));
  const unattributed = sum(Object.values(summary.unattributedMicrojoules));
  rows.push(el('p', 'soft', joules(whole) + ' in all, ' + joules(unattributed) + ' of it for no model; PUE ' + summary.carbon.pueRatio
    + (summary.agentMicrojoules === undefined ? '' : '; Joulegram itself ' + joules(summary.agentMicrojoules))));
  put(byId('energy'), ...rows);
}

function budgetView(budget) {
  const share = budget.usedGrams / budget.limitGrams;
  const text = si(budget.usedGrams, 'g') + ' of ' + si(budget.limitGrams, 'g') + ' (' + percent(Math.round(share * 1000) / 1000) + ')';
  const over = budget.projectedGrams > budget.limitGrams;
  return el('div', 'budget', el('div', '', el('span', '', budget.budget + ' ', soft(budget.period + ', ' + budget.scope)), el('span', 'n', text)),
    meterBar(share, 'Used of ' + budget.budget, text, budget.elapsedRatio),
    el('p', over ? 'bad' : 'soft', (budget.projectedGrams === undefined ? 'no projection yet' : 'projected at its end: ' + si(budget.projectedGrams, 'g'))
      + '; the mark is the time gone'));
}

function showCarbon() {
  const rows = summary.carbon.grid.map(grid => el('p', '', grid.zone + ': ' + three(grid.gramsPerKwh) + ' gCO₂e/kWh ',
    soft(grid.signal + ', ' + grid.boundary + ', ' + grid.provider + (grid.headline ? ', headline' : ''))));
  if (!rows.length) rows.push(el('p', 'warn', 'No grid carbon intensity is known, so there are no grams of energy. Set --grid.zone or --grid.intensity.'));
  for (const scope of ['operational', 'embodied']) {
    const grams = summary.carbon.grams.filter(entry => entry.scope === scope && (scope === 'embodied' || entry.basis === 'location'));
    if (grams.length) rows.push(el('p', '', si(sum(grams.map(entry => entry.grams)), 'g') + ' ' + scope + ' ', soft('since the start')));
  }
  rows.push(...summary.budgets.map(budgetView));
  if (!summary.budgets.length) rows.push(el('p', 'soft', 'No budget is set.'));
  for (const objective of summary.objectives) {
    rows.push(el('p', '', objective.objective + ': ' + si(objective.gramsPerToken, 'g') + ', ' + si(objective.joulesPerToken, 'J') + ' per token ',
      soft('allowed: ' + [objective.limitGramsPerToken && si(objective.limitGramsPerToken, 'g'), objective.limitJoulesPerToken && si(objective.limitJoulesPerToken, 'J')].filter(Boolean).join(', '))));
  }
  put(byId('carbon'), ...rows);
}

function check(kind, ...text) {
  const sign = {good: '✓', warn: '!', bad: '✕'}[kind], word = {good: 'good', warn: 'note', bad: 'bad'}[kind];
  const mark = el('span', kind, sign);
  mark.setAttribute('role', 'img');
  mark.setAttribute('aria-label', word);
  return el('li', '', mark, el('span', '', ...text));
}

function showQuality() {
  const rows = [];
  const live = status.meters.filter(meter => meter.live).length;
  rows.push(check(live === status.meters.length && live ? 'good' : 'bad', live + ' of ' + status.meters.length + ' meters give values'));
  const gaps = status.meters.filter(meter => meter.unobservedNanos > 0);
  rows.push(gaps.length ? check('warn', three(sum(gaps.map(meter => meter.unobservedNanos)) / 1e9) + ' s of devices were not observed: '
    + gaps.map(meter => meter.domain + ' ' + meter.device).join(', ')) : check('good', 'no time was missed since the start'));
  for (const source of status.sources.filter(entry => !entry.up)) {
    rows.push(check('bad', source.name + ': ' + source.reason, ...(source.fix ? [el('br', ''), el('code', '', source.fix)] : [])));
  }
  const ticks = sum(status.sources.map(entry => entry.ticks)), missed = sum(status.sources.map(entry => entry.missedTicks));
  if (ticks) rows.push(check(missed / ticks < 0.01 ? 'good' : 'warn', percent(Math.round(1e4 * missed / (ticks + missed)) / 1e4) + ' of the readings came too late to be made'));
  for (const server of status.servers) {
    const runsOn = server.devices.length ? 'GPU ' + server.devices.join(', ') + ' (' + server.devicesFrom + ')' : 'no GPU known';
    rows.push(check(server.up ? (server.devices.length ? 'good' : 'warn') : 'bad', server.server + ', ' + (server.engine || 'unknown engine') + ', on ' + runsOn
      + (server.up ? '' : ': ' + server.lastError)));
  }
  for (const grid of summary.carbon.grid.filter(entry => entry.ageSeconds > 0)) {
    rows.push(check('warn', 'the intensity of ' + grid.zone + ' is of a period that ended ' + three(grid.ageSeconds / 86400) + ' days ago'));
  }
  if (status.ledger) rows.push(check(status.ledger.failing ? 'bad' : 'good', 'ledger ' + status.ledger.file + (status.ledger.failing ? ' cannot be written' : ' is written')));
  put(byId('quality'), ...rows);
}

function show() {
  if (paused || !status || !summary) return;
  const simulated = status.meters.some(meter => meter.source === 'simulated');
  put(byId('mark'), simulated ? el('span', 'tag', 'simulated') : '');
  showTiles();
  showDevices();
  showModels();
  showWorkloads();
  showEnergy();
  showCarbon();
  showQuality();
  if (!calm.matches || !tokensPlot) drawTokens();
}

// News

function news(listener) {
  return event => {
    lastEventMs = Date.now();
    listener(JSON.parse(event.data));
    tellState();
  };
}

function tellState() {
  const state = byId('state');
  const silent = Date.now() - lastEventMs > SILENT_MS;
  const text = refused ? 'not let in, as when too many look already; asks again' : !lastEventMs ? 'connecting…' : silent ? 'no news since ' + new Date(lastEventMs).toLocaleTimeString('en-GB')
    : paused ? 'paused' : status ? 'live · ' + status.build.version : 'connecting…';
  if (state.textContent !== text) state.textContent = text;
  state.className = refused || (silent && lastEventMs) ? 'bad' : '';
  document.body.className = silent ? 'stale' : '';
}

function onPower(frame) {
  const newest = frames[frames.length - 1];
  if (newest && frame.unixMillis <= newest.unixMillis) return;
  frames.push(frame);
  while (frame.unixMillis - frames[0].unixMillis > WINDOW_MS) frames.shift();
  if (!drawing && !paused && (!calm.matches || !powerPlot)) {
    drawing = true;
    requestAnimationFrame(() => { drawing = false; drawPower(); });
  }
}

function onSummary(news) {
  summary = news;
  const counts = {[ALL]: generated(news)};
  for (const model of news.models) counts[model.server + ' ' + model.model] = model.tokens.generation;
  history.push({unixMillis: news.unixMillis, counts});
  while (news.unixMillis - history[0].unixMillis > WINDOW_MS) history.shift();
  tokenRates.push({t: news.unixMillis, rate: rate(history, ALL, 2000)});
  while (tokenRates[0].t < news.unixMillis - WINDOW_MS) tokenRates.shift();
  show();
}

function connect() {
  const source = new EventSource('api/v1/live');
  source.addEventListener('power', news(onPower));
  source.addEventListener('status', news(value => { status = value; }));
  source.addEventListener('summary', news(onSummary));
  source.addEventListener('open', () => { refused = false; });
  source.addEventListener('error', () => {
    // The browser asks again by itself, unless it was answered that it may not look now.
    refused = source.readyState === EventSource.CLOSED;
    if (refused) setTimeout(connect, RETRY_MS);
    tellState();
  });
}

byId('pause').addEventListener('click', () => {
  paused = !paused;
  byId('pause').textContent = paused ? 'Go on' : 'Pause';
  if (!paused) { drawPower(); show(); }
  tellState();
});
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw);
addEventListener('resize', () => {
  if (powerPlot) powerPlot.setSize({width: byId('power').clientWidth, height: powerHeight()});
  if (tokensPlot) tokensPlot.setSize({width: byId('tokens').clientWidth, height: 210});
});
setInterval(tellState, 1000);
setInterval(() => { if (calm.matches && !paused) { drawPower(); drawTokens(); } }, CALM_MS);
connect();
