/** Learning rate over a run: linear warm-up, constant, then decay to a fraction of the peak. */
export interface Schedule {
  readonly steps: number;
  readonly warmupSteps: number;
  /** Share of the run, at its end, in which the rate decays. */
  readonly decayShare: number;
  readonly decay: 'linear' | 'cosine';
  /** Fraction of the peak at the end. */
  readonly finalFraction: number;
}

/** Factor on the peak learning rate at step 1…steps. */
export function scheduleFactor(schedule: Schedule, step: number): number {
  const { steps, warmupSteps, decayShare, finalFraction } = schedule;
  if (step <= warmupSteps) return step / warmupSteps;
  const decaySteps = Math.round(steps * decayShare);
  const into = step - (steps - decaySteps);
  if (into <= 0 || decaySteps === 0) return 1;
  const progress = Math.min(1, into / decaySteps);
  const shape = schedule.decay === 'linear' ? 1 - progress : 0.5 * (1 + Math.cos(Math.PI * progress));
  return finalFraction + (1 - finalFraction) * shape;
}
