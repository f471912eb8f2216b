import type { ReactElement } from 'react';
import type { DrivePast } from '../../../core/ledger/drive-past';
import { careIsWell } from '../../../core/ledger/past-words';
import { formatDay } from '../../format';
import { useText } from '../../text';

/** A text whose dates are not broken at the end of a line. */
function WholeDays({ text }: { readonly text: string }): ReactElement {
  return (
    <>
      {text.split(/(\d{4}-\d\d-\d\d)/).map((part, index) =>
        index % 2 === 0 ? (
          part
        ) : (
          <span key={index} className="nowrap">
            {part}
          </span>
        ),
      )}
    </>
  );
}

/** What a drive holds and how it failed, a line each; both want to be seen before the drive is erased. */
export function PastLines({
  past,
  short = false,
  className,
}: {
  readonly past: DrivePast;
  /** There is room for one line. */
  readonly short?: boolean;
  readonly className?: string;
}): ReactElement {
  const text = useText().past;
  const bad = text.bad(past, formatDay);
  const care = text.care(past, formatDay);
  const careTone = past.care === undefined || careIsWell(past.care.result) ? undefined : 'warn';
  if (short) {
    const isCare = past.holds === null && care !== null && text.short(past, formatDay) === care;
    return (
      <p
        className={className}
        title={[past.holds === null ? '' : text.holds(past.holds), bad].join('\n').trim()}
      >
        <strong className="toned" data-tone={isCare ? careTone : past.holds === null ? 'warn' : 'bad'}>
          {text.short(past, formatDay)}
        </strong>
      </p>
    );
  }
  return (
    <>
      {past.holds !== null && (
        <p className={className} title={text.holds(past.holds)}>
          <strong className="toned" data-tone="bad">
            {text.holds(past.holds)}
          </strong>
        </p>
      )}
      {bad !== null && (
        <p className={className} title={bad}>
          <strong className="toned" data-tone="warn">
            <WholeDays text={bad} />
          </strong>
        </p>
      )}
      {care !== null && (
        <p className={className} title={care}>
          <span className={careTone === undefined ? 'soft' : 'toned'} data-tone={careTone}>
            <WholeDays text={care} />
          </span>
        </p>
      )}
    </>
  );
}
