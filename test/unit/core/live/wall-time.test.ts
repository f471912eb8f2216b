import { describe, expect, it } from 'vitest';
import { momentOfWall, wallTimeAt } from '../../../../core/live/wall-time';

describe('the clock on the wall', () => {
  it.each([
    ['2026-11-29T09:30', 'America/New_York', '2026-11-29T14:30:00.000Z'],
    ['2026-07-01T09:30', 'America/New_York', '2026-07-01T13:30:00.000Z'],
    ['2026-11-29T00:15', 'Asia/Kolkata', '2026-11-28T18:45:00.000Z'],
    ['2026-03-29T03:00', 'Europe/Berlin', '2026-03-29T01:00:00.000Z'],
    ['2026-03-29T01:59', 'Europe/Berlin', '2026-03-29T00:59:00.000Z'],
    ['2026-01-01T00:00', 'UTC', '2026-01-01T00:00:00.000Z'],
  ])('shows %s in %s at %s, and back', (wall, zone, moment) => {
    expect(momentOfWall(wall, zone)?.toISOString()).toBe(moment);
    expect(wallTimeAt(new Date(moment), zone)).toBe(wall);
  });

  it.each(['', '2026-13-01T00:00', '29.11.2026 09:30'])('that shows %j is no time', (wall) => {
    expect(momentOfWall(wall, 'UTC')).toBeNull();
  });
});
