import { Buffer } from 'node:buffer';
import { timingSafeEqual } from 'node:crypto';
import { largestPicture } from '../pictures.js';

/** A form that cannot be taken; the message is for the person who sent it. */
export class FormError extends Error {
  constructor(message, statusCode = 400) {
    super(message);
    this.statusCode = statusCode;
  }
}

/** Text of a form's field, without spaces around it; whatever else was sent counts as empty. */
export const textOf = (fields, name) => {
  const value = fields && typeof fields === 'object' ? fields[name] : undefined;
  return typeof value === 'string' ? value.replaceAll('\r\n', '\n').trim() : '';
};

/** Each page's form has a key of its own; sending it twice has one effect. */
export const isFormKey = (text) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);

/** Fields of a form with a picture, and the picture's bytes if one was chosen and is wanted. */
export async function readPictureForm(request, { wantsPicture }) {
  // Far beyond what a person chooses by mistake: not worth reading to its end.
  if (Number(request.headers['content-length']) > 5 * largestPicture)
    throw new FormError('That was far too large. Choose a smaller picture.', 413);
  const fields = {};
  let picture;
  let problem;
  const limits = { fileSize: largestPicture, files: 1, fields: 20, fieldSize: 256 * 1024 };
  // What was written must not be lost for a picture that is too large: it is cut off, and said so.
  for await (const part of request.parts({ limits, throwFileSizeLimit: false })) {
    if (part.type !== 'file') fields[part.fieldname] = part.value;
    else if (!wantsPicture) part.file.resume();
    else {
      const bytes = await part.toBuffer();
      if (part.file.truncated)
        problem = `The picture is larger than ${largestPicture / 1024 / 1024} MB. Choose a smaller one.`;
      else if (bytes.length > 0) picture = bytes;
    }
  }
  return { fields, picture, problem };
}

/** Whether a form holds the token of the session; one sent from elsewhere does not. */
export function hasFormToken(session, fields) {
  const given = Buffer.from(textOf(fields, 'formToken'));
  const wanted = Buffer.from(session.formToken);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

/** Refuses a form without the token of the session. */
export function demandFormToken(session, fields) {
  if (!hasFormToken(session, fields))
    throw new FormError(
      'This form is no longer valid. Go back, load the page again and send it once more.',
      403,
    );
}
