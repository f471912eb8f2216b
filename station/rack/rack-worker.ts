/** The thread that serves a rack for the app: what goes to the machines is encrypted and sent here, and not where the window is moved. */
import { SystemServer } from '../netboot/system-server';
import { answerRequests } from '../threads/worker-thread';
import type { RackAnswers, RackRequest } from './rack-protocol';
import { serveRack, type ServedRack } from './serve-rack';

let served: ServedRack | null = null;
const giver = new SystemServer();

answerRequests<RackRequest, RackAnswers>(async (request) => {
  switch (request.verb) {
    case 'serve': {
      served = await serveRack({ ...request.options, onMachine: () => undefined });
      const { listens, certificate } = served.rack();
      return { listens, certificate };
    }
    case 'stop':
      await served?.stop();
      served = null;
      return null;
    case 'giveSystem':
      return await giver.start(request.system, request.host, request.port);
    case 'endSystem':
      await giver.stop();
      return null;
    case 'fetches':
      return giver.fetches;
  }
});
