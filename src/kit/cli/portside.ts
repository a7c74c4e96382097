#!/usr/bin/env node
/** The `portside` command. */

import { dev } from './dev.ts';
import { doctor } from './doctor.ts';
import { freeze } from './freeze.ts';
import { createPackage } from './new.ts';
import { provision } from './provision.ts';
import { roles } from './roles.ts';

const help = `portside COMMAND [ARGUMENT …]

Commands:
  new NAME           create the package of a service
  dev MODULE         run a nats-server and a service on this machine
  provision FOLDER   create or update the streams that the files in a folder define
  doctor MODULE …    check a running system
  roles MODULE …     print a NATS user for each role, with least privilege
  freeze MODULE      freeze the schemas of new event shapes

portside COMMAND --help shows the arguments of a command.
`;

/** Each command receives the arguments after its name. */
const commands: Readonly<Record<string, (args: string[]) => Promise<void>>> = {
  new: createPackage,
  dev,
  provision,
  doctor,
  roles,
  freeze,
};

const [name, ...args] = process.argv.slice(2);
if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
  (name === undefined ? process.stderr : process.stdout).write(help);
  process.exitCode = name === undefined ? 1 : 0;
} else {
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  try {
    if (command === undefined) throw new Error(`there is no command "${name}"; see portside --help`);
    await command(args);
  } catch (error) {
    const prefix = command === undefined ? 'portside' : `portside ${name}`;
    process.stderr.write(`${prefix}: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
