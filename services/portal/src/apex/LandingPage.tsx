import type { PortalConfig } from '../portalConfig';
import { Mark } from '../ui/Mark';
import './landing.css';

const strengths = [
  {
    title: 'Reads what you have',
    text: 'Your catalog-info.yaml and template.yaml files work as they are. Give the address of one and see its components, owners, APIs and relations.',
  },
  {
    title: 'Runs your templates',
    text: 'A form, a run with live log, a new repository, and the new component in the catalog.',
  },
  {
    title: 'Takes your plugins',
    text: 'Backstage plugins from npm run unchanged, installed for your organisation alone, without a rebuild.',
  },
];

/** An arch with light falling through it: the stage that the portal frames. */
function Stage() {
  return (
    <svg className="landing-stage" viewBox="0 0 420 360" aria-hidden="true">
      <path
        className="landing-frame"
        fillRule="evenodd"
        d="M24 0h372a24 24 0 0 1 24 24v336h-60V190a150 150 0 0 0-300 0v170H0V24A24 24 0 0 1 24 0Z"
      />
      <path
        className="landing-light"
        d="M210 60a130 130 0 0 1 130 130v170H80V190A130 130 0 0 1 210 60Z"
      />
      <g className="landing-lines">
        <path d="M210 176v44M210 220l-70 44M210 220v44M210 220l70 44" />
      </g>
      <g className="landing-cards">
        <rect x="166" y="140" width="88" height="40" rx="8" />
        <rect x="100" y="260" width="68" height="36" rx="8" />
        <rect x="176" y="260" width="68" height="36" rx="8" />
        <rect x="252" y="260" width="68" height="36" rx="8" />
      </g>
      <g className="landing-words">
        <rect x="180" y="156" width="60" height="8" rx="4" />
        <rect x="114" y="274" width="40" height="8" rx="4" />
        <rect x="190" y="274" width="40" height="8" rx="4" />
        <rect x="266" y="274" width="40" height="8" rx="4" />
      </g>
    </svg>
  );
}

/** What this installation is, and the two ways on. */
export function LandingPage({ portal }: { portal: PortalConfig }) {
  return (
    <div className="landing">
      <header className="landing-header">
        <span className="landing-brand">
          <Mark size={28} /> Proscenium
        </span>
        <a href="/portal">Go to your portal</a>
      </header>
      <main>
        <section className="landing-hero">
          <div>
            <h1>A developer portal for your organisation</h1>
            <p>
              One place to find what you build, who owns it and how it hangs
              together. It speaks the Backstage standard, and is yours at{' '}
              <b>your-name.{portal.domain}</b> in a few seconds.
            </p>
            <p className="landing-actions">
              <a className="landing-button" href="/signup">
                Create a portal
              </a>
              <a href="/portal">Go to your portal</a>
            </p>
          </div>
          <Stage />
        </section>
        <section className="landing-strengths">
          {strengths.map(({ title, text }) => (
            <div key={title}>
              <h2>{title}</h2>
              <p>{text}</p>
            </div>
          ))}
        </section>
      </main>
    </div>
  );
}
