import { z } from 'zod';
import { sanitizeForDisplay } from '../base/display';

/**
 * Which firmware starts a loader, with Secure Boot on: by the authority that each of its signatures leads to. Pure; what a
 * program's signatures are, helper/boot/authenticode.ts reads.
 */

/** The two generations of Microsoft's certificates in firmware. */
export const certificateYears = ['2011', '2023'] as const;
export type CertificateYear = (typeof certificateYears)[number];

/**
 * The authorities of Microsoft's that firmware trusts for loaders, each by the SHA-256 of its certificate. `windows` signs
 * Windows' own boot manager; `others` signs everybody else's, and a machine can be set not to trust it.
 * Source: Microsoft, "Windows Secure Boot Key Creation and Management Guidance", 1.3 and 1.4, and the certificates that are published there.
 */
export const authorities = [
  {
    name: 'Microsoft Windows Production PCA 2011',
    year: '2011',
    signs: 'windows',
    sha256: 'e8e95f0733a55e8bad7be0a1413ee23c51fcea64b3c8fa6a786935fddcc71961',
  },
  {
    name: 'Microsoft Corporation UEFI CA 2011',
    year: '2011',
    signs: 'others',
    sha256: '48e99b991f57fc52f76149599bff0a58c47154229b9f8d603ac40d3500248507',
  },
  {
    name: 'Windows UEFI CA 2023',
    year: '2023',
    signs: 'windows',
    sha256: '076f1fea90ac29155ebf77c17682f75f1fdd1be196da302dc8461e350a9ae330',
  },
  {
    name: 'Microsoft UEFI CA 2023',
    year: '2023',
    signs: 'others',
    sha256: 'f6124e34125bee3fe6d79a574eaa7b91c0e7bd9d929c1a321178efd611dad901',
  },
] as const satisfies readonly {
  readonly name: string;
  readonly year: CertificateYear;
  readonly signs: 'windows' | 'others';
  readonly sha256: string;
}[];
export type Authority = (typeof authorities)[number];

export const loaderSignatureSchema = z.strictObject({
  /**
   * `good`: it fits the program, and every certificate was signed by the next one, up to one that is known. `named`: the same,
   * but the last certificate is not in the signature: only its name is known. `changed`: the program is not what was
   * signed. `broken`: the signature does not hold. `unreadable`: it is of a form that is not known here.
   */
  state: z.enum(['good', 'named', 'changed', 'broken', 'unreadable']),
  /** Names of the certificates, the signer's first, the last one of whoever it leads to. Safe to show. */
  chain: z.array(z.string()),
});
export type LoaderSignature = z.infer<typeof loaderSignatureSchema>;

/** Who is trusted by a loader's signatures, as a word that is recorded. */
export const loaderTrusts = ['both', '2011', '2023', 'others', 'nobody', 'unknown'] as const;
export type LoaderTrust = (typeof loaderTrusts)[number];

/** The authority of Microsoft's that a signature leads to; null: another, or it does not hold. */
export function authorityOf({ state, chain }: LoaderSignature): Authority | null {
  if (state !== 'good' && state !== 'named') return null;
  return authorities.find(({ name }) => name === chain.at(-1)) ?? null;
}

/**
 * Which machines with Secure Boot on start a program with these signatures: firmware starts it when it trusts one of them.
 * @param signatures missing: they were not read
 */
export function trustOf(signatures: readonly LoaderSignature[] | undefined): LoaderTrust {
  if (signatures === undefined) return 'unknown';
  const years = new Set(signatures.flatMap((one) => authorityOf(one)?.year ?? []));
  if (years.size === 2) return 'both';
  const [year] = years;
  if (year !== undefined) return year;
  if (signatures.some(({ state }) => state === 'good' || state === 'named')) return 'others';
  return signatures.some(({ state }) => state === 'unreadable') ? 'unknown' : 'nobody';
}

/** Whether a machine that trusts only the certificates of one year starts a program; null: not known. */
export function startsWith(trust: LoaderTrust, year: CertificateYear): boolean | null {
  if (trust === 'unknown' || trust === 'others') return null;
  return trust === 'both' || trust === year;
}

/** On which machines a program starts, as the rest of a sentence that begins with its path. */
export function trustWords(signatures: readonly LoaderSignature[] | undefined): string {
  const trust = trustOf(signatures);
  switch (trust) {
    case 'both':
      return "starts on machines that trust Microsoft's 2011 certificates, and on those that trust only the 2023 ones";
    case '2011':
      return "starts on machines that trust Microsoft's 2011 certificates; one that trusts only the 2023 ones refuses it";
    case '2023':
      return "starts on machines that trust Microsoft's 2023 certificates; one that trusts only the 2011 ones refuses it";
    case 'others':
      return `is not signed by Microsoft: with Secure Boot it starts only on machines that trust ${othersOf(signatures ?? [])}`;
    case 'nobody':
      return (signatures ?? []).length === 0
        ? 'is not signed: a machine with Secure Boot enabled will refuse it'
        : 'has no signature that holds (it was changed after it was signed): a machine with Secure Boot enabled will refuse it';
    case 'unknown':
      return (signatures ?? []).length === 0
        ? 'was not read: not known on which machines it starts'
        : 'has a signature that cannot be read: not known on which machines it starts';
  }
}

function othersOf(signatures: readonly LoaderSignature[]): string {
  const names = signatures.flatMap(({ state, chain }) =>
    state === 'good' || state === 'named' ? (chain.at(-1) ?? []) : [],
  );
  return [...new Set(names)].map((name) => sanitizeForDisplay(name, 100)).join(' or ');
}

/** Who signed a program, as a list in words; null: nobody. */
export function signerWords(signatures: readonly LoaderSignature[]): string | null {
  if (signatures.length === 0) return null;
  return signatures
    .map((one) => {
      const names = one.chain.join(', by ');
      if (one.state === 'unreadable') return 'a signature that cannot be read';
      const doubt = {
        good: '',
        named: ' (by name only: that certificate is not in the signature)',
        changed: ' (not valid: the program was changed afterwards)',
        broken: ' (not valid)',
      }[one.state];
      return `${names}${doubt}`;
    })
    .join('; ');
}
