export { junit } from './junit.js'
export { markdown } from './markdown.js'
export { terminal } from './terminal.js'
