/** The computer names that filled files give to Windows, whatever they are put together from. */
import { xmlSections } from './xml-pitfalls';

/**
 * Computer names that an answer file gives, whatever they are put together from. Source: unattend,
 * Microsoft-Windows-Shell-Setup, ComputerName: `*` and none at all let Windows choose; `%` stands for what Windows fills in.
 */
export function answerFileNames(xml: string): string[] {
  // What stands in a CDATA section is text; what stands in a comment is nothing.
  const plain = xml.replaceAll(xmlSections, (section) =>
    section.startsWith('<!--')
      ? ''
      : section.slice('<![CDATA['.length, -']]>'.length).replaceAll('<', '&lt;'),
  );
  const components =
    /<(?:[\w.-]+:)?component\s[^>]*\bname\s*=\s*["']Microsoft-Windows-Shell-Setup["'][^>]*>([\s\S]*?)<\/(?:[\w.-]+:)?component\s*>/g;
  return [...plain.matchAll(components)].flatMap(([, inside = '']) =>
    [...inside.matchAll(/<(?:[\w.-]+:)?ComputerName(?:\s[^>]*)?>([^<]*)<\//g)].flatMap(([, name = '']) =>
      /^\s*\*?\s*$|%/.test(name) ? [] : [name],
    ),
  );
}

/** Members that name the computer, in lower case: of Windows Autopilot's profile, and of what a task sequence reads. */
const nameMembers: ReadonlySet<string> = new Set(['cloudassigneddevicename', 'osdcomputername']);
/** Deeper than any profile; what is deeper still is nobody's profile. */
const deepest = 20;

/**
 * The same of JSON: Windows Autopilot's profile, where `%SERIAL%` and `%RAND:x%` are filled in on the machine, wherever in the
 * file it stands. Source: Microsoft, "Windows Autopilot for existing devices", CloudAssignedDeviceName.
 * @returns none for what is no JSON
 */
export function jsonNames(json: string): string[] {
  try {
    return namesIn(JSON.parse(json), 0);
  } catch {
    return [];
  }
}

function namesIn(value: unknown, depth: number): string[] {
  if (typeof value !== 'object' || value === null || depth > deepest) return [];
  // As PowerShell and Windows read it, whatever the case of its members.
  return Object.entries(value).flatMap(([name, member]: [string, unknown]) => {
    if (typeof member !== 'string') return namesIn(member, depth + 1);
    const names = nameMembers.has(name.toLowerCase()) && !/^\s*$|%/.test(member);
    return names ? [member] : [];
  });
}
