import { slots, type Slot } from '../../model/names.ts';
import type { DeploymentTask } from '../../model/schemas.ts';
import type { PlannedStep } from './policies/policy.ts';

type Look = 'old' | 'new' | 'booting';

/** The two slots as they are between two steps. */
interface Frame {
  readonly machines: Readonly<Record<Slot, readonly (readonly [id: string, look: Look])[]>>;
  readonly pointers: Readonly<Record<Slot, 'old' | 'new'>>;
  readonly percent: Readonly<Record<Slot, number>>;
  readonly active: Slot;
}

/** Pure: what a step changes that can be seen. */
function after(frame: Frame, task: DeploymentTask): Frame {
  const { slot } = task;
  const machines = (next: Frame['machines'][Slot]): Frame => ({
    ...frame,
    machines: { ...frame.machines, [slot]: next },
  });
  const own = frame.machines[slot];
  switch (task.action) {
    case 'Deploy':
      return machines(
        own.map(([id, look]) =>
          (task.instanceIds?.includes(id) ?? !task.exceptIds?.includes(id)) ? [id, 'new'] : [id, look],
        ),
      );
    case 'Resize': {
      const { desiredCapacity } = task.size;
      const added = Array.from(
        { length: Math.max(0, desiredCapacity - own.length) },
        (_, index) => [`${slot}-${own.length + index}`, 'booting'] as const,
      );
      return machines([...own.slice(0, desiredCapacity), ...added]);
    }
    case 'AwaitInstances':
      return machines(own.map(([id, look]) => [id, look === 'booting' ? frame.pointers[slot] : look]));
    case 'PointSlot':
      return { ...frame, pointers: { ...frame.pointers, [slot]: 'new' } };
    case 'ShiftTraffic': {
      const other = slot === 'blue' ? 'green' : 'blue';
      const percent = { ...frame.percent, [slot]: task.percent, [other]: 100 - task.percent };
      return { ...frame, percent };
    }
    case 'Activate':
      return { ...frame, active: slot };
    default:
      return frame;
  }
}

const rowHeight = 46;
const top = 58;
const width = 940;
const columns: Readonly<Record<Slot, number>> = { blue: 470, green: 700 };
const fills: Readonly<Record<Look, string>> = { old: '#8fa3b8', new: '#2e9e5b', booting: '#ffffff' };

/** An SVG of a plan: a row per step, with both slots and their traffic as they are when it is done. */
export function picture(title: string, steps: readonly PlannedStep[], instances: readonly string[]): string {
  let frame: Frame = {
    machines: { blue: instances.map((id) => [id, 'old'] as const), green: [] },
    pointers: { blue: 'old', green: 'old' },
    percent: { blue: 100, green: 0 },
    active: 'blue',
  };
  const rows = [row(0, 'Before', frame, false)];
  for (const [index, { sentence, task, isPointOfNoReturn }] of steps.entries()) {
    frame = after(frame, task);
    const isFirst =
      isPointOfNoReturn === true && !steps.slice(0, index).some((step) => step.isPointOfNoReturn);
    rows.push(row(index + 1, `${index + 1}. ${sentence}`, frame, isFirst));
  }
  const height = top + rows.length * rowHeight + 34;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="system-ui, sans-serif" font-size="12" role="img" aria-label="${escape(title)}">
<rect width="${width}" height="${height}" rx="8" fill="#ffffff"/>
<text x="20" y="28" font-size="17" font-weight="600">${escape(title)}</text>
${slots.map((slot) => `<text x="${columns[slot]}" y="28" font-weight="600">slot ${slot}</text>`).join('\n')}
${rows.join('\n')}
${legend(height - 16)}
</svg>
`;
}

function row(index: number, caption: string, frame: Frame, isPointOfNoReturn: boolean): string {
  const y = top + index * rowHeight;
  const lines = wrapped(caption, 66).map(
    (line, number) => `<text x="20" y="${y + 6 + number * 14}">${escape(line)}</text>`,
  );
  const border = isPointOfNoReturn
    ? [
        `<line x1="20" x2="${width - 20}" y1="${y - 16}" y2="${y - 16}" stroke="#c0392b" stroke-dasharray="5 4"/>`,
        `<text x="440" y="${y - 20}" font-size="10" fill="#c0392b" text-anchor="end">point of no return</text>`,
      ]
    : [];
  return [...border, ...lines, ...slots.map((slot) => slotCell(slot, y, frame))].join('\n');
}

function slotCell(slot: Slot, y: number, { machines, percent, active }: Frame): string {
  const x = columns[slot];
  const boxes = machines[slot].map(([, look], index) => {
    const dashes = look === 'booting' ? ' stroke-dasharray="3 2"' : '';
    return `<rect x="${x + index * 24}" y="${y - 6}" width="20" height="18" rx="3" fill="${fills[look]}" stroke="#4a5a6a"${dashes}/>`;
  });
  const bar =
    percent[slot] > 0
      ? `<rect x="${x}" y="${y + 16}" width="${(percent[slot] * 1.4).toFixed(0)}" height="4" fill="#e0902f"/><text x="${x + 146}" y="${y + 21}" font-size="10">${percent[slot]} %</text>`
      : '';
  const mark = active === slot ? `<circle cx="${x - 12}" cy="${y + 3}" r="3.5" fill="#22303c"/>` : '';
  return [...boxes, bar, mark].filter(Boolean).join('');
}

function legend(y: number): string {
  const entries = [
    ['old', 'old version'],
    ['new', 'new version'],
    ['booting', 'booting'],
  ] as const;
  const boxes = entries.map(
    ([look, text], index) =>
      `<rect x="${20 + index * 110}" y="${y - 9}" width="12" height="11" rx="2" fill="${fills[look]}" stroke="#4a5a6a"/><text x="${37 + index * 110}" y="${y}" font-size="11">${text}</text>`,
  );
  return `${boxes.join('')}<rect x="350" y="${y - 6}" width="20" height="4" fill="#e0902f"/><text x="376" y="${y}" font-size="11">share of the traffic</text><circle cx="500" cy="${y - 4}" r="3.5" fill="#22303c"/><text x="510" y="${y}" font-size="11">active slot</text>`;
}

/** At most two lines; the rest of a long sentence is in the plan. */
function wrapped(text: string, columnsOfText: number): string[] {
  const lines: string[] = [''];
  for (const word of text.split(' ')) {
    const last = lines.at(-1) ?? '';
    if (`${last} ${word}`.length > columnsOfText) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  const [first = '', second, ...more] = lines;
  return second === undefined ? [first] : [first, more.length > 0 ? `${second} …` : second];
}

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
