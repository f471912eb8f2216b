import { Option } from 'commander';
import { nistLevels } from '../../core/sanitise/methods';

/** `--keep-hidden-areas`. */
export function keepHiddenOption(): Option {
  return new Option(
    '--keep-hidden-areas',
    'leave areas that a drive hides (HPA, DCO) as they are, and record that: what they hold is not erased, and the erase is a clear (default: from the settings, or they are opened for good and erased)',
  );
}

/** `--level`, or `--sanitise-level`: what an erase must be at least. */
export function levelOption(name: '--level' | '--sanitise-level'): Option {
  return new Option(
    `${name} <level>`,
    'what the erase must be at least, in the words of NIST SP 800-88: a drive that cannot is refused (default: from the settings, or clear)',
  ).choices(nistLevels);
}
