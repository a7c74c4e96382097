/** A `portside` command and its command line. */

import { parseArgs, type ParseArgsConfig } from 'node:util';

export type Command = {
  /** Printed for `--help`. */
  readonly help: string;
  /** @param args the arguments after the name of the command, without `--help`. */
  run(args: string[]): Promise<void>;
};

/** @throws Error that names an unknown option, or an option without a value. */
export function parseArguments<const Options extends NonNullable<ParseArgsConfig['options']>>(
  args: string[],
  options: Options,
): ReturnType<typeof parseArgs<{ args: string[]; allowPositionals: true; options: Options }>> {
  try {
    return parseArgs({ args, allowPositionals: true, options });
  } catch (error) {
    // The sentences that follow in Node's message explain how to pass the option as a positional argument.
    const [reason] = error instanceof Error ? error.message.split('. ') : [];
    throw new Error(`${reason ?? String(error)}; see --help`, { cause: error });
  }
}
