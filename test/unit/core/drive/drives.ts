import type { Drive } from '../../../../core/drive/drive';

/** A drive that may be written. */
export function sampleDrive(changes: Partial<Drive> = {}): Drive {
  return {
    id: 'drive-0001',
    kind: 'virtual',
    path: '/tmp/bench/drive-01.img',
    serial: 'SN-0001',
    wwn: '0x5000000000000001',
    size: 8 * 1024 ** 3,
    attachment: 'file 254:1:77',
    byPath: null,
    bay: 'bay 1',
    model: 'Virtual drive',
    bus: 'virtual',
    logicalSectorSize: 512,
    physicalSectorSize: 512,
    rotational: false,
    removable: false,
    readOnly: false,
    contents: [],
    diskGuid: null,
    notes: [],
    verdict: 'eligible',
    reasons: [],
    ...changes,
  };
}
