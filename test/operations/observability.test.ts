/** The dashboard and the alert rules use only metrics and labels that a service exports. */

import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parse } from 'yaml';
import { z } from 'zod';
import { connectForTest, startTestBroker } from '../support/broker/broker.ts';
import { eventually } from '../support/eventually.ts';
import { startLoggedService } from '../support/process/logged-service.ts';
import { readMetrics, valueOf } from '../support/observe/metrics.ts';
import { parseQuery } from '../support/observe/promql.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (file: string) => readFile(`${root}/${file}`, 'utf8');

const Rule = z.strictObject({
  alert: z.string(),
  expr: z.string(),
  for: z.string().optional(),
  labels: z.strictObject({ severity: z.enum(['critical', 'warning', 'info']) }),
  annotations: z.strictObject({ summary: z.string().min(10), runbook: z.string() }),
});
const RuleFile = z.object({ groups: z.array(z.object({ rules: z.array(Rule) })) });
const Target = z.object({ expr: z.string(), legendFormat: z.string() });
const Dashboard = z.object({
  templating: z.object({
    list: z.array(z.object({ query: z.union([z.string(), z.object({ query: z.string() })]) })),
  }),
  panels: z.array(z.object({ title: z.string(), targets: z.array(Target).default([]) })),
});

const rules = RuleFile.parse(parse(await read('observability/alerts.yaml'))).groups.flatMap(
  (group) => group.rules,
);
const dashboard = Dashboard.parse(JSON.parse(await read('observability/dashboard.json')));
const targets = dashboard.panels.flatMap((panel) => panel.targets);
const [ruleTests, runbook] = await Promise.all([
  read('observability/alerts.test.yaml'),
  read('docs/alerts.md'),
]);

const broker = await startTestBroker();
const { connection } = await connectForTest(broker);
const service = await startLoggedService('laptops', {
  natsUrl: broker.url,
  env: { SNAPSHOT_EVERY: '1', LOG_LEVEL: 'fatal' },
});
await service.post('/laptops', { json: { id: 1, title: 'Lenovo', model: 'S3' } });
await connection.nc.request('laptops.queries.get', '{"id":1}');
await eventually(async () =>
  assert.ok(valueOf(await readMetrics(service), 'portside_snapshot_position') !== undefined),
);
/** Labels by metric name, including the labels that a scrape adds. */
const known = new Map<string, Set<string>>();
await eventually(async () => {
  for (const { name, labels } of await readMetrics(service)) {
    const knownLabels = known.get(name) ?? new Set(['job', 'instance']);
    for (const label of Object.keys(labels)) knownLabels.add(label);
    known.set(name, knownLabels);
  }
  // The garbage collection metrics appear after the first collection.
  assert.ok(known.has('nodejs_gc_duration_seconds_sum'));
});

/** Returns the metrics and labels that the expression or legend uses but the service does not export. */
function findMissing(expression: string, legend = ''): string[] {
  const { metrics, groupings } = parseQuery(expression);
  assert.ok(metrics.length > 0, `no metric in ${expression}`);
  const anyLabels = new Set(metrics.flatMap(({ name }) => [...(known.get(name) ?? [])]));
  const used = [...groupings, ...Array.from(legend.matchAll(/\{\{(\w+)\}\}/g), ([, label = '']) => label)];
  return [
    ...metrics.flatMap(({ name, labels }) => {
      const knownLabels = known.get(name);
      if (knownLabels === undefined) return [name];
      return labels.filter((label) => !knownLabels.has(label)).map((label) => `${name}{${label}}`);
    }),
    ...used.filter((label) => !anyLabels.has(label)),
  ];
}

const metrics = suite('a metric');

metrics('exists if an alert rule uses it', () => {
  assert.ok(rules.length > 10);
  for (const { alert, expr } of rules) assert.equal(findMissing(expr), [], alert);
});

metrics('has the labels that alert summaries use', () => {
  for (const { alert, expr, annotations } of rules) {
    const labels = Array.from(
      annotations.summary.matchAll(/\$labels\.(\w+)/g),
      ([, label]) => `{{${label}}}`,
    );
    assert.equal(findMissing(expr, labels.join('')), [], alert);
  }
});

metrics('exists if a dashboard panel or legend uses it', () => {
  assert.ok(targets.length > 20);
  for (const { expr, legendFormat } of targets) assert.equal(findMissing(expr, legendFormat), [], expr);
});

metrics('exists if a dashboard variable uses it', () => {
  const queries = dashboard.templating.list.flatMap(({ query }) =>
    typeof query === 'object' ? [query.query] : [],
  );
  assert.ok(queries.length > 0);
  for (const query of queries) assert.equal(findMissing(query), []);
});

metrics('is reported if it or its label does not exist', () => {
  assert.equal(findMissing('rate(portside_appends_totl{stream="x"}[5m])'), ['portside_appends_totl']);
  assert.equal(findMissing('sum by (streem) (portside_appends_total{outcom="x", stream=~"a[b"})'), [
    'portside_appends_total{outcom}',
    'streem',
  ]);
  assert.equal(findMissing('portside_ready > 1', '{{stream}}'), ['stream']);
});

metrics('with the prefix portside_ is documented in docs/observability.md', async () => {
  const documentation = await read('docs/observability.md');
  const own = [...known.keys()]
    .filter((name) => name.startsWith('portside_'))
    .map((name) => name.replace(/(?<=_seconds)_(?:bucket|sum|count)$/, ''));
  for (const name of new Set(own)) assert.match(documentation, `\`${name}\``);
});

metrics.run();

const alerts = suite('every alert');

alerts('links to its section in the runbook', () => {
  const headings = new Set(
    Array.from(runbook.matchAll(/^### (\w+)$/gm), ([, name = '']) => name.toLowerCase()),
  );
  for (const { alert, annotations } of rules) {
    const [file, anchor = ''] = annotations.runbook.split('#');
    assert.is(file, 'docs/alerts.md');
    assert.ok(headings.has(anchor), `${alert}: ${anchor}`);
  }
  const explained = new Set(rules.map(({ annotations }) => annotations.runbook.split('#')[1]));
  assert.equal(headings, explained, 'every section of the runbook belongs to an alert');
});

alerts('has a test in which it fires', () => {
  for (const { alert } of rules) {
    assert.match(ruleTests, new RegExp(`alertname(?::|=") ?${alert}\\b`), alert);
  }
});

const promtool = process.env['PORTSIDE_PROMTOOL'] ?? 'promtool';
const hasPromtool = spawnSync(promtool, ['--version']).error === undefined;
if (!hasPromtool) {
  process.stdout.write('skipped: promtool is not on PATH (Debian: apt-get install prometheus)\n');
}
const promtoolTest = hasPromtool ? alerts : alerts.skip;

for (const command of [
  ['check', 'rules', 'observability/alerts.yaml'],
  ['test', 'rules', 'observability/alerts.test.yaml'],
]) {
  promtoolTest(`passes promtool ${command.slice(0, 2).join(' ')}`, () => {
    const { status, stdout, stderr } = spawnSync(promtool, command, { cwd: root, encoding: 'utf8' });
    assert.is(status, 0, stdout + stderr);
  });
}

promtoolTest('uses metrics that pass promtool check metrics', async () => {
  const input = await (await fetch(`${service.probeUrl}/metrics`)).text();
  const { status, stdout, stderr } = spawnSync(promtool, ['check', 'metrics'], { input, encoding: 'utf8' });
  const complaints = (stdout + stderr).split('\n').filter((line) => line.startsWith('portside_'));
  assert.equal(complaints, []);
  assert.ok(status === 0 || status === 3, stdout + stderr);
});

alerts.after(async () => {
  await service.stop();
  await connection.nc.close();
  await broker.close();
});
alerts.run();
