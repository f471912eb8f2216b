import type { Command } from 'commander';

/**
 * All commands of `prestage`, in the order of its help. Each is loaded when it is asked for: a program that starts with one of
 * them would otherwise first make the schemas and tables of all (build/bundles.ts).
 */
const loaders: Readonly<Record<string, (version: string) => Promise<Command>>> = {
  drives: async () => (await import('./drives-command')).drivesCommand(),
  media: async () => (await import('./media-command')).mediaCommand(),
  key: async () => (await import('./key-command')).keyCommand(),
  apply: async () => (await import('./apply-command')).applyCommand(),
  verify: async () => (await import('./verify-command')).verifyCommand(),
  rehearse: async () => (await import('./boot-test-command')).bootTestCommand(),
  sanitise: async () => (await import('./sanitise-command')).sanitiseCommand(),
  order: async () => (await import('./order-command')).orderCommand(),
  ticket: async () => (await import('./ticket-command')).ticketCommand(),
  ledger: async () => (await import('./ledger-command')).ledgerCommand(),
  ship: async () => (await import('./ship-command')).shipCommand(),
  label: async () => (await import('./label-command')).labelCommand(),
  audit: async () => (await import('./audit-command')).auditCommand(),
  fleet: async () => (await import('./fleet-command')).fleetCommand(),
  machine: async () => (await import('./machine-command')).machineCommand(),
  rack: async (version) => (await import('./rack-command')).rackCommand(version),
  agent: async (version) => (await import('./agent-command')).agentCommand(version),
  scanner: async () => (await import('./scanner-command')).scannerCommand(),
  cache: async () => (await import('./cache-command')).cacheCommand(),
  bench: async () => (await import('./bench-command')).benchCommand(),
  state: async () => (await import('./state-command')).stateCommand(),
  live: async () => (await import('./live-command')).liveCommand(),
  support: async (version) => (await import('./support-command')).supportCommand(version),
};

/**
 * @param first word of the command line; where it names a command, that one is enough
 * @returns that command, or all: help lists them, and a typing error is compared with their names
 */
export async function loadCommands(version: string, first?: string): Promise<Command[]> {
  const load = first !== undefined && Object.hasOwn(loaders, first) ? loaders[first] : undefined;
  if (load !== undefined) return [await load(version)];
  return await Promise.all(Object.values(loaders).map((one) => one(version)));
}
