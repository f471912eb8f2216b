import { request, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { z } from 'zod';
import {
  linkProtocol,
  rackMachineSchema,
  rackSchema,
  rackSessionEndSchema,
  sessionHeader,
  type Rack,
  type RackMachine,
} from '../../core/contract/rack';
import { timeouts } from '../../core/base/timeouts';
import { errorDataSchema, PrestageError } from '../../core/base/errors';
import { errorCodeOf } from '../../core/base/system-error';

/** The rack that another program of this user serves, by way of its socket in the state folder. */
export class RackClient {
  /** @param patience milliseconds in which the serving program answers */
  constructor(
    private readonly socket: string,
    private readonly patience: number = timeouts.rackSilent,
  ) {}

  /** The rack and its machines; null: none is served, or it is another user's. */
  async read(): Promise<Rack | null> {
    try {
      return await this.#ask('GET', '/rack', null, rackSchema);
    } catch (error) {
      if (['ENOENT', 'ECONNREFUSED', 'EACCES'].includes(errorCodeOf(error) ?? '')) return null;
      throw error;
    }
  }

  /** @throws PrestageError rack-not-served, rack-machine-unknown, rack-double, machine-contradicts, serial-… */
  async admit(code: string, operator: string, serial: string | null): Promise<RackMachine> {
    return await this.#must('POST', '/admit', { code, operator, serial }, rackMachineSchema);
  }

  /** @throws PrestageError rack-not-served, rack-machine-unknown */
  async refuse(code: string): Promise<RackMachine> {
    return await this.#must('POST', '/refuse', { code }, rackMachineSchema);
  }

  /**
   * Lets the machine of a session have the chunks of a disk image, or its chunk map alone, by its file.
   * @throws PrestageError render-damaged, rack-not-served, helper-died: the session is over
   */
  async serveImage(session: string, directory: string, fingerprint: string): Promise<void> {
    try {
      await this.#must('POST', `/sessions/${session}/images`, { directory, fingerprint }, z.strictObject({}));
    } catch (error) {
      if (!(error instanceof NotThere)) throw error;
      // As the client of a machine says it that was lost while it was asked.
      throw new PrestageError({
        code: 'helper-died',
        message: 'The helper stopped unexpectedly.',
        cause: (await this.endOf(session)) ?? 'the connection to the machine is gone',
      });
    }
  }

  /** A job that had a disk image is over: it is kept for it no longer. Never throws. */
  async jobEnded(session: string, fingerprint: string): Promise<void> {
    const path = `/sessions/${session}/images/${fingerprint}`;
    await this.#ask('DELETE', path, null, z.strictObject({})).catch(() => undefined);
  }

  /** Why a session ended, in words; null: nobody knows. Never throws. */
  async endOf(session: string): Promise<string | null> {
    return await this.#ask('GET', `/sessions/${session}/end`, null, rackSessionEndSchema).then(
      ({ end }) => end,
      () => null,
    );
  }

  /** A connection to the helper of a machine. @throws PrestageError rack-not-served, rack-machine-unknown */
  async connect(machine: string): Promise<{ readonly session: string; readonly stream: Duplex }> {
    return await new Promise((resolve, reject) => {
      const asked = request({
        ...{ socketPath: this.socket, path: `/machines/${machine}/helper` },
        headers: { connection: 'upgrade', upgrade: linkProtocol },
      });
      asked.setTimeout(this.patience, () => asked.destroy(silent(this.patience)));
      asked.on('upgrade', (answer, stream, head) => {
        stream.setTimeout(0);
        if (head.length > 0) stream.unshift(head);
        resolve({ session: String(answer.headers[sessionHeader]), stream });
      });
      asked.on('response', (answer) => {
        answer.resume();
        reject(
          new PrestageError({
            code: 'rack-machine-unknown',
            message: `The machine ${machine} is not in the rack, or not admitted.`,
          }),
        );
      });
      asked.on('error', (error) => {
        reject(error instanceof PrestageError ? error : notServed(error));
      });
      asked.end();
    });
  }

  async #must<Form extends z.ZodType>(
    method: string,
    path: string,
    body: unknown,
    form: Form,
  ): Promise<z.infer<Form>> {
    try {
      return await this.#ask(method, path, body, form);
    } catch (error) {
      throw error instanceof PrestageError ? error : notServed(error);
    }
  }

  async #ask<Form extends z.ZodType>(
    method: string,
    path: string,
    body: unknown,
    form: Form,
  ): Promise<z.infer<Form>> {
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const asked = request({ socketPath: this.socket, method, path }, resolve);
      asked.setTimeout(this.patience, () => asked.destroy(silent(this.patience)));
      asked.on('error', reject);
      asked.end(body === null ? '' : JSON.stringify(body));
    });
    const pieces: Buffer[] = [];
    for await (const piece of answer as AsyncIterable<Buffer>) pieces.push(piece);
    const document: unknown = JSON.parse(Buffer.concat(pieces).toString('utf8'));
    const told = z.object({ error: errorDataSchema }).safeParse(document);
    if (told.success) throw new PrestageError(told.data.error);
    if (answer.statusCode === 200) return form.parse(document);
    throw new NotThere();
  }
}

/** The serving program has nothing of this name. */
class NotThere extends PrestageError {
  constructor() {
    super({ code: 'rack-protocol', message: 'The serving station does not know the request.' });
  }
}

function silent(patience: number): PrestageError {
  return new PrestageError({
    code: 'rack-not-served',
    message: `The program that serves the rack has not answered for ${Math.round(patience / 1000)} s.`,
    remedy: "End it, and start it again with 'prestage rack serve'.",
  });
}

function notServed(error: unknown): PrestageError {
  return new PrestageError({
    code: 'rack-not-served',
    message: 'No rack is being served for this state folder.',
    cause: error instanceof Error ? error.message : null,
  });
}
