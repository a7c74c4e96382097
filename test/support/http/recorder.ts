/** Records a page as an animated image. */

import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';

export type Recorder = {
  /** Adds the page as it is, shown for `ms`. */
  frame(ms: number): Promise<void>;
  /** Writes all frames as an animated WebP image with img2webp (Debian package `webp`). */
  save(file: string): Promise<void>;
};

/** Records nothing unless PORTSIDE_SCREENSHOTS=1. */
export function createRecorder(page: Page): Recorder {
  const isOn = process.env['PORTSIDE_SCREENSHOTS'] === '1';
  const frames: { readonly image: Buffer; readonly ms: number }[] = [];
  return {
    async frame(ms) {
      if (isOn) frames.push({ image: await page.screenshot(), ms });
    },
    async save(file) {
      if (!isOn) return;
      const folder = await mkdtemp(join(tmpdir(), 'portside-recording-'));
      try {
        const args: string[] = [];
        for (const [index, { image, ms }] of frames.entries()) {
          const name = join(folder, `${index}.png`);
          await writeFile(name, image);
          args.push('-lossy', '-q', '70', '-m', '4', '-d', String(ms), name);
        }
        await promisify(execFile)('img2webp', ['-loop', '0', '-mixed', ...args, '-o', file]);
      } finally {
        await rm(folder, { recursive: true });
      }
    },
  };
}
