/**
 * Every time-out and interval, in milliseconds. Nothing outside the page waits by a number of its own; the page's waits on hands, scanners
 * and pictures stand where they are waited for.
 */
export const timeouts = {
  /** No byte written or read on a drive for this long: the job ends as stalled. Progress starts it again. */
  driveStall: 60_000,
  /** How often the pipelines' counters are looked at. Ten a second is what the eye and the bars need. */
  progressInterval: 100,
  /** The same for more jobs than a bench has drives: the page has to take them all in, and draws each once a second at most. */
  progressOfMany: 250,
  /** How often time left is told anew while nothing moves: it is read in seconds. */
  progressLook: 500,
  /** What a batch that has ended waits for its media to be let go: a read on a disk that hangs never ends. */
  batchStop: 10_000,
  /** The helper's first answer. Long, because a password prompt may stand before it. */
  helperHello: 300_000,
  /**
   * The helper's end after its input was closed. It may still be flushing a slow drive, or taking the tables
   * off one: longer than driveStall.
   */
  helperExit: 90_000,
  /** Between two listings while the desktop app shows the bench. What a hand needs to put a drive in. */
  driveListing: 3_000,
  /** The second START within this is the same pull of the scanner's trigger, read twice. Longer than doubleRead: it erases. */
  startRepeat: 1_500,
  /** The same barcode within this was read twice, not scanned twice: longer than scanners wait for that (0.5 to 0.75 s). */
  doubleRead: 1_000,
  /** No character for this long ends a scan that is typed into a terminal: twice the slowest scanner, and Enter comes late. */
  scanPause: 600,
  /** A print queue that says nothing for this long has not taken the label: the line goes on. CUPS answers at once, also for a printer that is off. */
  printLabel: 10_000,
  /** How long after a machine was paired another barcode of its label is taken as that machine's. */
  labelInHand: 30_000,
  /** How long after the badge was scanned it is asked for again: longer than a shift, shorter than to the next day's. */
  operatorShift: 12 * 60 * 60_000,
  /** Between two looks at the clock for that. */
  operatorLook: 60_000,
  /** A tool that lists (lsblk, wimlib-imagex info). */
  listingTool: 30_000,
  /** A drive's answer to smartctl. One that sleeps spins up first, in up to ten seconds. */
  healthTool: 20_000,
  /** A tool that reads the list of files of a media file: one with a million files on a slow share takes minutes. */
  mediaListing: 600_000,
  /** A step of setting up a stick: cryptsetup takes its time by design, and sticks write slowly. */
  liveSetup: 300_000,
  /** One question to a drive about itself (nvme, hdparm): drives answer in milliseconds, a disk that wakes up in ten seconds. */
  driveQuestion: 30_000,
  /** A command that has a drive begin to erase itself: it answers at once, some only when they have settled. */
  eraseBegin: 120_000,
  /**
   * A command that has a drive erase itself and answers at its end, where the drive tells no time or a shorter one: 30 TB at the
   * 200 MB/s of a hard disk take 42 hours.
   */
  eraseWhole: 48 * 60 * 60_000,
  /** A drive whose hidden area was opened, until the kernel shows all of it: some are found anew, and then udev looks at them. */
  driveGrows: 30_000,
  /** Between two looks for it. */
  driveGrowsLook: 500,
  /** Between two questions how far a drive has erased itself. */
  eraseLook: 2_000,
  /**
   * A drive that erases itself and answers no question for this long, in a known form: then nobody knows what it does. Longer than the
   * kernel takes to reset a controller that was too busy to answer (30 s for an NVMe command, then the reset itself).
   */
  eraseSilent: 90_000,
  /** A drive that erases itself and says nothing new for this long: nobody knows what it does. Some count in few, large steps. */
  eraseStill: 6 * 60 * 60_000,
  /** A tool that was asked to stop, before it is killed; and one that was killed, before nobody waits for it any more. */
  toolKill: 5_000,
  /** How long something may look at a drive in passing, as udev does at a new one. */
  passingLook: 2_000,
  /** The kernel's re-read of a partition table while udev still holds the device. */
  tableReread: 5_000,
  /** Another process's transaction on the ledger. One takes a few fsyncs. */
  ledgerLock: 30_000,
  /** Between two tries for the ledger's lock where SQLite itself does not wait (the switch to WAL). */
  ledgerLockPause: 20,
  /** An answer of QEMU to a question: it answers at once, and slowly only where the machine is overloaded. */
  bootTestAnswer: 30_000,
  /** Between two looks at console and display of a drive in a boot test. */
  bootTestLook: 500,
  /** A connection to the plant's database, until it may be asked. Long enough for a slow line. */
  fleetConnect: 15_000,
  /** One answer of the plant's database. A batch is at most about a megabyte. */
  fleetAnswer: 60_000,
  /** The end of a connection to it, before it is torn down. */
  fleetGoodbye: 2_000,
  /** Between two looks at the ledger for entries that the plant's database has not. */
  fleetLook: 5_000,
  /** Before the first new try after the plant's database could not be reached; doubled with each, and spread. */
  fleetRetryFirst: 2_000,
  /** The longest pause between two tries. */
  fleetRetryLongest: 300_000,
  /** An agent's question to its station, when there is nothing new: the answer then comes all the same. */
  rackPoll: 20_000,
  /** The other end of a rack's connection that says nothing for this long is gone. Longer than three of its beats. */
  rackSilent: 20_000,
  /** Between two signs of life on a rack's connection. */
  rackBeat: 5_000,
  /** A rack's connection, until both ends have shown who they are. A machine hashes slowly in its firmware's first seconds. */
  rackConnect: 15_000,
  /** Whoever opens a connection to a station and then asks for nothing: agents and machines that start ask at once. */
  rackMute: 8_000,
  /** A machine that was asked for its helper. It answers at once; starting the helper takes a second. */
  rackOpen: 30_000,
  /** One chunk of a disk image, from wherever it comes: 8 MiB at 3 Mbit/s. Who takes longer is asked no more. */
  rackChunk: 30_000,
  /**
   * A chunk on its way to a machine of the rack, until whoever sends it is given something else to send: the machine may have been switched off.
   * At least; longer where machines take longer for a chunk.
   */
  rackOverdue: 3_000,
  /** Another machine that gives a chunk, until it has said anything more: there are others that have it. It may have to ask its station first. */
  rackPeerSilent: 8_000,
  /** An agent that asks for its next chunk, while nobody can send it one: the answer then comes all the same. */
  rackWait: 250,
  /**
   * A machine of the rack from which a chunk did not come gives the same one nothing for this long, then twice as long, up to eight times: a switch
   * that starts again is soon forgotten, and one that is off costs each of the others only a few tries.
   */
  rackRest: 10_000,
  /** How long an agent believes that another machine is admitted, before it asks the station again. */
  rackPeer: 60_000,
  /** One more of an address's certificates that are none of the rack's: each makes a machine ask its station. */
  rackStranger: 10_000,
  /** The same of all addresses together: machines wait for their turn among strangers. */
  rackStrangers: 100,
  /** Between two looks at how long most machines need for a chunk. */
  rackTypical: 500,
  /** One more machine that waits is told of: a stranger can come as ever new machines. */
  rackNews: 500,
  /** A disk image stays in the cache so long after another station's last question about it: it may only be slow. */
  rackHeld: 600_000,
  /**
   * A machine of a rack that was asked what it answers at once, or after a look at its disks: a disk that hangs keeps its kernel for half
   * a minute, one that is held is let go after a flush.
   */
  rackAnswer: 90_000,
  /** The drives of one machine of a rack, listed: a disk that hangs keeps its kernel for half a minute. */
  rackList: 60_000,
  /** Between two looks at the rack that is served, while the desktop app is open: who asks to be admitted stands before its machine. */
  rackLook: 1_000,
  /** Between two listings of one machine's disks: nobody puts disks into machines while they wait. */
  rackListing: 10_000,
  /** A machine whose work is cancelled by Ctrl+C or because the app ends, until it is left to itself: it takes the tables off without its station. */
  rackGoodbye: 5_000,
  /**
   * A machine of the rack that has said nothing for this long, and has no session, has left. Longer than a machine takes to start again, and than
   * `rackGrace`; who comes back later is known by its key all the same.
   */
  rackLeft: 600_000,
  /** Before an agent tries again to reach its station. */
  rackRetry: 1_000,
  /** A job of a machine goes on without its station for this long: a cable that was pulled, a switch that starts again. */
  rackGrace: 120_000,
  /** Another DHCP server, until it counts as not there: one looks up to three seconds whether an address is taken before it offers it. */
  dhcpLook: 6_000,
  /** Before it is asked once more. */
  dhcpAgain: 2_000,
  /** Between two looks for another DHCP server, while machines are started: each of them may get a wrong address in this time. */
  dhcpWatch: 30_000,
  /** Between two looks at the interface that machines are started through: nobody carries a cable to another socket in this time. */
  bootLook: 2_000,
  /** Between two pictures of a job on the screen of a machine of the rack, and how long its agent may take to show one. */
  machineScreen: 1_000,
  /** Two progress lines of one drive or task, not on a terminal, while its phase does not change. */
  progressLine: 10_000,
} as const;
