import { InputFault, under } from './faults.ts';
import type { Shape } from './shapes.ts';

/** Refuses an input that lacks a required member, at any depth. */
export function checkRequired(shape: Shape, value: unknown, path = ''): void {
  if (shape.type === 'list') {
    (value as unknown[]).forEach((item, index) => {
      checkRequired(shape.item, item, `${path}[${index}]`);
    });
  } else if (shape.type === 'map') {
    if (shape.value.type === 'string') return;
    for (const [key, item] of Object.entries(value as object))
      checkRequired(shape.value, item, under(path, key));
  } else if (shape.type === 'structure') {
    const object = value as Record<string, unknown>;
    for (const member of shape.members) {
      const item = object[member.name];
      if (item !== undefined) checkRequired(member.shape, item, under(path, member.name));
      else if (member.required) throw new InputFault('missing', under(path, member.name));
    }
  }
}
