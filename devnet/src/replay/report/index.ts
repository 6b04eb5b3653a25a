export { junit } from './junit.js'
export { markdown, refusal } from './markdown.js'
export { terminal } from './terminal.js'
