import type { Lowering } from '../compile/lowering.js'
import { lowerNearest } from '../compile/nearest.js'

/** Nearest neighbours: elements are looked up along each axis. */
export const lowerResize: Lowering = (context) => [lowerNearest(context)]
