import { randomUUID } from 'node:crypto';
import type { JobDetails, LedgerRecord } from '../../core/ledger/record';
import { genesisHash } from '../../core/ledger/record';
import { GiB } from '../../core/base/units';
import { keepCheckpoint } from '../../station/ledger/checkpoints';
import { LedgerDatabase } from '../../station/ledger/database';
import { columnsOf, sealEntry } from '../../station/ledger/entry';
import { writeHead } from '../../station/ledger/head';
import { loadStationKey } from '../../station/ledger/keys';
import { Ledger } from '../../station/ledger/ledger';
import { leafHash, MerkleTree } from '../../station/ledger/merkle';
import { checkpointInterval } from '../../station/ledger/schema';
import type { StatePaths } from '../../station/state/state-paths';

/**
 * Fills an empty ledger with pairs of entries, a beginning and an end each, sealed as a station seals them but in one
 * transaction: a real station needs months for as many.
 * @param entries how many; an odd one is rounded down
 */
export function makeLargeLedger(paths: StatePaths, entries: number): void {
  Ledger.open(paths).close();
  const key = loadStationKey(paths);
  if (key === null) throw new Error('opening a ledger makes its key');
  const database = LedgerDatabase.openForWriting(paths.ledgerFile);
  const tree = new MerkleTree();
  let checkpoint = 0;
  let sequence = 0;
  let previousHash = genesisHash;
  const add = (record: LedgerRecord, time: string): void => {
    sequence += 1;
    const station = { name: 'bench-7', keyFingerprint: key.fingerprint };
    const versions = { prestage: '0.1.0', 'wimlib-imagex': '1.13.5', mkntfs: '2022.10.3', node: '20.18.1' };
    const operator = `operator ${sequence % 9}`;
    const sealed = sealEntry(
      { version: 1, sequence, previousHash, time, station, operator, versions, record },
      key.privateKey,
    );
    previousHash = sealed.hash;
    const { kind, state, machineSerial, driveKey, jobId } = columnsOf(record);
    database.run(
      `INSERT INTO entries (sequence, json, hash, signature, kind, state, machine_serial, drive_key, job_id)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[sequence, sealed.json, sealed.hash, sealed.signature, kind, state, machineSerial, driveKey, jobId],
    );
    tree.add(leafHash(sealed.hash, sealed.signature));
    if (tree.size % checkpointInterval === 0) {
      keepCheckpoint(database, tree, key.privateKey);
      checkpoint = tree.size;
    }
  };
  try {
    database.transaction(() => {
      let batchId = randomUUID() as string;
      for (let number = 0; number < Math.floor(entries / 2); number += 1) {
        if (number % 24 === 0) batchId = randomUUID();
        const startedAt = timeOf(number);
        const job = jobOf(number, batchId);
        add({ kind: 'job-started', job }, startedAt);
        add({ kind: 'job-ended', job, startedAt, end: endOf(number) }, timeOf(number + 0.5));
      }
    });
    writeHead(paths, { sequence, hash: previousHash, checkpoint }, key.privateKey);
  } finally {
    database.close();
  }
}

/** One job every five minutes, from the first day of 2025. */
const timeOf = (number: number): string => new Date(Date.UTC(2025, 0, 1) + number * 300_000).toISOString();

function endOf(number: number): Extract<LedgerRecord, { kind: 'job-ended' }>['end'] {
  if (number % 50 === 7) {
    const message = 'The drive in bay 3 does not answer any more.';
    const reason = { code: 'drive-gone', message, cause: 'ENODEV', remedy: 'Replace the drive.' } as const;
    return { state: 'failed', reason, bytesWritten: 4096 * number };
  }
  return {
    state: 'done',
    result: {
      bytesWritten: 14 * GiB + number,
      bytesVerified: 14 * GiB + number,
      chunksVerified: 2100,
      writeSeconds: 61.25,
      verifySeconds: 44.5,
      directIo: true,
      tableSha256: 'c'.repeat(64),
    },
  };
}

function jobOf(number: number, batchId: string): JobDetails {
  const bay = (number % 48) + 1;
  return {
    jobId: randomUUID(),
    batchId,
    machineSerial: `7K${number.toString(36).toUpperCase().padStart(5, '0')}`,
    drive: {
      id: `drive-${bay}`,
      kind: 'disk',
      path: `/dev/sd${bay}`,
      serial: `S6PXNM0T${String(number).padStart(7, '0')}`,
      wwn: `0x5002538f${number.toString(16).padStart(8, '0')}`,
      size: 500_107_862_016,
      model: 'Samsung SSD 870 EVO 500GB',
      bus: 'sata',
      bay: `bay ${bay}`,
      byPath: `/dev/disk/by-path/pci-0000:03:00.0-sas-phy${bay}-lun-0`,
      logicalSectorSize: 512,
    },
    media: {
      fileName: 'contoso-win11-24h2-prestaged.wim',
      sha256: 'a'.repeat(64),
      bytes: 14 * GiB,
      guid: '0'.repeat(32),
      expected: 'manifest',
    },
    image: { index: 1, name: 'Windows 11 Enterprise' },
    layout: 'uefi',
    fingerprint: 'b'.repeat(64),
    diskGuid: randomUUID(),
    partitionGuids: [randomUUID(), randomUUID(), randomUUID()],
    againReason: null,
    workOrder: `WO-${2000 + Math.floor(number / 500)}`,
  };
}
