/** Tests the parts of the cluster test that read and write the documentation, which need no cluster. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { insertFigures } from './figures.ts';
import { readBackupCommands } from './backup.ts';
import { readmeCommands } from './readme.ts';
import { readSecretCommands } from './secrets.ts';

const commands = suite('the commands that the cluster test reads from the documentation');

commands('create every Secret, except for the namespace that the overlay creates', async () => {
  const text = await readSecretCommands();
  for (const name of [
    'nats-users',
    'laptops-nkey',
    'ports-nkey',
    'provisioner-nkey',
    'nats-tls',
    'token-keys',
  ])
    assert.match(text, new RegExp(`kubectl create .*\\b${name} `));
  assert.match(text, /nats auth nkey gen/);
  assert.not.match(text, /create namespace/);
});
commands('back up and restore both streams', async () => {
  const [backup = '', restore = ''] = await readBackupCommands();
  for (const stream of ['LAPTOPS', 'PORTS']) {
    assert.match(backup, new RegExp(`^nats stream backup ${stream} `, 'm'));
    assert.match(restore, new RegExp(`^nats stream restore backup/${stream}$`, 'm'));
  }
});
commands('are those of the README that end by themselves', async () => {
  const found = await readmeCommands();
  assert.ok(found.some((line) => line.startsWith('nats req laptops.commands.add')));
  assert.not.ok(found.some((line) => line.startsWith('curl -N') || line.startsWith('nats sub')));
});
commands.run();

const figures = suite('insertFigures');

figures('replaces the figures of the last run and nothing else', () => {
  const page = 'before\n<!-- figures -->\nold\n<!-- end of figures -->\nafter\n';
  const text = insertFigures(page, [['| boot | 1.0 s |'], ['| drain | 10 | 0 | 0 | 0 | 0.1 s | none |']]);
  assert.match(text, /^before\n<!-- figures -->\n/);
  assert.match(text, /<!-- end of figures -->\nafter\n$/);
  assert.match(text, '\n| boot | 1.0 s |\n');
  assert.match(text, '\n| drain | 10 | 0 | 0 | 0 | 0.1 s | none |\n');
  assert.not.match(text, 'old');
  assert.throws(() => insertFigures('no place', [[], []]), /no place/);
});
figures.run();
