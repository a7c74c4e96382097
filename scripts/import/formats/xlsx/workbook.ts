/** Reads .xlsx workbooks (ECMA-376), one row at a time. Only the texts that cells share are held in memory. */

import { posix } from 'node:path';
import type { Readable } from 'node:stream';
import { fromBufferPromise, openPromise, type Entry } from 'yauzl';
import type { Table } from '../table.ts';
import { readNumberFormats } from './number-formats.ts';
import { readSharedStrings } from './shared-strings.ts';
import { readSheetRows } from './sheet-rows.ts';
import { readXml, type Attributes } from './xml.ts';

export type Workbook = {
  /** The name of the sheet that is read. */
  readonly sheet: string;
  /** The visible sheets. */
  readonly sheets: readonly string[];
  readonly table: Table;
  /** The share of the sheet that was read, from 0 to 1. */
  readonly progress: () => number;
  readonly close: () => void;
};

type Sheet = { readonly name: string; readonly isHidden: boolean; readonly relation: string };

/**
 * @param source the path of the file, or its content
 * @param wanted name or number of the sheet; by default, the first visible one
 * @throws Error if the file is not a workbook or does not have the sheet
 */
export async function openWorkbook(source: string | Buffer, wanted: string | undefined): Promise<Workbook> {
  const archive = await (typeof source === 'string'
    ? openPromise(source, { autoClose: false })
    : fromBufferPromise(source));
  const entries = new Map<string, Entry>();
  for await (const entry of archive.eachEntry()) entries.set(entry.fileName, entry);

  async function open(name: string): Promise<Readable | undefined> {
    const entry = entries.get(name);
    return entry && archive.openReadStreamPromise(entry);
  }

  try {
    const { sheets, is1904 } = await readSheets(await open('xl/workbook.xml'), [...entries.keys()]);
    const paths = await readRelations(await open('xl/_rels/workbook.xml.rels'));
    const sheet = findSheet(sheets, wanted);
    const path = paths.get(sheet.relation) ?? '';
    const strings = await open('xl/sharedStrings.xml');
    const styles = await open('xl/styles.xml');
    const context = {
      strings: strings === undefined ? [] : await readSharedStrings(strings),
      formats: styles === undefined ? [] : await readNumberFormats(styles),
      is1904,
    };
    const bytes = await open(path);
    if (bytes === undefined) throw new Error(`the sheet "${sheet.name}" has no table`);
    const total = entries.get(path)?.uncompressedSize ?? 1;
    let read = 0;
    async function* counted(chunks: AsyncIterable<Uint8Array>) {
      for await (const chunk of chunks) {
        read += chunk.length;
        yield chunk;
      }
    }
    return {
      sheet: sheet.name,
      sheets: sheets.filter(({ isHidden }) => !isHidden).map(({ name }) => name),
      table: { rows: readSheetRows(counted(bytes), context), delimiter: ',', isRagged: true },
      progress: () => read / total,
      close: () => archive.close(),
    };
  } catch (error) {
    archive.close();
    throw error;
  }
}

async function readSheets(
  bytes: Readable | undefined,
  files: readonly string[],
): Promise<{ readonly sheets: readonly Sheet[]; readonly is1904: boolean }> {
  if (bytes === undefined)
    throw new Error(
      `a ZIP archive that is not an Excel workbook; unpack it (it contains ${files.join(', ')})`,
    );
  const sheets: Sheet[] = [];
  let is1904 = false;
  await readXml(bytes, {
    open(element, attributes) {
      const { name = '', state = 'visible' } = attributes;
      if (element === 'workbookPr') is1904 = ['1', 'true'].includes(attributes['date1904'] ?? '');
      else if (element === 'sheet')
        sheets.push({ name, isHidden: state !== 'visible', relation: relationOf(attributes) });
    },
  });
  return { sheets, is1904 };
}

/** The prefix of the namespace is usually `r`. */
function relationOf(attributes: Attributes): string {
  return Object.entries(attributes).find(([name]) => name.endsWith(':id'))?.[1] ?? '';
}

/** Returns the paths of the parts of a workbook by the ids of their relations. */
async function readRelations(bytes: Readable | undefined): Promise<Map<string, string>> {
  const paths = new Map<string, string>();
  if (bytes === undefined) return paths;
  await readXml(bytes, {
    open(element, { Id: id = '', Target: target = '' }) {
      if (element === 'Relationship')
        paths.set(id, posix.join(target.startsWith('/') ? '' : 'xl', target).replace(/^\//, ''));
    },
  });
  return paths;
}

function findSheet(sheets: readonly Sheet[], wanted: string | undefined): Sheet {
  const found =
    wanted === undefined
      ? (sheets.find(({ isHidden }) => !isHidden) ?? sheets[0])
      : (sheets.find(({ name }) => name === wanted) ?? sheets[Number(wanted) - 1]);
  if (found !== undefined) return found;
  const names = sheets.map(({ name }) => JSON.stringify(name)).join(', ');
  throw new Error(`there is no sheet "${wanted}"; the workbook has ${names}`);
}
