/** Worktrees of a repository with a script for its set-up and one for its build. */

import { existsSync, readFileSync } from 'node:fs';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { eventually } from '../../../test/support/eventually.ts';
import { runCommand } from '../../setup/command.mjs';
import { createResourceScope } from '../child-processes.ts';
import { addWorktree } from './checkout.ts';

const outer = createResourceScope();
const repository = await outer.makeFolder();
const git = (...args: string[]) =>
  runCommand('git', ['-C', repository, '-c', 'user.name=test', '-c', 'user.email=test@localhost', ...args]);

/** Commits a version whose build runs `build`. */
async function commit(version: string, build: string, lock = '{}'): Promise<void> {
  const manifest = { name: 'some', version, scripts: { build: `node -e "${build}"` } };
  await writeFile(join(repository, 'package.json'), JSON.stringify(manifest));
  await writeFile(join(repository, 'package-lock.json'), lock);
  await writeFile(join(repository, '.gitignore'), 'node_modules\n');
  await mkdir(join(repository, 'scripts/setup'), { recursive: true });
  await writeFile(join(repository, 'scripts/setup/setup.mjs'), '');
  await git('add', '--all');
  await git('commit', '--quiet', '--message', version);
  await git('tag', version);
}

const countWorktrees = async () => (await git('worktree', 'list')).trim().split('\n').length;

await git('init', '--quiet');
await commit('old-lock', '', '{"other":true}');
await commit('one', `require('fs').writeFileSync('built','')`);
await commit('hanging', `require('fs').writeFileSync('building','');setInterval(()=>{},1000)`);
await commit('broken', `console.error('does not compile');process.exit(1)`);
await mkdir(join(repository, 'node_modules/@some'), { recursive: true });
await writeFile(join(repository, 'node_modules/library.js'), '');
await symlink('../../src', join(repository, 'node_modules/@some/workspace'));

const worktrees = suite('a worktree for a comparison');

worktrees(
  'has the commit, built, with the dependencies of the checkout, until the scope closes',
  async () => {
    const scope = createResourceScope();
    const { root, suffix } = await addWorktree(scope, repository, 'one');
    const folder = fileURLToPath(root);
    assert.match(readFileSync(join(folder, 'package.json'), 'utf8'), '"version":"one"');
    assert.is(suffix, ` at ${(await git('rev-parse', '--short', 'one')).trim()}`);
    assert.ok(existsSync(join(folder, 'built')));
    assert.ok(existsSync(join(folder, 'node_modules/library.js')));
    // The link of the workspace leads to the worktree, which has no `src`.
    assert.not.ok(existsSync(join(folder, 'node_modules/@some/workspace')));
    assert.is(await countWorktrees(), 2);
    await scope.close();
    assert.not.ok(existsSync(folder));
    assert.is(await countWorktrees(), 1);
  },
);

worktrees('does not copy the dependencies of another lock file', async () => {
  const scope = createResourceScope();
  const { root } = await addWorktree(scope, repository, 'old-lock');
  assert.not.ok(existsSync(new URL('node_modules', root)));
  await scope.close();
});

worktrees('is removed when the scope closes during the build', async () => {
  const scope = createResourceScope();
  const failure = addWorktree(scope, repository, 'hanging').catch((error: unknown) => error);
  const folder = await eventually(async () => {
    const [, added] = (await git('worktree', 'list', '--porcelain')).matchAll(/^worktree (.*)$/gm);
    const found = added?.[1];
    if (found === undefined || !existsSync(join(found, 'building'))) throw new Error('not building');
    return found;
  });
  await scope.close();
  assert.match(String(await failure), 'abort');
  assert.not.ok(existsSync(folder));
  assert.is(await countWorktrees(), 1);
});

worktrees('is removed after a failed build, whose output is in the error', async () => {
  const scope = createResourceScope();
  const error: unknown = await addWorktree(scope, repository, 'broken').catch((thrown: unknown) => thrown);
  assert.match(String(error), 'does not compile');
  await scope.close();
  assert.is(await countWorktrees(), 1);
});

worktrees('is rejected for an unknown commit', async () => {
  const scope = createResourceScope();
  const error: unknown = await addWorktree(scope, repository, 'nothing').catch((thrown: unknown) => thrown);
  assert.match(String(error), 'there is no commit "nothing"');
  await scope.close();
  assert.is(await countWorktrees(), 1);
});

worktrees.after(() => outer.close());

worktrees.run();
