/** `final.md` (spec answer-runs 4.3). An answer without a word is none. */
export function finalMarkdown(question: string, answer: string): string {
  if (answer.trim() === "") throw new RangeError("There is no answer to be stored.");
  return `# Question\n${question.trim()}\n\n${answer.trim()}\n`.toWellFormed();
}
