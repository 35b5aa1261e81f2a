/**
 * Draws the charts of the usage report. Their numbers are in tables too, which need no script.
 *
 * @example
 * <script type="application/json" id="llm-actions-usage-data">{"runs": {…}}</script>
 * <div><canvas data-llm-actions-chart="runs"></canvas></div>
 */

/** Beside the colour, so that nobody has to see it. */
const PATTERNS = ['plain', 'rising', 'dots', 'level', 'falling', 'grid'];
const DASHES = [[], [7, 4], [2, 3], [10, 3, 2, 3], [1, 5], [14, 4]];
const POINTS = ['circle', 'triangle', 'rect', 'rectRot', 'cross', 'star'];
const SIZE = 8;

/**
 * @param {Element} place
 * @param {string} name - of a custom property
 * @returns {string} a colour that a canvas understands
 */
function colour(place, name) {
  const probe = document.createElement('span');
  probe.style.color = `var(--llm-actions-chart-${name})`;
  place.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

/** @type {Record<string, (pen: CanvasRenderingContext2D) => void>} */
const DRAW = {
  rising: (pen) => {
    for (const start of [-SIZE, 0, SIZE]) {
      pen.moveTo(start, SIZE);
      pen.lineTo(start + SIZE, 0);
    }
  },
  falling: (pen) => {
    for (const start of [-SIZE, 0, SIZE]) {
      pen.moveTo(start, 0);
      pen.lineTo(start + SIZE, SIZE);
    }
  },
  level: (pen) => {
    pen.moveTo(0, SIZE / 2);
    pen.lineTo(SIZE, SIZE / 2);
  },
  grid: (pen) => {
    pen.moveTo(0, SIZE / 2);
    pen.lineTo(SIZE, SIZE / 2);
    pen.moveTo(SIZE / 2, 0);
    pen.lineTo(SIZE / 2, SIZE);
  },
  dots: (pen) => {
    pen.moveTo(SIZE / 2 + 1, SIZE / 2);
    pen.arc(SIZE / 2, SIZE / 2, 1, 0, 2 * Math.PI);
  },
};

/**
 * @param {number} index
 * @param {string} paint
 * @param {string} gap - of the lines that are left out
 * @returns {string | CanvasPattern}
 */
function fill(index, paint, gap) {
  const tile = document.createElement('canvas');
  tile.width = SIZE;
  tile.height = SIZE;
  const pen = tile.getContext('2d');
  const trace = DRAW[PATTERNS[index % PATTERNS.length]];
  if (!pen || !trace) return paint;
  pen.fillStyle = paint;
  pen.fillRect(0, 0, SIZE, SIZE);
  pen.strokeStyle = gap;
  pen.lineWidth = 2;
  pen.beginPath();
  trace(pen);
  pen.stroke();
  return pen.createPattern(tile, 'repeat') ?? paint;
}

/**
 * @param {string} unit
 * @returns {(value: number) => string}
 */
function writer(unit) {
  const language = document.documentElement.lang || undefined;
  /** @type {Intl.NumberFormatOptions} */
  let options = { maximumFractionDigits: 1 };
  if (unit === 'money') {
    options = { style: 'currency', currency: 'USD', maximumSignificantDigits: 3 };
  } else if (unit === 'seconds') {
    options = { style: 'unit', unit: 'second', maximumFractionDigits: 1 };
  }
  const format = new Intl.NumberFormat(language, options);
  return (value) => format.format(value);
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {LLMActions.UsageChart} chart
 * @returns {object} what Chart.js draws
 */
function configure(canvas, { kind, unit, labels, series }) {
  const place = /** @type {Element} */ (canvas.parentElement);
  const text = colour(place, 'text');
  const line = colour(place, 'line');
  const gap = colour(place, 'gap');
  const write = writer(unit);
  const stacked = kind === 'bar';
  const axis = { grid: { color: line }, ticks: { color: text } };
  return {
    type: kind,
    data: {
      labels,
      datasets: series.map(({ label, values }, index) => {
        const paint = colour(place, String((index % PATTERNS.length) + 1));
        return {
          label,
          data: values,
          backgroundColor: stacked ? fill(index, paint, gap) : paint,
          borderColor: paint,
          borderWidth: stacked ? 1 : 2,
          borderDash: stacked ? [] : DASHES[index % DASHES.length],
          pointStyle: POINTS[index % POINTS.length],
          spanGaps: true,
        };
      }),
    },
    options: {
      animation: matchMedia('(prefers-reduced-motion: reduce)').matches ? false : undefined,
      maintainAspectRatio: false,
      interaction: { mode: 'index', intersect: false },
      scales: {
        x: {
          ...axis,
          stacked,
          grid: { display: false },
          ticks: { color: text, maxRotation: 0, autoSkipPadding: 8 },
        },
        y: {
          ...axis,
          stacked,
          beginAtZero: true,
          ticks: { color: text, callback: write, precision: unit === 'count' ? 0 : undefined },
        },
      },
      plugins: {
        legend: { labels: { color: text, usePointStyle: !stacked } },
        tooltip: {
          callbacks: {
            /** @param {{ dataset: { label: string }, raw: number }} item */
            label: ({ dataset, raw }) => `${dataset.label}: ${write(raw)}`,
          },
        },
      },
    },
  };
}

const data = document.getElementById('llm-actions-usage-data');

/** @type {Record<string, LLMActions.UsageChart>} */
const charts = JSON.parse(data?.textContent ?? '{}');

/** @type {{ destroy(): void }[]} */
let drawn = [];

function draw() {
  const { Chart } = window;
  if (!Chart) return;
  for (const chart of drawn) chart.destroy();
  drawn = [];
  /** @type {NodeListOf<HTMLCanvasElement>} */
  const canvases = document.querySelectorAll('canvas[data-llm-actions-chart]');
  for (const canvas of canvases) {
    const chart = charts[String(canvas.dataset.llmActionsChart)];
    if (chart?.series.length) drawn.push(new Chart(canvas, configure(canvas, chart)));
  }
}

draw();
// Colours change with the reader's system, and on paper.
for (const query of ['(prefers-color-scheme: dark)', 'print']) {
  matchMedia(query).addEventListener('change', draw);
}
