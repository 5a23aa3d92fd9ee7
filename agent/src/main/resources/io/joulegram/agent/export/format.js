'use strict';

/** A value with three significant digits, more only where it is a whole number of more. */
const three = value =>
  value.toLocaleString('en', {maximumSignificantDigits: Math.abs(value) >= 100 ? Math.ceil(Math.log10(Math.abs(value) + 1)) : 3});

/** A value with a prefix of the SI; what is unknown is a dash, never 0. */
function si(value, unit) {
  if (value === undefined || value === null || !Number.isFinite(value)) return '–';
  if (value === 0) return ('0 ' + unit).trimEnd();
  const steps = [[1e9, 'G'], [1e6, 'M'], [1e3, 'k'], [1, ''], [1e-3, 'm'], [1e-6, 'µ'], [1e-9, 'n']];
  const [factor, prefix] = steps.find(([f]) => Math.abs(value) >= f) || steps[steps.length - 1];
  return (three(value / factor) + ' ' + prefix + unit).trimEnd();
}
const joules = microjoules => si(microjoules === undefined ? undefined : microjoules / 1e6, 'J');
const percent = ratio => (ratio === undefined ? '–' : three(100 * ratio) + ' %');
const plusMinus = ratio => (ratio === undefined ? '' : '± ' + percent(Math.round(ratio * 1000) / 1000));
const sum = values => values.reduce((a, b) => a + b, 0);

// Two documents are a second apart, give or take the jitter of a busy machine.
const LEAST_RATE_MS = 800;

/** Tokens of every model in one summary; undefined if no server tells. */
function generated(summary) {
  const known = summary.models.map(model => model.tokens.generation).filter(value => value !== undefined);
  return known.length ? sum(known) : undefined;
}

/**
 * Counter increase per second between the newest entry and the youngest that is at least so much older, or while there is
 * none the oldest; undefined if that is less than a second older, or if the counter fell in between.
 */
function rate(history, key, millis) {
  const newest = history[history.length - 1];
  const older = newest && (history.filter(entry => newest.unixMillis - entry.unixMillis >= millis).pop() || history[0]);
  if (!older || newest.counts[key] === undefined || older.counts[key] === undefined) return undefined;
  const increase = newest.counts[key] - older.counts[key], elapsedMillis = newest.unixMillis - older.unixMillis;
  return increase < 0 || elapsedMillis < LEAST_RATE_MS ? undefined : 1000 * increase / elapsedMillis;
}
