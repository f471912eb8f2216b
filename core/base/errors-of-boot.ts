import { failed, refused, type ErrorMeaning } from './error-meaning';

/** Errors of starting machines from the network. Part of {@link errorReference}. */
export const bootErrors = {
  'boot-interface': refused(
    'Machines cannot be started through this network interface: it is not there, is not wired, has no usable address, or has no link.',
    "No machine was started. 'prestage rack interfaces' lists the interfaces, and says why one cannot be used.",
  ),
  'boot-default-route': refused(
    'The interface leads to other networks, whose machines are not of the rack.',
    'No machine was started. Use an interface that has a switch of its own, without a default route.',
  ),
  'boot-foreign-dhcp': refused(
    'Another DHCP server answers on this network. With two, machines may get the same address, or start from the wrong server.',
    'No machine was started. Use a switch of its own for the rack, or switch the other server off.',
  ),
  'boot-port': refused(
    'Another program uses a port that machines need when they start.',
    'No machine was started. End the other program: sudo ss -lunp shows who has UDP ports 67 and 69.',
  ),
  'boot-image': refused(
    'Machines cannot start from this file: it is not an image of Prestage Live, or its version is not that of the station.',
    'No machine was started. Make the image with this version: sudo npm run package:live',
  ),
  'boot-link': failed(
    'The interface through which machines are started has lost its link. No machine is started until it is back; machines that already run then continue.',
    'Plug the cable in, and turn the switch on. The station then checks for another DHCP server, and starts machines again by itself.',
  ),
  'boot-ended': failed(
    'The program that answers machines when they start (dnsmasq) has ended. Machines that already run continue.',
    'Start it again. If it ends again, read the cause and report it.',
  ),
} as const satisfies Readonly<Record<string, ErrorMeaning>>;
