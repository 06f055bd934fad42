import { describe, expect, it } from 'vitest';
import { openModel } from './open-model.ts';

describe('openModel', () => {
  it('names the directory that holds no model', async () => {
    await expect(openModel('/nowhere/at/all')).rejects.toThrow(
      /\/nowhere\/at\/all: no model, it holds no config\.json/,
    );
  });
});
