import { describe, expect, it } from 'vitest';
import { PrestageError } from '../../../../core/base/errors';
import {
  requireNoTraining,
  requireTrainingDrive,
  trainingMediaName,
} from '../../../../core/media/training-media';
import { sampleDrive } from '../drive/drives';

const training = { name: trainingMediaName };

describe('requireTrainingDrive', () => {
  it.each(['disk', 'loop'] as const)('refuses to write the training media to a drive of kind %s', (kind) => {
    const refused = expect(() => {
      requireTrainingDrive(sampleDrive({ kind, serial: 'REAL-1' }), training);
    });
    refused.toThrow(PrestageError);
    refused.toThrow(/REAL-1.*no training drive/);
  });

  it('lets it go to a training drive, and other media anywhere', () => {
    requireTrainingDrive(sampleDrive({ kind: 'virtual' }), training);
    for (const kind of ['virtual', 'loop', 'disk'] as const) {
      expect(() => {
        requireTrainingDrive(sampleDrive({ kind }), { name: 'Windows 11' });
      }).not.toThrow();
    }
  });
});

describe('requireNoTraining', () => {
  it('refuses to make a media file of the training media, which would go to real drives under another name', () => {
    const refused = expect(() => {
      requireNoTraining(training, '/x/practice.wim');
    });
    refused.toThrow(PrestageError);
    refused.toThrow(/\/x\/practice\.wim is the training media/);
    expect(() => {
      requireNoTraining({ name: 'Windows 11' }, '/x/practice.wim');
    }).not.toThrow();
  });
});
