/** The oldest supported nats-server. Earlier versions have no atomic batches. */
export const minimumServerVersion = '2.12';

/** @param version of a nats-server, such as `2.15.2` or `2.12.0-preview.1`. */
export function isSupportedServer(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [minimumMajor = 0, minimumMinor = 0] = minimumServerVersion.split('.').map(Number);
  return major > minimumMajor || (major === minimumMajor && minor >= minimumMinor);
}
