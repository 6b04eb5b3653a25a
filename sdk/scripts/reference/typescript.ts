import { fileURLToPath } from 'node:url'
import {
  type ClassDeclaration,
  type ExportedDeclarations,
  type JSDoc,
  Node,
  Project,
  type SourceFile,
} from 'ts-morph'

const sdk = fileURLToPath(new URL('../../', import.meta.url))
/** A declaration longer than this, such as an ABI, is named and not shown. */
const longestShown = 2_500

/** An entry of the package, and what it is for. */
interface Entry {
  readonly path: string
  readonly file: string
}

const entries: readonly Entry[] = [
  { path: '@lockstep/sdk', file: 'src/index.ts' },
  { path: '@lockstep/sdk/codegen', file: 'src/codegen/index.ts' },
]

/** The reference of what the SDK exports, out of its TSDoc. */
export function typescriptReference(): string {
  const project = new Project({
    tsConfigFilePath: `${sdk}tsconfig.build.json`,
    skipAddingFilesFromTsConfig: true,
  })
  const sections = entries.map(({ path, file }) => {
    const source = project.addSourceFileAtPath(`${sdk}${file}`)
    return [`## ${path}`, ...exportsOf(source)].join('\n\n')
  })
  const head = `# TypeScript reference

Every export of the SDK, as its sources document it. Written by \`npm run docs\`. [The README](../../sdk/README.md#typescript) and [the guide](../guide.md) say what belongs together.`
  return `${[head, ...sections].join('\n\n')}\n`
}

function exportsOf(source: SourceFile): string[] {
  const names = [...source.getExportedDeclarations()].sort(([a], [b]) => (a < b ? -1 : 1))
  return names.map(([name, declarations]) => {
    const shown = declarations.filter((each) => !Node.isSourceFile(each))
    const [docs] = shown.flatMap(docsOf)
    const code = shown.map((each) => textOf(name, each)).join('\n\n')
    return [`### ${name}`, ...described(docs), fenced(code)].filter(Boolean).join('\n\n')
  })
}

function docsOf(declaration: ExportedDeclarations): JSDoc[] {
  const statement = Node.isVariableDeclaration(declaration)
    ? declaration.getVariableStatement()
    : declaration
  return statement && Node.isJSDocable(statement) ? statement.getJsDocs() : []
}

function described(docs: JSDoc | undefined): string[] {
  if (!docs) return []
  const notes = docs.getTags().flatMap((tag) => {
    const text = (tag.getCommentText() ?? '').replaceAll(/\s*\n\s*/g, ' ').trim()
    if (tag.getTagName() === 'example') return []
    const about = Node.isJSDocParameterTag(tag) ? `\`${tag.getName()}\` ` : ''
    return [`- **${tag.getTagName()}** ${about}${text}`]
  })
  const examples = docs
    .getTags()
    .filter((tag) => tag.getTagName() === 'example')
    .map((tag) => fenced((tag.getCommentText() ?? '').trim()))
  return [oneLine(docs.getDescription()), notes.join('\n'), ...examples]
}

function oneLine(text: string): string {
  return text.trim().replaceAll(/\s*\n\s*/g, ' ')
}

function fenced(code: string): string {
  return `\`\`\`ts\n${code}\n\`\`\``
}

/** A declaration without what only its own file cares for. */
function textOf(name: string, declaration: ExportedDeclarations): string {
  if (Node.isFunctionDeclaration(declaration)) {
    const body = declaration.getBody()
    const end = body ? body.getPos() : declaration.getEnd()
    return withoutExport(declaration.getText().slice(0, end - declaration.getStart())).trim()
  }
  if (Node.isClassDeclaration(declaration)) return classText(declaration)
  if (Node.isVariableDeclaration(declaration)) {
    const type = declaration.getTypeNode()?.getText()
    return type
      ? `const ${name}: ${type}`
      : `const ${name}${initial(declaration.getInitializer()?.getText())}`
  }
  const text = withoutExport(declaration.getText())
  return text.length > longestShown ? `// ${name}: see the source` : text
}

function initial(text: string | undefined): string {
  return text !== undefined && text.length < 120 ? ` = ${text}` : ''
}

function withoutExport(text: string): string {
  return text.replace(/^export (declare )?(async )?/, '$2')
}

function classText(declaration: ClassDeclaration): string {
  const parent = declaration.getExtends()?.getText()
  const fields = [
    ...declaration.getProperties().filter((each) => each.getName() !== 'name'),
    ...declaration
      .getConstructors()
      .flatMap((each) =>
        each.getParameters().filter((parameter) => parameter.isParameterProperty()),
      ),
  ]
  const lines = fields.map((field) => {
    const type = field.getTypeNode()?.getText() ?? 'string'
    return `  readonly ${field.getName()}: ${type}`
  })
  const head = `class ${declaration.getName()}${parent ? ` extends ${parent}` : ''}`
  return lines.length === 0 ? head : `${head} {\n${lines.join('\n')}\n}`
}
