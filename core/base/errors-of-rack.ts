import { failed, refused, type ErrorMeaning } from './error-meaning';

/** Errors of the rack: machines that are imaged through an agent. Part of {@link errorReference}. */
export const rackErrors = {
  'rack-not-served': refused(
    'No rack is being served for this state folder.',
    "Start it with 'prestage rack serve' in another terminal, then try again.",
  ),
  'rack-running': refused(
    'The rack of this state folder is already being served.',
    'Use the one that runs, or end it first.',
  ),
  'rack-address': refused(
    'The rack cannot be served at this address and port.',
    'Give an address of this computer and a free port.',
  ),
  'rack-key-damaged': refused(
    'The key by which machines know this station cannot be used.',
    'Restore a backup of the state folder. Or delete the folder rack in it: the fingerprint that machines are started with then changes.',
  ),
  'rack-wrong-station': refused(
    "The station has another certificate than the agent was started with: it is not the agent's station, or it has a new key.",
    "Nothing was touched. Compare the fingerprint with 'prestage rack show' at the station, and start the machine with that one.",
  ),
  'rack-outdated': refused(
    'Machine and station have different versions of Prestage.',
    'Nothing was touched. Start the machine with the version of the station.',
  ),
  'rack-protocol': refused(
    'Agent and station do not understand each other.',
    'Nothing was touched. Start the machine again. If it happens again, report it.',
  ),
  'rack-full': refused(
    'More machines ask than a rack can have.',
    'Look for a program on this network that pretends to be machines.',
  ),
  'rack-machine-unknown': refused(
    'No machine of the rack has this code or ID, or it is not admitted.',
    "Read the code from the machine's screen once more. 'prestage rack show' lists the machines.",
  ),
  'rack-double': refused(
    'Two machines of the rack say that they have the same serial or UUID.',
    'If the machine was just restarted, wait half a minute and try again. Otherwise find out which of the two is right: the other must not be imaged.',
  ),
  'rack-disk-unclear': refused(
    'No disk of a machine fits the rule for its disk, or several do.',
    "Nothing was touched. Choose another rule with --disk, or name the disk with --drive ID: 'prestage drives' lists them.",
  ),
  'rack-silent': failed(
    'A machine of the rack does not answer, though it is connected.',
    'Look at its screen, and restart it. Then write its drive again: what is already on it is kept. The other machines went on.',
  ),
  'rack-no-bytes': failed(
    'A machine got no more bytes of the image from its station.',
    'Check cable and switch, then write its drive again: what is already on it is kept.',
  ),
  'mirror-gone': failed(
    'Another station cannot be reached, or does not answer any more.',
    'Check that it is serving its rack, and check the cable, the address and the port. Then try again: what has arrived is kept, and is not fetched again.',
  ),
  'mirror-turned-away': refused(
    'Another station turned this one away.',
    'Nothing was fetched. Whoever works there can admit it with the code that both show.',
  ),
  'mirror-not-held': refused(
    'Another station does not have the media or disk image that was asked for.',
    "Run 'prestage rack mirror' without a name: it lists what that station has.",
  ),
  'mirror-wrong-bytes': failed(
    'Another station gave bytes that are not what their SHA-256 says. They were not used.',
    'Check the disk of that station: its next batch reads the disk image again, and replaces a damaged one. Or get it from a third station: what has come is kept.',
  ),
  'mirror-contradicts': refused(
    'What another station gave is not what it stated.',
    'Nothing was used. Do not get disk images from that station until somebody has looked at it; this station makes its own.',
  ),
  'mirror-other-tools': refused(
    'The disk image of another station was made with other versions of the tools.',
    'Nothing was fetched. Bring both stations to the same versions, or let this station make its own.',
  ),
} as const satisfies Readonly<Record<string, ErrorMeaning>>;
