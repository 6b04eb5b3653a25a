import type { Tensor } from '../tensor.js'

/**
 * A value on its way into ABI encoding. Sizes are known before a byte is written, so that the whole answer is
 * allocated once and tensors are copied once.
 */
export interface AbiPart {
  /** Whether the head holds an offset and the value stands in the tail. */
  readonly dynamic: boolean
  /** Bytes of the value itself, without the offset that points to it. */
  readonly size: number
  write(out: DataView, at: number): void
}

const WORD = 32

/** An integer of at most 256 bits, negative ones in two's complement. */
export function word(value: bigint | number): AbiPart {
  const bits = BigInt.asUintN(256, BigInt(value))
  return {
    dynamic: false,
    size: WORD,
    write(out, at) {
      for (let limb = 0; limb < 4; limb++) {
        out.setBigUint64(at + limb * 8, BigInt.asUintN(64, bits >> BigInt(192 - limb * 64)))
      }
    },
  }
}

/** `bytesN`: hex digits on the left of their word. */
export function fixedBytes(hex: `0x${string}`): AbiPart {
  return word(BigInt(hex.padEnd(2 + 2 * WORD, '0')))
}

/** `bytes` */
export function bytes(data: Uint8Array): AbiPart {
  return {
    dynamic: true,
    size: WORD + Math.ceil(data.length / WORD) * WORD,
    write(out, at) {
      word(data.length).write(out, at)
      new Uint8Array(out.buffer, out.byteOffset, out.byteLength).set(data, at + WORD)
    },
  }
}

/**
 * An array of one-word elements whose words `write` fills in place.
 * @param count - Number of elements.
 * @param write - Writes `count` words from byte `at` on.
 */
export function words(count: number, write: (out: DataView, at: number) => void): AbiPart {
  return {
    dynamic: true,
    size: WORD + count * WORD,
    write(out, at) {
      word(count).write(out, at)
      write(out, at + WORD)
    },
  }
}

/** An array of integers. */
export function integers(values: readonly (bigint | number)[]): AbiPart {
  return words(values.length, (out, at) => {
    values.forEach((value, i) => {
      word(value).write(out, at + i * WORD)
    })
  })
}

/** A struct or argument list. */
export function tuple(parts: readonly AbiPart[]): AbiPart {
  const headSize = parts.reduce((sum, part) => sum + (part.dynamic ? WORD : part.size), 0)
  const tailSize = parts.reduce((sum, part) => sum + (part.dynamic ? part.size : 0), 0)
  return {
    dynamic: parts.some((part) => part.dynamic),
    size: headSize + tailSize,
    write(out, at) {
      let head = at
      let tail = headSize
      for (const part of parts) {
        if (part.dynamic) {
          word(tail).write(out, head)
          part.write(out, at + tail)
          tail += part.size
          head += WORD
        } else {
          part.write(out, head)
          head += part.size
        }
      }
    },
  }
}

/** An array of dynamic or static values. */
export function array(parts: readonly AbiPart[]): AbiPart {
  const body = tuple(parts)
  return {
    dynamic: true,
    size: WORD + body.size,
    write(out, at) {
      word(parts.length).write(out, at)
      body.write(out, at + WORD)
    },
  }
}

/** The interface's `Tensor` struct. */
export function tensor({ dtype, shape, data }: Tensor): AbiPart {
  return tuple([word(dtype), integers(shape), bytes(data)])
}

/**
 * ABI-encodes an argument or result list.
 * @param parts - The values, in order.
 * @param selector - Four bytes to stand in front, for errors and calls.
 */
export function encodeAbi(parts: readonly AbiPart[], selector?: number): Uint8Array {
  const body = tuple(parts)
  const prefix = selector === undefined ? 0 : 4
  const out = new Uint8Array(prefix + body.size)
  const view = new DataView(out.buffer)
  if (selector !== undefined) view.setUint32(0, selector)
  body.write(view, prefix)
  return out
}
