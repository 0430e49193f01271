/** The version of the API's contract, in every answer. */
export const apiVersion = "1.0";
