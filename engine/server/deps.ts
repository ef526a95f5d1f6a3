import type { ChannelType } from "../core/domain/channel.ts";
import type {
  Accepted,
  ChannelAccount,
  Channels,
  Clock,
  FileLinks,
  Files,
  FlowFolder,
  Ids,
  Passwords,
  Store,
  TestConnection,
} from "../ports.ts";

/** What every part of the server works with; made by `main.ts`. */
export interface ServerDeps {
  readonly store: Store;
  readonly channels: Channels;
  /** Those that can be used, as this process knows them. */
  readonly accounts: () => readonly ChannelAccount[];
  /** Reads them anew: after a change that the next request must see. */
  readonly reloadAccounts: () => Promise<void>;
  readonly testConnection: TestConnection;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly files: Files;
  readonly passwords: Passwords;
  readonly fileLinks: Pick<FileLinks, "check">;
  readonly log: {
    error(message: string, facts?: Readonly<Record<string, unknown>>): void;
    warn(message: string, facts?: Readonly<Record<string, unknown>>): void;
  };
  readonly metrics: ServerMetrics;
  readonly settings: ServerSettings;
  /** Webhooks that are stored wake the worker without waiting. */
  readonly accepted: (accepted: Accepted) => void;
  /** A webhook could not be stored: not every provider comes again. */
  readonly missed?: () => void;
  /** Reads, checks and publishes flow files. */
  readonly flows: FlowFolder;
  /** False while the process is stopping. */
  readonly ready: () => boolean;
  /** How much waits: whoever can wait is asked to. */
  readonly pressure?: () => "calm" | "busy" | "swamped";
}

export interface ServerSettings {
  readonly publicUrl: string;
  readonly adminToken: string;
  /** Signs what comes back to us by way of browsers: forms, files of visitors. The same on every machine. */
  readonly signingKey: string;
  readonly workspaceId: import("../core/domain/ids.ts").WorkspaceId;
  readonly version: string;
  readonly assistant: string;
  readonly hasBackupNumber: boolean;
  readonly trustedProxies: readonly string[];
  readonly metricsPath: string | null;
  /** The built pages. */
  readonly pagesDir: string;
}

export interface ServerMetrics {
  webhook(channel: ChannelType | "unknown", verdict: string, durationMs: number): void;
  text(): Promise<{ readonly contentType: string; readonly body: string }>;
}

/** The address of whoever asks: of the connection, or of what a trusted proxy in front says. IPv6 counts by its /64. */
export function clientAddress(remote: string, forwarded: string | undefined, trusted: readonly string[]): string {
  const direct = remote.replace(/^::ffff:/, "");
  const named = trusted.includes(direct) ? (forwarded?.split(",").pop()?.trim() ?? direct) : direct;
  return named.includes(":") ? named.split(":").slice(0, 4).join(":") : named;
}
