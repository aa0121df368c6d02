import { Notice } from '../frontDoor/form';
import { CopyField } from '../ui/CopyField';

const command = 'proscenium operator link';

/** How whoever runs the installation gets in. */
export function SignedOut({ problem }: { problem?: string }) {
  return (
    <section className="door-card">
      <h1>For the operator</h1>
      {problem && <Notice tone="bad">{problem}</Notice>}
      <p className="door-introduction">
        These pages are for whoever runs this installation. Run this command
        beside the server and open the link that it prints. It works once, for a
        minute.
      </p>
      <CopyField label="Command" text={command} />
      <div className="door-footer">
        Looking for a portal? <a href="/portal">Go to your portal</a>
      </div>
    </section>
  );
}
