/** Runs the provisioner as a process, like `npm run provision`. */

import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { typescriptArgs } from '../../../scripts/typescript-args.ts';

const script = fileURLToPath(new URL('../../../src/kit/cli/portside.ts', import.meta.url));

export type ProvisionResult = {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
};

export type ProvisionProcess = {
  /** Standard error up to now. */
  readonly stderr: string;
  readonly result: Promise<ProvisionResult>;
  stop(): void;
};

export function startProvision(
  env: Readonly<Record<string, string>>,
  args: readonly string[] = [],
): ProvisionProcess {
  const child = spawn(process.execPath, [...typescriptArgs, script, 'provision', ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return {
    get stderr() {
      return stderr;
    },
    result: new Promise((resolve) => child.once('close', (code) => resolve({ code, stdout, stderr }))),
    stop: () => void child.kill(),
  };
}

export function runProvision(
  env: Readonly<Record<string, string>>,
  args: readonly string[] = [],
): Promise<ProvisionResult> {
  return startProvision(env, args).result;
}
