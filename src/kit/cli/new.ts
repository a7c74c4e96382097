import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { z } from 'zod';
import { capitalize, nounsOf } from '../domain/service/nouns.ts';
import { parseArguments, type Command } from './command.ts';
import { checkName, checkNames, singularOf } from './package-names.ts';
import { renderTemplate } from './render-template.ts';

const help = `portside new [--kit SPEC] [--noun NOUN] NAME

Creates the folder NAME with the package of a service: its events, rules and tests, and files for Docker and Kubernetes.

NAME         of the service and of its collection, a plural: docks
--noun NOUN  the singular, if NAME is not a regular plural: --noun mouse mice
--kit SPEC   the version of @portside/kit, or another npm dependency specification, such as
             file:../portside-kit-0.1.0.tgz (relative to the new folder); default: the version of this command
`;

export const createPackage: Command = { help, run };

/** The compiled code is one folder deeper than the sources. */
const manifestFile = new URL(
  import.meta.url.endsWith('.ts') ? '../package.json' : '../../package.json',
  import.meta.url,
);
const Manifest = z.object({ version: z.string(), dependencies: z.object({ zod: z.string() }) });

async function run(args: string[]): Promise<void> {
  const { values, positionals } = parseArguments(args, { kit: { type: 'string' }, noun: { type: 'string' } });
  const [name, ...others] = positionals;
  if (name === undefined || others.length > 0) throw new Error('expected one NAME; see portside new --help');
  checkName('name', name);
  const noun = values.noun ?? singularOf(name);
  checkNames(name, noun);
  const manifest = Manifest.parse(JSON.parse(await readFile(manifestFile, 'utf8')));
  const kit = values.kit ?? `^${manifest.version}`;
  const folder = resolve(name);
  checkFile(folder, kit);
  await createEmptyFolder(name);
  const { one } = nounsOf(name, { noun });
  const files = await renderTemplate('service', folder, {
    name,
    noun,
    one,
    kit,
    zod: manifest.dependencies.zod,
    Noun: capitalize(noun),
    NAME: name.toUpperCase(),
  });
  process.stdout.write(`Created ${name}/ with ${files.length} files. Next steps:

  cd ${name}
  npm install
  npm test     # needs nats-server 2.12 or newer on PATH, or NATS_SERVER=/path/to/nats-server
  npm start

${name}/README.md describes the files.
`);
}

/** npm reports a missing tarball without the folder in which it looked. */
function checkFile(folder: string, spec: string): void {
  const path = /^file:(?!\/\/)(.+)$/.exec(spec)?.[1];
  if (path === undefined) return;
  const file = resolve(folder, path);
  if (!existsSync(file)) {
    throw new Error(
      `--kit ${spec} refers to ${file}, which does not exist; the path is relative to the new folder`,
    );
  }
}

/** @throws Error if the path exists and is not an empty folder. */
async function createEmptyFolder(path: string): Promise<void> {
  const entries = await mkdir(path, { recursive: true })
    .then(() => readdir(path))
    .catch((error: unknown) => {
      throw new Error(`cannot create the folder ${path}: ${String(error)}`, { cause: error });
    });
  if (entries.length > 0) throw new Error(`the folder ${path} exists and is not empty`);
}
