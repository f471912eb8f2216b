import { PrestageError } from '../../core/base/errors';
import { forStations } from './allowed-methods';
import type { HelperHandlers } from './rpc-server';

/** A helper that an agent started: whoever asks is on another computer. */
export interface AgentMode {
  /** Where the agent gives out the chunks that it gets from its station. */
  readonly socket: string;
  /** The folder of the virtual bench that stands for the machine's drives; null: its own drives. */
  readonly bench: string | null;
}

/** @param args `--agent`, the socket, then the bench or nothing; the station can say none of them */
export function agentMode(args: readonly string[]): AgentMode | null {
  const [flag, socket, bench] = args;
  return flag === '--agent' && socket !== undefined ? { socket, bench: bench ?? null } : null;
}

/** The handlers, as far as a station elsewhere may have them. */
export function forAgent(handlers: HelperHandlers, { bench }: AgentMode): HelperHandlers {
  const guarded = Object.entries(handlers).map(([method, handler]) => {
    const allowed = forStations.has(method);
    const call = handler as (request: object, context: unknown) => Promise<unknown>;
    return [
      method,
      async (request: object, context: unknown): Promise<unknown> => {
        if (!allowed) throw refusal(`The machine does not do '${method}' for a station.`);
        if ('benchDirectory' in request && request.benchDirectory !== bench) {
          throw refusal('The machine was asked for drives that it was not started with.');
        }
        if ('renderDirectory' in request && request.renderDirectory !== null) {
          throw refusal('The machine was asked to read a disk image of its own.');
        }
        if ('chunkMapFile' in request && request.chunkMapFile !== null) {
          throw refusal('The machine was asked to read a file of its own.');
        }
        return await call(request, context);
      },
    ];
  });
  const whole: unknown = Object.fromEntries(guarded);
  return whole as HelperHandlers;
}

function refusal(message: string): PrestageError {
  return new PrestageError({
    code: 'helper-protocol',
    message,
    remedy: 'Nothing was done. Start machine and station with the same version of Prestage.',
  });
}
