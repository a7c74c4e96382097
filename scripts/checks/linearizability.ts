/** `npm run test:linearizability`: checks with porcupine that reads and writes are linearizable while faults are injected. */

import { UsageError } from './fault-arguments.ts';
import { help, readArguments } from './linearizability/arguments.ts';
import { buildChecker } from './linearizability/checker.ts';
import { findObstacle, UnsupportedEnvironment } from './linearizability/requirements.ts';
import { runChecks } from './checks.ts';
import { runInNamespace } from './namespace.ts';

const write = (text: string) => process.stdout.write(text);
const args = process.argv.slice(2);

try {
  if (readArguments(args) === 'help') write(help);
  else process.exitCode = await main();
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n\n${help}`);
  process.exitCode = 2;
}

async function main(): Promise<number> {
  try {
    findObstacle();
    const checker = await buildChecker();
    return await runInNamespace(new URL('linearizability/run.ts', import.meta.url), [checker, ...args]);
  } catch (error) {
    const outcome =
      error instanceof UnsupportedEnvironment
        ? Promise.resolve({ verdict: 'skipped', reason: error.message } as const)
        : Promise.reject(error);
    const { failed } = await runChecks([{ name: 'linearizability', run: () => outcome }], write);
    return failed > 0 ? 1 : 0;
  }
}
