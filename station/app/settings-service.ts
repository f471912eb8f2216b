import { Emitter } from 'vscode-jsonrpc/node';
import { withoutUndefined } from '../../core/base/required';
import type { AppRequest } from '../../core/contract/app';
import type { StationSettings } from '../../core/contract/app-settings';
import { changeSettings, type Settings } from '../state/settings';
import type { StatePaths } from '../state/state-paths';

/** The settings of the station while the app is open. */
export class SettingsService {
  readonly #changed = new Emitter<void>();
  readonly onChange = this.#changed.event;
  readonly #paths: Pick<StatePaths, 'settingsFile'>;
  #current: Settings;

  constructor(settings: Settings, paths: Pick<StatePaths, 'settingsFile'>) {
    this.#current = settings;
    this.#paths = paths;
  }

  get current(): Settings {
    return this.#current;
  }

  /** Those that the screen shows. */
  get shown(): StationSettings {
    const { machineFiles = null, ...settings } = this.#current;
    const { stationName, cacheLimitBytes, bootLoader, health, sanitise, sanitiseLevel, keepHiddenAreas } =
      settings;
    const { rehearsal, labels, rack, atEnd, desk } = settings;
    return {
      stationName,
      cacheLimitBytes,
      machineFiles,
      bootLoader,
      health,
      sanitise,
      sanitiseLevel,
      keepHiddenAreas,
      rehearsal,
      labels,
      rack,
      atEnd,
      desk,
    };
  }

  /** @throws PrestageError settings-invalid (nothing is changed), state-unavailable */
  change(change: AppRequest<'changeSettings'>): void {
    this.#current = changeSettings(this.#paths, withoutUndefined(change));
    this.#changed.fire();
  }
}
