import type { EndRecord, JobDetails } from '../../../core/ledger/record';
import { admissionWords, agentVersions } from '../../../core/machine/agent-words';
import { machineEndWords } from '../../../core/machine/at-end';
import type { Detail } from '../../components/details';
import { Mono } from '../../components/mono';
import type { Text } from '../../text';
import { present } from './detail-rows';
import { endResult } from '../../../core/ledger/results';
import { ResultStatus } from './result-status';

/** What an entry says of a machine of the rack: its agent, and what it was told at its end. */

type Words = Text['log'];

/** The agent that wrote the drive inside its machine, and how that was let into the rack. */
export function agentRows({ agent }: JobDetails, words: Words['details']): [string, string, boolean?][] {
  if (agent === undefined) return [];
  return [
    [words.admission, admissionWords(agent.admission)],
    ...(agent.atEnd === undefined ? [] : [[words.atEnd, words.ends[agent.atEnd]] as [string, string]]),
    [words.agent, agent.certificate, true],
    [words.agentVersions, agentVersions(agent)],
  ];
}

/** What a machine was told at the end of its batch, and its answer. */
export function endDetails(record: EndRecord, text: Words): Detail[] {
  const words = text.details;
  const reason = record.end.state === 'not-confirmed' ? record.end.reason : null;
  return [
    { name: words.machine, value: <Mono>{record.machineSerial}</Mono> },
    { name: words.result, value: <ResultStatus result={endResult(record)} /> },
    ...present([
      [words.ended, machineEndWords(record)],
      [words.shown, words.verdicts[record.verdict]],
      [words.remedy, reason?.remedy ?? null],
      [words.cause, reason?.cause ?? null, true],
      [words.code, reason?.code ?? null, true],
      [words.job, record.jobId, true],
    ]),
  ];
}
