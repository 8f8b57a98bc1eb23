/** The one page, with everything in it: no asset has to be fetched. */
const problems = {
  empty: 'There was nothing written yet. Write a few words and send them again.',
  long: 'That was longer than 2,000 characters. Shorten it a little and send it again.',
  queue: 'Your entry could not be handed over just now. Nothing was saved; please try again in a moment.',
};

export function page({ version, instance, zone, canSend, sent, problem }) {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>MyWordPress</title>
<style>${style}</style>
</head>
<body>
<header class="bar">
  <a class="brand" href="/"><span class="mark" aria-hidden="true">M</span>MyWordPress</a>
  <span class="pill" title="Application version">${escape(version)}</span>
</header>
<main>
  <section class="lead">
    <p class="kicker">Your own words, on your own cloud</p>
    <h1>Write something worth keeping.</h1>
    <p>Every entry goes through a queue to a worker, which takes care of it while you read on.</p>
  </section>
  ${notice(sent, problem)}
  <section class="columns">
    ${form(canSend)}
    <aside class="card">
      <h2>Answered by</h2>
      <dl>
        <div><dt>Version</dt><dd id="version">${escape(version)}</dd></div>
        <div><dt>Instance</dt><dd id="instance">${escape(instance)}</dd></div>
        <div><dt>Zone</dt><dd id="zone">${escape(zone)}</dd></div>
      </dl>
      <p class="hint">Load the page again: behind a load balancer another instance may answer.</p>
    </aside>
  </section>
</main>
<footer>MyWordPress ${escape(version)}</footer>
</body>
</html>
`;
}

function notice(sent, problem) {
  if (typeof sent === 'string' && sent !== '')
    return `<p class="notice good" role="status"><strong>Thank you.</strong> Your entry is on its way to the worker <code>${escape(sent)}</code></p>`;
  const text =
    typeof problem === 'string' && Object.hasOwn(problems, problem) ? problems[problem] : undefined;
  return text ? `<p class="notice bad" role="alert">${escape(text)}</p>` : '';
}

function form(canSend) {
  if (!canSend)
    return `<div class="card"><h2>New entry</h2><p class="hint">This environment has no queue, so entries cannot be sent.</p></div>`;
  return `<form class="card" method="post" action="/entries">
      <h2>New entry</h2>
      <label for="author">Name</label>
      <input id="author" name="author" maxlength="100" autocomplete="name" placeholder="Ada">
      <label for="text">Entry</label>
      <textarea id="text" name="text" rows="5" maxlength="2000" required placeholder="What is on your mind?"></textarea>
      <button type="submit">Send to the worker</button>
    </form>`;
}

export const escape = (text) =>
  String(text).replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`);

const style = `
:root { color-scheme: light dark; --ink: #1d2a26; --soft: #5b6b65; --paper: #f5f3ee; --card: #fffdf9; --line: #ddd8cc;
  --accent: #1f6f54; --accent-ink: #fff; --good: #e3f1ea; --bad: #fbe7e1; }
@media (prefers-color-scheme: dark) { :root { --ink: #e9ece7; --soft: #9fb0a8; --paper: #151a18; --card: #1d2421;
  --line: #313b37; --accent: #62c39f; --accent-ink: #10201a; --good: #1d3a2e; --bad: #45281f; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 17px/1.6 ui-sans-serif, system-ui, -apple-system, "Segoe UI", sans-serif; }
.bar, main, footer { max-width: 60rem; margin: 0 auto; padding: 0 1.25rem; }
.bar { display: flex; align-items: center; justify-content: space-between; padding-block: 1.1rem; }
.brand { display: inline-flex; align-items: center; gap: .6rem; font-weight: 700; color: inherit; text-decoration: none; }
.mark { display: grid; place-items: center; width: 2rem; height: 2rem; border-radius: .6rem; background: var(--accent); color: var(--accent-ink); font-family: Georgia, serif; }
.pill { border: 1px solid var(--line); border-radius: 99px; padding: .15rem .8rem; font-size: .85rem; color: var(--soft); background: var(--card); overflow-wrap: anywhere; }
.lead { padding: clamp(1.5rem, 6vw, 4rem) 0 clamp(1.2rem, 4vw, 2.4rem); max-width: 38rem; }
.kicker { margin: 0 0 .4rem; color: var(--accent); font-weight: 600; font-size: .95rem; }
h1 { margin: 0 0 .8rem; font: 700 clamp(2rem, 7vw, 3.2rem)/1.1 Georgia, "Times New Roman", serif; letter-spacing: -.01em; text-wrap: balance; }
h2 { margin: 0 0 1rem; font-size: 1.05rem; }
.lead p:last-child { margin: 0; color: var(--soft); }
.columns { display: grid; gap: 1.25rem; grid-template-columns: minmax(0, 1fr); align-items: start; }
@media (min-width: 46rem) { .columns { grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); } }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 1rem; padding: 1.4rem; }
label { display: block; margin: 0 0 .3rem; font-weight: 600; font-size: .92rem; }
input, textarea { width: 100%; margin: 0 0 1rem; padding: .65rem .8rem; font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--line); border-radius: .6rem; }
textarea { resize: vertical; }
input:focus-visible, textarea:focus-visible, button:focus-visible, a:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
button { width: 100%; padding: .8rem 1.2rem; font: inherit; font-weight: 700; color: var(--accent-ink); background: var(--accent); border: 0; border-radius: .6rem; cursor: pointer; }
button:hover { filter: brightness(1.08); }
dl { margin: 0; }
dl div { display: flex; justify-content: space-between; gap: 1rem; padding: .55rem 0; border-top: 1px solid var(--line); }
dl div:first-child { border-top: 0; padding-top: 0; }
dt { color: var(--soft); }
dd { margin: 0; font-family: ui-monospace, SFMono-Regular, Menlo, monospace; font-size: .9rem; overflow-wrap: anywhere; text-align: right; }
.hint { margin: 1rem 0 0; color: var(--soft); font-size: .9rem; }
.notice { margin: 0 0 1.25rem; padding: .9rem 1.1rem; border-radius: .8rem; overflow-wrap: anywhere; }
.good { background: var(--good); }
.bad { background: var(--bad); }
code { font-size: .85em; }
footer { padding-block: 2.5rem; color: var(--soft); font-size: .85rem; }
`;
