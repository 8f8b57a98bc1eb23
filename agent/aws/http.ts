/**
 * What the agent and the AWS SDK use of `node:http`, taken from `node:https`; esbuild puts it in the place of
 * `node:http` (bundle-options.json). Importing `node:http` loads Node's whole WebSocket and fetch
 * implementation only because it re-exports one class of it: 8 MB that an agent of 70 MB cannot spare.
 * `https.request` makes the same ClientRequest and takes plain HTTP when it is given a plain agent.
 */
import https from 'node:https';
import type * as http from 'node:http';

type HttpAgent = typeof http.Agent;

/** `https.Agent` extends it. */
export const Agent = Object.getPrototypeOf(https.Agent) as HttpAgent;

export const globalAgent = new Agent({ keepAlive: true });

export function request(
  options: http.RequestOptions,
  onResponse?: (response: http.IncomingMessage) => void,
): http.ClientRequest {
  const agent = options.agent === undefined || options.agent === false ? globalAgent : options.agent;
  return https.request({ protocol: 'http:', ...options, agent } as https.RequestOptions, onResponse);
}

export default { Agent, globalAgent, request };
