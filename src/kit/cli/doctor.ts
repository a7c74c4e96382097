import { messageOf } from '../domain/error-message.ts';
import type { DoctorConfig } from '../doctor/config.ts';
import { readDoctorConfig } from './doctor-environment.ts';
import { examine } from '../doctor/examine.ts';
import { formatReport } from '../doctor/report.ts';
import type { Service } from '../domain/service/service.ts';
import { parseArguments, type Command } from './command.ts';
import { loadServices } from './module-argument.ts';

const help = `portside doctor [--json] MODULE …

Checks a running system from the outside, without changing it, and reports problems. Examines the servers and their
storage, the services that the modules export (compiled modules, such as dist/service.js) with their streams and
snapshots, and the streams that they follow. Replicas of a service must hold the same state at the same position: each
computes a digest of its state, which takes seconds for a million entities.

  --json    print the findings as an array of {name, verdict, detail, remedy?}; verdict is ok, warning or failure
            (with npm run, add --silent to suppress the output of npm)

Environment:
  NATS_URL          URL of the broker; default nats://localhost:4222. For a cluster, the URLs of all servers,
                    separated by commas
  NATS_CREDS, NATS_NKEY, NATS_CA, NATS_CERT, NATS_KEY, NATS_INBOX_PREFIX
                    credentials and TLS, as for a service
  NATS_MONITOR_URL  monitoring URLs of the servers, separated by commas; default http://localhost:8222
  STREAM_REPLICAS   expected number of replicas of each stream; not checked if unset
  SNAPSHOT_EVERY    the value that the services use; default 10000

Exit codes: 0 if there is no failure, 1 if there is one, 2 if the command line or the environment is invalid.
`;

export const doctor: Command = { help, run };

const exitCodes = { healthy: 0, failure: 1, usage: 2 } as const;

type Options = {
  readonly isJson: boolean;
  readonly services: readonly Service[];
  readonly config: DoctorConfig;
};

async function run(args: string[]): Promise<void> {
  const exitCode = await runChecks(args).catch(async (error: unknown) => {
    await write(process.stderr, `portside doctor: ${messageOf(error)}\n`);
    return exitCodes.failure;
  });
  // Explicit, because nats.js 3.4 keeps the socket to a frozen server open.
  process.exit(exitCode);
}

/** Returns the exit code. */
async function runChecks(args: string[]): Promise<number> {
  const options = await readOptions(args).catch(messageOf);
  if (typeof options === 'string') {
    await write(process.stderr, `portside doctor: ${options}\n`);
    return exitCodes.usage;
  }
  const findings = await examine(options.services, options.config);
  const report = options.isJson ? `${JSON.stringify(findings, undefined, 2)}\n` : formatReport(findings);
  await write(process.stdout, report);
  return findings.some(({ verdict }) => verdict === 'failure') ? exitCodes.failure : exitCodes.healthy;
}

/** @throws Error if the command line, a module or the environment is invalid. */
async function readOptions(args: string[]): Promise<Options> {
  const { values, positionals } = parseArguments(args, {
    json: { type: 'boolean', default: false },
  });
  const services = await loadServices(positionals);
  return { isJson: values.json, services, config: readDoctorConfig(process.env) };
}

/** Resolves when the text has been flushed. */
function write(stream: NodeJS.WriteStream, text: string): Promise<void> {
  return new Promise((resolve) => {
    stream.write(text, () => resolve());
  });
}
