import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';

/** Seconds for which processors of the whole machine were busy, or taken by other machines, since it started. */
function busySeconds(): number {
  if (process.platform === 'linux') {
    const [user, nice, system, , , interrupts, soft, stolen] = readFileSync('/proc/stat', 'utf8')
      .split('\n', 1)[0]!
      .trim()
      .split(/\s+/)
      .slice(1)
      .map(Number) as number[];
    // Ticks of a hundredth of a second, whatever the kernel counts in.
    return (user! + nice! + system! + interrupts! + soft! + (stolen ?? 0)) / 100;
  }
  return cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0) / 1000;
}

/**
 * Begins to watch what others do on the machine; the function tells how many processors they kept busy since then, on
 * average. Threads that spin for each other lose several times the share that is taken from one of them.
 */
export function watchOthers(): () => number {
  const own = () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  };
  const [start, busy, ours] = [performance.now(), busySeconds(), own()];
  return () => {
    const seconds = (performance.now() - start) / 1000;
    return Math.max(0, busySeconds() - busy - (own() - ours)) / seconds;
  };
}

/** Bytes of memory of this process. */
export interface ProcessMemory {
  readonly resident: number;
  /** Of that, pages of files (a mapped model); 0 where the system does not tell. */
  readonly files: number;
  /** The most that was resident since the process began. */
  readonly peak: number;
}

export function processMemory(): ProcessMemory {
  if (process.platform !== 'linux') {
    return { resident: process.memoryUsage.rss(), files: 0, peak: process.resourceUsage().maxRSS * 1024 };
  }
  const status = readFileSync('/proc/self/status', 'utf8');
  const bytes = (name: string) => 1024 * Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0);
  return { resident: bytes('VmRSS'), files: bytes('RssFile'), peak: bytes('VmHWM') };
}
