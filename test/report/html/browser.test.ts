import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { podKey } from '../../../src/model/pod.ts';
import { podUsage } from '../../../src/model/requests.ts';
import type { Schedule } from '../../../src/model/results.ts';
import type { PackingData } from '../../../src/report/html/packing-data.ts';
import { generate } from '../../../src/sources/generate.ts';
import { readSnapshot } from '../../../src/sources/read-snapshot.ts';
import { ROOT, runCli } from '../../cli/run-cli.ts';
import { Browser, NO_BROWSER, type Trouble } from '../../support/browser.ts';
import { semantics } from '../../support/builders.ts';

const SHOP = ['-f', join(ROOT, 'examples/shop.yaml')];
const ZONES = ['-f', join(ROOT, 'examples/zones.yaml')];
const COMMANDS: readonly (readonly string[])[] = [
  ['schedule', ...SHOP],
  ['schedule', ...ZONES, '--from-empty'],
  ['explain', ...SHOP, 'shop/cart-6'],
  ['fit', ...SHOP, '--podspec', join(ROOT, 'examples/fit-pod.yaml'), '--pending-first'],
  ['drain', ...ZONES, 'node-b1', '--ignore-daemonsets', '--force', '--delete-emptydir-data'],
  ['survive', ...ZONES, '--domain', 'zone', '--headroom'],
  ['snapshot', 'validate', '-f', join(ROOT, 'examples/suspicious.yaml')],
  ['snapshot', 'diff', join(ROOT, 'examples/spare.yaml'), join(ROOT, 'examples/spare-later.yaml')],
  ['compact', '-f', join(ROOT, 'examples/idle.yaml')],
  ['buy', '-f', join(ROOT, 'examples/buy.yaml'), '--expand', '--catalogue', join(ROOT, 'examples/catalogue.csv')],
  ['compare', ...ZONES, '--from-empty', '--profile', 'kubernetes', '--config', join(ROOT, 'examples/pack.yaml'), '--seeds', '1..5'],
  ['rollout', ...ZONES, 'deployment/web', '-n', 'shop', '--set', 'memory=2Gi'],
];
/** Without a picture of a fleet. */
const PLAIN: readonly string[] = ['compare', 'snapshot'];
/** Times differ from run to run. */
const TIMES = ['summary.seconds'];

let browser: Browser;
if (NO_BROWSER) process.stderr.write(`${NO_BROWSER}\n`);

async function pageOf(args: readonly string[], input?: string): Promise<Page & Trouble> {
  const { stdout, stderr } = await runCli([...args, '-q', '-o', 'html'], input === undefined ? {} : { input });
  expect(stderr).toBe('');
  return browser.open(stdout);
}

/** What the result says at `summary.placed`, `steps.length` or the like. */
function valueAt(result: unknown, field: string): unknown {
  return field.split('.').reduce((value, name) => (value as Readonly<Record<string, unknown>>)[name], result);
}

/** Different colours on the canvas. */
function colours(page: Page): Promise<number> {
  return page.evaluate(`(() => {
    const canvas = document.querySelector('canvas.fleet');
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    return new Set(new Uint32Array(data.buffer)).size;
  })()`) as Promise<number>;
}

async function packingOf(page: Page): Promise<PackingData> {
  return JSON.parse((await page.locator('script#packing').textContent()) as string) as PackingData;
}

describe.skipIf(NO_BROWSER !== undefined)('a report in Chromium', () => {
  beforeAll(async () => {
    browser = await Browser.launch();
  });
  afterAll(() => browser?.close());

  it.each(COMMANDS.map((args) => ({ args, name: args.filter((arg) => !arg.includes(ROOT)).join(' ') })))(
    'of $name says the numbers of the JSON, asks the network for nothing and reports nothing',
    async ({ args }) => {
      const page = await pageOf(args);
      const { stdout, code } = await runCli([...args, '-q', '-o', 'json']);
      const result = JSON.parse(stdout) as Record<string, unknown>;
      expect(await page.locator('.verdict').getAttribute('data-verdict')).toBe(code === 0 ? 'yes' : 'no');
      const facts = await page.locator('dd[data-field]').all();
      let compared = 0;
      for (const each of facts) {
        const field = (await each.getAttribute('data-field')) as string;
        if (TIMES.includes(field) || field.includes('[')) continue;
        const value = valueAt(result, field);
        expect([field, await each.getAttribute('data-value')]).toEqual([field, String(value)]);
        const text = await each.innerText();
        if (typeof value === 'number') expect([field, Number(text.replace(/[,%]/g, ''))]).toEqual([field, value]);
        else expect(text).toBe(typeof value === 'boolean' ? (value ? 'yes' : 'no') : value);
        compared++;
      }
      expect(compared).toBeGreaterThan(1);
      if (!PLAIN.includes(args[0] as string)) expect(await colours(page)).toBeGreaterThan(8);
      if (args[1] !== 'diff') expect(await page.locator('svg.chart').count()).toBeGreaterThan(0);
      expect(page.trouble).toEqual([]);
      await page.close();
    },
  );

  it('shows what a node is asked for before and after, at a click and by keyboard', async () => {
    const page = await pageOf(['schedule', ...SHOP]);
    const snapshot = await readSnapshot(join(ROOT, 'examples/shop.yaml'));
    const { placements, preemptions } = JSON.parse((await runCli(['schedule', ...SHOP, '-q', '-o', 'json'])).stdout) as Schedule;
    const placed = new Map(placements.map((placement) => [podKey(placement), placement.node]));
    const victims = new Set(preemptions.flatMap((preemption) => preemption.victims.map(podKey)));
    const expected = (node: string) => {
      const before = snapshot.pods.filter(({ nodeName }) => nodeName === node);
      const after = snapshot.pods.filter((pod) => !victims.has(podKey(pod)) && (pod.nodeName || placed.get(podKey(pod))) === node);
      const cpu = (pods: typeof before) => Number(pods.reduce((sum, pod) => sum + podUsage(pod, semantics()).requested.cpu, 0n));
      return {
        cpu: [cpu(before), cpu(after)],
        pods: [before.length, after.length],
        names: [...new Set([...before, ...after].map(podKey))].sort(),
      };
    };
    const seen = new Set<string>();
    const canvas = page.locator('canvas.fleet');
    await canvas.focus();
    for (const key of ['ArrowRight', 'ArrowDown', 'ArrowRight', 'ArrowRight', 'ArrowUp', 'ArrowRight', 'ArrowRight']) {
      await canvas.press(key);
      await canvas.press('Enter');
      const details = page.locator('.pinned .details');
      const node = (await details.getAttribute('data-node')) as string;
      const used = async (resource: string) =>
        (
          await Promise.all((await details.locator(`td[data-resource="${resource}"]`).all()).map((cell) => cell.getAttribute('data-used')))
        ).map(Number);
      const names = [...new Set(await details.locator('.pods b').allInnerTexts())].sort();
      expect({ node, cpu: await used('cpu'), pods: await used('pods'), names }).toEqual({ node, ...expected(node) });
      seen.add(node);
    }
    expect(seen.size).toBeGreaterThan(3);
    await canvas.press('Escape');
    expect(await page.locator('.pinned').isVisible()).toBe(false);
    const box = (await canvas.boundingBox()) as { x: number; y: number };
    await page.mouse.click(box.x + 30, box.y + 70);
    expect(await page.locator('.pinned .details').getAttribute('data-node')).toBe('worker-a-1');
    expect(page.trouble).toEqual([]);
    await page.close();
  });

  it('draws names as names, whatever they contain', async () => {
    const evil = `</script><img src=x onerror="document.title='broken'">`;
    const node = {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: `n${evil}`, labels: { 'topology.kubernetes.io/zone': `z${evil}` } },
      status: { allocatable: { cpu: '4', memory: '8Gi', pods: '10' } },
    };
    const pod = (name: string, nodeName?: string) => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: `${name}${evil}\u202e<!--`, namespace: `ns${evil}` },
      spec: {
        schedulerName: 'default-scheduler',
        ...(nodeName ? { nodeName } : {}),
        containers: [{ name: 'c', image: 'i', resources: { requests: { cpu: name === 'big' ? '40' : '1' } } }],
      },
    });
    const list = { apiVersion: 'v1', kind: 'List', items: [node, pod('on', `n${evil}`), pod('free'), pod('big')] };
    const page = await pageOf(['schedule', '-f', '-', '--no-defaults'], JSON.stringify(list));
    const canvas = page.locator('canvas.fleet');
    await canvas.focus();
    await canvas.press('ArrowRight');
    await canvas.press('Enter');
    expect(await page.locator('.pinned .details h3').innerText()).toBe(`n${evil}`);
    await page.locator('details.nodes summary').click();
    expect(await page.locator('img').count()).toBe(0);
    expect(await page.locator('.pods b').first().innerText()).toContain(`${evil}\\u202e<!--`);
    expect(await page.title()).toContain('Placing 2 pending pods');
    expect(page.trouble).toEqual([]);
    await page.close();
  });

  it('draws 10,000 nodes by zone and node, and tells about each', async () => {
    const input = [...generate({ nodes: 10_000, pods: 12_000, boundShare: 50 })].join('');
    const page = await pageOf(['schedule', '-f', '-'], input);
    const canvas = page.locator('canvas.fleet');
    expect(await canvas.getAttribute('data-drawn')).toBe('10000');
    expect(await colours(page)).toBeGreaterThan(50);
    const { nodes, resources } = await packingOf(page);
    expect(nodes.name).toHaveLength(10_000);
    await canvas.scrollIntoViewIfNeeded();
    const box = (await canvas.boundingBox()) as { x: number; y: number; width: number; height: number };
    const told = new Set<string>();
    for (let i = 1; i <= 12; i++) {
      await page.mouse.move(box.x + (box.width * i) / 13, box.y + 40 + i * 37);
      const details = page.locator('.tip .details');
      const name = await details.getAttribute('data-node');
      if (name === null) continue;
      const row = nodes.name.indexOf(name);
      const cpu = Number(await details.locator('td[data-resource="cpu"]').last().getAttribute('data-used'));
      expect([name, cpu]).toEqual([name, resources[0]?.used[1]?.[row]]);
      told.add(name);
    }
    expect(told.size).toBeGreaterThan(8);
    // Into a zone by its caption, and out again.
    await page.mouse.click(box.x + 60, box.y + 8);
    expect(await canvas.getAttribute('data-drawn')).toBe('3334');
    await page.locator('.path button').first().click();
    expect(await canvas.getAttribute('data-drawn')).toBe('10000');
    expect(page.trouble).toEqual([]);
    await page.close();
  });

  it('changes with the state and the resource that are chosen', async () => {
    const page = await pageOf(['schedule', ...SHOP]);
    const picture = () => page.evaluate(`document.querySelector('canvas.fleet').toDataURL()`);
    const pictures = new Set([await picture()]);
    for (const name of ['Before', 'After']) {
      await page.locator('.choice label', { hasText: name }).first().click();
      pictures.add(await picture());
    }
    for (const resource of ['memory', 'pods']) {
      await page.locator('.lens-choice select').selectOption({ label: resource });
      pictures.add(await picture());
    }
    expect(pictures.size).toBe(5);
    await page.emulateMedia({ colorScheme: 'dark' });
    // The page hears of it a moment later.
    await expect.poll(async () => pictures.has(await picture())).toBe(false);
    await page.locator('details.nodes summary').click();
    await page.locator('details.nodes input').fill('gpu');
    expect(await page.locator('details.nodes tbody tr').count()).toBe(1);
    expect(page.trouble).toEqual([]);
    await page.close();
  });
});
