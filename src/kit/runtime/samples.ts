import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { newEntityOf } from '../api/commands/command-input.ts';
import { messageOf } from '../domain/error-message.ts';
import type { Service } from '../domain/service/service.ts';

/**
 * Reads the sample data of a service: bodies of its `create` command. Undefined if it has none.
 *
 * @throws Error that names the file if it cannot be read, or if a row is not valid
 */
export async function readSamples({ samples, commands, contract }: Service): Promise<object[] | undefined> {
  const body = commands.find(({ kind }) => kind === 'create')?.body;
  if (samples === undefined || body === undefined) return undefined;
  try {
    const rows: unknown = JSON.parse(await readFile(samples, 'utf8'));
    const result = z.array(newEntityOf(body, contract.id)).safeParse(rows);
    if (!result.success) throw new Error(z.prettifyError(result.error));
    return z.array(z.looseObject({})).parse(rows);
  } catch (error) {
    throw new Error(`samples ${samples.pathname}: ${messageOf(error)}`, { cause: error });
  }
}
