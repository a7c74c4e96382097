/** `npm run import`: imports laptops and ports from files into the event log. */

import { messageOf } from '../../src/kit/domain/error-message.ts';
import { readArguments, type Arguments } from './arguments.ts';
import { connectToBroker } from './broker/connect.ts';
import { importFiles } from './import-files.ts';
import { createImporters } from './importer.ts';
import { findInput } from './formats/input.ts';
import { help } from './help.ts';
import { describeColumns } from './kinds/kind.ts';
import { createInterruption } from './interruption.ts';
import { createRetrier } from './broker/retrier.ts';
import { UsageError } from './usage-error.ts';

const exitCodes = { complete: 0, incomplete: 1, usage: 2 } as const;

/** Number of unacknowledged publishes that fit into the retry time of a row. */
const attemptsBeforeGivingUp = 6;

/** Returns the exit code. */
async function main(): Promise<number> {
  const args = readArguments(process.argv.slice(2));
  if (args === undefined) {
    process.stdout.write(help);
    return exitCodes.complete;
  }
  checkTargets(args);
  const inputs = await Promise.all(args.files.map((file) => findInput(file, args.format)));
  const broker = args.isDryRun ? undefined : await connectToBroker(createImporters());
  const interruption = createInterruption();
  const retrier = createRetrier({
    limitMs: args.giveUpAfterMs,
    signal: interruption.signal,
    onExhausted: interruption.giveUp,
  });
  const ackTimeoutMs = args.giveUpAfterMs / attemptsBeforeGivingUp;
  const importers = createImporters(broker && { ...broker, retrier, ackTimeoutMs });
  try {
    const isComplete = await importFiles({ ...args, inputs, importers, interruption });
    return interruption.exitCode ?? (isComplete ? exitCodes.complete : exitCodes.incomplete);
  } finally {
    interruption.close();
    await Promise.all(importers.map(({ close }) => close()));
    await broker?.connection.nc.close();
  }
}

/** @throws UsageError if `--map` names a column that no kind has. */
function checkTargets({ map }: Arguments): void {
  const kinds = createImporters();
  const known = new Set(kinds.flatMap(({ columns: { required, optional } }) => [...required, ...optional]));
  const unknown = [...map.keys()].find((target) => !known.has(target));
  if (unknown !== undefined)
    throw new UsageError(`--map: there is no column "${unknown}"; ${kinds.map(describeColumns).join('; ')}`);
}

process.exitCode = await main().catch((error: unknown) => {
  process.stderr.write(`import: ${messageOf(error)}\n`);
  return error instanceof UsageError ? exitCodes.usage : exitCodes.incomplete;
});
