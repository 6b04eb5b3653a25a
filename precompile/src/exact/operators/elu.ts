import { tabulated } from '../compile/table.js'

/** x, or alpha · (e^x − 1) below zero. */
export const lowerElu = tabulated((attributes) => {
  const alpha = attributes.float('alpha', 1)
  return (x) => (x < 0 ? alpha * Math.expm1(x) : x)
})
