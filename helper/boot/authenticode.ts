import { createHash, verify, X509Certificate } from 'node:crypto';
import { sanitizeForDisplay } from '../../core/base/display';
import { authorities, type LoaderSignature } from '../../core/boot/loader-trust';
import { derTags, membersOf, oidOf, readDer, type DerElement } from './der';
import { signatureBlocks, signedRanges } from './pe';

/**
 * Who signed a UEFI program, and whether the signatures hold: as firmware looks at them (UEFI 2.10, 32.2.4), without a look at the
 * certificates' dates, which firmware ignores, too. Source: Microsoft, "Windows Authenticode Portable Executable Signature
 * Format"; PKCS #7 (RFC 2315).
 */

/** A signature of a program. */
export interface ProgramSignature extends LoaderSignature {
  /** The certificates that it leads through, the signer's first, DER. */
  readonly certificates: readonly Buffer[];
}

/** Object identifiers, in hexadecimal as DER holds them. */
const oids = {
  /** 1.2.840.113549.1.7.2 */
  signedData: '2a864886f70d010702',
  /** 1.3.6.1.4.1.311.2.1.4, SPC_INDIRECT_DATA */
  indirectData: '2b060104018237020104',
  /** 1.2.840.113549.1.9.4 */
  messageDigest: '2a864886f70d010904',
};

const digests: Readonly<Record<string, string>> = {
  '2b0e03021a': 'sha1',
  '608648016503040201': 'sha256',
  '608648016503040202': 'sha384',
  '608648016503040203': 'sha512',
};

/** More in one program is nobody's signature, and would only take time. */
const mostSignatures = 16;
const longestChain = 8;

/**
 * Reads all signatures of a program.
 * @param program the whole file
 * @returns none for a program without a certificate table
 */
export function signaturesOf(program: Buffer): ProgramSignature[] {
  const blocks = signatureBlocks(program);
  if (blocks === null) return [unreadable];
  return blocks.slice(0, mostSignatures).map((block) => {
    try {
      return block === null ? unreadable : signatureIn(block, (digest) => digestOf(program, digest));
    } catch {
      // Whatever DER or OpenSSL does not take: firmware does not, either.
      return unreadable;
    }
  });
}

const unreadable: ProgramSignature = { state: 'unreadable', chain: [], certificates: [] };

/** The hash over a program that its signatures are for. @throws RangeError */
function digestOf(program: Buffer, digest: string): Buffer {
  const hash = createHash(digest);
  for (const [start, end] of signedRanges(program)) hash.update(program.subarray(start, end));
  return hash.digest();
}

/** What one signature says. @throws when it has another form */
export function signatureIn(pkcs7: Buffer, programDigest: (digest: string) => Buffer): ProgramSignature {
  const signed = signedDataOf(pkcs7);
  const certificates = signed.certificates.map((der) => new X509Certificate(der));
  const signer = certificates.find((one) => sameIssuer(one, signed.issuerAndSerial));
  if (signer === undefined) return unreadable;
  const chain = chainOf(signer, certificates);
  const found = { chain: chain.names, certificates: chain.certificates.map(({ raw }) => raw) };
  // Without its outer tag and length: Authenticode hashes the value only.
  const contentDigest = createHash(signed.signerDigest).update(signed.indirectData.content).digest();
  const holds =
    contentDigest.equals(signed.messageDigest) &&
    verify(signed.signerDigest, signed.signedAttributes, signer.publicKey, signed.signature);
  if (!holds || chain.broken) return { state: 'broken', ...found };
  if (!programDigest(signed.programDigestName).equals(signed.programDigest)) {
    return { state: 'changed', ...found };
  }
  return { state: chain.whole ? 'good' : 'named', ...found };
}

interface SignedData {
  readonly certificates: readonly Buffer[];
  /** SEQUENCE { issuer, serial }. */
  readonly issuerAndSerial: DerElement;
  readonly indirectData: DerElement;
  readonly programDigestName: string;
  readonly programDigest: Buffer;
  readonly signerDigest: string;
  readonly messageDigest: Buffer;
  /** As they were signed: with the tag of a SET. */
  readonly signedAttributes: Buffer;
  readonly signature: Buffer;
}

function signedDataOf(pkcs7: Buffer): SignedData {
  const [contentType, wrapped] = membersOf(expect(readDer(pkcs7), derTags.sequence));
  if (oidOf(contentType) !== oids.signedData) throw new RangeError('no signed data');
  const members = membersOf(only(expect(wrapped, derTags.context0)));
  const [, , content] = members;
  const [dataType, data] = membersOf(expect(content, derTags.sequence));
  if (oidOf(dataType) !== oids.indirectData) throw new RangeError('no signature of a program');
  const indirectData = only(expect(data, derTags.context0));
  const [, digestInfo] = membersOf(indirectData);
  const [digestAlgorithm, programDigest] = membersOf(expect(digestInfo, derTags.sequence));
  const certificates = members.find(({ tag }) => tag === derTags.context0);
  const signerInfos = members.findLast(({ tag }) => tag === derTags.set);
  // Authenticode has one signer.
  const signerInfo = membersOf(only(expect(signerInfos, derTags.set)));
  const [, issuerAndSerial, signerAlgorithm, attributes, , signature] = signerInfo;
  const attributeSet = expect(attributes, derTags.context0);
  return {
    certificates: certificates === undefined ? [] : membersOf(certificates).map(({ whole }) => whole),
    issuerAndSerial: expect(issuerAndSerial, derTags.sequence),
    indirectData,
    programDigestName: digestName(digestAlgorithm),
    programDigest: expect(programDigest, derTags.octets).content,
    signerDigest: digestName(signerAlgorithm),
    messageDigest: messageDigestIn(attributeSet),
    signedAttributes: Buffer.concat([Buffer.of(derTags.set), attributeSet.whole.subarray(1)]),
    signature: expect(signature, derTags.octets).content,
  };
}

function expect(element: DerElement | undefined, tag: number): DerElement {
  if (element?.tag !== tag) throw new RangeError('another DER element was expected');
  return element;
}

function only(element: DerElement): DerElement {
  const [first, ...more] = membersOf(element);
  if (first === undefined || more.length > 0) throw new RangeError('one DER element was expected');
  return first;
}

function digestName(algorithm: DerElement | undefined): string {
  const name = digests[oidOf(membersOf(expect(algorithm, derTags.sequence))[0]) ?? ''];
  if (name === undefined) throw new RangeError('unknown digest');
  return name;
}

function messageDigestIn(attributes: DerElement): Buffer {
  for (const attribute of membersOf(attributes)) {
    const [type, values] = membersOf(attribute);
    if (oidOf(type) === oids.messageDigest) {
      return expect(only(expect(values, derTags.set)), derTags.octets).content;
    }
  }
  throw new RangeError('no message digest');
}

/** Whether a certificate is the one that issuer and serial name. Its TBSCertificate begins: [0] version, serial, algorithm, issuer. */
function sameIssuer(certificate: X509Certificate, issuerAndSerial: DerElement): boolean {
  const [issuer, serial] = membersOf(issuerAndSerial);
  const [body] = membersOf(readDer(certificate.raw));
  const members = membersOf(expect(body, derTags.sequence));
  const [ownSerial, , ownIssuer] = members[0]?.tag === derTags.context0 ? members.slice(1) : members;
  if (issuer === undefined || serial === undefined || ownSerial === undefined || ownIssuer === undefined) {
    return false;
  }
  return issuer.whole.equals(ownIssuer.whole) && serial.whole.equals(ownSerial.whole);
}

interface Chain {
  readonly names: string[];
  readonly certificates: X509Certificate[];
  /** The last certificate is known, or signed itself. */
  readonly whole: boolean;
  /** A certificate was not signed by the one that it names. */
  readonly broken: boolean;
}

const authorityHashes: ReadonlyMap<string, string> = new Map(
  authorities.map(({ name, sha256 }) => [sha256, name]),
);
const authorityNames: ReadonlySet<string> = new Set(authorityHashes.values());

function chainOf(signer: X509Certificate, given: readonly X509Certificate[]): Chain {
  const certificates = [signer];
  const names = [nameIn(signer.subject)];
  const ends = (whole: boolean, broken = false): Chain => ({ names, certificates, whole, broken });
  for (let last = signer; certificates.length < longestChain;) {
    const known = authorityHashes.get(sha256Of(last));
    if (known !== undefined) {
      names[names.length - 1] = known;
      return ends(true);
    }
    // A name that only looks like an authority's is not one.
    if (authorityNames.has(names.at(-1) ?? '')) names[names.length - 1] = `${names.at(-1)} (not Microsoft's)`;
    if (last.issuer === last.subject) return ends(true, !last.verify(last.publicKey));
    const issuers = given.filter((one) => last.issuer === one.subject && one !== last);
    const [first] = issuers;
    if (first === undefined) {
      names.push(nameIn(last.issuer));
      return ends(false);
    }
    const issuer = issuers.find((one) => last.verify(one.publicKey)) ?? first;
    names.push(nameIn(issuer.subject));
    certificates.push(issuer);
    if (!last.verify(issuer.publicKey)) return ends(false, true);
    last = issuer;
  }
  return ends(false, true);
}

export function sha256Of({ raw }: Pick<X509Certificate, 'raw'>): string {
  return createHash('sha256').update(raw).digest('hex');
}

/** The common name in a certificate's subject or issuer, one part a line as Node writes it; the whole where there is none. */
function nameIn(subject: string): string {
  const common = subject.split('\n').findLast((line) => line.startsWith('CN='));
  return sanitizeForDisplay((common?.slice(3) ?? subject).replaceAll('\n', ', '), 100);
}
