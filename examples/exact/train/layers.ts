/** Views of one flat vector of parameters, a layer each. */
export type Layers<Name extends string> = Readonly<Record<Name, Float64Array>>

/**
 * Cuts a vector of parameters into layers.
 * @param sizes - Numbers in each layer, in their order.
 */
export function cutLayers<Name extends string>(
  sizes: Readonly<Record<Name, number>>,
  parameters: Float64Array,
): Layers<Name> {
  let start = 0
  const views = Object.entries<number>(sizes).map(([name, size]) => {
    const view = parameters.subarray(start, start + size)
    start += size
    return [name, view] as const
  })
  return Object.fromEntries(views) as Layers<Name>
}
