/** Builds and runs the checker, a Go program that uses porcupine. */

import { spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { runCommand } from '../../setup/command.mjs';
import { ROOT, toolsFolder } from '../../setup/root.mjs';
import { toLines, type Operation } from './history.ts';
import { UnsupportedEnvironment } from './requirements.ts';

const source = fileURLToPath(new URL('checker', import.meta.url));

/** Git-ignored folder for the program and for the histories of failed runs. */
export const outputFolder = join(toolsFolder(ROOT), 'linearizability');

/**
 * Returns the path of the program.
 *
 * @throws UnsupportedEnvironment if porcupine cannot be downloaded.
 */
export async function buildChecker(): Promise<string> {
  const program = join(outputFolder, 'checker');
  const env = { ...process.env, GOFLAGS: '', GOOS: '', GOARCH: '', GOWORK: 'off', CGO_ENABLED: '0' };
  await mkdir(outputFolder, { recursive: true });
  await runCommand('go', ['mod', 'download'], { cwd: source, env }).catch((error: unknown) => {
    throw new UnsupportedEnvironment(`porcupine cannot be downloaded: ${String(error)}`);
  });
  await runCommand('go', ['build', '-o', program, '.'], { cwd: source, env });
  return program;
}

export type Judgement = {
  readonly verdict: 'linearizable' | 'not linearizable' | 'undecided';
  /** The contradictions. */
  readonly output: string;
};

const verdicts: Readonly<Record<number, Judgement['verdict']>> = {
  0: 'linearizable',
  1: 'not linearizable',
  3: 'undecided',
};

/** @param folder receives a page for each laptop whose history is not linearizable. */
export async function judge(
  program: string,
  history: readonly Operation[],
  folder?: string,
): Promise<Judgement> {
  const child = spawn(program, folder === undefined ? [] : ['-visualize', folder], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
  // The program stops reading at an invalid line; its exit code and its output say so.
  child.stdin.on('error', () => undefined);
  child.stdin.end(toLines(history));
  const [code, output, errors] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  const verdict = verdicts[code ?? -1];
  if (verdict === undefined) throw new Error(`the checker ended with ${code}: ${errors}`);
  return { verdict, output };
}
