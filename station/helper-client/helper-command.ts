import type { Elevation } from './elevation';
import type { HelperCommand } from './helper-process';

/**
 * The argv that starts the helper. Only what it needs goes into its environment: sudo and pkexec pass
 * nothing on anyway, and a helper as the same user shall not behave otherwise than a privileged one.
 * @param environment the station's own
 */
export function helperCommand(
  elevation: Elevation,
  helper: readonly [node: string, ...args: string[]],
  environment: Readonly<Record<string, string | undefined>> = process.env,
): HelperCommand {
  const stored: Record<string, string> = { LC_ALL: 'C.UTF-8' };
  for (const name of ['PATH', 'TMPDIR']) {
    const value = environment[name];
    if (value !== undefined) stored[name] = value;
  }
  const [node, ...args] = helper;
  switch (elevation.kind) {
    case 'direct':
      return { file: node, args, environment: stored };
    case 'sudo': {
      const asking = elevation.interactive
        ? ['-p', 'Password of %p, to open the drives: ']
        : ['--non-interactive'];
      return { file: elevation.path, args: [...asking, '--', ...helper], environment: stored };
    }
    case 'pkexec':
      // Its own agent asks on the terminal, where nobody looks who sits before a window.
      return { file: elevation.path, args: ['--disable-internal-agent', ...helper], environment: stored };
  }
}
