export { type Boosted, boost, predict } from './boost.js'
export { flattenTrees } from './flatten.js'
export { logistic, squared } from './losses.js'
