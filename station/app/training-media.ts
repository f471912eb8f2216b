import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Emitter } from 'vscode-jsonrpc/node';
import { z } from 'zod';
import { errorCodeOf } from '../../core/base/system-error';
import type { StationState } from '../../core/contract/app-bench';
import { sha256Schema } from '../../core/media/chunk-map';
import type { Helpers } from '../helper-client/helpers';
import { logError } from '../state/log-file';
import { writeFileAtomically, type StatePaths } from '../state/state-paths';
import { notTraining } from './app-refusals';

export interface TrainingMediaDependencies {
  readonly helpers: Pick<Helpers, 'plain'>;
  readonly paths: Pick<StatePaths, 'ledgerFile'>;
  /** Whether the drives are virtual ones. */
  readonly training: () => boolean;
}

const knownSchema = z.strictObject({ sha256: sha256Schema });

/**
 * The station's own media for practice, beside the training bench; made when it is first asked for. Its SHA-256 is kept
 * apart from it, as an enterprise sends it apart: somebody has to give it, and a file that was changed is refused.
 */
export class TrainingMedia {
  readonly #changed = new Emitter<void>();
  readonly onChange = this.#changed.event;
  readonly #dependencies: TrainingMediaDependencies;
  readonly #directory: string;
  #state: StationState['trainingMedia'];
  #making: Promise<string> | null = null;

  constructor(dependencies: TrainingMediaDependencies) {
    this.#dependencies = dependencies;
    this.#directory = join(dirname(dependencies.paths.ledgerFile), 'training-media');
    this.#state = this.#read();
  }

  /** Null until it was made once. */
  get state(): StationState['trainingMedia'] {
    return this.#state;
  }

  /** Where it lies, made or not. */
  get path(): string {
    return join(this.#directory, 'training-media.wim');
  }

  /**
   * Its file.
   * @throws PrestageError media-for-training on real drives; what keeps it from being made
   */
  async get(): Promise<string> {
    if (!this.#dependencies.training()) throw notTraining();
    if (this.#state !== null && existsSync(this.#state.path)) return this.#state.path;
    // Pressed twice, it is made once.
    this.#making ??= this.#make().finally(() => {
      this.#making = null;
    });
    return await this.#making;
  }

  async #make(): Promise<string> {
    const client = await this.#dependencies.helpers.plain();
    const made = await client.call('makeTrainingMedia', { directory: this.#directory });
    writeFileAtomically(this.#sumFile, JSON.stringify({ sha256: made.sha256 }), 0o600);
    this.#state = made;
    this.#changed.fire();
    return made.path;
  }

  /** Not named as a sum file of the media: it would be proved without anybody. */
  get #sumFile(): string {
    return join(this.#directory, 'sha256.json');
  }

  #read(): StationState['trainingMedia'] {
    try {
      const { sha256 } = knownSchema.parse(JSON.parse(readFileSync(this.#sumFile, 'utf8')));
      return { path: this.path, sha256 };
    } catch (error) {
      if (errorCodeOf(error) !== 'ENOENT') logError('training-media-lost', error);
      return null;
    }
  }
}
