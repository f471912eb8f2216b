import { z } from 'zod';

/** A day of the calendar, `YYYY-MM-DD`. */
export const daySchema = z.iso.date({ error: 'must be a day, such as 2027-01-31' });
