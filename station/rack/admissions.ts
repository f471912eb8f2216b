import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import {} from '../../core/contract/rack';
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
  readonly #admitted: Map<string, Admission>;

  /** @throws PrestageError state-unavailable */
  constructor(file: string) {
    this.#file = file;
    this.#admitted = new Map(Object.entries(read(file)));
  }

  admissionOf(certificate: string): Admission | null {
    return this.#admitted.get(certificate) ?? null;
  }

  /** An older key of the same machine counts no more. */
  remember(certificate: string, admission: Admission): void {
    for (const [other, { serial }] of this.#admitted) {
      if (serial === admission.serial) this.#admitted.delete(other);
    }
    this.#admitted.set(certificate, admission);
    this.#write();
  }

  forget(certificate: string): void {
    if (this.#admitted.delete(certificate)) this.#write();
  }

  #write(): void {
    const text = JSON.stringify({ version: 1, admitted: Object.fromEntries(this.#admitted) }, null, 2);
    writeFileAtomically(this.#file, `${text}\n`, 0o600);
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
