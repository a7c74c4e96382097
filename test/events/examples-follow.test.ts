/** The subscriber examples in four languages. Skips each language whose tools are not installed. */

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { findNatsCli } from '../../scripts/setup/programs/nats-cli.mjs';
import { connectForTest, startTestBroker } from '../support/broker/broker.ts';
import { eventually } from '../support/eventually.ts';
import { laptopAdded, publishAll } from '../support/broker/publish.ts';

const checkout = fileURLToPath(new URL('../..', import.meta.url));
const { scripts } = z
  .object({ scripts: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync(join(checkout, 'package.json'), 'utf8')));
const broker = await startTestBroker();
const { connection, jsm } = await connectForTest(broker);
const { nc } = connection;
const folder = mkdtempSync(join(tmpdir(), 'portside-examples-'));
/** The first run of a language may install packages or compile the example. */
const timeoutMs = 180_000;

const runs = (command: string, ...args: string[]) =>
  spawnSync(command, args, { stdio: 'ignore' }).status === 0;

/** Whether the tools of each language are installed. */
const languages = {
  typescript: true,
  python: runs('python3', '-m', 'venv', '--help'),
  go: runs('go', 'version'),
  shell: runs('bash', '--version') && (await findNatsCli()) !== undefined,
};

type Running = {
  /** Standard output only, because interleaved standard error could split its lines. */
  stdout(): string;
  /** Standard output and standard error. */
  output(): string;
  readonly ended: Promise<number | null>;
  /** Signals the whole process group, as a terminal does. */
  signal(signal: NodeJS.Signals): void;
};

/** Signal functions of all started examples, for the teardown. */
const signals: Running['signal'][] = [];

/** Runs the command of `npm run example:<language>` without npm's own process in between. */
function start(language: string, args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Running {
  const [command = '', ...words] = (scripts[`example:${language}`] ?? '').split(' ');
  assert.is(command, 'node');
  const child = spawn(process.execPath, [...words, ...args], {
    cwd: checkout,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      NATS_URL: broker.url,
      POSITION_FILE: join(folder, `${language}.position`),
      ...env,
    },
  });
  let stdout = '';
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
  const signal = (name: NodeJS.Signals) => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, name);
    } catch {
      // All processes of the group have exited.
    }
  };
  signals.push(signal);
  const ended = once(child, 'close').then(() => child.exitCode);
  return { stdout: () => stdout, output: () => output, signal, ended };
}

/** Positions in lines such as `12 laptops.events.42 {…}`. */
const positionsIn = (output: string) =>
  Array.from(output.matchAll(/^(\d+) laptops\.events\.\d+ \{.*\}/gm), ([, position]) => Number(position));

async function awaitPosition({ stdout, output }: Running, position: number): Promise<void> {
  await eventually(() => {
    if (!positionsIn(stdout()).includes(position)) throw new Error(`${position} is not in:\n${output()}`);
  }, timeoutMs);
}

const range = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

const examples = suite('an example subscriber');

for (const [language, isInstalled] of Object.entries(languages)) {
  if (!isInstalled) process.stdout.write(`skipped: example:${language}, its tools are not installed\n`);
  const test = isInstalled ? examples : examples.skip;

  test(`prints every event even if it is killed and restarted: ${language}`, async () => {
    const first = await publishAll(
      nc,
      range(1, 20).map((id) => laptopAdded(id, language)),
    );
    const killed = start(language);
    await awaitPosition(killed, first.at(-1) ?? 0);
    // The example is killed while more events arrive.
    const more = publishAll(
      nc,
      range(101, 400).map((id) => laptopAdded(id, language)),
    );
    await awaitPosition(killed, (first.at(-1) ?? 0) + 1);
    killed.signal('SIGKILL');
    await killed.ended;
    const last = (await more).at(-1) ?? 0;
    nc.publish('laptops.events.3', 'not an event');
    const [end = 0] = await publishAll(nc, [laptopAdded(4, language)]);

    const restarted = start(language);
    await awaitPosition(restarted, end);
    const [before, after] = [positionsIn(killed.stdout()), positionsIn(restarted.stdout())];
    invalidPositions.add(last + 1);
    const events = range(1, end).filter((position) => !invalidPositions.has(position));
    assert.equal(
      [...new Set([...before, ...after])].toSorted((a, b) => a - b),
      events,
    );
    // Only the event in progress when the process was killed may be printed twice.
    assert.ok((after[0] ?? 0) >= (before.at(-1) ?? 0), `${before.at(-1)}, then ${after[0]}`);

    const interrupted = performance.now();
    restarted.signal('SIGINT');
    assert.is(await restarted.ended, 0);
    assert.ok(performance.now() - interrupted < 20_000);
    assert.not.match(restarted.output(), /Traceback|panic|Error/);
  });

  test(`prints its usage with --help and fails without a broker: ${language}`, async () => {
    const help = start(language, ['--help']);
    assert.is(await help.ended, 0);
    assert.match(help.output(), `npm run example:${language}`);
    const disconnected = start(language, [], { NATS_URL: 'nats://127.0.0.1:1' });
    assert.is(await disconnected.ended, 1);
    assert.match(disconnected.output(), 'cannot follow the laptops');
  });
}

/** Positions of messages that are not events. All languages read the same stream. */
const invalidPositions = new Set<number>();

examples('names the missing tool and exits with 1 if the tools are not installed', async () => {
  for (const [language, message] of [
    ['python', 'python3 not found on PATH'],
    ['go', 'go not found on PATH'],
    ['shell', 'bash not found on PATH'],
  ] as const) {
    const example = start(language, [], { PATH: folder });
    assert.is(await example.ended, 1);
    assert.match(example.output(), message);
  }
});

examples('leaves its durable consumer in the stream', async () => {
  const names = [];
  for await (const { name } of jsm.consumers.list('LAPTOPS')) names.push(name);
  assert.ok(names.includes('example-typescript'));
});

examples.after(async () => {
  for (const signal of signals) signal('SIGKILL');
  await nc.close();
  await broker.close();
  rmSync(folder, { recursive: true });
});
examples.run();
