import Table from 'cli-table3';
import type { Command } from 'commander';
import { modelSize, weightFormats } from '../checkpoint/index.ts';
import { defaultCacheFormat, type ModelSource, openModelSource } from '../inference/index.ts';
import {
  type AttentionConfig,
  cacheBytes,
  type GroupedQueryAttentionConfig,
  hasExperts,
  type IndexerConfig,
  type LatentAttentionConfig,
  type ModelConfig,
  parameterBytes,
} from '../model/index.ts';
import { type CacheFormat, formatBytes } from '../tensor/index.ts';
import { addModelArgument, locateArgument, type ModelArgumentFlags } from './model-argument.ts';

export function registerInspect(program: Command): void {
  const command = program
    .command('inspect')
    .description('print what a model is made of: layers, experts, parameters, bytes, cache');
  addModelArgument(command)
    .option('--json', 'print one JSON object')
    .action(async (model: string | undefined, { json, ...flags }: ModelArgumentFlags & { json?: boolean }) => {
      const source = await openModelSource(await locateArgument(model, flags));
      try {
        const report = inspectSource(source);
        process.stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : `${asTable(report)}\n`);
      } finally {
        await source.close();
      }
    });
}

/** What `inspect --json` prints. Counts of parameters are numbers, not bytes. */
export interface InspectReport {
  readonly directory: string;
  readonly modelType: ModelConfig['modelType'];
  readonly vocabulary: number;
  readonly hidden: number;
  readonly maxPositions: number;
  readonly layers: { readonly total: number; readonly dense: number; readonly experts: number };
  readonly predictionModules: number;
  readonly attention: { readonly heads: number } & (
    | (Omit<LatentAttentionConfig, 'ropeInterleaved' | 'indexer'> & { readonly indexer?: IndexerConfig })
    | GroupedQueryAttentionConfig
  );
  /** null where no layer has experts. */
  readonly experts: {
    readonly routed: number;
    readonly perToken: number;
    readonly shared: number;
    readonly groups: number;
    readonly groupsPerToken: number;
    readonly scoring: ModelConfig['scoring'];
    readonly selection: ModelConfig['topkMethod'];
  } | null;
  /** Of the main model, and of the prediction modules beside what they share with it. */
  readonly parameters: {
    readonly total: number;
    readonly active: number;
    readonly predictionTotal: number;
    readonly predictionActive: number;
  };
  /** As stored by type, and once loaded for answering. */
  readonly weights: {
    readonly bytes: number;
    readonly types: Readonly<Record<string, number>>;
    readonly memoryBytes: number;
  };
  /**
   * Bytes per token over all layers: latents, or keys and values of grouped-query attention, in the format in which
   * they are kept unless told otherwise, and keys and values of ordinary multi-head attention in the same.
   */
  readonly cacheBytesPerToken: { readonly format: CacheFormat; readonly multiHead: number } & (
    | { readonly latent: number }
    | { readonly groupedQuery: number }
  );
}

/** Describes a model by its config and the headers of its weights. */
export function inspectSource(source: ModelSource): InspectReport {
  const { config, directory, tensors, totalBytes } = source;
  const size = modelSize(config);
  const { main, predictions, cacheNumbers, multiHeadCacheNumbers } = size;
  const withExperts = Array.from({ length: config.layers }, (_, layer) => hasExperts(config, layer)).filter(Boolean);
  const types: Record<string, number> = {};
  for (const { dtype, bytes } of tensors.values()) types[dtype] = (types[dtype] ?? 0) + bytes;
  const format = defaultCacheFormat(size);
  const kept = cacheBytes(config, format);
  return {
    directory,
    modelType: config.modelType,
    vocabulary: config.vocabularySize,
    hidden: config.hiddenSize,
    maxPositions: config.maxPositions,
    layers: { total: config.layers, dense: config.layers - withExperts.length, experts: withExperts.length },
    predictionModules: config.mtpLayers,
    attention: { heads: config.heads, ...attentionReport(config.attention) },
    experts:
      withExperts.length === 0
        ? null
        : {
            routed: config.routedExperts,
            perToken: config.expertsPerToken,
            shared: config.sharedExperts,
            groups: config.groups,
            groupsPerToken: config.topkGroups,
            scoring: config.scoring,
            selection: config.topkMethod,
          },
    parameters: {
      total: main.total,
      active: main.active,
      predictionTotal: predictions.total,
      predictionActive: predictions.active,
    },
    weights: { bytes: totalBytes, types, memoryBytes: parameterBytes(config, weightFormats(source)) },
    cacheBytesPerToken: {
      ...(config.attention.kind === 'latent' ? { latent: kept } : { groupedQuery: kept }),
      format,
      multiHead: (multiHeadCacheNumbers / cacheNumbers) * kept,
    },
  };
}

function attentionReport(attention: AttentionConfig) {
  if (attention.kind === 'grouped-query') return attention;
  const { ropeInterleaved: _, indexer, ...report } = attention;
  return indexer === null ? report : { ...report, indexer };
}

const whole = (count: number) => count.toLocaleString('en');

/** 7,654,321 as `7,654,321 (7.65 million)`. */
function parameterCount(count: number): string {
  const [unit, name] = count >= 1e9 ? [1e9, 'billion'] : count >= 1e6 ? [1e6, 'million'] : [0, ''];
  return unit === 0 ? whole(count) : `${whole(count)} (${(count / unit).toPrecision(3)} ${name})`;
}

const NO_LINES_BETWEEN_ROWS = { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' };

function asTable(report: InspectReport): string {
  const { layers, attention, experts, parameters, weights, cacheBytesPerToken: cache } = report;
  const kept = 'latent' in cache ? cache.latent : cache.groupedQuery;
  const rows: [string, string][] = [
    ['model', report.directory],
    ['architecture', report.modelType],
    ['vocabulary', whole(report.vocabulary)],
    ['hidden size', whole(report.hidden)],
    ['longest context', `${whole(report.maxPositions)} tokens`],
    ['layers', `${layers.total}: ${layers.dense} dense, ${layers.experts} with experts`],
    ['prediction modules', String(report.predictionModules)],
    ['attention', describeAttention(attention)],
    ['experts per layer', experts === null ? 'none' : describeExperts(experts)],
    ['parameters', parameterCount(parameters.total)],
    ['active per token', `${parameterCount(parameters.active)}, ${percent(parameters.active, parameters.total)}`],
  ];
  if (report.predictionModules > 0) {
    const { predictionTotal, predictionActive } = parameters;
    rows.push(['in prediction modules', `${parameterCount(predictionTotal)}, active ${whole(predictionActive)}`]);
  }
  const types = Object.entries(weights.types).map(([type, bytes]) => `${type} ${formatBytes(bytes)}`);
  rows.push(
    ['weights', `${whole(weights.bytes)} bytes (${types.join(', ')})`],
    ['in memory', formatBytes(weights.memoryBytes)],
    ['cache per token', `${whole(kept)} bytes (${cache.format}, all layers)`],
    [
      'with multi-head attention',
      `${whole(cache.multiHead)} bytes: ${(cache.multiHead / kept).toFixed(1)} times as much`,
    ],
  );
  const table = new Table({ chars: NO_LINES_BETWEEN_ROWS, style: { head: [], border: [] } });
  table.push(...rows);
  return table.toString();
}

function describeAttention({ heads, ...attention }: InspectReport['attention']): string {
  if (attention.kind === 'latent') {
    const { keyValueLoraRank, qkRopeHeadDim, queryLoraRank: compressed } = attention;
    const sparse = attention.indexer === undefined ? '' : `; sees ${attention.indexer.topk} positions at most`;
    const queries = (compressed === null ? 'queries uncompressed' : `queries compressed to ${compressed}`) + sparse;
    return `${heads} heads, latent of ${keyValueLoraRank} + rotary key of ${qkRopeHeadDim}; ${queries}`;
  }
  const { keyValueHeads, headDim, queryKeyNorm, inputBias } = attention;
  const more = `${inputBias ? ', with biases' : ''}${queryKeyNorm ? ', queries and keys normed' : ''}`;
  return `${heads} heads on ${keyValueHeads} of keys and values, ${headDim} each${more}`;
}

function describeExperts(experts: NonNullable<InspectReport['experts']>): string {
  const { routed, perToken, shared, groups, groupsPerToken, scoring, selection } = experts;
  const limited = groups > 1 ? ` from ${groupsPerToken} of ${groups} groups` : '';
  return `${routed} routed, ${perToken} a token${limited}, ${shared} shared (${scoring}, ${selection})`;
}

function percent(part: number, all: number): string {
  return `${((100 * part) / all).toFixed(1)} % of them`;
}
