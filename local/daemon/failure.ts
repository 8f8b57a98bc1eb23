/** Something a user can put right: what failed, and the next step. Ends the program with code 2. */
export class Refusal extends Error {
  readonly next: string;

  constructor(message: string, next: string) {
    super(message);
    this.name = 'Refusal';
    this.next = next;
  }
}
