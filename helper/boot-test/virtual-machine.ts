/** What the virtual machine of a boot test is made of: firmware, accelerator, arguments. */
import { accessSync, constants, existsSync } from 'node:fs';
import { join } from 'node:path';
import { PrestageError } from '../../core/base/errors';
import type { accelerators } from '../../core/job/boot-test';

export type Accelerator = (typeof accelerators)[number];

export interface Firmware {
  readonly code: string;
  /** Template of the variables; each machine gets a copy. */
  readonly variables: string;
}

/** Where Debian's and Ubuntu's package ovmf puts the firmware for x64, with and without Secure Boot. */
const firmwareFolder = '/usr/share/OVMF';
const firmwareFiles = {
  plain: { code: 'OVMF_CODE_4M.fd', variables: 'OVMF_VARS_4M.fd' },
  // Microsoft's keys are enrolled in these variables.
  secure: { code: 'OVMF_CODE_4M.ms.fd', variables: 'OVMF_VARS_4M.ms.fd' },
} as const;

/** @throws PrestageError tool-missing */
export function findFirmware(secureBoot: boolean): Firmware {
  const names = firmwareFiles[secureBoot ? 'secure' : 'plain'];
  const firmware = {
    code: join(firmwareFolder, names.code),
    variables: join(firmwareFolder, names.variables),
  };
  if (existsSync(firmware.code) && existsSync(firmware.variables)) return firmware;
  throw new PrestageError({
    code: 'tool-missing',
    message: 'The firmware for virtual machines (OVMF) is not installed.',
    remedy: 'Install the package ovmf (sudo apt-get install ovmf), then try again.',
  });
}

/** What may be tried, in order. KVM may be there and still not run this guest. */
export function acceleratorsHere(): Accelerator[] {
  try {
    accessSync('/dev/kvm', constants.R_OK | constants.W_OK);
    return ['kvm', 'tcg'];
  } catch {
    return ['tcg'];
  }
}

export interface MachineRequest {
  readonly accelerator: Accelerator;
  readonly firmware: Firmware;
  readonly secureBoot: boolean;
  /** This machine's own copy of the variables. */
  readonly variablesFile: string;
  /** QEMU's control socket. */
  readonly controlSocket: string;
  /** Descriptor, in QEMU, of the drive opened for reading. */
  readonly driveDescriptor: number;
  /** Bytes. */
  readonly sectorSize: number;
  /** The drive is a block device, not a file. */
  readonly blockDevice: boolean;
  readonly machineSerial: string;
}

/** MiB. A boot image is loaded into memory whole, and Windows PE wants half a GiB beside it. */
const memory = 2048;

/** In QEMU's option lists a comma ends a value; two are one. */
const quoted = (text: string): string => text.replaceAll(',', ',,');

/**
 * QEMU's arguments: a q35 PC without network, the drive as NVMe behind a snapshot, the console on standard output.
 * The drive is opened by descriptor set, so that QEMU needs no right to open it.
 */
export function machineArguments(request: MachineRequest): string[] {
  const { accelerator, firmware, secureBoot, variablesFile, controlSocket, driveDescriptor } = request;
  return [
    ...['-nodefaults', '-no-user-config', '-no-reboot', '-nic', 'none', '-display', 'none'],
    ...['-machine', `q35,smm=${secureBoot ? 'on' : 'off'}`, '-accel', accelerator],
    ...['-cpu', accelerator === 'kvm' ? 'host' : 'max', '-smp', '2', '-m', String(memory)],
    // Variables of Secure Boot can only be written by code in system management mode.
    ...(secureBoot ? ['-global', 'driver=cfi.pflash01,property=secure,value=on'] : []),
    ...['-drive', `if=pflash,unit=0,format=raw,readonly=on,file=${quoted(firmware.code)}`],
    ...['-drive', `if=pflash,unit=1,format=raw,file=${quoted(variablesFile)}`],
    ...['-add-fd', `fd=${driveDescriptor},set=1`],
    ...[
      '-drive',
      `if=none,id=drive,format=raw,snapshot=on,file.driver=${request.blockDevice ? 'host_device' : 'file'},file.filename=/dev/fdset/1`,
    ],
    ...[
      '-device',
      `nvme,drive=drive,serial=PRESTAGE,logical_block_size=${request.sectorSize},physical_block_size=4096,bootindex=1`,
    ],
    ...['-device', 'VGA', '-serial', 'stdio', '-qmp', `unix:${quoted(controlSocket)},server=on,wait=off`],
    ...['-smbios', `type=1,manufacturer=Prestage,product=Rehearsal,serial=${quoted(request.machineSerial)}`],
    ...['-sandbox', 'on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny'],
  ];
}
