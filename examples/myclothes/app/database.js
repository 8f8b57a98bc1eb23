import * as mysql from 'mysql2/promise';

const lostConnection = /^(PROTOCOL_CONNECTION_LOST|ECONN|ETIMEDOUT|EPIPE|EHOSTUNREACH|ENOTFOUND|EAI_AGAIN)/;

/**
 * The database. Connections are encrypted where the server can (RDS for MySQL 8.4 demands it); as with MySQL's own
 * clients its certificate is not checked, since the authority of RDS is not among those that Node knows.
 */
export function createDatabase(options, createPool = mysql.createPool) {
  const connect = (ssl) =>
    createPool({ ...options, ssl, connectionLimit: 5, connectTimeout: 2000, enableKeepAlive: true });
  const encrypted = connect({ rejectUnauthorized: false });
  let pool = encrypted;

  return {
    /** Tried again for some seconds while the standby takes over; every statement given to it may be repeated. */
    async query(sql, values = []) {
      const deadline = Date.now() + 5000;
      for (;;) {
        try {
          return (await pool.query({ sql, values, timeout: 3000 }))[0];
        } catch (error) {
          if (error.code === 'HANDSHAKE_NO_SSL_SUPPORT') {
            if (pool === encrypted) pool = connect(undefined);
          } else if (!lostConnection.test(error.code) || Date.now() > deadline) throw error;
          else await new Promise((resume) => setTimeout(resume, 200));
        }
      }
    },
    close: () => pool.end(),
  };
}
