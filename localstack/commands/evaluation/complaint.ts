/** Something the caller can put right, said in one sentence. */
export class Complaint extends Error {}
