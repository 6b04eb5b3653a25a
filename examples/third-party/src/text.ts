import { ExampleError } from '@lockstep/example-volatility/errors'

/** Height of the lines that the recogniser takes, in pixels. */
export const LINE_HEIGHT = 48

const GLYPH_WIDTH = 5
const GLYPH_HEIGHT = 7
const MARGIN = 8

/** A bitmap font: seven rows of five pixels a letter. */
const GLYPHS: Readonly<Record<string, string>> = {
  ' ': '00000 00000 00000 00000 00000 00000 00000',
  0: '01110 10001 10011 10101 11001 10001 01110',
  1: '00100 01100 00100 00100 00100 00100 01110',
  2: '01110 10001 00001 00110 01000 10000 11111',
  3: '11111 00010 00100 00010 00001 10001 01110',
  4: '00010 00110 01010 10010 11111 00010 00010',
  5: '11111 10000 11110 00001 00001 10001 01110',
  6: '00110 01000 10000 11110 10001 10001 01110',
  7: '11111 00001 00010 00100 01000 01000 01000',
  8: '01110 10001 10001 01110 10001 10001 01110',
  9: '01110 10001 10001 01111 00001 00010 01100',
  A: '00100 01010 10001 10001 11111 10001 10001',
  B: '11110 10001 10001 11110 10001 10001 11110',
  C: '01110 10001 10000 10000 10000 10001 01110',
  D: '11110 10001 10001 10001 10001 10001 11110',
  E: '11111 10000 10000 11110 10000 10000 11111',
  F: '11111 10000 10000 11110 10000 10000 10000',
  G: '01110 10001 10000 10111 10001 10001 01110',
  H: '10001 10001 10001 11111 10001 10001 10001',
  I: '01110 00100 00100 00100 00100 00100 01110',
  J: '00111 00010 00010 00010 00010 10010 01100',
  K: '10001 10010 10100 11000 10100 10010 10001',
  L: '10000 10000 10000 10000 10000 10000 11111',
  M: '10001 11011 10101 10101 10001 10001 10001',
  N: '10001 11001 10101 10011 10001 10001 10001',
  O: '01110 10001 10001 10001 10001 10001 01110',
  P: '11110 10001 10001 11110 10000 10000 10000',
  Q: '01110 10001 10001 10001 10101 10010 01101',
  R: '11110 10001 10001 11110 10100 10010 10001',
  S: '01111 10000 10000 01110 00001 00001 11110',
  T: '11111 00100 00100 00100 00100 00100 00100',
  U: '10001 10001 10001 10001 10001 10001 01110',
  V: '10001 10001 10001 10001 10001 01010 00100',
  W: '10001 10001 10001 10101 10101 11011 10001',
  X: '10001 10001 01010 00100 01010 10001 10001',
  Y: '10001 10001 01010 00100 00100 00100 00100',
  Z: '11111 00001 00010 00100 01000 10000 11111',
}

/** Thrown when the font lacks a letter, or a line is too narrow for its text. */
export class RenderError extends ExampleError {
  override readonly name = 'RenderError'
}

/**
 * Draws black letters on white as the recogniser wants pixels: three equal channels, −1 for black and 1 for white.
 * @param width of the line in pixels
 * @param scale pixels a dot of the font
 * @returns float32 [1, 3, 48, width], row-major
 * @throws RenderError
 */
export function renderText(text: string, width: number, scale: number): Float32Array {
  const advance = (GLYPH_WIDTH + 1) * scale
  if (MARGIN + text.length * advance > width)
    throw new RenderError(`"${text}" at scale ${scale} needs more than ${width} pixels.`)
  const channel = new Float32Array(LINE_HEIGHT * width).fill(1)
  const top = Math.floor((LINE_HEIGHT - GLYPH_HEIGHT * scale) / 2)
  for (const [position, letter] of [...text].entries()) {
    const rows = GLYPHS[letter]?.split(' ')
    if (!rows) throw new RenderError(`The font has no "${letter}"; it has ${Object.keys(GLYPHS)}.`)
    const left = MARGIN + position * advance
    for (let y = 0; y < GLYPH_HEIGHT * scale; y++)
      for (let x = 0; x < GLYPH_WIDTH * scale; x++)
        if (rows[Math.floor(y / scale)]?.[Math.floor(x / scale)] === '1')
          channel[(top + y) * width + left + x] = -1
  }
  const pixels = new Float32Array(3 * channel.length)
  for (const plane of [0, 1, 2]) pixels.set(channel, plane * channel.length)
  return pixels
}

/**
 * Reads the recogniser's answer: the likeliest class of each column, repeats and blanks (class 0) dropped.
 * @param probabilities float32 [1, columns, classes], row-major
 * @param characters one a class, from class 1 on; the class after the last is a space
 */
export function decodeText(
  probabilities: Float32Array,
  classes: number,
  characters: readonly string[],
): string {
  let text = ''
  let previous = 0
  for (let start = 0; start < probabilities.length; start += classes) {
    const column = probabilities.subarray(start, start + classes)
    const best = column.reduce((most, p, i) => (p > (column[most] as number) ? i : most), 0)
    if (best !== 0 && best !== previous) text += characters[best - 1] ?? ' '
    previous = best
  }
  return text
}
