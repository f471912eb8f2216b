import { z } from 'zod';
import {
  maximumRackBody,
  rackHelloAnswerSchema,
  rackProtocolVersion,
  type RackHello,
} from '../../core/contract/rack';
import { sanitizeForDisplay } from '../../core/base/display';
import { errorDataSchema, PrestageError } from '../../core/base/errors';
import { timeouts } from '../../core/base/timeouts';
import type { RackIdentity } from './certificate';
import { admissionCode, commitmentOf, newNonce } from './code';
import type { PinnedAnswer, PinnedStation } from './pinned';

/** How an agent, or another station, says to a station what it is, and reads what it is answered. */

/** The station knows who asks no more: it was started again, say. */
export class Forgotten extends Error {}

export interface Greeting {
  readonly hello: Omit<RackHello, 'protocolVersion' | 'commitment'>;
  /** SHA-256 of the station's certificate. */
  readonly fingerprint: string;
  readonly identity: RackIdentity;
  readonly signal: AbortSignal;
}

/**
 * @returns what the station calls itself, safe to show, and the code that is shown at both ends
 * @throws PrestageError rack-outdated, rack-protocol, rack-full, cancelled; WrongStation; Forgotten; the system's errors
 */
export async function greet(
  station: PinnedStation,
  { hello, fingerprint, identity, signal }: Greeting,
): Promise<{ readonly name: string; readonly code: string }> {
  const agentNonce = newNonce();
  const whole: RackHello = {
    protocolVersion: rackProtocolVersion,
    ...hello,
    commitment: commitmentOf(agentNonce),
  };
  const greeting = readAnswer(
    rackHelloAnswerSchema,
    await station.ask('/agents/hello', whole, timeouts.rackSilent, signal),
  );
  if (greeting.version !== hello.version) throw outdated(hello, greeting.version);
  requireGood(await station.ask('/agents/reveal', { nonce: agentNonce }, timeouts.rackSilent, signal));
  const code = admissionCode({
    ...{ station: fingerprint, agent: identity.fingerprint },
    ...{ stationNonce: greeting.nonce, agentNonce },
  });
  return { name: sanitizeForDisplay(greeting.station, 100), code };
}

/** @throws PrestageError what the station refuses, rack-protocol; Forgotten */
function requireGood({ status, body }: PinnedAnswer): void {
  if (status === 200) return;
  if (status === 404) throw new Forgotten('the station does not know this agent');
  const told = z.object({ error: errorDataSchema }).safeParse(jsonOf(body));
  if (told.success) {
    throw new PrestageError({
      ...told.data.error,
      message: sanitizeForDisplay(told.data.error.message, 600),
    });
  }
  throw new Error(`the station answered ${status}`);
}

/** @throws PrestageError what the station refuses, rack-protocol; Forgotten */
export function readAnswer<Form extends z.ZodType>(form: Form, answer: PinnedAnswer): z.infer<Form> {
  requireGood(answer);
  const parsed = form.safeParse(jsonOf(answer.body));
  if (parsed.success) return parsed.data;
  throw new PrestageError({
    code: 'rack-protocol',
    message: 'The agent could not read an answer of the station.',
    cause: parsed.error.issues[0]?.message ?? null,
  });
}

function jsonOf(body: Buffer): unknown {
  if (body.length > maximumRackBody) return null;
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return null;
  }
}

function outdated({ version: own, station }: Greeting['hello'], found: string): PrestageError {
  return new PrestageError({
    code: 'rack-outdated',
    message: `This ${station === undefined ? 'machine' : 'station'} has Prestage ${sanitizeForDisplay(own, 40)}, the station has ${sanitizeForDisplay(found, 40)}.`,
  });
}
