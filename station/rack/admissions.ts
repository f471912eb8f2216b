import { existsSync, readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { admissionSchema, type Admission } from '../../core/machine/admission';
import { shownPath } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import { sha256Schema } from '../../core/media/chunk-map';
import { writeFileAtomically } from '../state/state-paths';

const bookSchema = z.strictObject({
  version: z.literal(1),
  /** By the SHA-256 of the machine's certificate. */
  admitted: z.record(sha256Schema, admissionSchema),
});

/** Who was admitted, across starts of the station. A machine that keeps its key, and its serial, is not asked for its code again. */
export class AdmissionBook {
  readonly #file: string;
  #admitted: ReadonlyMap<string, Admission>;

  /** @throws PrestageError state-unavailable */
  constructor(file: string) {
    this.#file = file;
    this.#admitted = new Map(Object.entries(read(file)));
  }

  admissionOf(certificate: string): Admission | null {
    return this.#admitted.get(certificate) ?? null;
  }

  /** An older key of the same machine counts no more. Throws what a full disk does; then nothing is remembered. */
  remember(certificate: string, admission: Admission): void {
    // All machines greet again when their switch has restarted: each write waits for the disk, on the rack's only thread.
    if (isDeepStrictEqual(this.#admitted.get(certificate), admission)) return;
    const others = [...this.#admitted].filter(([, { serial }]) => serial !== admission.serial);
    this.#write(new Map(others).set(certificate, admission));
  }

  /** Throws what a full disk does; then it is still remembered. */
  forget(certificate: string): void {
    if (!this.#admitted.has(certificate)) return;
    const left = new Map(this.#admitted);
    left.delete(certificate);
    this.#write(left);
  }

  #write(admitted: ReadonlyMap<string, Admission>): void {
    const text = JSON.stringify({ version: 1, admitted: Object.fromEntries(admitted) }, null, 2);
    writeFileAtomically(this.#file, `${text}\n`, 0o600);
    this.#admitted = admitted;
  }
}

function read(file: string): z.infer<typeof bookSchema>['admitted'] {
  if (!existsSync(file)) return {};
  try {
    return bookSchema.parse(JSON.parse(readFileSync(file, 'utf8'))).admitted;
  } catch (error) {
    throw new PrestageError({
      code: 'state-unavailable',
      message: `The list of admitted machines ${shownPath(file)} cannot be read.`,
      cause: error instanceof Error ? error.message : null,
      remedy: 'Delete the file: every machine is then asked for its code again.',
    });
  }
}
