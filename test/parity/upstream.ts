import { isSince, type KubeVersion } from '../../src/model/gates.ts';
import { type Oracle, type OracleAttempt, openOracle } from './oracle-client.ts';
import { type Answer, askedPods, type ParityCase, type RunAnswer } from './protocol.ts';

/** Milliseconds after which an oracle counts as stuck: the largest questions take about one second on a busy machine. */
const PATIENCE = 20_000;

/** Gates that 1.37 has on and that need PodLevelResources: upstream does not start when that alone is off. No decision depends on them. */
const FIXES_OFF = { PodLevelResourcesFixDefaulting: false, PodLevelResourcesFixKubeletQOSClass: false };

/** kube-scheduler's side: one process for each release and set of gates, started when it is first asked. */
export class Upstream {
  private readonly oracles = new Map<string, Promise<Oracle>>();

  async ask(parityCase: ParityCase): Promise<Answer> {
    const { version, featureGates, mode, config, objects } = parityCase;
    const oracle = await this.oracleFor(version, featureGates);
    const pods = askedPods(parityCase);
    try {
      if (mode !== 'sequence')
        return pods.length === 0 ? { pods: [] } : await inTime(oracle.ask({ mode: 'explain', config, objects, pods }));
      const { invalid, attempts = [] } = await inTime(oracle.ask({ mode, config, objects, untilStable: true }));
      return invalid === undefined ? { run: runOfAttempts(attempts, new Set(pods)) } : { invalid };
    } catch (error) {
      // The process has ended or is stuck; the next question gets a new one.
      for (const [key, other] of this.oracles) if ((await other) === oracle) this.oracles.delete(key);
      void oracle.close();
      throw error;
    }
  }

  /** The release as the oracle names it, for example v1.36.2. */
  async release(version: KubeVersion): Promise<string> {
    return (await this.oracleFor(version, {})).version;
  }

  async close(): Promise<void> {
    for (const oracle of this.oracles.values()) await (await oracle).close();
    this.oracles.clear();
  }

  private oracleFor(version: KubeVersion, gates: Readonly<Record<string, boolean>>): Promise<Oracle> {
    const key = JSON.stringify([version, gates]);
    const needless = isSince(version, '1.37') && gates.PodLevelResources === false ? FIXES_OFF : {};
    const known = this.oracles.get(key) ?? openOracle(version, { ...gates, ...needless });
    this.oracles.set(key, known);
    return known;
  }
}

/** Rejects when there is no answer in time. */
async function inTime<T>(answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer from the oracle in ${PATIENCE / 1000} s`)), PATIENCE);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** What became of the pods; of failures only those of `asked` pods count, because nobody tries the others. */
export function runOfAttempts(attempts: readonly OracleAttempt[], asked: ReadonlySet<string>): RunAnswer {
  const nodeOf = new Map<string, string>();
  const preemptions: { pod: string; node: string; victims: readonly string[] }[] = [];
  const failed = new Map<string, string>();
  for (const { pod, node, error, message, nominated, victims = [] } of attempts) {
    failed.delete(pod);
    if (node !== '') nodeOf.set(pod, node);
    else if (nominated !== undefined && nominated !== '' && victims.length > 0) {
      preemptions.push({ pod, node: nominated, victims });
      for (const victim of victims) nodeOf.delete(victim);
    } else if (asked.has(pod)) failed.set(pod, error ?? message ?? '');
  }
  return { placements: [...nodeOf].map(([pod, node]) => `${pod} ${node}`), preemptions, failed: Object.fromEntries(failed) };
}
