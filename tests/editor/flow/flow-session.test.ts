import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ApiError } from "../../../editor/api.ts";
import { type FlowStore, openFlow } from "../../../editor/flow/flow-session.ts";
import { connect, place, setField } from "../../../engine/core/flow/commands.ts";
import { applyEdits } from "../../../engine/core/flow/edit.ts";
import { parseFlow } from "../../../engine/core/flow/parse.ts";

const BOUTIQUE = readFileSync(new URL("../../../flows/boutique.flow.yaml", import.meta.url), "utf8");

/** A file that several sessions save to, as the server keeps it. */
function sharedFile(source: string) {
  const file = { source, version: 1, writes: 0 };
  const store: FlowStore = {
    read: async () => ({ source: file.source, etag: String(file.version) }),
    write: async (text, etag) => {
      if (etag !== String(file.version)) throw new ApiError(412, { error: "changed" });
      Object.assign(file, { source: text, version: file.version + 1, writes: file.writes + 1 });
      return String(file.version);
    },
    check: async () => [],
    wait: async () => {},
  };
  return { file, store, open: () => openFlow({ source: file.source, etag: String(file.version) }, store) };
}
const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 30; turn++) await Promise.resolve();
};
const title = (text: string, node = "greeting") => setField(node, ["title"], text);

describe("a flow that is worked on", () => {
  test("is not written by being opened, looked at and closed", async () => {
    const { file, open } = sharedFile(BOUTIQUE);
    const session = open();
    await settled();
    session.close();
    await settled();
    expect(file.writes).toBe(0);
    expect(file.source).toBe(BOUTIQUE);
  });

  test("saves a change by itself, and only its lines", async () => {
    const { file, open } = sharedFile(BOUTIQUE);
    const session = open();
    session.edit(title("Accueil"));
    await settled();
    expect(session.state().saving).toBe("saved");
    expect(file.source).toBe(applyEdits(BOUTIQUE, title("Accueil")).source);
    expect(file.source.replace("    title: Accueil\n", "")).toBe(BOUTIQUE);
  });

  test("any changes taken back one by one give the very bytes, and done again the very others", () => {
    const nodes = Object.keys(parseFlow(BOUTIQUE).document?.nodes ?? {});
    const change = fc.oneof(
      fc.tuple(fc.constantFrom(...nodes), fc.string({ maxLength: 12 })).map(([node, text]) => title(text, node)),
      fc
        .tuple(fc.constantFrom(...nodes), fc.integer({ min: -500, max: 500 }))
        .map(([node, x]) => place({ [node]: [x, 0] })),
      fc.tuple(fc.constantFrom(...nodes), fc.constantFrom(...nodes)).map(([a, b]) => connect(a, "next", b)),
    );
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), (changes) => {
        const session = sharedFile(BOUTIQUE).open();
        for (const edits of changes) session.edit(edits);
        const after = session.state().source;
        while (session.state().canUndo) session.undo();
        expect(session.state().source).toBe(BOUTIQUE);
        while (session.state().canRedo) session.redo();
        expect(session.state().source).toBe(after);
      }),
      { numRuns: 25 },
    );
  }, 60_000);

  test("the same change on the canvas and in the text gives the same file", async () => {
    const [canvas, text] = [sharedFile(BOUTIQUE), sharedFile(BOUTIQUE)];
    canvas.open().edit(setField("goodbye", ["text", "en"], "Bye"));
    text.open().write(BOUTIQUE.replace("See you soon at the shop!", "Bye"));
    await settled();
    expect(canvas.file.source).toBe(text.file.source);
  });

  test("letters typed one after the other are one step", () => {
    const session = sharedFile(BOUTIQUE).open();
    for (const text of ["B", "Bo", "Bon"]) session.edit(title(text), "greeting.title");
    session.undo();
    expect(session.state().source).toBe(BOUTIQUE);
  });

  test("a text that does not parse is kept as it is: the canvas changes nothing and shows what it last could", () => {
    const session = sharedFile(BOUTIQUE).open();
    const broken = BOUTIQUE.replace("start: greeting", "start: [greeting");
    session.write(broken);
    session.edit(title("Nein"));
    expect(session.state().source).toBe(broken);
    expect(session.state().isReadable).toBe(false);
    expect(session.state().drawing?.nodes.size).toBe(16);
    session.undo();
    expect(session.state().isReadable).toBe(true);
  });

  test("a node that is not complete is drawn and can be gone on with", () => {
    const session = sharedFile(BOUTIQUE).open();
    session.edit([{ type: "remove", path: ["nodes", "greeting", "choices"] }]);
    expect(session.state().drawing?.nodes.get("greeting")?.node).toBeNull();
    session.edit(title("Toujours là"));
    expect(session.state().drawing?.nodes.get("greeting")?.raw.title).toBe("Toujours là");
  });
});

describe("a flow that two people work on", () => {
  test("joins changes of different nodes without asking", async () => {
    const { file, open } = sharedFile(BOUTIQUE);
    const [mine, theirs] = [open(), open()];
    theirs.edit(title("Merci", "thanks"));
    await settled();
    mine.edit(title("Accueil"));
    await settled();
    const { document } = parseFlow(file.source);
    expect(document?.nodes.thanks?.title).toBe("Merci");
    expect(document?.nodes.greeting?.title).toBe("Accueil");
    expect(mine.state().conflict).toBeNull();
  });

  test("asks when both changed the same node, and writes nothing until it is decided", async () => {
    const { file, open } = sharedFile(BOUTIQUE);
    const [mine, theirs] = [open(), open()];
    theirs.edit(title("Leur titre"));
    await settled();
    mine.edit(title("Mon titre"));
    await settled();
    expect(mine.state().saving).toBe("conflict");
    expect(mine.state().conflict?.merge?.conflicts.map(({ path }) => path)).toEqual([["nodes", "greeting"]]);
    expect(parseFlow(file.source).document?.nodes.greeting?.title).toBe("Leur titre");
    mine.edit(title("Encore autre chose", "again"));
    await settled();
    expect(parseFlow(file.source).document?.nodes.again?.title).toBeUndefined();
    mine.decide(applyEdits(file.source, title("Mon titre")).source);
    await settled();
    expect(parseFlow(file.source).document?.nodes.greeting?.title).toBe("Mon titre");
    expect(mine.state().saving).toBe("saved");
  });

  test("takes over what changed on the disk, and can take it back", async () => {
    const { file, open } = sharedFile(BOUTIQUE);
    const session = open();
    file.source = applyEdits(BOUTIQUE, title("Écrit ailleurs")).source;
    file.version++;
    await session.changedOnDisk(String(file.version));
    expect(session.state().source).toBe(file.source);
    session.undo();
    expect(session.state().source).toBe(BOUTIQUE);
  });
});
