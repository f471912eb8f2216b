import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import {
  acceptedMedia,
  forgetAccepted,
  rememberAccepted,
  requireAccepted,
} from '../../../../station/library/accepted-media';
import type { AcceptedMedia } from '../../../../core/delivery/standing';
import { temporaryArea } from '../../../support/global-setup';

const area = temporaryArea('accepted-media');
afterAll(() => {
  rmSync(area, { recursive: true, force: true });
});

const media = (name: string, revision: number): AcceptedMedia => ({
  ...{ name, version: 'x', revision, sha256: 'a'.repeat(64), receivedAt: '2026-11-01T00:00:00.000Z' },
  signer: { name: 'Contoso', kind: 'minisign', key: 'b'.repeat(64) },
});

it('is kept by name until somebody forgets it, and is not taken for empty when it is damaged', () => {
  const paths = { acceptedMediaFile: join(area, 'accepted-media.json') };
  expect(acceptedMedia(paths)).toEqual([]);
  rememberAccepted(paths, [media('Windows 11', 3), media('Kiosk', 1)]);
  rememberAccepted(paths, [media('Windows 11', 2)]);
  expect(requireAccepted(paths, 'windows 11')).toEqual([media('Windows 11', 3)]);
  forgetAccepted(paths, 'windows 11');
  expect(acceptedMedia(paths)).toEqual([media('Kiosk', 1)]);
  expect(() => requireAccepted(paths, 'Windows 11')).toThrow(/remembers no media Windows 11/);
  writeFileSync(paths.acceptedMediaFile, '{"version":1,"media":[{}]}');
  expect(() => acceptedMedia(paths)).toThrow(/cannot be read/);
  expect(() => {
    rememberAccepted(paths, [media('Kiosk', 2)]);
  }).toThrow(/cannot be read/);
});
