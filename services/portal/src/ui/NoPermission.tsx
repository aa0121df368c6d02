import { Panel } from './Panel';
import './ui.css';

/** Says what the person may not do, and who can change that. */
export function NoPermission({ to }: { to: string }) {
  return (
    <Panel>
      <div className="pro-state">
        <h3>You may not {to}</h3>
        <p>
          An administrator of your organisation can give you the role for it, on
          the members page of the settings.
        </p>
      </div>
    </Panel>
  );
}
