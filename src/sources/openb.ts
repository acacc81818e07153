import { timestampOf } from '../base/calendar.ts';
import { type ErrorPlace, PlimsollError } from '../base/errors.ts';
import { type CsvRow, csvRows } from './csv.ts';
import type { ObjectSink } from './object-sink.ts';

/**
 * The openb trace (Alibaba, published with "Beware of Fragmentation", ATC'23): a node list and a pod list as CSV. It records a
 * workload, not a moment of a cluster, so every pod is read as pending, in order of creation. Amounts are milli-CPU and MiB.
 */

const NODE_COLUMNS = ['sn', 'cpu_milli', 'memory_mib', 'gpu', 'model'];
const POD_COLUMNS = ['name', 'cpu_milli', 'memory_mib', 'num_gpu', 'gpu_milli'];
/** The multigpu lists leave these out. */
const POD_COLUMNS_EXTRA = ['gpu_spec', 'qos', 'pod_phase', 'creation_time', 'deletion_time', 'scheduled_time'];

const GPU = 'nvidia.com/gpu';
/** The label that the trace's own node manifests carry. */
const GPU_MODEL_LABEL = 'alibabacloud.com/gpu-card-model';
/** As in the trace's own node manifests; the CSV has no pod slots. */
const NODE_PODS = '1001';
const MILLI_GPU = 1000;
/** Digits of a whole number that a double holds exactly. */
const NUMBER = /^[0-9]{1,15}$/;

interface TracePod {
  readonly manifest: object;
  readonly place: ErrorPlace;
  /** Seconds since the trace began. */
  readonly created: number;
}

/** Collects the files of one trace; nodes go to the sink at once, pods when all files are read. */
export class OpenbTrace {
  private readonly sink: ObjectSink;
  private readonly pods: TracePod[] = [];
  private gpuShares = 0;

  constructor(sink: ObjectSink) {
    this.sink = sink;
  }

  /** Reads a node list or a pod list, told apart by the header. Throws INPUT_KIND, INPUT_SYNTAX and FIELD with the line. */
  async readCsv(chunks: AsyncIterable<Buffer>, file: string): Promise<void> {
    let header: readonly string[] | undefined;
    let isNodes = false;
    for await (const row of csvRows(chunks)) {
      if (header === undefined) {
        header = row.cells;
        isNodes = header.includes('sn');
        checkHeader(header, isNodes);
      } else if (isNodes) {
        this.addNode(new Cells(header, row), file);
      } else {
        this.addPod(new Cells(header, row), file);
      }
    }
  }

  /** Hands out the pods in order of creation and returns what of the trace is not modelled. */
  finish(): string[] {
    this.pods.sort((a, b) => a.created - b.created);
    for (const { manifest, place } of this.pods) this.sink.add(manifest, place);
    if (this.pods.length === 0) return [];
    const all = `All ${this.pods.length} pods of the openb trace are pending: its phases, scheduling and deletion times are left out.`;
    if (this.gpuShares === 0) return [all];
    return [all, `${this.gpuShares} pods of the openb trace ask for a share of a GPU: each gets a whole one.`];
  }

  private addNode(cells: Cells, file: string): void {
    const name = cells.text('sn');
    const model = cells.text('model');
    const allocatable: Record<string, string> = {
      cpu: `${cells.number('cpu_milli')}m`,
      memory: `${cells.number('memory_mib')}Mi`,
      pods: NODE_PODS,
    };
    const gpus = cells.number('gpu');
    if (gpus > 0) allocatable[GPU] = String(gpus);
    const labels = { 'kubernetes.io/hostname': name, ...(model === '' ? {} : { [GPU_MODEL_LABEL]: model }) };
    this.sink.add({ apiVersion: 'v1', kind: 'Node', metadata: { name, labels }, status: { allocatable } }, cells.place(file));
  }

  private addPod(cells: Cells, file: string): void {
    const gpus = cells.number('num_gpu');
    const share = cells.number('gpu_milli');
    if (share > MILLI_GPU) throw cells.wrong('gpu_milli', `more than ${MILLI_GPU} thousandths of a GPU`);
    if (gpus > 0 && share < MILLI_GPU) this.gpuShares++;
    const created = cells.has('creation_time') ? cells.number('creation_time') : 0;
    const requests: Record<string, string> = { cpu: `${cells.number('cpu_milli')}m`, memory: `${cells.number('memory_mib')}Mi` };
    if (gpus > 0) requests[GPU] = String(gpus);
    const manifest = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: cells.text('name'),
        namespace: 'default',
        creationTimestamp: timestampOf(created * 1000),
      },
      spec: { containers: [{ name: 'main', resources: { limits: limitsOf(requests), requests } }], ...gpuAffinity(cells) },
    };
    this.pods.push({ manifest, place: cells.place(file), created });
  }
}

/** Extended resources must be limited to what they request. */
function limitsOf(requests: Record<string, string>): Record<string, string> {
  return requests[GPU] === undefined ? {} : { [GPU]: requests[GPU] };
}

/** gpu_spec lists the GPU models that will do: `V100M16|V100M32`. */
function gpuAffinity(cells: Cells): object {
  const spec = cells.has('gpu_spec') ? cells.text('gpu_spec') : '';
  if (spec === '') return {};
  const values = [...new Set(spec.split('|'))];
  const required = { nodeSelectorTerms: [{ matchExpressions: [{ key: GPU_MODEL_LABEL, operator: 'In', values }] }] };
  return { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: required } } };
}

function checkHeader(header: readonly string[], isNodes: boolean): void {
  const required = isNodes ? NODE_COLUMNS : POD_COLUMNS;
  const known = isNodes ? NODE_COLUMNS : [...POD_COLUMNS, ...POD_COLUMNS_EXTRA];
  const missing = required.find((column) => !header.includes(column));
  const unknown = header.find((column, i) => !known.includes(column) || header.indexOf(column) !== i);
  if (missing === undefined && unknown === undefined) return;
  throw new PlimsollError(
    'INPUT_KIND',
    missing ? `the CSV header lacks the column ${missing}` : 'an unknown or repeated column in the CSV header',
    {
      line: 1,
      value: missing ? header.join(',') : unknown,
      hint: `the CSV files that can be read are the openb node list (${NODE_COLUMNS.join(',')}) and pod list (${POD_COLUMNS.join(',')},...)`,
    },
  );
}

/** One row by column name. */
class Cells {
  private readonly header: readonly string[];
  private readonly row: CsvRow;

  constructor(header: readonly string[], row: CsvRow) {
    this.header = header;
    this.row = row;
  }

  has(column: string): boolean {
    return this.header.includes(column);
  }

  text(column: string): string {
    return this.row.cells[this.header.indexOf(column)] as string;
  }

  number(column: string): number {
    const text = this.text(column);
    if (!NUMBER.test(text)) throw this.wrong(column, 'not a whole number');
    return Number(text);
  }

  wrong(column: string, problem: string): PlimsollError {
    return new PlimsollError('FIELD', problem, { line: this.row.line, path: column, value: this.text(column) });
  }

  place(file: string): ErrorPlace {
    return { file, line: this.row.line };
  }
}
