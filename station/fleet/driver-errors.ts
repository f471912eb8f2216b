import type { DatabaseError } from 'pg';
import { ZodError } from 'zod';
import { sanitizeForDisplay } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import { errorCodeOf } from '../../core/base/system-error';
import { fleetRefused, fleetUnavailable } from './fleet-errors';

const again = 'Then restart the app, or run "prestage fleet push".';
const proofs =
  'Keep the state folder unchanged and tell the person responsible for this station: either the station was restored from a backup or copied, or the ledger or the database was changed. Run "prestage ledger verify" here and "prestage fleet verify" at the database.';

/** What the functions in migrations/ raise, and the server's own refusals: message and remedy. */
const refusals: Readonly<Record<string, readonly [message: string, remedy: string]>> = {
  PF001: [
    'does not know this station’s key',
    `Ask the administrator to add the station: "prestage fleet add-station" with station-key.pub.pem from the state folder. ${again}`,
  ],
  PF002: [
    'does not accept entries of this station from this login',
    `Check fleet.user in settings.json: each station has its own login. ${again}`,
  ],
  PF003: ['refused an entry that does not follow the one before it', proofs],
  PF004: ['has a different history of this station than the station’s ledger', proofs],
  PF005: ['refused an entry that its station did not write', proofs],
  PF006: ['refused a change: entries and keys can only be added', 'Nothing was changed.'],
  PF007: [
    'does not have the encoding UTF8',
    'Create a new one: createdb --encoding UTF8 --template template0 prestage',
  ],
  '23514': ['refused an entry whose hash does not match its contents', proofs],
  '28P01': [
    'does not accept the password',
    `Check the password file of this station, and the password of the login. ${again}`,
  ],
  '28000': [
    'does not accept this login',
    `Ask the administrator to check pg_hba.conf and the login. ${again}`,
  ],
  '3D000': ['does not exist', `Check fleet.database in settings.json, or create the database. ${again}`],
  '42501': [
    'does not give this login permission to do that',
    `A station’s login gets its permissions from "prestage fleet add-station", a reader’s from GRANT prestage_reader. ${again}`,
  ],
  '3F000': ['has no Prestage tables', 'Run "prestage fleet migrate" as the database administrator.'],
  '42883': [
    'has no Prestage tables, or older ones',
    'Run "prestage fleet migrate" as the database administrator.',
  ],
  '42P01': ['has no Prestage tables', 'Run "prestage fleet migrate" as the database administrator.'],
};

/** Node's and OpenSSL's ways to say that the other side is not who it should be. */
const certificateCode =
  /^(?:ERR_TLS_CERT_ALTNAME_INVALID|CERT_.*|SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_(?:GET_ISSUER_CERT(?:_LOCALLY)?|VERIFY_LEAF_SIGNATURE))$/;

/**
 * Told by what the driver's class puts on it, the protocol's name of the message and its length in bytes, and not by the
 * class: the driver is loaded only where a connection is made.
 */
function isDatabaseError(thrown: unknown): thrown is DatabaseError {
  return (
    thrown instanceof Error &&
    thrown.name === 'error' &&
    'length' in thrown &&
    typeof thrown.length === 'number'
  );
}

/**
 * Turns what the driver throws into ours; what already is ours stays, and a bug stays a bug.
 * @param name of the database, safe to show
 */
export function fleetError(thrown: unknown, name: string): Error {
  if (thrown instanceof PrestageError || thrown instanceof ZodError || thrown instanceof TypeError) {
    return thrown;
  }
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  const code = errorCodeOf(thrown);
  const cause = sanitizeForDisplay(code === null ? text : `${code}: ${text}`, 500);
  if (isDatabaseError(thrown)) {
    const refusal = refusals[thrown.code ?? ''];
    if (refusal !== undefined) return fleetRefused(`The database ${name} ${refusal[0]}.`, refusal[1], cause);
    // What does not fit a table never will, but for what two sessions do at the same time.
    if (/^(?:22|23|PF)/.test(thrown.code ?? '') && thrown.code !== '23505') {
      return fleetRefused(`The database ${name} refused what was sent.`, proofs, cause);
    }
    return fleetUnavailable(`The database ${name} cannot process the request now.`, cause);
  }
  if (certificateCode.test(code ?? '')) {
    return fleetRefused(
      `The server of the database ${name} could not prove its identity.`,
      `Check fleet.host and fleet.caFile in settings.json, and the server’s certificate. Nothing was sent, not even the password. ${again}`,
      cause,
    );
  }
  if (text === 'The server does not support SSL connections') {
    return fleetRefused(
      `The server of the database ${name} does not support TLS.`,
      `Ask the administrator to enable ssl. Nothing was sent, not even the password. ${again}`,
      cause,
    );
  }
  // What the driver says when there is no password to answer with, or when the server's own proof does not fit it.
  if (text.startsWith('SASL')) {
    return fleetRefused(
      `The login to the database ${name} failed.`,
      `Check that there is a password for this host, port, database and login. ${again}`,
      cause,
    );
  }
  return fleetUnavailable(`The database ${name} cannot be reached.`, cause);
}
