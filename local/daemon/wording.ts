/** What a user has to type; a program that runs this one says how it is called there. */
export const wordingOf = (
  env: NodeJS.ProcessEnv,
): { readonly command: string; readonly elsewhere: string } => {
  const command = env.LOCAL_CLOUD_COMMAND ?? 'node local/main.ts';
  return { command, elsewhere: env.LOCAL_CLOUD_ELSEWHERE ?? `${command} start --folder <another folder>` };
};

export const wording = wordingOf(process.env);
