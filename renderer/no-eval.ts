/**
 * Imported before anything else. zod would try `new Function` to compile its schemas, which the page's
 * content security policy forbids and reports.
 */
import { config } from 'zod';

config({ jitless: true });
