import type {
  AppError,
  FinalizedSpecializedApp,
} from '@backstage/frontend-app-api';
import {
  Component,
  Suspense,
  useEffect,
  useState,
  type ReactNode,
} from 'react';
import type { RemoteFeature } from '../remotes/loadRemotes';
import {
  compose,
  leaveOut,
  withoutCulprits,
  type CompositionOptions,
} from './composition';

interface BoundaryProps {
  onError: (error: unknown) => void;
  children: ReactNode;
}

/** Catches what even the app's own error pages did not. */
class LastBoundary extends Component<BoundaryProps, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override componentDidCatch(error: unknown) {
    this.props.onError(error);
  }

  override render() {
    return this.state.failed ? null : this.props.children;
  }
}

function report(errors: readonly AppError[]): void {
  for (const { code, message } of errors) {
    // eslint-disable-next-line no-console
    console.warn(`${code}: ${message}`);
  }
}

export interface PortalRootProps {
  options: CompositionOptions;
  remotes: readonly RemoteFeature[];
  /** Called with the app that is shown, and the remotes that are in it. */
  onFinished?: (
    app: FinalizedSpecializedApp,
    remotes: readonly RemoteFeature[],
  ) => void;
}

/**
 * Runs the app. A remote that breaks it, at whatever moment of the start, is left out and the app put together again:
 * one broken plugin must never take the portal down.
 */
export function PortalRoot({ options, remotes, onFinished }: PortalRootProps) {
  const [composition, setComposition] = useState(() =>
    compose(options, remotes),
  );
  const [finished, setFinished] = useState<FinalizedSpecializedApp>();
  const [attempt, setAttempt] = useState(0);
  const [hopeless, setHopeless] = useState<unknown>();

  const again = (left: readonly RemoteFeature[]) => {
    setFinished(undefined);
    setComposition(compose(options, left));
    setAttempt(n => n + 1);
  };

  useEffect(
    () =>
      composition.app.onFinalized(app => {
        const errors = app.errors ?? [];
        report(errors);
        const left = withoutCulprits(composition.remotes, errors);
        if (left) {
          again(left);
          return;
        }
        onFinished?.(app, composition.remotes);
        setFinished(app);
      }),
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [composition],
  );

  const onError = (error: unknown) => {
    if (composition.remotes.length === 0) {
      setHopeless(error);
      return;
    }
    leaveOut(composition.remotes, `The portal did not start: ${String(error)}`);
    again([]);
  };

  if (hopeless) {
    return (
      <p role="alert" className="shell-hopeless">
        The portal could not be shown: {String(hopeless)} Reload the page; if
        that does not help, tell the people who run it.
      </p>
    );
  }
  return (
    <LastBoundary key={attempt} onError={onError}>
      {/* Without it, the page's first lazy part would suspend this component and lose its state, for ever. */}
      <Suspense fallback={null}>
        {finished?.element ?? composition.app.getBootstrapApp().element}
      </Suspense>
    </LastBoundary>
  );
}
