/** A call of a tool in an assistant's message, as the OpenAI API writes it. */
export interface ToolCall {
  readonly id?: string | null;
  readonly type?: string;
  readonly function: {
    readonly name: string;
    /** A JSON object, as text or as a value. */
    readonly arguments: string | Readonly<Record<string, unknown>>;
  };
}

/** A tool that may be called, as the OpenAI API writes it. */
export interface Tool {
  readonly type?: string;
  readonly function: {
    readonly name: string;
    readonly description?: string;
    /** A JSON schema. */
    readonly parameters?: unknown;
  };
}

/** A message of a conversation, with the field names of the OpenAI and DeepSeek APIs, which templates read too. */
export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant' | 'tool' | 'developer' | 'latest_reminder' | (string & {});
  readonly content?: string | null;
  /** What an assistant thought before its answer. */
  readonly reasoning_content?: string | null;
  readonly tool_calls?: readonly ToolCall[] | null;
  /** In a tool's message: the call that it answers. */
  readonly tool_call_id?: string | null;
  /** Tools introduced by a system or developer message. */
  readonly tools?: readonly Tool[] | null;
  /** Schema that a system or developer message asks answers to follow. */
  readonly response_format?: unknown;
  /** In an assistant's last message: the answer goes on from here, so its turn stays open. */
  readonly prefix?: boolean;
  /** One of DeepSeek-V4's quick tasks (action, query, authority, domain, title, read_url). */
  readonly task?: string | null;
}
