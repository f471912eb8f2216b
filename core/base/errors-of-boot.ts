import { failed, refused, type ErrorMeaning } from './error-meaning';

/** Errors of starting machines from the network. Part of {@link errorReference}. */
export const bootErrors = {
  'boot-interface': refused(
    'Machines cannot be started through this network interface: it is not there, is not wired, has no usable address, or has no link.',
    "Nothing was answered on the network. 'prestage rack interfaces' lists the interfaces, and says why one cannot be used.",
  ),
  'boot-default-route': refused(
    'The interface leads to other networks, whose machines are not of the rack.',
    'Nothing was answered on the network. Use an interface that has a switch of its own, without a default route.',
  ),
  'boot-foreign-dhcp': refused(
    'Another DHCP server answers on this network. With two, machines may get the same address, or start from the wrong server.',
    'Nothing was answered on the network. Use a switch of its own for the rack, or switch the other server off.',
  ),
  'boot-port': refused(
    'Another program uses a port that machines need when they start.',
    'Nothing was answered on the network. End the other program: sudo ss -lunp shows who has UDP ports 67 and 69.',
  ),
  'boot-image': refused(
    'Machines cannot start from this file: it is not an image of Prestage Live, or its version is not that of the station.',
    'Nothing was answered on the network. Make the image with this version: sudo npm run package:live',
  ),
  'boot-link': failed(
    'The interface through which machines are started has lost its link. Nobody is answered; machines that already run go on when it is back.',
    'Plug the cable in, and switch the switch on. Machines are answered again by themselves, once another DHCP server was looked for.',
  ),
  'boot-ended': failed(
    'The program that answers machines when they start (dnsmasq) has ended. Machines that already run go on.',
    'Start it again. If it ends again, read the cause and report it.',
  ),
} as const satisfies Readonly<Record<string, ErrorMeaning>>;
