import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { findNatsServer } from './find-nats-server.ts';

const folder = mkdtempSync(join(tmpdir(), 'portside-find-'));
process.once('exit', () => rmSync(folder, { recursive: true }));

/** Creates a program that prints a version. Returns its folder. */
function install(name: string, output: string): string {
  const bin = join(folder, name);
  mkdirSync(bin);
  writeFileSync(join(bin, 'nats-server'), `#!/bin/sh\necho '${output}'\n`, { mode: 0o755 });
  return bin;
}

const empty = join(folder, 'empty');
mkdirSync(empty);
const recent = install('recent', 'nats-server: v2.12.0');
const old = install('old', 'nats-server: v2.11.9');
const other = install('other', 'hello');

const messageOf = (env: NodeJS.ProcessEnv) =>
  findNatsServer(env).then(
    (found) => `found ${found}`,
    (error: unknown) => String(error),
  );
const finding = suite('finding nats-server');

finding('returns the first one on PATH', async () =>
  assert.is(
    await findNatsServer({ PATH: [empty, recent, old].join(delimiter) }),
    join(recent, 'nats-server'),
  ),
);
finding('prefers the one that NATS_SERVER names', async () =>
  assert.is(
    await findNatsServer({ PATH: old, NATS_SERVER: join(recent, 'nats-server') }),
    join(recent, 'nats-server'),
  ),
);
finding('rejects an older version, and says how to install a newer one', async () =>
  assert.match(
    await messageOf({ PATH: old }),
    /has version 2\.11\.9, which is too old\.\nInstall nats-server 2\.12 or newer/,
  ),
);
finding('rejects another program, and names the variable that refers to it', async () =>
  assert.match(
    await messageOf({ NATS_SERVER: join(other, 'nats-server') }),
    /NATS_SERVER names .*--version printed "hello"/,
  ),
);
finding('says how to install it if there is none', async () =>
  assert.match(await messageOf({ PATH: empty }), /was not found on PATH.*\nInstall nats-server/),
);
finding.run();
