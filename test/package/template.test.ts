import { describe, expect, it } from "vitest";
import { packageStage } from "./packaged.ts";
import { templateRules } from "./template-rules.ts";

const stages = await Promise.all(["prod", "localstack"].map(packageStage));

describe.each(stages)("the packaged template of stage $stage", (packaged) => {
  it.each(Object.entries(templateRules))("%s", (_rule, problems) => {
    expect(problems(packaged)).toEqual([]);
  });
});
