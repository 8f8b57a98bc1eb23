/** Text that is HTML already. Everything else is escaped where it is put into a template. */
export class Markup {
  #text;
  constructor(text) {
    this.#text = text;
  }
  toString() {
    return this.#text;
  }
}

export const escape = (text) =>
  String(text).replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`);

/** A template that escapes its values; lists are joined, false and undefined are nothing. */
export function markup(strings, ...values) {
  return new Markup(strings.reduce((text, piece, index) => text + valueOf(values[index - 1]) + piece));
}

function valueOf(value) {
  if (value === undefined || value === null || value === false) return '';
  if (Array.isArray(value)) return value.map(valueOf).join('');
  return value instanceof Markup ? String(value) : escape(value);
}
