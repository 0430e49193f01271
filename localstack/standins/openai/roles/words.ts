/** Words that say nothing about what a text is about. */
const stopWords = new Set(
  `a about above across after all also among an and any are as at available be been before being between both but by can
  could did do does done each every find for from give had has have having how if in into is it its list main many may me
  more most much must name no not of on one or other our out over own per please region regions say says shall she should
  so some such summarize summarise tell than that the their them there these they this those through to under up us was
  we were what when where whether which while who whose why will with within would you your aggregate compare including
  happen happens make makes made mean means work works handle handled
  once two three come comes long often compute computed calculate calculated determine determined define defined decide
  decided describe described explain explained`.split(/\s+/),
);

/** The words of a text that say what it is about, in a form in which "buses" and "bus" are one. */
export function contentWords(text: string): string[] {
  const words =
    text
      .normalize("NFKC")
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? [];
  return words.filter((word) => word.length > 1 && !stopWords.has(word)).map(stem);
}

/** Names in a question: words with a capital that do not begin it; abbreviations are none. */
export function namesIn(question: string): ReadonlySet<string> {
  return new Set(contentWords((question.match(/(?<=\p{L}[\p{L}'’]* +)\p{Lu}\p{Ll}+/gu) ?? []).join(" ")));
}

/** Endings of English off, bluntly: for telling whether two words may mean the same, and for nothing that is shown. */
export function stem(word: string): string {
  if (word.length < 5 || /\d/.test(word)) return word.replace(/(?<=\p{L}{2}[^\P{L}s])s$/u, "");
  const bare = word.replace(
    /(?:(?<=\p{L}{3})at(?:es?|ed|ing|ions?|ors?)|ings?|ments?|ives?|ers?|ed|es|(?<!s)s|e)$/u,
    "",
  );
  // "planned" and "plan"; but not "less" and "les".
  return bare === word ? word : bare.replace(/([bdgmnprt])\1$/, "$1");
}
