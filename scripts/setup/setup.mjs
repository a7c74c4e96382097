/** Prepares a fresh clone for `npm start` and `npm test`: installs the npm dependencies and a nats-server. */

const HELP = `Usage: node scripts/setup/setup.mjs [--no-nats-server] [--test-tools] [--nats-cli] [--help]

Runs before "npm start", "npm test" and "npm run import". Prints nothing if everything is up to date. Otherwise it
  1. installs the npm dependencies if node_modules is missing or does not match package-lock.json;
  2. finds a nats-server 2.12 or newer (PORTSIDE_NATS_SERVER, PATH, .tools) or installs one into .tools in this
     checkout. It changes nothing outside the checkout and does not need root;
  3. for the tests and the shell example, finds the nats CLI 0.5 or newer (PORTSIDE_NATS_CLI, PATH, .tools) or
     builds it into .tools with the Go on PATH, which takes a minute or more. Without Go, it prints a message, and the
     tests that need the CLI are skipped.

Options
  --no-nats-server         do not install nats-server
  --test-tools             also install the AsyncAPI parser for the tests, in conformance/asyncapi
  --nats-cli               also install the nats CLI
  --help                   show this text

Environment
  NATS_URL                 "npm start" uses this server and needs no nats-server ("npm test" does)
  PORTSIDE_NATS_SERVER     path of the nats-server to use
  PORTSIDE_NATS_CLI        path of the nats CLI to use
  NATS_SERVER_SOURCES      sources of nats-server, in order of preference; default: apt,release,go
                             apt      the distribution's signed package (Debian, Ubuntu), unpacked but not installed
                             release  the project's release, verified with its checksums (Linux, macOS)
                             go       built from source with the Go on PATH
  NATS_SERVER_RELEASES_URL base URL of a mirror of the project's releases, for the release source
`;

const MINIMUM_NODE_MAJOR = 20;

// The code up to here must use only syntax and modules that old Node versions support, so that they print this message.
if (Number(process.versions.node.split('.')[0]) < MINIMUM_NODE_MAJOR) {
  process.stderr.write(
    `Portside needs Node ${MINIMUM_NODE_MAJOR} or newer; this is Node ${process.versions.node} (${process.execPath}).\n`,
  );
  process.exit(1);
}

const { join } = await import('node:path');
const { ROOT } = await import('./root.mjs');
const { createProgress } = await import('./progress.mjs');
const { installDependencies } = await import('./dependencies.mjs');
const { installNatsCli } = await import('./programs/nats-cli.mjs');
const { installNatsServer } = await import('./programs/nats-server.mjs');

const options = process.argv.slice(2);
const known = ['--no-nats-server', '--test-tools', '--nats-cli', '--help'];
const unknown = options.filter((option) => !known.includes(option));

if (options.includes('--help')) {
  process.stdout.write(HELP);
} else if (unknown.length > 0) {
  process.stderr.write(`Unknown option ${unknown.join(' ')}\n\n${HELP}`);
  process.exitCode = 2;
} else {
  await setUp();
}

async function setUp() {
  // process.exit runs the exit handlers, which terminate child processes and release the lock.
  process.once('SIGINT', () => process.exit(130));
  process.once('SIGTERM', () => process.exit(143));
  const progress = createProgress(process.stderr);
  try {
    await installDependencies({ progress });
    if (options.includes('--test-tools')) await installTestTools(progress);
    if (needsNatsServer()) await installNatsServer({ progress });
    if (options.includes('--nats-cli')) await installNatsCli({ progress });
  } catch (error) {
    process.stderr.write(`\nSetup failed. ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}

/**
 * Installs the AsyncAPI parser, which is too large for the main node_modules.
 * @param {import('./progress.mjs').Progress} progress
 */
async function installTestTools(progress) {
  await installDependencies({ progress, root: join(ROOT, 'conformance', 'asyncapi'), title: 'test tools' });
}

function needsNatsServer() {
  const usesExternalServer = process.env['npm_lifecycle_event'] === 'prestart' && process.env['NATS_URL'];
  return !options.includes('--no-nats-server') && !usesExternalServer;
}
