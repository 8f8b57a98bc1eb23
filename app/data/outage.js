/** The database did not answer, or not in time. What was asked may be asked again. */
export class DatabaseAwayError extends Error {
  constructor(cause) {
    super(`The database cannot be reached: ${cause.message || cause.code}`, { cause });
    this.code = cause.code;
  }
}

const lostConnection = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EPIPE',
  'ETIMEDOUT',
  'PROTOCOL_CONNECTION_LOST',
  'PROTOCOL_ENQUEUE_AFTER_FATAL_ERROR',
  'PROTOCOL_ENQUEUE_AFTER_QUIT',
  'PROTOCOL_SEQUENCE_TIMEOUT',
  'POOL_CLOSED',
  'ER_CON_COUNT_ERROR',
  'ER_SERVER_SHUTDOWN',
  'ER_QUERY_INTERRUPTED',
  'ER_CONNECTION_KILLED',
  // The next pool goes without encryption.
  'HANDSHAKE_NO_SSL_SUPPORT',
  // A password that has just been rotated: until the agent restarts us, connections that are open go on.
  'ER_ACCESS_DENIED_ERROR',
]);

/** A former writer answers so after a fail-over: read-only by option (1290), by mode (1836), by transaction (1792). */
const readOnly = new Set([1290, 1836, 1792]);

/** Whether an error of the driver says that this server cannot serve us now, whatever the statement was. */
export const isOutage = (error) =>
  lostConnection.has(error.code) ||
  readOnly.has(error.errno) ||
  /closed state|Pool is closed|connection lost/i.test(error.message ?? '');

/** A replica that does not have the newest tables yet, or a database that is being made ready. */
export const isBehind = (error) => error.code === 'ER_NO_SUCH_TABLE' || error.code === 'ER_BAD_FIELD_ERROR';
