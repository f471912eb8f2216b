import { Option } from 'commander';
import { nistLevels } from '../../core/sanitise/methods';

/** `--level`, or `--sanitise-level`: what an erase must be at least. */
export function levelOption(name: '--level' | '--sanitise-level'): Option {
  return new Option(
    `${name} <level>`,
    'what the erase must be at least, in the words of NIST SP 800-88: a drive that cannot is refused (default: from the settings, or clear)',
  ).choices(nistLevels);
}
