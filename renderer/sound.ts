/** Short tones, so that the eyes can stay on the rack. */
export type Tone =
  'accepted' | 'refused' | 'unexpected-machine' | 'pass' | 'fail' | 'all-passed' | 'all-ended';

interface Note {
  /** Hertz. */
  readonly pitch: number;
  /** Seconds from the beginning. */
  readonly at: number;
  /** Seconds. */
  readonly long: number;
}

/** Good ones rise and are short; bad ones fall, are low and long: they differ without an ear for pitch. */
const tones: Readonly<Record<Tone, { readonly shape: OscillatorType; readonly notes: readonly Note[] }>> = {
  accepted: { shape: 'sine', notes: [{ pitch: 1320, at: 0, long: 0.08 }] },
  refused: {
    shape: 'square',
    notes: [
      { pitch: 196, at: 0, long: 0.16 },
      { pitch: 165, at: 0.2, long: 0.28 },
    ],
  },
  // Three the same: neither a rise nor a fall, for the machine goes to another pile.
  'unexpected-machine': {
    shape: 'square',
    notes: [
      { pitch: 262, at: 0, long: 0.1 },
      { pitch: 262, at: 0.16, long: 0.1 },
      { pitch: 262, at: 0.32, long: 0.24 },
    ],
  },
  pass: {
    shape: 'sine',
    notes: [
      { pitch: 660, at: 0, long: 0.12 },
      { pitch: 880, at: 0.12, long: 0.12 },
      { pitch: 1320, at: 0.24, long: 0.2 },
    ],
  },
  fail: {
    shape: 'square',
    notes: [
      { pitch: 330, at: 0, long: 0.22 },
      { pitch: 247, at: 0.26, long: 0.22 },
      { pitch: 165, at: 0.52, long: 0.4 },
    ],
  },
  // After the tone of the last drive, and longer than any: to be heard from the next aisle.
  'all-passed': {
    shape: 'sine',
    notes: [
      { pitch: 880, at: 1, long: 0.18 },
      { pitch: 1175, at: 1.2, long: 0.18 },
      { pitch: 1320, at: 1.4, long: 0.18 },
      { pitch: 1760, at: 1.6, long: 0.6 },
    ],
  },
  'all-ended': {
    shape: 'square',
    notes: [
      { pitch: 330, at: 1, long: 0.3 },
      { pitch: 330, at: 1.4, long: 0.3 },
      { pitch: 220, at: 1.8, long: 0.7 },
    ],
  },
};

const loudness: Readonly<Partial<Record<OscillatorType, number>>> = { sine: 0.25, square: 0.08 };
const rampSeconds = 0.01;

let context: AudioContext | null = null;

/** Plays a tone. Does nothing where the computer has no sound. */
export function play(tone: Tone): void {
  try {
    context ??= new AudioContext();
    if (context.state === 'suspended') void context.resume().catch(() => undefined);
    const { shape, notes } = tones[tone];
    const level = loudness[shape] ?? 0.1;
    for (const { pitch, at, long } of notes) {
      const start = context.currentTime + at;
      const oscillator = context.createOscillator();
      const gain = context.createGain();
      oscillator.type = shape;
      oscillator.frequency.value = pitch;
      // Without ramps the edges click.
      gain.gain.setValueAtTime(0, start);
      gain.gain.linearRampToValueAtTime(level, start + rampSeconds);
      gain.gain.setValueAtTime(level, start + long - rampSeconds);
      gain.gain.linearRampToValueAtTime(0, start + long);
      oscillator.connect(gain).connect(context.destination);
      oscillator.start(start);
      oscillator.stop(start + long);
    }
  } catch {
    // No sound device: the screen says the same in words.
  }
}
