const sizes = ['bytes', 'KiB', 'MiB', 'GiB'] as const;

/** Formats a size, for example `734 bytes` or `1.2 MiB`. */
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

/** Formats a duration in the largest unit with a value of at least 2, for example `3 seconds` or `2 hours`. */
export function formatDuration(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  const [unit, length] = spans.find(([, length]) => seconds >= 2 * length) ?? (['seconds', 1] as const);
  return `${Math.floor(seconds / length)} ${unit}`;
}

/** Formats a count, for example `12,345`. */
export function formatCount(count: number): string {
  return count.toLocaleString('en');
}
