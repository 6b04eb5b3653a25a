import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import solc from 'solc'

const sdk = fileURLToPath(new URL('../../', import.meta.url))

/** The compiler's syntax tree, as far as it is read here. */
interface AstNode {
  readonly nodeType: string
  readonly name?: string
  readonly contractKind?: string
  readonly visibility?: string
  readonly constant?: boolean
  /** Start, length and file, with colons between. */
  readonly src: string
  readonly documentation?: { readonly text: string } | null
  readonly body?: { readonly src: string } | null
  readonly nodes?: readonly AstNode[]
}

/** The reference of the Solidity that the SDK ships, out of its NatSpec. */
export function solidityReference(): string {
  const paths = readdirSync(join(sdk, 'contracts'), { recursive: true })
    .map((path) => `contracts/${path}`)
    .filter((path) => path.endsWith('.sol'))
    .sort()
  const asts = parse(paths)
  const sections = paths.flatMap((path) => {
    const source = readFileSync(join(sdk, path))
    const parts = (asts[path]?.nodes ?? []).flatMap((node) => partsOf(node, source))
    return parts.length === 0 ? [] : [`## ${path}`, ...parts]
  })
  const head = `# Solidity reference

What \`@lockstep/sdk/contracts\` ships, as its sources document it. Written by \`npm run docs\`. [The README](../../sdk/README.md#solidity) and [the guide](../guide.md) say what belongs together.`
  return `${[head, ...sections].join('\n\n')}\n`
}

interface Output {
  readonly errors?: readonly { readonly severity: string; readonly formattedMessage: string }[]
  readonly sources: Readonly<Record<string, { readonly ast: AstNode }>>
}

function parse(paths: readonly string[]): Record<string, AstNode> {
  const read = (path: string) => ({ content: readFileSync(join(sdk, path), 'utf8') })
  const input = {
    language: 'Solidity',
    sources: Object.fromEntries(paths.map((path) => [path, read(path)])),
    settings: { evmVersion: 'prague', outputSelection: { '*': { '': ['ast'] } } },
  }
  const output: Output = JSON.parse(solc.compile(JSON.stringify(input)))
  const error = output.errors?.find(({ severity }) => severity === 'error')
  if (error) throw new Error(error.formattedMessage)
  return Object.fromEntries(Object.entries(output.sources).map(([path, { ast }]) => [path, ast]))
}

const shownAtTop = /^(ContractDefinition|StructDefinition|UserDefinedValueType|FunctionDefinition)/
const shownInside =
  /^(FunctionDefinition|ErrorDefinition|EventDefinition|StructDefinition|EnumDefinition|VariableDeclaration)$/

function partsOf(node: AstNode, source: Buffer): string[] {
  if (!shownAtTop.test(node.nodeType)) return []
  if (node.nodeType !== 'ContractDefinition') return [entry('###', node, source)]
  const members = (node.nodes ?? []).filter(isPublic).map((each) => entry('####', each, source))
  return [`### ${node.contractKind} ${node.name}`, prose(node), ...members].filter(Boolean)
}

/** What others call, inherit, catch or read. */
function isPublic({ nodeType, visibility, constant }: AstNode): boolean {
  if (!shownInside.test(nodeType)) return false
  if (visibility === 'private') return false
  return nodeType !== 'VariableDeclaration' || visibility === 'public' || constant === true
}

function entry(level: string, node: AstNode, source: Buffer): string {
  const code = `\`\`\`solidity\n${textOf(node, source)}\n\`\`\``
  return [`${level} ${node.name || 'constructor'}`, prose(node), code].filter(Boolean).join('\n\n')
}

/** A function without its body, anything else as it is. */
function textOf({ src, body }: AstNode, source: Buffer): string {
  const [start = 0, length = 0] = src.split(':').map(Number)
  const end = body ? Number(body.src.split(':')[0]) : start + length
  const lines = source.subarray(start, end).toString().trim().split('\n')
  const indents = lines
    .slice(1)
    .filter(Boolean)
    .map((line) => /^ */.exec(line)?.[0].length ?? 0)
  const inside = Math.min(...indents, 4)
  return lines.map((line, i) => (i === 0 ? line : line.slice(inside))).join('\n')
}

/** NatSpec: the notice as it is, the rest as a list. */
function prose({ documentation }: AstNode): string {
  if (!documentation) return ''
  const text = ` ${documentation.text.replaceAll(/\s*\n\s*/g, ' ').trim()}`
  const [untagged = '', ...tags] = text.split(/ @(?=[a-z])/)
  const notes = tags.map((tag) => /^(\S+) ?(.*)$/s.exec(tag)?.slice(1) as [string, string])
  const notice = [
    untagged.trim(),
    ...notes.filter(([tag]) => tag === 'notice').map(([, said]) => said),
  ]
  const rest = notes
    .filter(([tag]) => tag !== 'notice' && tag !== 'title')
    .map(([tag, said]) => `- **${tag}** ${said}`)
  return [notice.filter(Boolean).join(' '), rest.join('\n')].filter(Boolean).join('\n\n')
}
