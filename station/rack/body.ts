import type { IncomingMessage, ServerResponse } from 'node:http';
import type { z } from 'zod';
import { maximumRackBody } from '../../core/contract/rack';
import { PrestageError, toErrorData } from '../../core/base/errors';

/** Requests and answers of the rack's two servers: small JSON documents, parsed strictly. */

/** @param most bytes. @throws PrestageError rack-protocol */
export async function bodyOf(request: IncomingMessage, most: number = maximumRackBody): Promise<unknown> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    length += piece.length;
    if (length > most) throw unreadable(`more than ${most} bytes`);
    pieces.push(piece);
  }
  try {
    return JSON.parse(Buffer.concat(pieces).toString('utf8'));
  } catch {
    throw unreadable('not JSON');
  }
}

/** @throws PrestageError rack-protocol */
export function parsed<Form extends z.ZodType>(form: Form, body: unknown): z.infer<Form> {
  const result = form.safeParse(body);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw unreadable(`${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`);
}

export function answer(response: ServerResponse, status: number, document: unknown): void {
  const text = Buffer.from(JSON.stringify(document));
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': text.length });
  response.end(text);
}

/** An expected error goes to the other end; of anything else it hears only that there is one. */
export function answerError(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const data = toErrorData(error);
  const shown = data.code === 'internal' ? { ...data, cause: null } : data;
  answer(response, error instanceof PrestageError ? 409 : 500, { error: shown });
}

function unreadable(cause: string): PrestageError {
  return new PrestageError({
    code: 'rack-protocol',
    message: 'The station could not read a request.',
    cause,
  });
}
