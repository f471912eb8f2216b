/** The computer names that filled files give to Windows, whatever they are put together from. */
import { z } from 'zod';
import { xmlSections } from './xml-pitfalls';

/**
 * Computer names that an answer file gives, whatever they are put together from. Source: unattend,
 * Microsoft-Windows-Shell-Setup, ComputerName: `*` and none at all let Windows choose; `%` stands for what Windows fills in.
 */
export function answerFileNames(xml: string): string[] {
  const components =
    /<component\s[^>]*\bname\s*=\s*["']Microsoft-Windows-Shell-Setup["'][^>]*>([\s\S]*?)<\/component\s*>/g;
  return [...xml.replaceAll(xmlSections, '').matchAll(components)].flatMap(([, inside = '']) =>
    [...inside.matchAll(/<ComputerName(?:\s[^>]*)?>([^<]*)<\/ComputerName\s*>/g)].flatMap(([, name = '']) =>
      /^\s*\*?\s*$|%/.test(name) ? [] : [name],
    ),
  );
}

/**
 * The same of Windows Autopilot's profile, where `%SERIAL%` and `%RAND:x%` are filled in on the machine. Source: Microsoft, "Windows
 * Autopilot for existing devices", CloudAssignedDeviceName.
 * @param json valid
 */
export function autopilotNames(json: string): string[] {
  const profile = z.object({ CloudAssignedDeviceName: z.string() }).safeParse(JSON.parse(json));
  const name = profile.data?.CloudAssignedDeviceName ?? '';
  return name === '' || name.includes('%') ? [] : [name];
}
