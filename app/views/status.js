import { layout } from './layout.js';
import { markup } from './markup.js';

/** For people: what runs here, and which parts are connected. */
export function statusPage({ facts, isAdmin, parts, uptimeSeconds }) {
  const main = markup`<section class="lead"><p class="kicker">Status</p><h1>${headline(parts)}</h1></section>
  <section class="columns even">
    <div class="card">
      <h2>Parts</h2>
      <ul class="parts">${parts.map(partOf)}</ul>
    </div>
    <aside class="card">
      <h2>Answered by</h2>
      <dl>
        <div><dt>Version</dt><dd id="version">${facts.version}</dd></div>
        <div><dt>Instance</dt><dd id="instance">${facts.instance}</dd></div>
        <div><dt>Zone</dt><dd id="zone">${facts.zone}</dd></div>
        <div><dt>Running for</dt><dd>${durationOf(uptimeSeconds)}</dd></div>
      </dl>
    </aside>
  </section>`;
  return layout({ title: 'Status', facts, isAdmin, main });
}

const headline = (parts) => {
  const away = parts.filter(({ state }) => state === 'away').length;
  if (away > 0) return away === 1 ? 'One part is away.' : `${away} parts are away.`;
  return 'All is well.';
};

const words = { connected: 'connected', configured: 'configured', away: 'away', none: 'not configured' };

const partOf = ({ name, state, detail }) => markup`<li class="part ${state}">
    <span class="dot" aria-hidden="true"></span>
    <div><strong>${name}</strong><span class="byline">${words[state]}${detail && `, ${detail}`}</span></div>
  </li>`;

function durationOf(seconds) {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 3600)} h`;
}
