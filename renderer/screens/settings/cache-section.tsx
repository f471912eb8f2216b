import { useEffect, useState, type ReactElement } from 'react';
import { stationSettingsSchema } from '../../../core/contract/app-settings';
import { formatBytes } from '../../../core/base/display';
import { act } from '../../actions';
import { ConfirmButton } from '../../components/confirm-button';
import { DetailList } from '../../components/details';
import { useApp } from '../../store/app-store';
import { showInfo } from '../../store/messages-store';
import { Panel } from '../../components/panel';
import { useText } from '../../text';
import { DraftInput } from '../../components/draft-input';
import { limitBytes, limitText } from './settings-rules';

/** Bytes; null while they are counted, and what the station refused to count. */
type Size = number | 'measuring' | 'unknown';

/** How much the unpacked images take, and how much they may. */
export function CacheSection(): ReactElement {
  const text = useText().settings.cache;
  const limit = useApp(({ settings }) => settings.cacheLimitBytes);
  const [size, setSize] = useState<Size>('measuring');
  useEffect(() => {
    let left = false;
    void act('cacheSize', {}).then((answer) => {
      if (!left) setSize(answer?.bytes ?? 'unknown');
    });
    return () => {
      left = true;
    };
  }, [limit]);
  const clear = async (): Promise<void> => {
    const answer = await act('clearCache', {});
    if (answer === null) return;
    setSize(answer.bytes);
    showInfo(text.cleared(formatBytes(answer.bytes)));
  };
  const words =
    size === 'measuring' ? text.measuring : size === 'unknown' ? text.unknownSize : formatBytes(size);
  return (
    <Panel id="settings-cache" title={text.title} intro={text.intro}>
      <DetailList details={[{ name: text.size, value: words }]} />
      <div className="short">
        <DraftInput
          label={text.limit}
          description={text.limitHint}
          value={limitText(limit)}
          maxLength={10}
          inputMode="numeric"
          check={(typed) => {
            const bytes = limitBytes(typed);
            const sound =
              bytes !== null && stationSettingsSchema.shape.cacheLimitBytes.safeParse(bytes).success;
            return sound ? null : text.limitProblem;
          }}
          onCommit={async (typed) => {
            const cacheLimitBytes = limitBytes(typed);
            return cacheLimitBytes !== null && (await act('changeSettings', { cacheLimitBytes })) !== null;
          }}
        />
      </div>
      <div className="row">
        <ConfirmButton
          label={text.clear}
          question={text.clearQuestion}
          yes={text.clearYes}
          no={text.clearNo}
          onConfirm={() => {
            void clear();
          }}
        />
      </div>
    </Panel>
  );
}
