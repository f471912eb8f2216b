import { encodeGuid } from '../../core/drive/gpt';

/**
 * The variables of QEMU's UEFI firmware (OVMF), as they lie in its file: a firmware volume with one store of authenticated
 * variables. Source: UEFI Platform Initialization Specification, volume 3, 3.2.1; edk2,
 * MdeModulePkg/Include/Guid/VariableFormat.h. What is known of it is also what libvirt's and Debian's tools read.
 */

/** EFI_AUTHENTICATED_VARIABLE_GUID. */
const storeGuid = Buffer.from(encodeGuid('aaf32c78-947b-439a-a180-2e144ec37792'));
/** EFI_IMAGE_SECURITY_DATABASE_GUID: what firmware trusts, and what it does not. */
const securityDatabase = Buffer.from(encodeGuid('d719b2cb-3d3a-4596-a3bc-dad00e67656f'));
/** EFI_CERT_X509_GUID. */
const x509 = Buffer.from(encodeGuid('a5c059a1-94e4-4aa7-87b5-ab155c2bf072'));
/** Owner that Microsoft's certificates are given in firmware. */
const microsoft = Buffer.from(encodeGuid('77fa9abd-0359-4d32-bd60-28f4e78f784b'));

/** Bytes of a variable's header, and where in it the members stand that are used. */
const header = { bytes: 60, state: 2, nameSize: 36, dataSize: 40, vendor: 44 } as const;
const startId = 0x55aa;
/** VAR_ADDED, and the same while a newer one is being written. */
const valid: readonly number[] = [0x3f, 0x3e];
/** Length of the volume's header. */
const volumeHeaderLength = 48;

interface Variable {
  readonly name: string;
  readonly vendor: Buffer;
  /** Header, name and data. */
  readonly whole: Buffer;
  readonly data: Buffer;
}

interface Store {
  /** Where the first variable stands, and where the store ends. */
  readonly first: number;
  readonly end: number;
  readonly variables: readonly Variable[];
}

/** @throws RangeError when the file is of another form */
function readStore(file: Buffer): Store {
  if (file.toString('latin1', 40, 44) !== '_FVH') throw new RangeError('no firmware volume');
  const start = file.readUInt16LE(volumeHeaderLength);
  if (!file.subarray(start, start + 16).equals(storeGuid)) throw new RangeError('no authenticated variables');
  const end = start + file.readUInt32LE(start + 16);
  const first = start + 28;
  if (end > file.length) throw new RangeError('the variables end behind the file');
  const variables: Variable[] = [];
  for (let at = first; at + header.bytes <= end && file.readUInt16LE(at) === startId;) {
    const nameSize = file.readUInt32LE(at + header.nameSize);
    const data = at + header.bytes + nameSize;
    const stop = data + file.readUInt32LE(at + header.dataSize);
    if (stop > end) throw new RangeError('a variable ends behind the store');
    if (valid.includes(file.readUInt8(at + header.state))) {
      variables.push({
        name: file.toString('utf16le', at + header.bytes, data).replace(/\0+$/, ''),
        vendor: file.subarray(at + header.vendor, at + header.vendor + 16),
        whole: file.subarray(at, stop),
        data: file.subarray(data, stop),
      });
    }
    at = Math.ceil(stop / 4) * 4;
  }
  return { first, end, variables };
}

const isTrusted = ({ name, vendor }: Variable): boolean => name === 'db' && vendor.equals(securityDatabase);

/**
 * The certificates that firmware with these variables trusts for programs, DER.
 * @throws RangeError when the file is of another form
 */
export function trustedCertificates(file: Buffer): Buffer[] {
  const database = readStore(file).variables.find(isTrusted);
  const found: Buffer[] = [];
  for (let rest = database?.data ?? Buffer.alloc(0); rest.length >= 28;) {
    // EFI_SIGNATURE_LIST: type, size of the list, of its header and of each signature (UEFI 2.10, 32.4.1).
    const [listSize, headerSize, size] = [16, 20, 24].map((at) => rest.readUInt32LE(at)) as [
      number,
      number,
      number,
    ];
    if (listSize < 28 || listSize > rest.length || size <= 16) throw new RangeError('no signature list');
    if (rest.subarray(0, 16).equals(x509)) {
      for (let at = 28 + headerSize; at + size <= listSize; at += size) {
        found.push(rest.subarray(at + 16, at + size));
      }
    }
    rest = rest.subarray(listSize);
  }
  return found;
}

/**
 * The same variables, but that firmware trusts only these certificates. Everything else stays, also what it refuses.
 * @param certificates DER; none: firmware with Secure Boot refuses every program
 * @throws RangeError when the file is of another form, or has no room
 */
export function trustOnly(file: Buffer, certificates: readonly Buffer[]): Buffer {
  const { first, end, variables } = readStore(file);
  const old = variables.find(isTrusted);
  if (old === undefined) throw new RangeError('no certificates are enrolled');
  const data = Buffer.concat(certificates.map(signatureList));
  const kept = variables.flatMap((variable) => {
    if (variable !== old) return [variable.whole];
    // A variable without data does not exist.
    if (data.length === 0) return [];
    const head = Buffer.from(old.whole.subarray(0, old.whole.length - old.data.length));
    head.writeUInt32LE(data.length, header.dataSize);
    return [Buffer.concat([head, data])];
  });
  const changed = Buffer.from(file);
  changed.fill(0xff, first, end);
  let at = first;
  for (const whole of kept) {
    if (at + whole.length > end) throw new RangeError('the variables have no room');
    whole.copy(changed, at);
    at = Math.ceil((at + whole.length) / 4) * 4;
  }
  return changed;
}

function signatureList(certificate: Buffer): Buffer {
  const sizes = Buffer.alloc(12);
  sizes.writeUInt32LE(28 + 16 + certificate.length, 0);
  sizes.writeUInt32LE(16 + certificate.length, 8);
  return Buffer.concat([x509, sizes, microsoft, certificate]);
}
