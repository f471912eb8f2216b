import { z } from 'zod';
import { sanitizeForDisplay } from '../../core/base/display';
import type { DriveHealth, KnownHealth } from '../../core/health/health';

/**
 * What `smartctl --json -x` printed, as a drive's health. Members that are not known are passed over; a member that is not as
 * expected counts as not reported. Exit status: smartctl(8), a bit mask; what matters of it stands in the document too.
 */

const whole = z.int().nonnegative().nullable().catch(null);
const name = z.string().catch('');

const document = z.looseObject({
  json_format_version: z.array(z.int()).min(1),
  smartctl: z.looseObject({
    version: z.array(z.int()).catch([]),
    messages: z.array(z.looseObject({ string: name, severity: name })).catch([]),
    exit_status: z.int().catch(0),
  }),
  device: z.looseObject({ protocol: name }).catch({ protocol: '' }),
  smart_status: z.looseObject({ passed: z.boolean() }).nullable().catch(null),
  smart_support: z.looseObject({ available: z.boolean(), enabled: z.boolean() }).partial().catch({}),
  power_on_time: z.looseObject({ hours: whole }).catch({ hours: null }),
  temperature: z.looseObject({ current: z.int().nullable().catch(null) }).catch({ current: null }),
  endurance_used: z.looseObject({ current_percent: whole }).catch({ current_percent: null }),
  spare_available: z
    .looseObject({ current_percent: whole, threshold_percent: whole })
    .catch({ current_percent: null, threshold_percent: null }),
  ata_smart_attributes: z
    .looseObject({
      table: z
        .array(z.looseObject({ id: z.int(), raw: z.looseObject({ value: whole, string: name }) }))
        .catch([]),
    })
    .catch({ table: [] }),
  ata_device_statistics: z
    .looseObject({
      pages: z
        .array(
          z.looseObject({
            number: z.int(),
            table: z.array(z.looseObject({ name, value: whole })).catch([]),
          }),
        )
        .catch([]),
    })
    .catch({ pages: [] }),
  nvme_smart_health_information_log: z
    .looseObject({
      critical_warning: whole,
      temperature: z.int().nullable().catch(null),
      available_spare: whole,
      available_spare_threshold: whole,
      percentage_used: whole,
      power_on_hours: whole,
      media_errors: whole,
    })
    .nullable()
    .catch(null),
  scsi_grown_defect_list: whole,
  scsi_percentage_used_endurance_indicator: whole,
  scsi_error_counter_log: z.record(z.string(), z.unknown()).catch({}),
});
type Document = z.infer<typeof document>;

/** The form of smartctl's JSON that this reads: the first number is raised when an old reader would misunderstand. */
const knownForm = 1;
/** Bits of the exit status that say that nothing was read: the command line was not understood, the device not opened. */
const nothingRead = 0b11;

/**
 * @param text what smartctl printed
 * @param readAt when; ISO 8601, UTC
 */
export function parseSmartctl(text: string, readAt: string): DriveHealth {
  const read = document.safeParse(parseJson(text));
  if (!read.success) {
    return unknown('smartctl printed something else than its JSON; version 7.0 or later is needed');
  }
  const { json_format_version: form, smartctl, device } = read.data;
  if (form[0] !== knownForm) {
    return unknown(
      `smartctl ${smartctl.version.join('.')} prints JSON of version ${form.join('.')}, which this Prestage does not know`,
    );
  }
  const words = smartctl.messages.map(({ string }) => string).filter((line) => line !== '');
  const said = sanitizeForDisplay(words.join(' '), 300);
  if ((smartctl.exit_status & nothingRead) !== 0) {
    return unknown(
      said === '' ? `smartctl ended with status ${smartctl.exit_status}` : `smartctl says: ${said}`,
    );
  }
  const { available, enabled } = read.data.smart_support;
  if (available === false) return unknown('the drive, or the adapter before it, has no SMART');
  const figures = figuresOf(read.data, device.protocol);
  if (figures === null) {
    if (enabled === false) return unknown('SMART is switched off in the drive');
    return unknown(
      said === '' ? 'neither the drive nor the adapter before it reports it' : `smartctl says: ${said}`,
    );
  }
  return { known: true, tool: smartctl.version.join('.'), ...figures, readAt };
}

type Figures = Omit<KnownHealth, 'known' | 'tool' | 'readAt'>;

/** Null where the drive reports nothing that says something of its health. */
function figuresOf(read: Document, protocol: string): Figures | null {
  const figures = byProtocol(read, protocol);
  if (figures === null) return null;
  // How old and how warm it is says nothing of its health.
  const telling = { ...figures, protocol: null, powerOnHours: null, temperature: null };
  return Object.values(telling).some((value) => value !== null) ? figures : null;
}

function byProtocol(read: Document, protocol: string): Figures | null {
  const common = {
    overall:
      read.smart_status === null
        ? null
        : read.smart_status.passed
          ? ('passed' as const)
          : ('failed' as const),
    ...{ reallocated: null, pending: null, uncorrectable: null, mediaErrors: null, criticalWarning: null },
    availableSpare: read.spare_available.current_percent,
    spareThreshold: read.spare_available.threshold_percent,
    percentageUsed: read.endurance_used.current_percent,
    powerOnHours: read.power_on_time.hours,
    temperature: read.temperature.current,
    crcErrors: null,
  };
  switch (protocol) {
    case 'ATA':
      return { ...common, protocol: 'ata', ...ataFigures(read, common.percentageUsed) };
    case 'NVMe': {
      const log = read.nvme_smart_health_information_log;
      if (log === null) return null;
      return {
        ...common,
        protocol: 'nvme',
        mediaErrors: log.media_errors,
        criticalWarning: log.critical_warning,
        availableSpare: log.available_spare,
        spareThreshold: log.available_spare_threshold,
        percentageUsed: log.percentage_used,
        powerOnHours: log.power_on_hours ?? common.powerOnHours,
        temperature: common.temperature ?? log.temperature,
      };
    }
    case 'SCSI':
      return {
        ...common,
        protocol: 'scsi',
        reallocated: read.scsi_grown_defect_list,
        mediaErrors: uncorrectedOf(read.scsi_error_counter_log),
        percentageUsed: read.scsi_percentage_used_endurance_indicator ?? common.percentageUsed,
      };
    default:
      return null;
  }
}

function ataFigures(
  read: Document,
  percentageUsed: number | null,
): Pick<
  Figures,
  'reallocated' | 'pending' | 'uncorrectable' | 'mediaErrors' | 'crcErrors' | 'percentageUsed'
> {
  const attribute = (id: number): number | null => {
    const raw = read.ata_smart_attributes.table.find((one) => one.id === id)?.raw;
    if (raw === undefined) return null;
    // Some makers pack other counters into the upper bytes; smartctl's own text has the first one in front.
    const first = /^\d+/.exec(raw.string)?.[0];
    return first === undefined ? raw.value : Number(first);
  };
  // ACS-4, 9.5.8: the Solid State Device Statistics page has the endurance that is used up, in per cent.
  const endurance = read.ata_device_statistics.pages
    .find(({ number }) => number === 7)
    ?.table.find((one) => one.name === 'Percentage Used Endurance Indicator')?.value;
  return {
    reallocated: attribute(5),
    pending: attribute(197),
    uncorrectable: attribute(198),
    mediaErrors: attribute(187),
    crcErrors: attribute(199),
    percentageUsed: percentageUsed ?? endurance ?? null,
  };
}

/** Errors that could not be corrected, of reading, writing and verifying together; null: no counter tells. */
function uncorrectedOf(log: Readonly<Record<string, unknown>>): number | null {
  const counter = z.looseObject({ total_uncorrected_errors: z.int().nonnegative() });
  const counts = Object.values(log).flatMap((one) => {
    const read = counter.safeParse(one);
    return read.success ? [read.data.total_uncorrected_errors] : [];
  });
  return counts.length === 0 ? null : counts.reduce((sum, one) => sum + one, 0);
}

function unknown(reason: string): DriveHealth {
  return { known: false, reason };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
