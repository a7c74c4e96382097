/** Shows numbers and dates as the spreadsheet shows them. */

import { format, getFormatFromId, isDateFormat } from 'numfmt';
import { readXml } from './xml.ts';

/** The format of each cell style, by its number. */
export async function readNumberFormats(bytes: AsyncIterable<Uint8Array>): Promise<string[]> {
  const custom = new Map<number, string>();
  const styles: string[] = [];
  let isCellStyle = false;
  await readXml(bytes, {
    open(name, { numFmtId, formatCode }) {
      if (name === 'numFmt') custom.set(Number(numFmtId), formatCode ?? 'General');
      else if (name === 'cellXfs') isCellStyle = true;
      else if (name === 'xf' && isCellStyle) {
        const id = Number(numFmtId ?? 0);
        styles.push(custom.get(id) ?? getFormatFromId(id) ?? 'General');
      }
    },
    close(name) {
      if (name === 'cellXfs') isCellStyle = false;
    },
  });
  return styles;
}

/** Days from 1 January 1900 to 1 January 1904, the first days of the two calendars of workbooks. */
const daysTo1904 = 1462;

/** Significant digits of a number in a workbook. */
const maxDigits = 15;

export function showNumber(value: number, pattern = 'General', is1904 = false): string {
  // Unlike on the screen, where a number with more than eleven digits is rounded to fit.
  if (/^(general|@)$/i.test(pattern)) return String(Number(value.toPrecision(maxDigits)));
  try {
    return format(pattern, is1904 && isDateFormat(pattern) ? value + daysTo1904 : value).trim();
  } catch {
    return String(value);
  }
}
