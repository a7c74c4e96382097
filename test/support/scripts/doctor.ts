/** Runs the doctor as a process, or, faster, calls its `examine` function. */

import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { typescriptArgs } from '../../../scripts/typescript-args.ts';
import { readDoctorConfig } from '../../../src/kit/cli/doctor-environment.ts';
import { examine } from '../../../src/kit/doctor/examine.ts';
import type { Finding } from '../../../src/kit/doctor/finding.ts';
import type { Service } from '../../../src/kit/domain/service/service.ts';
import { laptopService } from '../../../src/laptops/laptop.ts';
import { portService } from '../../../src/ports/port.ts';

const pathOf = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
/** The modules that `npm run doctor` names. */
const modules = ['src/laptops/laptop.ts', 'src/ports/port.ts'].map(pathOf);

export type Ended = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

/**
 * @param env configuration of the doctor. It overrides the variables that the test inherits.
 * @param paths of the modules that export the services.
 */
export async function runDoctor(
  env: Readonly<Record<string, string>>,
  args: readonly string[] = [],
  paths: readonly string[] = modules,
): Promise<Ended> {
  const child = spawn(
    process.execPath,
    [...typescriptArgs, pathOf('src/kit/cli/portside.ts'), 'doctor', ...args, ...paths],
    {
      env: {
        ...process.env,
        NATS_CREDS: '',
        NATS_NKEY: '',
        NATS_MONITOR_URL: '',
        SNAPSHOT_EVERY: '',
        STREAM_REPLICAS: '',
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const [code, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  return { code, stdout, stderr };
}

export type Diagnosis = {
  /** Verdict and name of each warning and failure: `failure stream PORTS`. */
  readonly complaints: readonly string[];
  /** Returns verdict, detail and remedy of the findings with this name, as text. */
  textOf(name: string): string;
};

/** @param env complete configuration of the doctor. Variables that the test inherits are ignored. */
export async function diagnose(
  env: Readonly<Record<string, string>>,
  services: readonly Service[] = [laptopService, portService],
): Promise<Diagnosis> {
  const findings = await examine(services, readDoctorConfig(env));
  return {
    complaints: findings
      .filter(({ verdict }) => verdict !== 'ok')
      .map(({ verdict, name }) => `${verdict} ${name}`),
    textOf: (name) =>
      findings
        .filter((finding) => finding.name === name)
        .map(describe)
        .join('\n'),
  };
}

function describe(finding: Finding): string {
  const remedy = finding.verdict === 'ok' ? '' : ` → ${finding.remedy}`;
  return `${finding.verdict}: ${finding.detail}${remedy}`;
}
