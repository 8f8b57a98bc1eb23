import { escape, Markup } from './markup.js';

/**
 * The few marks that a post may use, as HTML: paragraphs, `## headings`, `- lists`, `> quotes`, `**strong**`, `*emphasis*`,
 * `` `code` ``, `[links](https://…)`. Everything is escaped first, so no other HTML can come of it.
 */
export const renderText = (text) =>
  new Markup(
    text
      .split(/\n{2,}/)
      .map((block) => block.trim())
      .filter(Boolean)
      .map(renderBlock)
      .join('\n'),
  );

/** What a comment may be: paragraphs and line ends. */
export const renderPlain = (text) =>
  new Markup(
    text
      .split(/\n{2,}/)
      .filter(Boolean)
      .map((block) => `<p>${escape(block).replaceAll('\n', '<br>')}</p>`)
      .join('\n'),
  );

/** The beginning of a post without its marks, cut between words. */
export function excerptOf(text, length = 180) {
  const plain = text
    .replace(/^(#{2,3}|>|-) +/gm, '')
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/[*`]/g, '')
    .replace(/\s+/g, ' ')
    .trim();
  return plain.length <= length ? plain : `${plain.slice(0, length).replace(/\s+\S*$/, '')}\u00a0…`;
}

export const readingMinutes = (text) => Math.max(1, Math.round(text.split(/\s+/).length / 220));

function renderBlock(block) {
  const heading = /^(#{2,3}) +(.+)$/s.exec(block);
  if (heading) return `<h${heading[1].length}>${renderMarks(heading[2])}</h${heading[1].length}>`;
  const lines = block.split('\n');
  if (lines.every((line) => line.startsWith('>')))
    return `<blockquote><p>${renderLines(lines.map((line) => line.replace(/^> ?/, '')))}</p></blockquote>`;
  if (lines.every((line) => line.startsWith('- ')))
    return `<ul>${lines.map((line) => `<li>${renderMarks(line.slice(2))}</li>`).join('')}</ul>`;
  return `<p>${renderLines(lines)}</p>`;
}

const renderLines = (lines) => renderMarks(lines.join('\n')).replaceAll('\n', '<br>');

/** Code first: what is in it keeps its stars. */
const renderMarks = (text) =>
  text
    .split(/(`[^`\n]+`)/)
    .map((piece, index) =>
      index % 2 === 1 ? `<code>${escape(piece.slice(1, -1))}</code>` : renderInline(piece),
    )
    .join('');

const renderInline = (text) =>
  escape(text)
    .replace(/\[([^\]\n]+)\]\((https?:\/\/[^\s()]+)\)/g, '<a href="$2" rel="nofollow noopener">$1</a>')
    .replace(/\*\*([^*\n]+)\*\*/g, '<strong>$1</strong>')
    .replace(/\*([^*\n]+)\*/g, '<em>$1</em>');
