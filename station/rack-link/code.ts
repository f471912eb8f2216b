import { createHash, randomBytes } from 'node:crypto';
import { codeLength, codeLetters } from '../../core/machine/admission-code';

/**
 * The short code that is shown on a machine and at the station. Both ends compute it from both certificates and a random number
 * of each; the agent binds itself to its number before it sees the station's. So neither end, nor somebody between them, can look
 * for keys that give a code that is already on a screen: each try is a new connection, with one chance in 2³⁰.
 */

/** 32 random bytes, in hexadecimal. */
export function newNonce(): string {
  return randomBytes(32).toString('hex');
}

/** What an agent says of its nonce before it tells it. */
export function commitmentOf(nonce: string): string {
  return createHash('sha256').update(`prestage-rack-nonce 1\n${nonce}\n`).digest('hex');
}

export interface CodeParts {
  /** SHA-256 of its certificate, 64 hexadecimal digits. */
  readonly station: string;
  /** The same of the agent. */
  readonly agent: string;
  readonly stationNonce: string;
  readonly agentNonce: string;
}

/** Six letters and digits: 30 bits. */
export function admissionCode({ station, agent, stationNonce, agentNonce }: CodeParts): string {
  const digest = createHash('sha256')
    .update(['prestage-rack-code 1', station, agent, stationNonce, agentNonce, ''].join('\n'))
    .digest();
  let bits = digest.readUInt32BE(0);
  let code = '';
  for (let place = 0; place < codeLength; place += 1) {
    code += codeLetters[bits & 31] ?? '';
    bits >>>= 5;
  }
  return code;
}
