/** Numbers with units, short enough for one line. */

const sizes = ['bytes', 'KiB', 'MiB', 'GiB'] as const;

/** `734 bytes`, `1.2 MiB` */
export function formatBytes(bytes: number): string {
  const power = Math.min(Math.floor(Math.log2(Math.max(bytes, 1)) / 10), sizes.length - 1);
  const value = bytes / 1024 ** power;
  return `${power === 0 ? value : value.toFixed(1)} ${sizes[power]}`;
}

const spans = [
  ['days', 86_400],
  ['hours', 3_600],
  ['minutes', 60],
] as const;

/** `3 seconds`, `2 hours`: the largest unit of which there are two. */
export function formatDuration(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  const [unit, length] = spans.find(([, length]) => seconds >= 2 * length) ?? (['seconds', 1] as const);
  return `${Math.floor(seconds / length)} ${unit}`;
}

/** `12,345` */
export function formatCount(count: number): string {
  return count.toLocaleString('en');
}
