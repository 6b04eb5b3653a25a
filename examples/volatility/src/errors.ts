/** Root of the errors of this example: says what is wrong, with which value, and what to do. */
export class ExampleError extends Error {
  override readonly name: string = 'ExampleError'
}
