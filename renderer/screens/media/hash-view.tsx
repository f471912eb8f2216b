import type { ReactElement } from 'react';
import { useText } from '../../text';
import { differingGroups, hashGroups } from './hash';

interface HashRowProps {
  readonly name: string;
  readonly sha256: string;
  /** Groups to mark. */
  readonly marked?: readonly boolean[];
  /** It is what was calculated here: whoever took it for what the sender said would compare it with itself. */
  readonly own?: boolean;
}

function HashRow({ name, sha256, marked = [], own = false }: HashRowProps): ReactElement {
  const text = useText().media.file;
  return (
    <div className="media-hash">
      <dt>{name}</dt>
      <dd className="mono" data-own={own}>
        {hashGroups(sha256).map((group, index) => (
          <span key={index} className="media-hash-group" data-differs={marked[index] === true}>
            <span className="media-hash-digits">{group}</span>
            {marked[index] === true && (
              <>
                <span aria-hidden>{text.differsMark}</span>
                <span className="unseen"> ({text.differs})</span>
              </>
            )}{' '}
          </span>
        ))}
      </dd>
    </div>
  );
}

interface HashViewProps {
  readonly name: string;
  readonly sha256: string;
  readonly own?: boolean;
}

/** A hash in groups of eight. */
export function HashView({ name, sha256, own = false }: HashViewProps): ReactElement {
  return (
    <dl className="stack sunken">
      <HashRow name={name} sha256={sha256} own={own} />
    </dl>
  );
}

/** The beginning of a hash that was calculated here, while it is not known what it should be. */
export function HashBeginning({
  name,
  sha256,
}: {
  readonly name: string;
  readonly sha256: string;
}): ReactElement {
  const text = useText().media.file;
  const [first] = hashGroups(sha256);
  return (
    <dl className="stack sunken">
      <div className="media-hash">
        <dt>{name}</dt>
        <dd className="media-hash-beginning" data-own>
          <span className="mono">{first} …</span> <span className="soft">{text.restHidden}</span>
        </dd>
      </div>
    </dl>
  );
}

/** Two hashes above each other; the groups that differ are marked. */
export function HashComparison({
  expected,
  found,
}: {
  readonly expected: string;
  readonly found: string;
}): ReactElement {
  const text = useText().media.file;
  const marked = differingGroups(expected, found);
  return (
    <div>
      <dl className="stack sunken">
        <HashRow name={text.expected} sha256={expected} marked={marked} />
        <HashRow own name={text.found} sha256={found} marked={marked} />
      </dl>
      <p className="soft">{text.differing(marked.filter(Boolean).length)}</p>
    </div>
  );
}
