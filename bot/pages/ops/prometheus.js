// Reading the Prometheus text format, and what can be said of a histogram without guessing.

const SAMPLE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)(?:\s+\S+)?$/;
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g;
const ESCAPED = { n: "\n", "\\": "\\", '"': '"' };

const number = (text) => ({ "+Inf": Infinity, "-Inf": -Infinity })[text] ?? Number(text);

/** The samples by name: Map of name → [{labels, value}]. Lines that cannot be read are left out. */
export function parse(text) {
  const found = new Map();
  for (const line of text.split("\n")) {
    const sample = line.startsWith("#") ? null : SAMPLE.exec(line.trim());
    if (!sample) continue;
    const labels = {};
    for (const [, name, value] of (sample[2] ?? "").matchAll(LABEL)) {
      labels[name] = value.replace(/\\(.)/g, (whole, mark) => ESCAPED[mark] ?? whole);
    }
    if (!found.has(sample[1])) found.set(sample[1], []);
    found.get(sample[1]).push({ labels, value: number(sample[3]) });
  }
  return found;
}

/** Sums by the value of one label: [[value, sum]], the largest first; zeroes left out. */
export function sums(samples = [], label) {
  const totals = new Map();
  for (const { labels, value } of samples) totals.set(labels[label] ?? "", (totals.get(labels[label] ?? "") ?? 0) + value);
  return [...totals].filter(([, sum]) => sum > 0).sort((a, b) => b[1] - a[1]);
}

/** The one value of a series without labels, or undefined. */
export const single = (samples) => samples?.[0]?.value;

/**
 * A histogram, added up over all series for which `wanted(labels)`: {count, sum, buckets: [{le, count}]}, where a
 * bucket's count is its own, not the running total.
 */
export function histogram(metrics, name, wanted = () => true) {
  const total = (suffix) => (metrics.get(`${name}_${suffix}`) ?? []).filter(({ labels }) => wanted(labels))
    .reduce((sum, { value }) => sum + value, 0);
  const running = new Map();
  for (const { labels, value } of metrics.get(`${name}_bucket`) ?? []) {
    if (wanted(labels)) running.set(number(labels.le), (running.get(number(labels.le)) ?? 0) + value);
  }
  const ordered = [...running].sort((a, b) => a[0] - b[0]);
  const buckets = ordered.map(([le, count], index) => ({ le, count: count - (index ? ordered[index - 1][1] : 0) }));
  return { count: total("count"), sum: total("sum"), buckets };
}

/** The bound below which at least `share` of the observations lie: a bucket's edge, never a guess between two. */
export function bound({ count, buckets }, share) {
  let below = 0;
  for (const bucket of buckets) {
    below += bucket.count;
    if (count > 0 && below >= share * count) return bucket.le;
  }
  return undefined;
}
