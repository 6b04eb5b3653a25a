import { tabulated } from '../compile/table.js'

/** gamma · x, or gamma · alpha · (e^x − 1) below zero. */
export const lowerSelu = tabulated((attributes) => {
  const alpha = attributes.float('alpha', 1.6732631921768188)
  const gamma = attributes.float('gamma', 1.0507010221481323)
  return (x) => gamma * (x < 0 ? alpha * Math.expm1(x) : x)
})
