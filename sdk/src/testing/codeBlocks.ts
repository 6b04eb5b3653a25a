/** A fenced block of a Markdown file. */
export interface CodeBlock {
  /** What the fence names first, such as `ts`. */
  readonly language: string
  /** What it names after that: in the guide, the file that the block is. */
  readonly title: string
  readonly code: string
  /** The nearest heading above. */
  readonly heading: string
  /** Line of the fence, from 1. */
  readonly line: number
}

/** The fenced blocks of a Markdown file, in their order. */
export function codeBlocks(markdown: string): CodeBlock[] {
  const blocks: CodeBlock[] = []
  let heading = ''
  let open: { language: string; title: string; line: number; code: string[] } | undefined
  for (const [index, line] of markdown.split('\n').entries()) {
    const fence = /^```(\S*) ?(.*)$/.exec(line)
    if (open && fence) {
      blocks.push({ ...open, code: `${open.code.join('\n')}\n`, heading })
      open = undefined
    } else if (open) open.code.push(line)
    else if (fence)
      open = { language: fence[1] ?? '', title: fence[2] ?? '', line: index + 1, code: [] }
    else if (line.startsWith('#')) heading = line.replace(/^#+ /, '')
  }
  return blocks
}
