const shortestPassword = 10;
const emailPattern = /^[^\s@]{1,64}@[^\s@]{1,189}$/;

/**
 * Pure: who a form says that somebody is, and what is wrong with it. The address is in lower case: the database takes
 * Ada@ and ada@ for one account, so tries to sign in are counted for one.
 */
export function credentialsOf(form) {
  const email = String(form.email ?? '').toLowerCase();
  const password = String(form.password ?? '');
  return { email, password, problem: problemOf(email, password) };
}

function problemOf(email, password) {
  if (!emailPattern.test(email)) return 'That is no email address.';
  if (password.length < shortestPassword || password.length > 200)
    return `A password has ${shortestPassword} to 200 characters.`;
  return undefined;
}
