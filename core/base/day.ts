import { z } from 'zod';

/** A day of the calendar, `YYYY-MM-DD`. */
export const daySchema = z.iso.date({ error: 'must be a day, such as 2027-01-31' });

/** The day of an ISO time, in UTC as the time is. */
export const dayOf = (time: string): string => time.slice(0, 'YYYY-MM-DD'.length);
