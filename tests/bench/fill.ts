import Sqlite from "better-sqlite3";

export interface Filling {
  readonly conversations: number;
  readonly messagesEach: number;
  /** Timers that are armed for tomorrow, one per conversation; the first ones are due from `dueFrom` on, evenly over a minute. */
  readonly timers?: { readonly armed: number; readonly due: number; readonly dueFrom: number };
}

/**
 * Fills a stopped server's SQLite file with conversations as they are after months: contacts, threads, mailboxes that are
 * applied, effects that are done. The rows keep every promise that `relais doctor` looks at.
 */
export function fill(file: string, { conversations, messagesEach, timers }: Filling): void {
  const db = new Sqlite(file);
  db.pragma("journal_mode = WAL");
  db.pragma("synchronous = OFF");
  db.pragma("cache_size = -500000");
  const account = db.prepare("SELECT workspace_id, id FROM channel_accounts WHERE channel = 'whatsapp'").get() as {
    readonly workspace_id: string;
    readonly id: string;
  };
  const half = Math.ceil(messagesEach / 2);
  const values = {
    ws: account.workspace_id,
    acc: account.id,
    n: conversations,
    each: messagesEach,
    half,
    before: Date.now() - 86_400_000,
    armed: timers?.armed ?? 0,
    due: timers?.due ?? 0,
    dueFrom: timers?.dueFrom ?? 0,
    tomorrow: Date.now() + 86_400_000,
  };
  const people = "WITH RECURSIVE people (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM people WHERE i < @n)";
  const turns = `${people}, turns (k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM turns WHERE k < @each)`;
  // Twenty-six characters that sort before every id of today, in the order of their time.
  const key = (n: string): string => `printf('%026d', ${n})`;
  const at = `(@before - (@n - i) * 700 + k * 100)`;
  db.exec("BEGIN");
  const run = (sql: string): void => void db.prepare(sql).run(used(sql, values));
  run(`${people} INSERT INTO contacts (workspace_id, id, name, first_name, phone, fields, labels, opted_out, created_at)
    SELECT @ws, 'con_' || ${key("i")}, 'Contact ' || i, 'Contact', printf('+3363999%07d', i), '{}', '[]', '[]', @before FROM people`);
  run(`${people} INSERT INTO contact_identities (workspace_id, account_id, kind, value, contact_id, created_at)
    SELECT @ws, @acc, 'phone', printf('+3363999%07d', i), 'con_' || ${key("i")}, @before FROM people`);
  run(`${people} INSERT INTO conversations (workspace_id, id, account_id, channel, contact_id, owner, status, bot_enabled, version, last_seq,
      applied_seq, last_position, memory, last_text, last_direction, last_message_at, unread, created_at, last_inbound_at, window_expires_at, timers, timer_due_at)
    SELECT @ws, 'cnv_' || ${key("i")}, @acc, 'whatsapp', 'con_' || ${key("i")}, 'bot', CASE WHEN i % 10 = 0 THEN 'waiting' ELSE 'open' END, 1, @half, @half,
      @half, @each, '{}', 'Bonjour, que souhaitez-vous ?', 'out', @before - (@n - i) * 700, 0, @before, @before, @before + 86400000,
      CASE WHEN i <= @due THEN '[{"name":"boutique|x","generation":1,"dueAt":' || (@dueFrom + (i * 60000) / @due) || '}]'
        WHEN i <= @armed THEN '[{"name":"boutique|x","generation":1,"dueAt":' || @tomorrow || '}]' ELSE '[]' END,
      CASE WHEN i <= @due THEN @dueFrom + (i * 60000) / @due WHEN i <= @armed THEN @tomorrow END
    FROM people`);
  run(`${turns} INSERT INTO messages (workspace_id, id, conversation_id, contact_id, account_id, position, direction, author, content, text,
      external_id, status, maybe_duplicate, created_at, sent_at)
    SELECT @ws, 'msg_' || ${key("(k * @n + i)")}, 'cnv_' || ${key("i")}, 'con_' || ${key("i")}, @acc, k, CASE k % 2 WHEN 1 THEN 'in' ELSE 'out' END,
      CASE k % 2 WHEN 1 THEN 'contact' ELSE 'bot' END, '{"type":"text","text":"Bonjour, que souhaitez-vous aujourd''hui ? Message ' || k || '"}',
      CASE WHEN k = @each THEN 'Bonjour, que souhaitez-vous ?' ELSE 'Bonjour, que souhaitez-vous aujourd''hui ? Message ' || k END,
      'wamid.OLD.' || ${key("(k * @n + i)")}, CASE k % 2 WHEN 1 THEN 'received' ELSE 'read' END, 0, ${at}, ${at}
    FROM turns CROSS JOIN people ORDER BY k, i`);
  run(`${turns} INSERT INTO events (workspace_id, conversation_id, seq, id, type, payload, status, attempts, available_at, late, created_at)
    SELECT @ws, 'cnv_' || ${key("i")}, k, 'evt_' || ${key("(k * @n + i)")}, 'message',
      '{"type":"message","messageId":"msg_' || ${key("((2 * k - 1) * @n + i)")} || '","content":{"type":"text","text":"Bonjour"},"at":"2026-01-01T00:00:00.000Z"}',
      'pending', 1, ${at}, 0, ${at} FROM turns CROSS JOIN people WHERE k <= @half ORDER BY k, i`);
  run(`${turns} INSERT INTO dedupe_keys (workspace_id, scope, key, message_id, at)
    SELECT @ws, @acc, 'wamid.OLD.' || ${key("(k * @n + i)")}, 'msg_' || ${key("(k * @n + i)")}, ${at} FROM people CROSS JOIN turns WHERE k % 2 = 1`);
  run(`${turns} INSERT INTO effects (workspace_id, id, conversation_id, account_id, contact_id, type, ord, payload, state, attempts, due_at, created_at, started_at, lease_by)
    SELECT @ws, 'eff_' || ${key("(k * @n + i)")}, 'cnv_' || ${key("i")}, @acc, 'con_' || ${key("i")}, 'send', (k / 2) * 1000,
      '{"type":"send","author":"bot","content":{"type":"text","text":"Bonjour, que souhaitez-vous aujourd''hui ?"}}', 'done', 1, ${at}, ${at}, ${at}, 'old'
    FROM turns CROSS JOIN people WHERE k % 2 = 0 ORDER BY k, i`);
  run(`${turns} INSERT INTO steps (workspace_id, conversation_id, version, event, path, created_at)
    SELECT @ws, 'cnv_' || ${key("i")}, k, 'message', '[{"flow":"boutique","node":"greeting"}]', ${at} FROM people CROSS JOIN turns WHERE k <= @half`);
  db.exec("COMMIT");
  db.pragma("wal_checkpoint(TRUNCATE)");
  db.close();
}

/** Only the values that a statement names: the driver refuses others. */
function used(sql: string, values: Readonly<Record<string, string | number>>): Record<string, string | number> {
  return Object.fromEntries(Object.entries(values).filter(([name]) => new RegExp(`@${name}\\b`).test(sql)));
}
