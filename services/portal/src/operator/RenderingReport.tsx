import type {
  OperatorRollout,
  RenderedPage,
  RolloutOrganization,
} from '../api/types';
import { kindWords, pictureAddress, renderingWords } from './rendering';

interface ReportProps {
  rollout: Pick<OperatorRollout, 'id' | 'version'>;
  part: RolloutOrganization;
}

/** Small; the browser shows it whole in a tab of its own. */
function Picture(props: { address: string; path: string; version: string }) {
  const { address, path, version } = props;
  return (
    <figure>
      <a href={address} target="_blank" rel="noreferrer">
        <img
          src={address}
          alt={`${path} under ${version}`}
          width={320}
          height={215}
          loading="lazy"
        />
      </a>
      <figcaption className="pro-quiet">{version}</figcaption>
    </figure>
  );
}

function Page({ page, rollout, part }: ReportProps & { page: RenderedPage }) {
  const pictures = [
    [page.formerPicture, part.from],
    [page.nextPicture, rollout.version],
  ] as const;
  const said = [...page.noted, ...(page.unpictured ?? [])];
  return (
    <li>
      <code className="pro-any-break">{page.path}</code>{' '}
      <span className="pro-quiet">{kindWords(page)}</span>
      {page.broken.map(text => (
        <div key={text} className="operator-over">
          {text}
        </div>
      ))}
      {said.map(text => (
        <div key={text}>{text}</div>
      ))}
      <div className="operator-pictures">
        {pictures.map(
          ([file, version]) =>
            file && (
              <Picture
                key={version}
                address={pictureAddress(rollout.id, part.tenantId, file)}
                path={page.path}
                version={version}
              />
            ),
        )}
      </div>
    </li>
  );
}

/** An organisation's pages under both versions: what is wrong with them, and how they looked. */
export function RenderingReport({ rollout, part }: ReportProps) {
  const { rendering } = part;
  if (!rendering) return null;
  return (
    <>
      <p>{renderingWords(rendering)}</p>
      <ul className="operator-rendered">
        {rendering.pages.map(page => (
          <Page key={page.path} page={page} rollout={rollout} part={part} />
        ))}
      </ul>
    </>
  );
}
