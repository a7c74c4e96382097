import { dirname, join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { existsSync } from 'node:fs';
import { loadService } from '../launch/load-service.ts';
import { findContractBreaks, freezeSchemas } from '../testing/event-contract.ts';
import { parseArguments, type Command } from './command.ts';
import { readModuleArgument } from './module-argument.ts';

const help = `portside freeze [--schemas FOLDER] MODULE

Freezes the schemas of new event shapes: writes a JSON file for each version of each event that has none. Existing files are
never changed. MODULE exports the service (a compiled module, such as dist/service.js).

--schemas FOLDER  the folder of the files; default: the folder schemas of the package that contains MODULE

Exit codes: 0 if every shape is frozen; 1 if a shape differs from its frozen schema, or is missing.
`;

export const freeze: Command = { help, run };

async function run(args: string[]): Promise<void> {
  const { values, positionals } = parseArguments(args, { schemas: { type: 'string' } });
  const module = readModuleArgument(positionals);
  const { contract } = await loadService(module);
  const folder = resolve(values.schemas ?? join(findPackage(resolve(module)), 'schemas'));
  const url = pathToFileURL(`${folder}/`);
  const frozen = freezeSchemas(contract.events, url);
  for (const file of frozen) process.stdout.write(`frozen: ${relative('.', join(folder, file))}\n`);
  const breaks = findContractBreaks(contract.events, url, {});
  if (breaks.length > 0) throw new Error(breaks.join('\n'));
  if (frozen.length === 0) process.stdout.write('nothing new: every event shape is frozen\n');
}

/** Returns the nearest folder above `path` with a package.json. */
function findPackage(path: string): string {
  const folder = dirname(path);
  if (folder === path) throw new Error('the module is not part of a package; name the folder with --schemas');
  return existsSync(join(folder, 'package.json')) ? folder : findPackage(folder);
}
