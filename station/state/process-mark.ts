/** Marks a running process so that its number cannot be mistaken for a later one. */
import { readFileSync } from 'node:fs';

/** Field 22 of /proc/PID/stat, start time in clock ticks since boot (proc(5)). Counted after the command name. */
const startTimeField = 19;

/**
 * Names a process so that its number, given to another later, is not taken for it: number, start time, boot.
 * @returns null when there is no such process
 */
export function processMark(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The command name stands in parentheses and may hold anything, spaces and parentheses too.
    const start = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[startTimeField];
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
    return start === undefined ? null : `${pid}-${start}-${boot}`;
  } catch {
    return null;
  }
}

/** Whether the process that once had this mark still runs. */
export function isRunning(mark: string): boolean {
  const pid = Number(mark.split('-')[0]);
  return Number.isInteger(pid) && pid > 0 && processMark(pid) === mark;
}
