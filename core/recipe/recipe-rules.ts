import { daysBetween, endOfDay } from '../media/media-dates';
import { foldedPack } from '../drivers/driver-table';
import { machineFileComplaints } from '../machine-files/machine-file';
import { contentOf, hostOf, type Recipe, type RecipeDeployment } from './recipe';
import type { RecipeComplaint } from './recipe-problems';
import { windowsNameProblem, windowsPathProblem } from '../base/windows-names';

/** What a recipe may not say, though each of its members is well formed. Every rule is asked; all answers are told. */

/** What holds for every recipe. */
export function soundnessComplaints(recipe: Recipe): RecipeComplaint[] {
  const name = windowsNameProblem(recipe.name);
  return [
    ...(name === null ? [] : [{ path: ['name'], message: `name ${name}` }]),
    ...repeatedIds(recipe),
    ...repeatedPacks(recipe),
    ...machineFileComplaints(recipe.machineFiles ?? []),
  ];
}

/** Two packs of one name would share one folder. */
function repeatedPacks({ driverPacks }: Recipe): RecipeComplaint[] {
  const seen = new Map<string, number>();
  return driverPacks.flatMap(({ pack }, at): RecipeComplaint[] => {
    const first = seen.get(foldedPack(pack));
    if (first === undefined) seen.set(foldedPack(pack), at);
    const message = `driverPacks[${at + 1}].pack is ${pack}, which driverPacks[${(first ?? 0) + 1}] has already`;
    return first === undefined ? [] : [{ path: ['driverPacks', at, 'pack'], message }];
  });
}

/** Two packages of one ID would share one folder on the media. */
function repeatedIds(recipe: Recipe): RecipeComplaint[] {
  const seen = new Map<string, string>();
  return (['packages', 'applications', 'driverPackages'] as const).flatMap((list) =>
    recipe[list].flatMap(({ id }, at): RecipeComplaint[] => {
      const here = `${list}[${at + 1}].id`;
      const first = seen.get(id);
      if (first === undefined) seen.set(id, here);
      return first === undefined
        ? []
        : [{ path: [list, at, 'id'], message: `${here} is ${id}, which ${first} has already` }];
    }),
  );
}

/** What keeps a site from making the media, or the media from being of use. */
export function planComplaints(recipe: Recipe, now: Date): RecipeComplaint[] {
  const { deployment } = recipe;
  const missing = (['bootImage', 'operatingSystem'] as const).flatMap((image): RecipeComplaint[] =>
    recipe[image].packageId === undefined
      ? [{ path: [image], message: `${image}.packageId is missing: a site finds the image by it` }]
      : [],
  );
  const file = recipe.mediaFile === undefined ? null : mediaFileProblem(recipe.mediaFile);
  const path = file === null ? [] : [{ path: ['mediaFile'], message: `mediaFile ${file}` }];
  if (deployment === undefined) {
    const message =
      'deployment is missing: only a site of Configuration Manager uses a plan. Without a site: prestage media create';
    return [...missing, ...path, { path: [], message }];
  }
  return [
    ...[...missing, ...path],
    ...availabilityComplaints(deployment),
    ...managementPointComplaints(deployment),
    ...certificateComplaints(deployment, now),
  ];
}

function mediaFileProblem(path: string): string | null {
  return windowsPathProblem(path) ?? (/\.wim$/i.test(path) ? null : 'must end with .wim');
}

function at(member: keyof RecipeDeployment, message: string, ...below: PropertyKey[]): RecipeComplaint {
  return { path: ['deployment', member, ...below], message };
}

function availabilityComplaints(deployment: RecipeDeployment): RecipeComplaint[] {
  const { availability, preferredDeployment, unattended, collection } = deployment;
  const complaints: RecipeComplaint[] = [];
  if (availability === 'clients') {
    const message =
      'deployment.availability is clients: a machine that starts from a media file never sees such a deployment. Take clients-media-pxe, media-pxe or media-pxe-hidden';
    complaints.push(at('availability', message));
  }
  if (availability === 'media-pxe-hidden' && preferredDeployment === undefined) {
    const message =
      'deployment.availability is media-pxe-hidden, but preferredDeployment is missing: nobody can choose a hidden deployment, so that it must be named on the media';
    complaints.push(at('availability', message));
  }
  if (availability === 'media-pxe-hidden' && !unattended) {
    const message =
      'deployment.availability is media-pxe-hidden, but unattended is not true: a hidden deployment starts on unattended media only';
    complaints.push(at('availability', message));
  }
  if (collection === undefined && preferredDeployment === undefined) {
    const message =
      'deployment.collection is missing: without it or preferredDeployment the script cannot tell which deployment is meant';
    complaints.push({ path: ['deployment'], message });
  }
  return complaints;
}

function managementPointComplaints(deployment: RecipeDeployment): RecipeComplaint[] {
  const { mode, urls } = deployment.managementPoints;
  const complaints = urls.flatMap((url, index): RecipeComplaint[] =>
    url.startsWith('https:') && deployment.certificate.kind !== 'pki'
      ? [
          at(
            'managementPoints',
            `deployment.managementPoints.urls[${index + 1}] begins with https: such a management point takes only a certificate of the PKI (certificate.kind: pki)`,
            ...['urls', index],
          ),
        ]
      : [],
  );
  if (mode === 'site-based' && urls.length > 1) {
    const message = `deployment.managementPoints.mode is site-based: such a media file asks one management point, and ${urls.length} are named. Name one, or take dynamic`;
    complaints.push(at('managementPoints', message, 'mode'));
  }
  const hosts = urls.map((url) => hostOf(url).toLowerCase());
  for (const [index, host] of hosts.entries()) {
    if (hosts.indexOf(host) === index) continue;
    const message = `deployment.managementPoints.urls[${index + 1}] is there twice`;
    complaints.push(at('managementPoints', message, 'urls', index));
  }
  return complaints;
}

/** Without a time the site takes one year. */
const defaultDays = 365;

function certificateComplaints({ certificate, shipBy }: RecipeDeployment, now: Date): RecipeComplaint[] {
  const { kind, start, end } = certificate;
  const complaints: RecipeComplaint[] = [];
  const say = (member: string, message: string): void => {
    complaints.push(at('certificate', `deployment.certificate.${member} ${message}`, member));
  };
  if (kind === 'pki') {
    const problem = windowsPathProblem(certificate.file);
    if (problem !== null) say('file', problem);
  }
  const startTime = start === undefined ? now : new Date(start);
  const endTime = end === undefined ? null : new Date(end);
  if (endTime !== null && start !== undefined && endTime <= startTime) say('end', 'is not after its start');
  else if (endTime !== null && endTime <= now) say('end', 'lies in the past');
  if (shipBy === undefined) return complaints;
  const shipped = endOfDay(shipBy);
  if (endTime !== null && endTime < shipped) {
    const days = daysBetween(endTime, shipped);
    say(
      'end',
      `is before the end of the ship-by day ${shipBy}${days > 0 ? `, by ${days} days` : ''}: the last machines could not sign in`,
    );
  }
  if (kind === 'self-signed' && endTime === null && daysBetween(startTime, shipped) > defaultDays) {
    const message = `deployment.certificate.end is missing: the site then takes one year, which ends before the ship-by day ${shipBy}`;
    complaints.push({ path: ['deployment', 'certificate'], message });
  }
  if (start !== undefined && startTime > shipped) say('start', `is after the ship-by day ${shipBy}`);
  return complaints;
}

/** What an engineer should know of a plan that is made nevertheless. Whole sentences. */
export function planNotes(recipe: Recipe, now: Date): string[] {
  const { deployment } = recipe;
  if (deployment === undefined) return [];
  const { availability, purpose, certificate, managementPoints, unattended, shipBy } = deployment;
  const notes: string[] = [];
  if (availability === 'clients-media-pxe' && purpose === 'required') {
    notes.push(
      'The deployment is required and also made available to clients: every computer in the collection that has the client will run it.',
    );
  }
  if (unattended && purpose === 'available' && deployment.preferredDeployment === undefined) {
    notes.push('The media is unattended, but an available deployment has to be chosen at the machine.');
  }
  if (unattended && deployment.passwordProtected) {
    notes.push('The media is unattended, but somebody has to type its password at each machine.');
  }
  if (certificate.kind === 'pki' && managementPoints.urls.some((url) => url.startsWith('http:'))) {
    notes.push('The certificate is of the PKI, but a management point is named with http.');
  }
  if (certificate.kind === 'pki' && certificate.end === undefined) {
    notes.push('The recipe does not say when the certificate ends, so nothing was compared with it.');
  }
  if (shipBy === undefined) {
    notes.push('The recipe has no ship-by day, so the certificate was not compared with one.');
  } else if (endOfDay(shipBy) < now) notes.push(`The ship-by day ${shipBy} lies in the past.`);
  if (contentOf(recipe).length === 0) {
    notes.push('The media holds no packages: machines take all content from a distribution point.');
  }
  return notes;
}
