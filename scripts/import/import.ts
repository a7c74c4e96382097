/** `npm run import`: laptops and ports from files into the event log, at speed, and never twice. */

import { help, readArguments } from './arguments.ts';
import { connectToBroker } from './broker.ts';
import { importFiles } from './import-files.ts';
import { createImporters } from './importer.ts';
import { findInput } from './formats/input.ts';
import { createInterruption } from './interruption.ts';
import { createPatience } from './patience.ts';
import { UsageError } from './usage-error.ts';

const exitCodes = { allThere: 0, notAllThere: 1, usage: 2 } as const;

/** How many publishes without an answer fit into the time after which a row is given up. */
const triesBeforeGivingUp = 6;

/** Returns the exit code. */
async function main(): Promise<number> {
  const args = readArguments(process.argv.slice(2));
  if (args === undefined) {
    process.stdout.write(help);
    return exitCodes.allThere;
  }
  const inputs = await Promise.all(args.files.map((file) => findInput(file, args.format)));
  const broker = args.isDryRun ? undefined : await connectToBroker(createImporters());
  const interruption = createInterruption();
  const patience = createPatience({
    limitMs: args.giveUpAfterMs,
    signal: interruption.signal,
    onExhausted: interruption.giveUp,
  });
  const ackTimeoutMs = args.giveUpAfterMs / triesBeforeGivingUp;
  const importers = createImporters(broker && { ...broker, patience, ackTimeoutMs });
  try {
    const isComplete = await importFiles({ ...args, inputs, importers, interruption });
    return interruption.exitCode ?? (isComplete ? exitCodes.allThere : exitCodes.notAllThere);
  } finally {
    interruption.close();
    await broker?.connection.nc.close();
  }
}

process.exitCode = await main().catch((error: unknown) => {
  process.stderr.write(`import: ${error instanceof Error ? error.message : String(error)}\n`);
  return error instanceof UsageError ? exitCodes.usage : exitCodes.notAllThere;
});
