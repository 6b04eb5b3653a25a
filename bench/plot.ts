/** Time that a full block of one kind of call takes. */
export interface PlotRow {
  readonly name: string
  readonly blockMs: number
}

interface Plot {
  readonly models: readonly PlotRow[]
  readonly graphs: readonly PlotRow[]
  /** Of the models. */
  readonly median: number
}

const ROW = 15
const LABELS = 290
const WIDTH = 820
const TOP = 56
/** Milliseconds at the ends of the axis. */
const [LEAST, MOST] = [10, 4000]
const TICKS = [10, 30, 100, 300, 1000, 3000]

/** An SVG of one dot a row on a logarithmic axis, with the models' median and a factor of three around it. */
export function plotBlockTimes({ models, graphs, median }: Plot): string {
  const byTime = (a: PlotRow, b: PlotRow) => b.blockMs - a.blockMs
  const rows = [...models].sort(byTime)
  const others = [...graphs].sort(byTime)
  const height = TOP + ROW * (rows.length + others.length + 2) + 12
  const band = { x: place(median / 3), width: place(median * 3) - place(median / 3) }
  const bandHeight = ROW * (rows.length + 0.5)
  const parts = [
    '<title>CPU time of a block of 30M gas full of one call</title>',
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    `<text x="8" y="18" font-size="13">CPU time of a block of 30M gas full of one call, milliseconds</text>`,
    `<rect x="${fixed(band.x)}" y="${TOP}" width="${fixed(band.width)}" height="${bandHeight}" fill="#dbeafe"/>`,
    line(place(median), TOP, TOP + bandHeight, '#2563eb'),
    ...TICKS.map((ms) => tick(ms, height)),
    ...dots(rows, TOP + ROW, '#1d4ed8'),
    ...dots(others, TOP + ROW * (rows.length + 2), '#b45309'),
  ]
  const attributes = `viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="11" fill="#111"`
  return `<svg xmlns="http://www.w3.org/2000/svg" ${attributes}>\n${parts.join('\n')}\n</svg>\n`
}

function place(ms: number): number {
  const share = Math.log(Math.min(MOST, Math.max(LEAST, ms)) / LEAST) / Math.log(MOST / LEAST)
  return LABELS + share * (WIDTH - LABELS - 20)
}

function tick(ms: number, height: number): string {
  const x = place(ms)
  const color = ms === 3000 ? '#dc2626' : '#e5e7eb'
  return `${line(x, TOP - 8, height - 8, color)}<text x="${fixed(x)}" y="${TOP - 12}" text-anchor="middle">${ms}</text>`
}

function line(x: number, from: number, to: number, color: string): string {
  return `<line x1="${fixed(x)}" x2="${fixed(x)}" y1="${fixed(from)}" y2="${fixed(to)}" stroke="${color}"/>`
}

function dots(rows: readonly PlotRow[], top: number, color: string): string[] {
  return rows.map(({ name, blockMs }, i) => {
    const y = top + ROW * i
    return `<text x="${LABELS - 10}" y="${y}" text-anchor="end">${name}</text><circle cx="${fixed(place(blockMs))}" cy="${y - 4}" r="4" fill="${color}"/>`
  })
}

function fixed(number: number): string {
  return number.toFixed(1)
}
