/**
 * Imported before any schema is made, by each program. zod compiles the schema of an object into a function at its first use
 * (`new Function`): 34 ms of each start of the command line and of the helper, which no reading of documents wins back (an export of
 * 20,000 ledger entries takes as long either way). The page's content security policy forbids it, and reports the attempt.
 */
import { config } from 'zod';

config({ jitless: true });
