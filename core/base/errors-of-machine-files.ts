import { refused, type ErrorMeaning } from './error-meaning';

/** Errors of the files that each machine gets of its own. Part of the table in error-reference.ts. */
export const machineFileErrors = {
  'machine-files-invalid': refused(
    'The list of machine files, or one of its templates, cannot be used. Every problem is listed.',
    'No drive was touched. Correct what the message names, then try again.',
  ),
  'machine-file-unfilled': refused(
    'A file of a machine cannot be written: something that its template asks for is not known, or does not fit.',
    'No drive was touched. Complete the work order or mend the template, then try again.',
  ),
  'computer-name-invalid': refused(
    'A computer name is one that Windows does not take, or two machines have the same one.',
    'No drive was touched. Ask the enterprise for a work order with another name: names are never cut.',
  ),
  'slot-unusable': refused(
    'A machine file has no place on the drive: the image has something else at its path, or its content does not lie in one piece.',
    'No drive was touched. Choose another path for this machine file, or ask the enterprise for another image.',
  ),
} as const satisfies Readonly<Record<string, ErrorMeaning>>;
