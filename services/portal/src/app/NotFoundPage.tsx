import { ButtonLink } from '@backstage/ui';
import { PageFrame } from '../ui/PageFrame';

/** Shown where no page is. */
export function NotFoundPage() {
  return (
    <PageFrame
      title="There is no page here"
      introduction="The address may be mistyped, or it is a page of a plugin that was removed."
    >
      <div className="pro-actions">
        <ButtonLink variant="primary" href="/">
          Go to home
        </ButtonLink>
        <ButtonLink variant="secondary" href="/search">
          Search
        </ButtonLink>
      </div>
    </PageFrame>
  );
}
