import { readdirSync, rmSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { ByteRange } from '../../../../core/media/chunk-map';
import { requireTrueHoles } from '../../../../helper/disk-image/true-holes';
import { temporaryArea } from '../../../support/global-setup';

it('a file system that stores zeros as holes is refused, and left as it was', async () => {
  const folder = temporaryArea('true-holes');
  const asHoles = (): ByteRange[] => [];
  await expect(requireTrueHoles(folder, asHoles)).rejects.toMatchObject({ data: { code: 'render-failed' } });
  const asData = (_fd: number, length: number): ByteRange[] => [{ offset: 0, length }];
  await requireTrueHoles(folder, asData);
  expect(readdirSync(folder)).toEqual([]);
  rmSync(folder, { recursive: true });
});
