import { fork, type ChildProcess, type StdioOptions } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ReadyMessage } from '../runtime/run.ts';

/** Time for a service to exit before it is killed, in ms. The services' own limit is shorter. */
const stopTimeoutMs = 12_000;

/** Runs the service that a module exports. Its name differs between the sources and the compiled code. */
const entry = fileURLToPath(
  new URL(`run-module${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url),
);

/**
 * Starts the service that a module exports, in a process of its own.
 *
 * @param module URL of the module, the `module` of the definition.
 */
export function forkService(module: string, env: NodeJS.ProcessEnv, stdio: StdioOptions): ChildProcess {
  return fork(entry, [module], { env, stdio });
}

/** Resolves when the service accepts requests. Rejects if its process ends first. */
export function awaitReady(name: string, child: ChildProcess): Promise<ReadyMessage> {
  return new Promise((resolve, reject) => {
    child.once('message', (message: ReadyMessage) => resolve(message));
    child.once('error', reject);
    // Not 'exit': at that point, stderr may still contain unread lines.
    child.once('close', (code, signal) =>
      reject(new Error(`the ${name} service exited (${signal ?? `code ${code}`})`)),
    );
  });
}

/** Sends SIGTERM and waits until the process has exited. Kills it after a timeout. */
export function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((ended) => {
    const force = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
    child.once('exit', () => {
      clearTimeout(force);
      ended();
    });
    child.kill('SIGTERM');
  });
}
