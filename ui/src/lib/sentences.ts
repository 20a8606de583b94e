/**
 * What the service says in English, in the language of the page. A sentence of the service is the key of its translation, with `{}`
 * for what it puts in, which may be a sentence itself. What has no translation stays as it was said, never half of it.
 */

type Table = Record<string, string>;

interface Rule {
  /** Matches the sentence at the beginning of a text. */
  starts: RegExp;
  /** Matches a text that is this sentence. */
  is: RegExp;
  /** The translation, in the pieces between what was put in. */
  pieces: string[];
  isSentence: boolean;
}

export interface Translation {
  table: Table;
  rules: Rule[];
}

/** What this page says itself where no answer came: the browser's own words are in its language and tell nobody anything. */
export const NO_ANSWER = "Openvoy did not answer.";

const HOLE = "{}";

/** The most particular rules come first. */
export function buildTranslation(table: Table): Translation {
  const withHoles = Object.entries(table).sort(([left], [right]) => lengthOf(right) - lengthOf(left));
  return { table, rules: withHoles.map(([key, text]) => buildRule(key, text)) };
}

const lengthOf = (key: string): number => key.replaceAll(HOLE, "").length;

const isSentence = (key: string): boolean => /[.!?]$/.test(key);

const sourceOf = (key: string): string => key.split(HOLE).map((piece) => piece.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("(.+?)");

function buildRule(key: string, text: string): Rule {
  const source = sourceOf(key);
  return {
    starts: new RegExp(`^${source}(?= |$)`, "s"),
    is: new RegExp(`^${source}$`, "s"),
    pieces: text.split(HOLE),
    isSentence: isSentence(key),
  };
}

/** In the words of a page what the service says in those of a terminal: sentences wherever they stand, words alone. */
export function reword(text: string, table: Table): string {
  if (text in table) return table[text]!;
  const sentences = Object.entries(table).filter(([terminal]) => isSentence(terminal));
  return sentences.reduce((said, [terminal, page]) => {
    if (!terminal.includes(HOLE)) return said.replace(terminal, page);
    return said.replace(new RegExp(sourceOf(terminal), "s"), (_, ...found: string[]) => page.split(HOLE).reduce((left, right, index) => left + found[index - 1] + right));
  }, text);
}

/** The whole text in the other language; undefined where a part of it has no translation. */
export function translate(text: string, translation: Translation): string | undefined {
  if (text in translation.table) return translation.table[text];
  for (const { is, pieces } of translation.rules) {
    const found = pieces.length > 1 ? is.exec(text) : null;
    if (found !== null) return fillIn(pieces, found.slice(1), translation);
  }
  return translateFirst(text, translation);
}

/** Several sentences in a row. */
function translateFirst(text: string, translation: Translation): string | undefined {
  for (const { starts, pieces, isSentence } of translation.rules) {
    const found = isSentence ? starts.exec(text) : null;
    if (found === null || found[0].length === text.length) continue;
    const rest = translate(text.slice(found[0].length).trimStart(), translation);
    if (rest !== undefined) return `${fillIn(pieces, found.slice(1), translation)} ${rest}`;
  }
  return undefined;
}

const fillIn = (pieces: string[], holes: string[], translation: Translation): string =>
  pieces.map((piece, index) => piece + (index < pieces.length - 1 ? (translate(holes[index]!, translation) ?? holes[index]!) : "")).join("");
