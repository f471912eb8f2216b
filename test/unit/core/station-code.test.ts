import { describe, expect, it } from 'vitest';
import { readStationCode, stationCode } from '../../../core/settings/rack-settings';

const place = { station: '192.168.77.1:7411', fingerprint: 'a1'.repeat(32) };

describe('the code of a station', () => {
  it('is read as it is shown, and from the command for machines', () => {
    expect(readStationCode(stationCode(place))).toEqual(place);
    expect(readStationCode(` ${stationCode(place).toUpperCase()} `)).toEqual(place);
    const command = `prestage agent --station [fd00::1]:7411 --fingerprint ${place.fingerprint}`;
    expect(readStationCode(command)).toEqual({ ...place, station: '[fd00::1]:7411' });
  });

  it.each([
    place.station,
    place.fingerprint,
    `192.168.77.1:99999 ${place.fingerprint}`,
    `192.168.77.1 ${place.fingerprint}`,
    `${place.station} ${place.fingerprint}0`,
    `${place.station} ${place.fingerprint.slice(1)}`,
    '5CG41503XYZ',
    '',
  ])('is not in %s', (text) => {
    expect(readStationCode(text)).toBeNull();
  });
});
