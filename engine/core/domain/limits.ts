/**
 * Numbers that bound something, each with its reason. A provider's limits are data of its channel, not here.
 */
export const LIMITS = {
  /** Eventless hops in one step: XState's own default is Infinity, and a cycle would hang the process. */
  maxIterations: 1000,
  /** Effects of one step: a flow that asks for more is broken. */
  effectsPerStep: 50,
  /** Bytes of a run's state as JSON. */
  runStateBytes: 1_000_000,
  /** Times that an event may fail to apply before it is set aside (C-9). */
  eventAttempts: 3,
  /** Bot messages in one conversation before a person is asked: stops two bots that talk to each other. */
  botMessagesPerMinute: 20,
  botMessagesPerDay: 200,
  /** Quick messages that arrive within this time get one answer. */
  burstWindowMs: 1000,
  /** However long a burst goes on, it is answered after this time. */
  burstMaxMs: 3000,
  /** Calls of a sub-flow inside a sub-flow. */
  callDepth: 8,
  /** YAML of a flow: size and nesting, checked before any parser sees it (a nested list kills some parsers). */
  flowBytes: 1_000_000,
  flowDepth: 64,
  yamlAliases: 50,
  /** A template or condition in a flow, and what it may print. */
  templateChars: 20_000,
  templateOutputChars: 64_000,
  /** Time by the wall clock: generous, because a process that has to wait for its turn must not decide differently. */
  templateRenderMs: 1000,
  templateMemory: 1_000_000,
  /** Text of a contact that matching, variables and prompts see; the whole text is stored. */
  inboundTextChars: 4096,
  /** How long to wait for evidence of a send whose answer was lost (C-6). */
  unknownWaitMs: 60_000,
  unknownWaitMaxMs: 600_000,
  /** Retry: first delay, cap. */
  retryFirstMs: 1000,
  retryMaxMs: 300_000,
  /** A message older than this is kept for people and not answered by the bot (late redeliveries, C-3). */
  staleInboundMs: 24 * 60 * 60_000,
  /** What a visitor of the web chat may write, and send as a file. */
  chatTextChars: 4000,
  chatFileBytes: 16_000_000,
  /** A form waits so long for the contact's first words; later ones are about something else. */
  submissionWaitsMs: 7 * 24 * 60 * 60_000,
} as const;
