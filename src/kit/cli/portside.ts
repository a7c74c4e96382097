#!/usr/bin/env node
/** The `portside` command. */

import { messageOf } from '../domain/error-message.ts';
import type { Command } from './command.ts';
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

const commands: Readonly<Record<string, Command>> = {
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
    if (args.some((argument) => argument === '--help' || argument === '-h'))
      process.stdout.write(command.help);
    else await command.run(args);
  } catch (error) {
    const prefix = command === undefined ? 'portside' : `portside ${name}`;
    process.stderr.write(`${prefix}: ${messageOf(error)}\n`);
    process.exitCode = 1;
  }
}
