import type { ServerResponse } from 'node:http';
import type { Need } from './authorization.ts';
import type { AwsError, Call, Caller } from './service.ts';

/** The facts of one call; its abort signal is made only when a handler asks for it. */
export class RequestCall implements Call {
  readonly caller: Caller;
  readonly account: string;
  readonly region: string;
  readonly requestId: string;
  readonly origin: string;
  /** Set when the input is read. */
  denied: ((need: Need) => AwsError | undefined) | undefined;
  readonly #response: ServerResponse;
  #controller: AbortController | undefined;

  constructor(facts: Omit<Call, 'signal'>, response: ServerResponse) {
    this.caller = facts.caller;
    this.account = facts.account;
    this.region = facts.region;
    this.requestId = facts.requestId;
    this.origin = facts.origin;
    this.#response = response;
  }

  get signal(): AbortSignal {
    if (!this.#controller) {
      const controller = (this.#controller = new AbortController());
      this.#response.once('close', () => {
        if (!this.#response.writableFinished) controller.abort();
      });
      if (this.#response.destroyed) controller.abort();
    }
    return this.#controller.signal;
  }
}
