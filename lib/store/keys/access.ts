import type { Key } from "./key.ts";

/**
 * Who may ask, and what the deployment keeps to itself. These belong to no realm.
 *
 * | what              | pk                          | sk                     |
 * | ----------------- | --------------------------- | ---------------------- |
 * | API key           | system#API_KEYS             | digest of the key      |
 * | cursor secret     | system#SECRETS              | CURSOR                 |
 * | broker login      | system#BROKER_LOGIN         | digest of the state    |
 */
export const accessKeys = {
  apiKey: (digest: string): Key => ({ pk: "system#API_KEYS", sk: digest }),
  cursorSecret: (): Key => ({ pk: "system#SECRETS", sk: "CURSOR" }),
  brokerLogin: (digest: string): Key => ({ pk: "system#BROKER_LOGIN", sk: digest }),
};
