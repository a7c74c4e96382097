/** The examples in four languages follow the log, and lose no event when they are killed; those whose tools are here. */

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
/** The first one of a language may have to get its packages or to be built. */
const patience = 180_000;

const runs = (command: string, ...args: string[]) =>
  spawnSync(command, args, { stdio: 'ignore' }).status === 0;

/** Whether the tools of a language are here, as far as the machine brings them. */
const languages = {
  typescript: true,
  python: runs('python3', '-m', 'venv', '--help'),
  go: runs('go', 'version'),
  shell: runs('bash', '--version') && (await findNatsCli()) !== undefined,
};

type Running = {
  /** Standard output alone: what comes on the other one may cut a line of it in two. */
  printed(): string;
  /** Both outputs. */
  output(): string;
  readonly ended: Promise<number | null>;
  /** To the whole group, as a terminal does. */
  signal(signal: NodeJS.Signals): void;
};

/** How each one that was started is ended. */
const started: Running['signal'][] = [];

/** What `npm run example:<language>` runs; npm's own process would only stand between. */
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
  let printed = '';
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
    output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
  const signal = (name: NodeJS.Signals) => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, name);
    } catch {
      // All of the group have ended.
    }
  };
  started.push(signal);
  const ended = once(child, 'close').then(() => child.exitCode);
  return { printed: () => printed, output: () => output, signal, ended };
}

/** The positions of the lines `12 laptops.events.42 {…}`. */
const positionsIn = (output: string) =>
  Array.from(output.matchAll(/^(\d+) laptops\.events\.\d+ \{.*\}/gm), ([, position]) => Number(position));

async function awaitPosition({ printed, output }: Running, position: number): Promise<void> {
  await eventually(() => {
    if (!positionsIn(printed()).includes(position)) throw new Error(`${position} is not in:\n${output()}`);
  }, patience);
}

const range = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

const test = suite('an example that follows the log');

for (const [language, isHere] of Object.entries(languages)) {
  if (!isHere) process.stdout.write(`skipped: example:${language}, its tools are not here\n`);
  const it = isHere ? test : test.skip;

  it(`${language}: killed in the middle and started again, it has printed every event`, async () => {
    const first = await publishAll(
      nc,
      range(1, 20).map((id) => laptopAdded(id, language)),
    );
    const one = start(language);
    await awaitPosition(one, first.at(-1) ?? 0);
    // It is killed while more are coming in.
    const more = publishAll(
      nc,
      range(101, 400).map((id) => laptopAdded(id, language)),
    );
    await awaitPosition(one, (first.at(-1) ?? 0) + 1);
    one.signal('SIGKILL');
    await one.ended;
    const last = (await more).at(-1) ?? 0;
    nc.publish('laptops.events.3', 'no event');
    const [end = 0] = await publishAll(nc, [laptopAdded(4, language)]);

    const two = start(language);
    await awaitPosition(two, end);
    const [before, after] = [positionsIn(one.printed()), positionsIn(two.printed())];
    junk.add(last + 1);
    const events = range(1, end).filter((position) => !junk.has(position));
    assert.equal(
      [...new Set([...before, ...after])].toSorted((a, b) => a - b),
      events,
    );
    // What may be printed twice is what was in hand at the kill.
    assert.ok((after[0] ?? 0) >= (before.at(-1) ?? 0), `${before.at(-1)}, then ${after[0]}`);

    const interrupted = performance.now();
    two.signal('SIGINT');
    assert.is(await two.ended, 0);
    assert.ok(performance.now() - interrupted < 20_000);
    assert.not.match(two.output(), /Traceback|panic|Error/);
  });

  it(`${language}: --help says what it does, and a broker that is not there is an error`, async () => {
    const help = start(language, ['--help']);
    assert.is(await help.ended, 0);
    assert.match(help.output(), `npm run example:${language}`);
    const lost = start(language, [], { NATS_URL: 'nats://127.0.0.1:1' });
    assert.is(await lost.ended, 1);
    assert.match(lost.output(), 'cannot follow the laptops');
  });
}

/** The positions of what was no event, over all languages: they read the same log. */
const junk = new Set<number>();

test('whose tools are missing says which, and ends with 1', async () => {
  for (const [language, what] of [
    ['python', 'there is no python3 on PATH'],
    ['go', 'there is no go on PATH'],
    ['shell', 'there is no bash on PATH'],
  ] as const) {
    const lost = start(language, [], { PATH: folder });
    assert.is(await lost.ended, 1);
    assert.match(lost.output(), what);
  }
});

test('a consumer of it is in the stream until somebody removes it', async () => {
  const names = [];
  for await (const { name } of jsm.consumers.list('LAPTOPS')) names.push(name);
  assert.ok(names.includes('example-typescript'));
});

test.after(async () => {
  for (const signal of started) signal('SIGKILL');
  await nc.close();
  await broker.close();
  rmSync(folder, { recursive: true });
});
test.run();
