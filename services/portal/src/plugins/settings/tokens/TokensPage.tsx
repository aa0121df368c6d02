import { useApi } from '@backstage/frontend-plugin-api';
import { Button, Dialog, DialogBody, DialogHeader } from '@backstage/ui';
import { useState } from 'react';
import { tokensApiRef } from '../../../api/tokens';
import type {
  MemberToken,
  ServiceToken,
  Token,
  TokenPolicy,
} from '../../../api/types';
import { ConfirmDialog } from '../../../ui/ConfirmDialog';
import { PageFrame } from '../../../ui/PageFrame';
import { Panel } from '../../../ui/Panel';
import { RelativeTime } from '../../../ui/RelativeTime';
import { EmptyState, Loaded } from '../../../ui/states';
import { useLoad } from '../../../ui/useLoad';
import { roleLabel } from '../roles';
import { useMay } from '../useMe';
import { PolicyForm } from './PolicyForm';
import { scopeWords } from './tokenDraft';
import { TokenForm } from './TokenForm';
import './tokens.css';

type Row = Pick<
  Token,
  'id' | 'createdAt' | 'expiresAt' | 'lastUsedAt' | 'lastUsedFrom' | 'scopes'
>;

function TokenItem(props: {
  token: Row;
  title: string;
  detail?: string;
  /** The title where another token may have the same. */
  fullTitle?: string;
  /** What it may do where it is not limited. */
  whole: string;
  onRemove?: () => void;
}) {
  const { token, title, detail } = props;
  return (
    <li className="hosts-item">
      <div className="pro-grow">
        <strong className="pro-any-break">{title}</strong>{' '}
        {detail && <span className="pro-quiet">{detail}</span>}
        <div className="sources-facts">
          <span title={token.scopes?.join('\n')}>
            {scopeWords(token.scopes, props.whole)}
          </span>
          <span>
            Made <RelativeTime at={token.createdAt} />
          </span>
          <span>
            {token.expiresAt ? (
              <>
                Expires <RelativeTime at={token.expiresAt} />
              </>
            ) : (
              'Never expires'
            )}
          </span>
          <span>
            {token.lastUsedAt ? (
              <>
                Used <RelativeTime at={token.lastUsedAt} />
                {token.lastUsedFrom && ` from ${token.lastUsedFrom}`}
              </>
            ) : (
              'Never used'
            )}
          </span>
        </div>
      </div>
      {props.onRemove && (
        <Button
          size="small"
          variant="tertiary"
          destructive
          aria-label={`Delete ${props.fullTitle ?? title}`}
          onPress={props.onRemove}
        >
          Delete
        </Button>
      )}
    </li>
  );
}

type Open =
  | { name: 'make'; forService: boolean }
  | { name: 'remove'; title: string; remove: () => Promise<void> };

function OwnTokens({ onOpen, turn }: ListProps) {
  const tokens = useApi(tokensApiRef);
  const { load, reload } = useLoad(() => tokens.listOwn(), String(turn));
  return (
    <Panel
      flush
      title="Mine"
      introduction="They act as you, from scripts and other programs."
      actions={
        <Button
          variant="secondary"
          size="small"
          onPress={() => onOpen({ name: 'make', forService: false })}
        >
          Make token
        </Button>
      }
    >
      <Loaded load={load} onRetry={reload}>
        {(items: Token[]) =>
          items.length === 0 ? (
            <EmptyState title="You have no tokens">
              Make one to call the API from a script.
            </EmptyState>
          ) : (
            <ul className="pro-list">
              {items.map(token => (
                <TokenItem
                  key={token.id}
                  token={token}
                  title={token.name}
                  whole="All that you may do"
                  onRemove={() =>
                    onOpen({
                      name: 'remove',
                      title: token.name,
                      remove: () => tokens.removeOwn(token.id),
                    })
                  }
                />
              ))}
            </ul>
          )
        }
      </Loaded>
    </Panel>
  );
}

interface ListProps {
  onOpen: (open: Open) => void;
  turn: number;
}

function ServiceTokens({
  mayChange,
  onOpen,
  turn,
}: ListProps & { mayChange: boolean }) {
  const tokens = useApi(tokensApiRef);
  const { load, reload } = useLoad(() => tokens.listOfServices(), String(turn));
  return (
    <Panel
      flush
      title="Service tokens"
      introduction="They belong to the organisation and stay when people leave: for pipelines and other machines."
      actions={
        mayChange && (
          <Button
            variant="secondary"
            size="small"
            onPress={() => onOpen({ name: 'make', forService: true })}
          >
            Make service token
          </Button>
        )
      }
    >
      <Loaded load={load} onRetry={reload}>
        {(items: ServiceToken[]) =>
          items.length === 0 ? (
            <EmptyState title="No service tokens yet">
              Make one for a pipeline that calls the API.
            </EmptyState>
          ) : (
            <ul className="pro-list">
              {items.map(token => (
                <TokenItem
                  key={token.id}
                  token={token}
                  title={token.name}
                  detail={token.description}
                  whole={`All that the role ${roleLabel(token.role)} may do`}
                  onRemove={
                    mayChange
                      ? () =>
                          onOpen({
                            name: 'remove',
                            title: token.name,
                            remove: () => tokens.removeOfService(token.id),
                          })
                      : undefined
                  }
                />
              ))}
            </ul>
          )
        }
      </Loaded>
    </Panel>
  );
}

function MemberTokens({
  mayChange,
  onOpen,
  turn,
}: ListProps & { mayChange: boolean }) {
  const tokens = useApi(tokensApiRef);
  const { load, reload } = useLoad(() => tokens.listOfMembers(), String(turn));
  return (
    <Panel
      flush
      title="Tokens of members"
      introduction="Everybody's personal tokens; their text is known to nobody."
    >
      <Loaded load={load} onRetry={reload}>
        {(items: MemberToken[]) =>
          items.length === 0 ? (
            <EmptyState title="Nobody has a token">
              Members make their own on this page.
            </EmptyState>
          ) : (
            <ul className="pro-list">
              {items.map(token => (
                <TokenItem
                  key={token.id}
                  token={token}
                  title={token.name}
                  detail={`of ${token.ownerName}`}
                  fullTitle={`${token.name} of ${token.ownerName}`}
                  whole="All that its owner may do"
                  onRemove={
                    mayChange
                      ? () =>
                          onOpen({
                            name: 'remove',
                            title: `${token.name} of ${token.ownerName}`,
                            remove: () => tokens.revoke(token.id),
                          })
                      : undefined
                  }
                />
              ))}
            </ul>
          )
        }
      </Loaded>
    </Panel>
  );
}

function TokenDialog(props: {
  open: Open;
  policy: TokenPolicy;
  onClose: () => void;
  onChanged: () => void;
}) {
  const { open, onClose, onChanged } = props;
  if (open.name === 'remove') {
    return (
      <ConfirmDialog
        title={`Delete ${open.title}?`}
        action="Delete token"
        onConfirm={async () => {
          await open.remove();
          onChanged();
        }}
        onClose={onClose}
      >
        Whatever uses it is refused within two seconds.
      </ConfirmDialog>
    );
  }
  return (
    <Dialog isOpen width={560} onOpenChange={isOpen => !isOpen && onClose()}>
      <DialogHeader>
        {open.forService ? 'Make a service token' : 'Make a token'}
      </DialogHeader>
      <DialogBody>
        <TokenForm
          forService={open.forService}
          longest={props.policy.maxDays}
          onMade={onChanged}
        />
      </DialogBody>
    </Dialog>
  );
}

/** API tokens: one's own, the organisation's, everybody's. */
export function TokensPage() {
  const tokens = useApi(tokensApiRef);
  const maySee = useMay('tenant.token.read') ?? false;
  const mayChange = useMay('tenant.token.update') ?? false;
  const policy = useLoad(() => tokens.getPolicy());
  const [open, setOpen] = useState<Open>();
  const [turn, setTurn] = useState(0);
  const lists = { onOpen: setOpen, turn };
  return (
    <PageFrame
      title="Tokens"
      introduction="With a token, a program calls the API of this portal. Its text is shown once, when it is made."
    >
      <Loaded load={policy.load} onRetry={policy.reload}>
        {current => (
          <div className="pro-stack">
            <OwnTokens {...lists} />
            {maySee && <ServiceTokens {...lists} mayChange={mayChange} />}
            {maySee && <MemberTokens {...lists} mayChange={mayChange} />}
            {mayChange && <PolicyForm policy={current} onSaved={policy.set} />}
            {open && (
              <TokenDialog
                open={open}
                policy={current}
                onClose={() => setOpen(undefined)}
                onChanged={() => setTurn(n => n + 1)}
              />
            )}
          </div>
        )}
      </Loaded>
    </PageFrame>
  );
}
