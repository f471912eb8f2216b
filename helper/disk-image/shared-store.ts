/** The boot store that all drives of a disk image start from, before each gets its own. */
import { readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { BcdStore } from '../../core/boot/bcd';
import { readBootStore } from '../boot/hive';
import { runTool } from '../tools/runner';
import { requireDone } from './format-partition';

export const storePath = '::/EFI/Microsoft/Boot/BCD';

export interface SharedStore {
  /** The registry hive. */
  readonly bytes: Buffer;
  readonly store: BcdStore;
}

/** Of the last disk image: a batch has one, and reading it takes three programs that each of 48 drives would start. */
let last: { readonly fingerprint: string; readonly found: Promise<SharedStore | null> } | null = null;

/**
 * Reads the boot store of a disk image; from memory for the further drives of the same one. It cannot be cancelled: others may
 * wait for the same answer.
 * @param fingerprint of the disk image: its EFI partition's chunks and their SHA-256 follow from it
 * @param efi file with these chunks, each compared with its hash
 * @returns null: the partition has none
 * @throws PrestageError boot-store-invalid, render-failed, tool-missing
 */
export async function sharedStore(fingerprint: string, efi: string): Promise<SharedStore | null> {
  if (last?.fingerprint === fingerprint) return await last.found;
  const found = readStore(efi);
  const mine = { fingerprint, found };
  last = mine;
  try {
    return await found;
  } catch (error) {
    if (last === mine) last = null;
    throw error;
  }
}

async function readStore(efi: string): Promise<SharedStore | null> {
  // mcopy says no more than "not found" of a store that is not there; the listing tells the two apart.
  const listed = await runTool('mdir', ['-i', efi, '-b', storePath]);
  if (listed.status !== 0) return null;
  const file = join(dirname(efi), 'shared-store');
  const taken = await runTool('mcopy', ['-i', efi, '-n', storePath, file]);
  const task = 'mcopy, for the boot store,';
  await requireDone(taken, dirname(efi), 'mcopy could not read the boot store', task);
  const found = {
    bytes: await readFile(file),
    store: await readBootStore(file, new AbortController().signal),
  };
  await rm(file);
  return found;
}
