/** `npm run doctor`: checks a running system from the outside, without changing it, and reports problems. */

import { parseArgs } from 'node:util';
import { readDoctorConfig, type DoctorConfig } from './environment.ts';
import { examine } from './examine.ts';
import { describeError } from './finding.ts';
import { formatReport } from './report.ts';

const help = `npm run doctor [-- --json]

Checks the servers and their storage, the streams, the services and their snapshots, and reports problems. It
changes nothing. Replicas of a service must hold the same state at the same position: each computes a digest of its
state, which takes seconds for a million entities.

  --json    print the findings as an array of {name, verdict, detail, remedy?}; verdict is ok, warning or failure
            (use npm run --silent doctor -- --json to suppress the output of npm)

Environment:
  NATS_URL          URL of the broker; default nats://localhost:4222. For a cluster, the URLs of all servers,
                    separated by commas
  NATS_CREDS, NATS_NKEY, NATS_CA, NATS_CERT, NATS_KEY, NATS_INBOX_PREFIX
                    credentials and TLS: see docs/security.md
  NATS_MONITOR_URL  monitoring URLs of the servers, separated by commas; default http://localhost:8222
  STREAM_REPLICAS   expected number of replicas of each stream; not checked if unset
  SNAPSHOT_EVERY    the value that the services use; default 10000

Exit codes: 0 if there is no failure, 1 if there is one, 2 if the command line or the environment is invalid.
`;

const exitCodes = { healthy: 0, failure: 1, usage: 2 } as const;

type Options = { readonly isJson: boolean; readonly config: DoctorConfig };

/** Returns undefined for `--help`, or an error message if the command line or the environment is invalid. */
function readOptions(): Options | string | undefined {
  try {
    const { values } = parseArgs({
      options: {
        help: { type: 'boolean', short: 'h', default: false },
        json: { type: 'boolean', default: false },
      },
    });
    return values.help ? undefined : { isJson: values.json, config: readDoctorConfig(process.env) };
  } catch (error) {
    return describeError(error);
  }
}

/** Returns the exit code. */
async function main(): Promise<number> {
  const options = readOptions();
  if (options === undefined) {
    await write(process.stdout, help);
    return exitCodes.healthy;
  }
  if (typeof options === 'string') {
    await write(process.stderr, `doctor: ${options}\nSee --help.\n`);
    return exitCodes.usage;
  }
  const findings = await examine(options.config);
  const report = options.isJson ? `${JSON.stringify(findings, undefined, 2)}\n` : formatReport(findings);
  await write(process.stdout, report);
  return findings.some(({ verdict }) => verdict === 'failure') ? exitCodes.failure : exitCodes.healthy;
}

/** Resolves when the text has been flushed. */
function write(stream: NodeJS.WriteStream, text: string): Promise<void> {
  return new Promise((resolve) => {
    stream.write(text, () => resolve());
  });
}

const exitCode = await main().catch(async (error: unknown) => {
  await write(process.stderr, `doctor: ${describeError(error)}\n`);
  return exitCodes.failure;
});
// Explicit, because nats.js 3.4 keeps the socket to a frozen server open.
process.exit(exitCode);
