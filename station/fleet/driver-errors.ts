import { DatabaseError } from 'pg';
import { ZodError } from 'zod';
import { sanitizeForDisplay } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import { errorCodeOf } from '../../core/base/system-error';
import { fleetRefused, fleetUnavailable } from './fleet-errors';

const again = 'Then start the app again, or run "prestage fleet push".';
const evidence =
  'Keep the state folder as it is and tell whoever answers for this station: either the station was restored from a backup or copied, or somebody changed one of the two. Run "prestage ledger verify" here and "prestage fleet verify" at the database.';

/** What the functions in migrations/ raise, and the server's own refusals: message and remedy. */
const refusals: Readonly<Record<string, readonly [message: string, remedy: string]>> = {
  PF001: [
    'does not know this station’s key',
    `Ask the administrator to add the station: "prestage fleet add-station" with station-key.pub.pem from the state folder. ${again}`,
  ],
  PF002: [
    'does not take entries of this station from this login',
    `Check fleet.user in settings.json: each station has a login of its own. ${again}`,
  ],
  PF003: ['refused an entry that does not follow the one before it', evidence],
  PF004: ['holds another history of this station than its own ledger', evidence],
  PF005: ['refused an entry that is not what its station made', evidence],
  PF006: ['refused a change: entries and keys are only ever added', 'Nothing was changed.'],
  PF007: [
    'has another encoding than UTF8',
    'Make a new one: createdb --encoding UTF8 --template template0 prestage',
  ],
  '23514': ['refused an entry whose hash is not that of its contents', evidence],
  '28P01': [
    'does not take the password',
    `Check the password file of this station, and that the login has this password. ${again}`,
  ],
  '28000': [
    'does not let this login in',
    `Ask the administrator to check pg_hba.conf and the login. ${again}`,
  ],
  '3D000': ['is not there', `Check fleet.database in settings.json, or make the database. ${again}`],
  '42501': [
    'does not give this login the right to do that',
    `A station’s login gets its right from "prestage fleet add-station", a reader’s from GRANT prestage_reader. ${again}`,
  ],
  '3F000': ['has no tables of Prestage', 'Run "prestage fleet migrate" as its administrator.'],
  '42883': ['has no tables of Prestage, or older ones', 'Run "prestage fleet migrate" as its administrator.'],
  '42P01': ['has no tables of Prestage', 'Run "prestage fleet migrate" as its administrator.'],
};

/** Node's and OpenSSL's ways to say that the other side is not who it should be. */
const certificateCode =
  /^(?:ERR_TLS_CERT_ALTNAME_INVALID|CERT_.*|SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_(?:GET_ISSUER_CERT(?:_LOCALLY)?|VERIFY_LEAF_SIGNATURE))$/;

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
  if (thrown instanceof DatabaseError) {
    const refusal = refusals[thrown.code ?? ''];
    if (refusal !== undefined) return fleetRefused(`The database ${name} ${refusal[0]}.`, refusal[1], cause);
    // What does not fit a table never will, but for what two sessions do at the same time.
    if (/^(?:22|23|PF)/.test(thrown.code ?? '') && thrown.code !== '23505') {
      return fleetRefused(`The database ${name} refused what was sent.`, evidence, cause);
    }
    return fleetUnavailable(`The database ${name} cannot do that now.`, cause);
  }
  if (certificateCode.test(code ?? '')) {
    return fleetRefused(
      `The server of the database ${name} cannot prove that it is that server.`,
      `Check fleet.host and fleet.caFile in settings.json, and the server’s certificate. Nothing was sent, not even the password. ${again}`,
      cause,
    );
  }
  if (text === 'The server does not support SSL connections') {
    return fleetRefused(
      `The server of the database ${name} does not speak TLS.`,
      `Ask the administrator to switch ssl on. Nothing was sent, not even the password. ${again}`,
      cause,
    );
  }
  // What the driver says when there is no password to answer with, or when the server's own proof does not fit it.
  if (text.startsWith('SASL')) {
    return fleetRefused(
      `The login to the database ${name} came to nothing.`,
      `Check that a password is kept for this host, port, database and login. ${again}`,
      cause,
    );
  }
  return fleetUnavailable(`The database ${name} cannot be reached.`, cause);
}
