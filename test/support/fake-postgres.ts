import { createServer, type Server } from 'node:net';

/**
 * As much of a PostgreSQL server as says its version (protocol 3.0, PostgreSQL manual, "Message Formats"): it lets everybody
 * in, answers each simple query with one row of one text, keeps what was asked, and hangs up at anything else.
 */
export interface FakePostgres {
  readonly port: number;
  /** Texts of the queries, oldest first. */
  readonly asked: readonly string[];
  readonly close: () => Promise<void>;
}

const message = (type: string, body: Buffer): Buffer => {
  const head = Buffer.alloc(5);
  head.write(type, 0, 'latin1');
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
};
const int16 = (value: number): Buffer => {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
};
const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};

/** @param version what `SHOW server_version_num` answers */
export async function fakePostgres(version: string): Promise<FakePostgres> {
  const asked: string[] = [];
  const ready = message('Z', Buffer.from('I'));
  const answer = Buffer.concat([
    // One column: its name, of no table, type text (25), of any length.
    message(
      'T',
      Buffer.concat([
        ...[
          int16(1),
          Buffer.from('server_version_num\0'),
          int32(0),
          int16(0),
          int32(25),
          int16(-1),
          int32(-1),
        ],
        int16(0),
      ]),
    ),
    message('D', Buffer.concat([int16(1), int32(version.length), Buffer.from(version)])),
    message('C', Buffer.from('SHOW\0')),
    ready,
  ]);
  const server: Server = createServer((socket) => {
    let pending = Buffer.alloc(0);
    let started = false;
    socket.on('error', () => undefined);
    socket.on('data', (piece) => {
      pending = Buffer.concat([pending, piece]);
      for (;;) {
        const at = started ? 1 : 0;
        if (pending.length < at + 4) return;
        const length = at + pending.readInt32BE(at);
        if (pending.length < length) return;
        const [type, body] = [String.fromCharCode(pending[0] ?? 0), pending.subarray(at + 4, length)];
        pending = pending.subarray(length);
        if (!started) {
          started = true;
          // Authenticated, and ready for a query.
          socket.write(Buffer.concat([message('R', int32(0)), ready]));
        } else if (type === 'Q') {
          asked.push(body.toString('utf8').replace(/\0$/, ''));
          socket.write(answer);
          // Nothing else is known here; also the end ('X').
        } else socket.destroy();
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    ...{ port: address.port, asked },
    close: async () => {
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
